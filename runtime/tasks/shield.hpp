// shield(): what is awaited through it is not cancelled with its awaiter.
#pragma once
#include "runtime/tasks/task.hpp"

namespace aio {
namespace detail {

/// F: the handle of what is shielded.
template <class F, class T = typename F::value_type> class ShieldState final : public FutureStateOf<T>,
                                                                               public Composite {
  public:
    explicit ShieldState(const F& inner_future) : inner(inner_future) {
        Tasks::current().composites.push_back(*this);
        this->retain();  // for the callback
        inner.state().add_callback(inner_done_);
    }
    /// Ends the outer future alone. If the inner one fails later, its exception is its own again.
    bool cancel() override {
        if (!FutureState::cancel()) return false;
        if (!inner.done()) dissolve();
        return true;
    }
    std::string what() const override { return "a shield"; }
    void inner_done() noexcept {
        inner.state().error_retrieved = true;
        if (!this->done()) complete_as_inner();
        dissolve();
    }
    void dissolve() noexcept override {
        inner_done_.unlink();
        ListHook<Composite>::unlink();
        this->release();
    }
    const F inner;
  private:
    struct InnerDone final : Entry {
        explicit InnerDone(ShieldState& s) : shield(s) {}
        void run() noexcept override { shield.inner_done(); }
        const Entry* wakes() const noexcept override { return &shield; }
        ShieldState& shield;
    };

    void complete_as_inner() noexcept {
        if (inner.cancelled()) return this->complete(FutureState::Phase::cancelled);
        try {
            if constexpr (std::is_void_v<T>)
                inner.take();
            else
                this->result_.set_value(inner.take());
            this->complete(FutureState::Phase::finished);
        } catch (...) { this->fail(std::current_exception()); }
    }

    InnerDone inner_done_{*this};
};
}  // namespace detail

/// A future that ends as `awaitable` does. Cancelling it, or a task that awaits it, does not reach the awaitable; the
/// task gets CancelledError all the same. Anything but a future is made a task: keep a handle of it. asyncio.shield.
template <detail::Awaitable A> auto shield(A&& awaitable) {
    using F = detail::future_t<A>;
    using T = typename F::value_type;
    const F inner = ensure_future(std::forward<A>(awaitable));
    if constexpr (std::same_as<F, Future<T>> || std::same_as<F, Task<T>>)
        if (inner.done()) return Future<T>(Ref(&inner.state()));  // nothing is left to shield
    const Ref shield(new detail::ShieldState<F>(inner));
    if (shield->inner.done()) shield->inner_done();  // with no turn of the loop
    return Future<T>(shield);
}
}  // namespace aio
