// What call_soon and its sisters return: a callback that can be called off.
#pragma once
#include <utility>
#include "runtime/reactor/ref.hpp"
#include "runtime/reactor/timer_heap.hpp"

namespace aio {
class EventLoop;

namespace detail {
/// A callback that was handed to the loop. The list or heap in which it stands holds a reference to it.
class Call : public RefCounted<Call>, public Timer {
  public:
    explicit Call(EventLoop& loop) noexcept : loop_(loop) {}
    virtual ~Call() = default;
    void run() noexcept final;
    void discard() noexcept final { release(); }
    void cancel() noexcept;

    TimePoint when{};
    bool cancelled = false;
  private:
    virtual void call() = 0;
    EventLoop& loop_;
};

template <class F> class CallOf final : public Call {
  public:
    CallOf(EventLoop& loop, F function) : Call(loop), function_(std::move(function)) {}
  private:
    void call() override { function_(); }
    F function_;
};
}  // namespace detail

/// asyncio.Handle: a shared handle of a callback. Dropping it does not call the callback off.
class Handle {
  public:
    Handle() = default;
    explicit Handle(Ref<detail::Call> call) noexcept : call_(std::move(call)) {}
    /// The callback won't run. Without effect when it has run, or on a handle of nothing.
    void cancel() noexcept {
        if (call_) call_->cancel();
    }
    bool cancelled() const noexcept { return call_ && call_->cancelled; }
  protected:
    Ref<detail::Call> call_;
};

/// asyncio.TimerHandle: what call_later and call_at return.
struct TimerHandle : Handle {
    using Handle::Handle;
    TimePoint when() const noexcept { return call_ ? call_->when : TimePoint{}; }
};
}  // namespace aio
