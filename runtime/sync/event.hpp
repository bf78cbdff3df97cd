// Event: many wait until one thing has happened.
#pragma once
#include "runtime/sync/try_first.hpp"
#include "runtime/sync/waiter_queue.hpp"

namespace aio {
/// asyncio.Event of 3.11.2: a flag, false at first. It must outlive those who wait for it.
class Event {
  public:
    bool is_set() const noexcept { return value_; }
    /// Wakes all who wait. They go on even if the event is cleared before they run. Throws RuntimeError, and changes
    /// nothing, in another thread than that of those who wait; so does all that wakes somebody.
    void set() {
        if (!value_) waiters_.wake_all();
        value_ = true;
    }
    /// From now on wait() waits again.
    void clear() noexcept { value_ = false; }
    /// `co_await event.wait()` waits until it is set; if it is, it neither suspends nor allocates.
    auto wait() { return detail::try_first<&Event::is_set, &Event::pass, &Event::wait_slowly>(*this); }
  private:
    void pass() const noexcept {}
    Coroutine<void> wait_slowly() {
        detail::QueuedWaiter waiter(waiters_);
        co_await waiter;
    }

    bool value_ = false;
    detail::WaiterQueue waiters_{"an event"};
};
}  // namespace aio
