// Most awaits of a lock or queue need not wait: they shall not pay for a coroutine.
#pragma once
#include <tuple>
#include "runtime/coroutine/coroutine.hpp"

namespace aio::detail {
/// `co_await` of an operation that mostly need not wait, by three methods of `object`. If `ready(held...)`, its result
/// is what `now(held...)` returns; else `slowly(held...)` is called, a coroutine that waits, and awaited in place. What
/// is held until then, an item to put say, is moved to the one that does the work.
template <auto ready, auto now, auto slowly, class Object, class... Held> class TryFirst {
    using T = typename std::invoke_result_t<decltype(slowly), Object&, Held...>::value_type;
  public:
    explicit TryFirst(Object& object, Held... held) : object_(&object), held_(std::move(held)...) {}

    class Awaiter {
      public:
        explicit Awaiter(TryFirst operation) : operation_(std::move(operation)) {}
        bool await_ready() { return operation_.template call<ready>(); }
        template <class P> void await_suspend(std::coroutine_handle<P> awaiting) {
            waiting_ = operation_.template call<slowly>().release();
            waiting_.await_suspend(awaiting);
        }
        T await_resume() { return waiting_ ? waiting_.await_resume() : operation_.template call<now>(); }
        Object& object() const noexcept { return *operation_.object_; }
      private:
        TryFirst operation_;
        Started<T> waiting_;
    };
    Awaiter operator co_await() const& { return Awaiter(*this); }
    Awaiter operator co_await() && { return Awaiter(std::move(*this)); }
  private:
    template <auto method> auto call() {
        return std::apply([&](Held&... held) { return (object_->*method)(std::move(held)...); }, held_);
    }

    Object* object_;
    [[no_unique_address]] std::tuple<Held...> held_;
};

template <auto ready, auto now, auto slowly, class Object, class... Held> auto try_first(Object& object, Held... held) {
    return TryFirst<ready, now, slowly, Object, Held...>(object, std::move(held)...);
}
}  // namespace aio::detail
