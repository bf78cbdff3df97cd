// Outcome<T>: how an awaitable ended, as a value. What gather(return_exceptions, ...) gives for each.
#pragma once
#include "runtime/tasks/future.hpp"

namespace aio {
/// A value, an error, or cancelled: three cases. Python's `isinstance(result, Exception)` misses the third; ask all.
template <class T> class Outcome {
  public:
    /// Of a future or task that is done. Its exception then counts as retrieved.
    template <class F> explicit Outcome(const F& done) : cancelled_(done.cancelled()) {
        result_.error = cancelled_ ? std::make_exception_ptr(CancelledError()) : done.exception();
        if constexpr (!std::is_void_v<T>)
            if (has_value()) result_.set_value(done.take());
    }
    bool has_value() const noexcept { return !result_.error; }
    bool cancelled() const noexcept { return cancelled_; }
    /// The value; throws the error, or CancelledError.
    decltype(auto) value() const { return result_.get(); }
    /// The error or a CancelledError; null where there is a value.
    const std::exception_ptr& error() const noexcept { return result_.error; }
  private:
    Result<T> result_;
    bool cancelled_;
};
}  // namespace aio
