// What a coroutine or a future ends with: a value or an exception.
#pragma once
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace aio {
/// A slot for a T: a value, a reference, or nothing. Empty at first.
template <class T> class Value {
  public:
    template <class U> void set_value(U&& value) {
        if constexpr (std::is_reference_v<T>)
            value_ = &value;
        else
            value_.emplace(std::forward<U>(value));
    }
    /// Takes over what `other` holds.
    void move_from(Value& other) {
        if (other.value_) value_.emplace(std::move(*other.value_));
    }
    /// Moves the value out.
    T take() {
        if constexpr (std::is_reference_v<T>)
            return **value_;
        else
            return std::move(*value_);
    }
    /// The value, which stays here.
    decltype(auto) get() const {
        if constexpr (std::is_reference_v<T>)
            return static_cast<T>(**value_);
        else
            return static_cast<const T&>(*value_);
    }
  private:
    std::optional<std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<T>, T>> value_;
};

template <> class Value<void> {
  public:
    void set_value() noexcept {}
    void move_from(Value&) noexcept {}
    void take() const noexcept {}
    void get() const noexcept {}
};

/// The same, or an exception, which take() and get() then throw.
template <class T> struct Result : Value<T> {
    void move_from(Result& other) { error = std::move(other.error), Value<T>::move_from(other); }
    T take() { return rethrow_error(), Value<T>::take(); }
    decltype(auto) get() const { return rethrow_error(), Value<T>::get(); }
    void rethrow_error() const {
        if (error) std::rethrow_exception(error);
    }
    std::exception_ptr error;
};
}  // namespace aio
