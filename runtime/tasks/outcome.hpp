// Outcome<T>: how an awaitable ended, as a value. What gather(return_exceptions, ...) gives for each.
#pragma once
#include "runtime/tasks/future.hpp"

namespace aio {
/// A value, an error, or cancelled: three cases. Python's `isinstance(result, Exception)` misses the third; ask all.
template <class T> class Outcome {
  public:
    /// Of a future that is done. Its exception then counts as retrieved.
    explicit Outcome(detail::FutureState& done) : cancelled_(done.cancelled()) {
        done.error_retrieved = true;
        result_.error = cancelled_ ? std::make_exception_ptr(CancelledError()) : done.result().error;
        if constexpr (!std::is_void_v<T>)
            if (has_value()) result_.set_value(detail::value_of<T>(done));
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
