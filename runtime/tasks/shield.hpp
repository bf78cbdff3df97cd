// shield(): what is awaited through it is not cancelled with its awaiter.
#pragma once
#include "runtime/tasks/composite.hpp"
#include "runtime/tasks/task.hpp"

namespace aio {

namespace detail {

template <class T>
class ShieldState final : public FutureStateOf<T>, public Composite {
    using Phase = FutureState::Phase;

  public:
    explicit ShieldState(Ref<FutureState> inner) : inner_(std::move(inner)) {
        this->retain();  // for the callback
        register_composite();
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
        explicit InnerDone(ShieldState& state) : shield(state) {}
        void run() noexcept override { shield.inner_done(); }
        ShieldState& shield;
    } inner_done_{*this};

    void inner_done() noexcept {
        inner_->error_retrieved = true;
        if (!this->done() && inner_->cancelled()) {
            this->complete(Phase::cancelled);
        } else if (!this->done()) {
            try {
                copy_result();
            } catch (...) {
                this->result_.error = std::current_exception();
            }
            this->complete(Phase::finished);
        }
        dissolve();
    }

    void copy_result() {
        if constexpr (std::is_void_v<T>)
            value_of<T>(*inner_);
        else
            this->result_.set_value(value_of<T>(*inner_));
    }

    Ref<FutureState> inner_;
};

}  // namespace detail

/// A future that ends as `awaitable` does. Cancelling it, or a task that awaits it, does not reach the awaitable,
/// which runs on; the awaiting task gets CancelledError all the same. Anything but a future is made a task: keep
/// a handle of it where its outcome matters. asyncio.shield.
template <detail::Awaitable A>
auto shield(A&& awaitable) {
    using T = detail::await_result_t<A>;
    const auto inner = ensure_future(std::forward<A>(awaitable));
    Ref<detail::FutureState> state(&inner.state());
    if (!inner.done()) state = Ref<detail::FutureState>(new detail::ShieldState<T>(state));
    return Future<T>(state);
}

}  // namespace aio
