// shield(): what is awaited through it is not cancelled with its awaiter.
#pragma once
#include "runtime/tasks/gather.hpp"

namespace aio {
namespace detail {
/// A gathering of one, which does not pass a cancellation on. F: the handle of what is shielded.
template <class F, class T = typename F::value_type> struct ShieldState final : FutureStateOf<T>, Gathering {
    explicit ShieldState(const F& inner) : Gathering(*this, 1, true) { add(inner); }
    /// Ends the outer future alone. If the inner one fails later, its exception is its own again.
    bool cancel() override {
        if (!FutureState::cancel()) return false;
        if (!child(0).done()) dissolve();
        return true;
    }
    std::string what() const override { return "a shield"; }
  private:
    void collect() override {
        const F inner(Ref(&child(0)));
        if (inner.cancelled()) return this->complete(FutureState::Phase::cancelled);
        this->result_.set_from([&]() -> T { return inner.take(); });
        this->complete(FutureState::Phase::finished);
    }
};
}  // namespace detail

/// A future that ends as `awaitable` does. Cancelling it, or a task that awaits it, does not reach the awaitable; the
/// task gets CancelledError all the same. Anything but a future is made a task: keep a handle of it. asyncio.shield.
template <detail::Awaitable A> auto shield(A&& awaitable) {
    using F = detail::future_t<A>;
    using T = typename F::value_type;
    const F inner = ensure_future(std::forward<A>(awaitable));
    if constexpr (std::same_as<F, Future<T>> || std::same_as<F, Task<T>>)
        if (inner.done()) return Future<T>(Ref(&inner.state()));
    const Ref shield(new detail::ShieldState<F>(inner));
    if (inner.done()) shield->finish();
    return Future<T>(shield);
}
}  // namespace aio
