// What a coroutine or a future ends with: a value or an exception.
#pragma once
#include <exception>
#include <functional>
#include <optional>

namespace aio {
/// A slot for a T: a value, a reference, or nothing. Empty at first.
template <class T> class Value {
  public:
    template <class U> void set_value(U&& value) { value_.emplace(std::forward<U>(value)); }
    /// Holds what `function` returns.
    template <class F> void set_from(F&& function) { set_value(function()); }
    /// Moves the value out.
    T take() { return static_cast<T>(std::move(*value_)); }
    /// The value, which stays here.
    decltype(auto) get() const { return static_cast<const T&>(*value_); }
  private:
    std::optional<std::conditional_t<std::is_reference_v<T>, std::reference_wrapper<std::remove_reference_t<T>>, T>>
        value_;
};

template <> class Value<void> {
  public:
    void set_value() noexcept {}
    template <class F> void set_from(F&& function) { function(); }
    void take() const noexcept {}
    void get() const noexcept {}
};

/// The same, or an exception, which take() and get() then throw.
template <class T> struct Result : Value<T> {
    T take() { return rethrow_error(), Value<T>::take(); }
    decltype(auto) get() const { return rethrow_error(), Value<T>::get(); }
    void rethrow_error() const {
        if (error) std::rethrow_exception(error);
    }
    std::exception_ptr error;
};
}  // namespace aio
