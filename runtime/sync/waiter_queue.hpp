// Those who wait for a lock, a slot, an event: in the order in which they came.
#pragma once
#include <cstddef>
#include "runtime/tasks/waiting.hpp"

namespace aio::detail {
/// Lives in the frame that awaits it, and leaves the queue with that.
class QueuedWaiter : public Waiter, public ListHook<QueuedWaiter> {};

/// asyncio's deque of futures. One that was woken or cancelled stays in its place until its task has run: on such
/// details the fairness of the locks rests.
class WaiterQueue : public IntrusiveList<QueuedWaiter> {
  public:
    bool any_not_cancelled() const noexcept {
        for (const QueuedWaiter* w = front(); w; w = after(*w))
            if (!w->cancelled()) return true;
        return false;
    }

    /// Wakes the first `most` of those that are neither woken nor cancelled, and returns how many there were.
    std::size_t wake(std::size_t most) noexcept {
        std::size_t woken = 0;
        for (QueuedWaiter* w = front(); w && woken < most; w = after(*w)) woken += w->wake();
        return woken;
    }
    std::size_t wake_all() noexcept { return wake(static_cast<std::size_t>(-1)); }
};
}  // namespace aio::detail
