// Most awaits of a lock or queue need not wait: they shall not pay for a coroutine.
#pragma once
#include <coroutine>
#include <tuple>
#include <type_traits>
#include <utility>
#include "runtime/coroutine/coroutine.hpp"

namespace aio::detail {
/// `co_await` of an operation that mostly need not wait. If `ready(object)`, or `ready(object, held...)`, its result is
/// what `now(object, held...)` returns; else `slowly(object, held...)` is called, a coroutine that waits, and awaited
/// in place. What is held until then, an item to put say, both may move from.
template <class Object, class Ready, class Now, class Slowly, class... Held> class TryFirst {
    using Waiting = std::invoke_result_t<Slowly&, Object&, Held&...>;
    using T = typename Waiting::value_type;
  public:
    TryFirst(Object& object, Ready ready, Now now, Slowly slowly, Held... held)
        : object_(&object), ready_(ready), now_(now), slowly_(slowly), held_(std::move(held)...) {}

    class Awaiter {
      public:
        explicit Awaiter(TryFirst operation) : operation_(std::move(operation)) {}
        bool await_ready() {
            if constexpr (std::is_invocable_v<Ready&, Object&, Held&...>)
                return operation_.call(operation_.ready_);
            else
                return operation_.ready_(*operation_.object_);
        }
        template <class P> void await_suspend(std::coroutine_handle<P> awaiting) {
            waiting_ = operation_.call(operation_.slowly_).release();
            waiting_.await_suspend(awaiting);
        }
        T await_resume() { return waiting_ ? waiting_.await_resume() : operation_.call(operation_.now_); }
      private:
        TryFirst operation_;
        Started<T> waiting_;
    };
    Awaiter operator co_await() const& { return Awaiter(*this); }
    Awaiter operator co_await() && { return Awaiter(std::move(*this)); }
  private:
    template <class F> auto call(F& function) {
        return std::apply([&](Held&... held) { return function(*object_, held...); }, held_);
    }

    Object* object_;
    [[no_unique_address]] Ready ready_;
    [[no_unique_address]] Now now_;
    [[no_unique_address]] Slowly slowly_;
    [[no_unique_address]] std::tuple<Held...> held_;
};
}  // namespace aio::detail
