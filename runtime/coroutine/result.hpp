// What a coroutine or a future ends with: a value or an exception.
#pragma once
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace aio {
/// What is the same for every T.
struct ResultBase {
    std::exception_ptr error;
};

/// A slot for a T (a value, a reference, void) or an exception. Empty at first.
template <class T> class Result : public ResultBase {
  public:
    template <class U> void set_value(U&& value) {
        if constexpr (std::is_reference_v<T>)
            value_ = &value;
        else
            value_.emplace(std::forward<U>(value));
    }
    /// Moves the value out, or rethrows the exception.
    T take() {
        if (error) std::rethrow_exception(error);
        if constexpr (std::is_reference_v<T>)
            return **value_;
        else
            return std::move(*value_);
    }
    /// The value, which stays here, or rethrows the exception.
    decltype(auto) get() const {
        if (error) std::rethrow_exception(error);
        if constexpr (std::is_reference_v<T>)
            return static_cast<T>(**value_);
        else
            return static_cast<const T&>(*value_);
    }
  private:
    std::optional<std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<T>, T>> value_;
};

template <> class Result<void> : public ResultBase {
  public:
    void set_value() noexcept {}
    void take() const { get(); }
    void get() const {
        if (error) std::rethrow_exception(error);
    }
};
}  // namespace aio
