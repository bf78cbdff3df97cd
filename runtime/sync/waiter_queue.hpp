// Those who wait for a lock, a slot, an event: in the order in which they came.
#pragma once
#include "runtime/tasks/waiting.hpp"

namespace aio::detail {
/// Lives in the frame that awaits it, and leaves the queue with that.
class QueuedWaiter : public Waiter, public ListHook<QueuedWaiter> {};

/// One that was woken or cancelled stays in its place until its task has run: asyncio's deque of futures, on
/// whose every detail the fairness of its locks rests.
class WaiterQueue : public IntrusiveList<QueuedWaiter> {
  public:
    bool any_not_cancelled() const noexcept {
        for (const QueuedWaiter* w = front(); w; w = after(*w))
            if (!w->cancelled()) return true;
        return false;
    }

    /// Wakes the first that is neither woken nor cancelled. False if there is none.
    bool wake_next() noexcept {
        for (QueuedWaiter* w = front(); w; w = after(*w))
            if (w->wake()) return true;
        return false;
    }
};
}  // namespace aio::detail
