// A future that stands on other futures.
#pragma once
#include "runtime/reactor/intrusive_list.hpp"

namespace aio::detail {

/// What gather and shield return: completed by callbacks it has put on other futures, and kept alive by them
/// while they are pending. Some never run, so the loop knows them all and dissolves them at its end.
class Composite : public ListHook<Composite> {
  public:
    /// Takes its callbacks back, and gives up the reference that they stand for.
    virtual void dissolve() noexcept = 0;

  protected:
    ~Composite() = default;
    /// Throws RuntimeError where no loop runs.
    void register_composite();
};

}  // namespace aio::detail
