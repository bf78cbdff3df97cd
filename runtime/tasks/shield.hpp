// shield(): what is awaited through it is not cancelled with its awaiter.
#pragma once
#include "runtime/tasks/task.hpp"

namespace aio {
namespace detail {

template <class T> class ShieldState final : public FutureStateOf<T>, public Composite {
  public:
    explicit ShieldState(Ref<FutureState> inner) : inner_(std::move(inner)) {
        Tasks::current().composites.push_back(*this);
        this->retain();  // for the callback
        inner_->add_callback(inner_done_);
    }
    /// Ends the outer future alone. If the inner one fails later, its exception is its own again.
    bool cancel() override {
        if (!FutureState::cancel()) return false;
        if (!inner_->done()) dissolve();
        return true;
    }
    void dissolve() noexcept override {
        inner_done_.unlink();
        ListHook<Composite>::unlink();
        this->release();
    }
  private:
    struct InnerDone final : Entry {
        explicit InnerDone(ShieldState& s) : shield(s) {}
        void run() noexcept override { shield.inner_done(); }
        ShieldState& shield;
    };

    void inner_done() noexcept {
        inner_->error_retrieved = true;
        if (!this->done()) {
            if (!inner_->cancelled()) copy_outcome();
            this->complete(inner_->cancelled() ? FutureState::Phase::cancelled : FutureState::Phase::finished);
        }
        dissolve();
    }
    void copy_outcome() noexcept {
        try {
            if constexpr (std::is_void_v<T>)
                value_of<T>(*inner_);
            else
                this->result_.set_value(value_of<T>(*inner_));
        } catch (...) { this->result_.error = std::current_exception(); }
    }

    Ref<FutureState> inner_;
    InnerDone inner_done_{*this};
};
}  // namespace detail

/// A future that ends as `awaitable` does. Cancelling it, or a task that awaits it, does not reach the awaitable, which
/// runs on; the awaiting task gets CancelledError all the same. Anything but a future is made a task: keep a handle of
/// it where its outcome matters. asyncio.shield.
template <detail::Awaitable A> auto shield(A&& awaitable) {
    using T = detail::await_result_t<A>;
    const auto inner = ensure_future(std::forward<A>(awaitable));
    Ref<detail::FutureState> state(&inner.state());
    if (!inner.done()) state = Ref<detail::FutureState>(new detail::ShieldState<T>(state));
    return Future<T>(state);
}
}  // namespace aio
