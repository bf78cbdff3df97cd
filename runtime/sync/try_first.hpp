// Most awaits of a lock or queue need not wait: they shall not pay for a coroutine.
#pragma once
#include <tuple>
#include "runtime/coroutine/coroutine.hpp"

namespace aio::detail {
/// `co_await` of an operation that mostly need not wait. If `ready(object, held...)`, its result is what
/// `now(object, held...)` returns; else `slowly(object, held...)` is called, a coroutine that waits, and awaited in
/// place. What is held until then, an item to put say, both may move from.
template <class Object, class Ready, class Now, class Slowly, class... Held> class TryFirst {
    using T = typename std::invoke_result_t<Slowly&, Object&, Held&...>::value_type;
  public:
    TryFirst(Object& object, Ready ready, Now now, Slowly slowly, Held... held)
        : object_(&object), ready_(ready), now_(now), slowly_(slowly), held_(std::move(held)...) {}

    TryFirst operator co_await() const& { return *this; }
    TryFirst operator co_await() && { return std::move(*this); }
    bool await_ready() { return call(ready_); }
    template <class P> void await_suspend(std::coroutine_handle<P> awaiting) {
        waiting_ = call(slowly_).release();
        waiting_.await_suspend(awaiting);
    }
    T await_resume() { return waiting_ ? waiting_.await_resume() : call(now_); }
    Object& object() const noexcept { return *object_; }
  private:
    template <class F> auto call(F& function) {
        return std::apply([&](Held&... held) { return function(*object_, held...); }, held_);
    }

    Object* object_;
    [[no_unique_address]] Ready ready_;
    [[no_unique_address]] Now now_;
    [[no_unique_address]] Slowly slowly_;
    [[no_unique_address]] std::tuple<Held...> held_;
    Started<T> waiting_;
};

template <auto method> struct Method {
    template <class Object, class... Held> auto operator()(Object& object, Held&... held) const {
        return (object.*method)(std::move(held)...);
    }
};
/// The same with methods of `object`, to which what is held is moved.
template <auto ready, auto now, auto slowly, class Object, class... Held>
auto try_first(Object& object, Held&&... held) {
    return TryFirst(object, Method<ready>(), Method<now>(), Method<slowly>(), std::forward<Held>(held)...);
}
}  // namespace aio::detail
