// What a coroutine or a future ends with: a value or an exception.
#pragma once
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace aio {
struct ResultBase {
    std::exception_ptr error;
    void rethrow_error() const {
        if (error) rethrow();
    }
  private:
    // Apart, so that the frames of those who never see an error are small.
    [[noreturn, gnu::noinline]] void rethrow() const { std::rethrow_exception(error); }
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
    /// Takes over what `other` holds.
    void move_from(Result& other) {
        error = std::move(other.error);
        if (other.value_) value_.emplace(std::move(*other.value_));
    }
    /// Moves the value out, or rethrows the exception.
    T take() {
        rethrow_error();
        if constexpr (std::is_reference_v<T>)
            return **value_;
        else
            return std::move(*value_);
    }
    /// The value, which stays here, or rethrows the exception.
    decltype(auto) get() const {
        rethrow_error();
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
    void move_from(Result& other) noexcept { error = std::move(other.error); }
    void take() const { get(); }
    void get() const { rethrow_error(); }
};
}  // namespace aio
