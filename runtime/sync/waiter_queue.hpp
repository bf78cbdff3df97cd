// Those who wait for a lock, a slot, an event: in the order in which they came.
#pragma once
#include "runtime/tasks/waiting.hpp"

namespace aio::detail {
class WaiterQueue;

/// Stands at the end of a queue. Lives in the frame that awaits it, and leaves the queue with that.
class QueuedWaiter : public Waiter, public ListHook<QueuedWaiter> {
  public:
    explicit QueuedWaiter(WaiterQueue& q) noexcept;
    std::string what() const override;
    const WaiterQueue* const queue;
};

/// asyncio's deque of futures. One that was woken or cancelled stays in its place until its task has run: on such
/// details the fairness of the locks rests.
class WaiterQueue : public IntrusiveList<QueuedWaiter> {
  public:
    /// `name`: what is waited for here. `holder`: the number of the task that has it.
    explicit WaiterQueue(const char* name = "", const std::uint64_t* holder = nullptr) noexcept
        : name_(name), holder_(holder) {}
    const char* name() const noexcept { return name_; }
    std::uint64_t holder() const noexcept { return holder_ ? *holder_ : 0; }  ///< 0: nobody
    bool any_not_cancelled() const noexcept {
        for (const QueuedWaiter* w = front(); w; w = after(*w))
            if (!w->cancelled()) return true;
        return false;
    }
    /// Wakes the first `most` of those that are neither woken nor cancelled, and returns how many there were.
    std::size_t wake(std::size_t most) {
        std::size_t woken = 0;
        for (QueuedWaiter* w = front(); w && woken < most; w = after(*w)) woken += w->wake();
        return woken;
    }
    /// Throws RuntimeError where wake() would: for who must not change anything before that.
    void require_own_thread() const {
        if (!empty()) front_requires_own_thread();
    }
    std::size_t wake_all() { return wake(static_cast<std::size_t>(-1)); }
  private:
    [[gnu::noinline]] void front_requires_own_thread() const {  // apart, for it is seldom asked
        if (const TaskState* task = front()->task()) task->loop()->require_own_thread();
    }

    const char* name_;
    const std::uint64_t* holder_;
};

inline QueuedWaiter::QueuedWaiter(WaiterQueue& q) noexcept : queue(&q) { q.push_back(*this); }
inline std::string QueuedWaiter::what() const { return queue->name(); }
}  // namespace aio::detail
