// What call_soon and its sisters return: a callback that can be called off.
#pragma once
#include "runtime/reactor/ref.hpp"
#include "runtime/reactor/timer_heap.hpp"

namespace aio {
class EventLoop;

namespace detail {
/// A callback that was handed to the loop. It begins with the reference of the list or heap in which it will stand.
struct Call : RefCounted<Call>, Timer {
    explicit Call(EventLoop& l) noexcept : loop(l) { retain(); }
    virtual ~Call() = default;
    virtual void call() = 0;
    void run() noexcept final;
    void discard() noexcept final { release(); }
    void cancel();
    EventLoop& loop;
    TimePoint when{};
    bool cancelled = false;
};

template <class F> struct CallOf final : Call {
    CallOf(EventLoop& l, F f) : Call(l), function(std::move(f)) {}
    void call() override { function(); }
    F function;
};
}  // namespace detail

/// asyncio.Handle, and TimerHandle: a shared handle of a callback. Dropping it does not call the callback off.
class Handle {
  public:
    Handle() = default;
    explicit Handle(Ref<detail::Call> call) noexcept : call_(std::move(call)) {}
    /// The callback won't run. Without effect when it has run, or on a handle of nothing. Throws RuntimeError in a
    /// wrong thread.
    void cancel() {
        if (call_) call_->cancel();
    }
    bool cancelled() const noexcept { return call_ && call_->cancelled; }
    /// The moment of a call_at() or call_later().
    TimePoint when() const noexcept { return call_ ? call_->when : TimePoint{}; }
  private:
    Ref<detail::Call> call_;
};
using TimerHandle = Handle;
}  // namespace aio
