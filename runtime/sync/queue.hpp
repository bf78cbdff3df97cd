// Queue: items go from those who make them to those who use them.
#pragma once
#include "runtime/sync/event.hpp"
#include "runtime/sync/queue_items.hpp"

namespace aio {
/// Thrown by put_nowait().
struct QueueFull : std::exception {
    const char* what() const noexcept override { return "the queue is full"; }
};
/// Thrown by get_nowait().
struct QueueEmpty : std::exception {
    const char* what() const noexcept override { return "the queue is empty"; }
};
/// Thrown where nothing can be put any more, or nothing is left to get.
struct QueueShutDown : std::exception {
    const char* what() const noexcept override { return "the queue was shut down"; }
};

/// asyncio.Queue of 3.11.2, and shutdown() of 3.13. It must outlive those who wait for it. `Order` says which item
/// comes out next.
template <class T, class Order = detail::Fifo<T>> class Queue {
  public:
    using value_type = T;

    /// `maxsize`: how many items it holds before put() waits; 0: there is no limit.
    explicit Queue(std::size_t maxsize = 0) : maxsize_(maxsize) { finished_.set(); }
    std::size_t qsize() const noexcept { return items_.size(); }
    std::size_t maxsize() const noexcept { return maxsize_; }
    bool empty() const noexcept { return qsize() == 0; }
    bool full() const noexcept { return maxsize_ > 0 && qsize() >= maxsize_; }
    /// `co_await queue.put(item)` waits while the queue is full; if it is not, it does not suspend. Cancelled while it
    /// waits, it has put nothing. Throws QueueShutDown.
    auto put(T item) {
        return detail::try_first<&Queue::has_room_for, &Queue::put_nowait, &Queue::put_slowly>(*this, std::move(item));
    }
    /// Throws QueueFull, QueueShutDown.
    void put_nowait(T item) {
        if (shut_down_) throw QueueShutDown();
        if (full()) throw QueueFull();
        getters_.require_own_thread();
        items_.push(std::move(item));
        ++unfinished_;
        finished_.clear();
        wake_next(getters_);
    }
    /// `T item = co_await queue.get()` waits while the queue is empty; if it is not, it does not suspend. One who is
    /// woken may find that somebody else was quicker, and waits again, behind the others. Cancelled while it waits, it
    /// has taken nothing. Throws QueueShutDown when the queue is shut down and empty.
    auto get() { return detail::try_first<&Queue::has_items, &Queue::get_nowait, &Queue::get_slowly>(*this); }
    /// Throws QueueEmpty, QueueShutDown.
    T get_nowait() {
        if (empty() && shut_down_) throw QueueShutDown();
        if (empty()) throw QueueEmpty();
        putters_.require_own_thread();
        T item = items_.pop();
        wake_next(putters_);
        return item;
    }
    /// Says that the work on an item is done that was got before. Throws ValueError if that was said of all items put.
    void task_done() {
        if (unfinished_ == 0) throw ValueError("task_done() called too many times");
        if (unfinished_ == 1) finished_.set();
        --unfinished_;
    }
    /// `co_await queue.join()` waits until task_done() was called for each item that was put.
    auto join() { return finished_.wait(); }
    /// From now on nothing can be put, and when the last item is out, nothing got: who tries, or waits already, gets
    /// QueueShutDown. `immediate` throws away what is left, as if it were done.
    void shutdown(bool immediate = false) {
        getters_.require_own_thread();
        putters_.require_own_thread();
        shut_down_ = true;
        for (; immediate && !empty(); unfinished_ -= unfinished_ > 0) items_.pop();
        if (unfinished_ == 0) finished_.set();
        while (wake_next(getters_)) {}
        while (wake_next(putters_)) {}
    }
    /// The task that the next put() wakes, null if there is none. For the call graph.
    const Entry* next_getter() const noexcept { return getters_.empty() ? nullptr : getters_.front()->task(); }
  private:
    bool has_room_for(const T&) const noexcept { return !full(); }
    bool has_items() const noexcept { return !empty(); }
    Coroutine<void> put_slowly(T item) {
        co_await wait_while(&Queue::full, putters_);
        put_nowait(std::move(item));
    }
    Coroutine<T> get_slowly() {
        co_await wait_while(&Queue::empty, getters_);
        co_return get_nowait();
    }
    Coroutine<void> wait_while(bool (Queue::*blocked)() const noexcept, detail::WaiterQueue& waiters) {
        while ((this->*blocked)()) {
            if (shut_down_) throw QueueShutDown();
            detail::QueuedWaiter waiter(waiters);
            try {
                co_await waiter;
            } catch (const CancelledError&) {
                if (!(this->*blocked)() && !waiter.cancelled()) wake_next(waiters);  // the next shall look
                throw;
            }
        }
    }
    /// Unlike those of a lock, these leave their queue when they are woken: what they waited for is not yet theirs.
    static bool wake_next(detail::WaiterQueue& waiters) {
        while (detail::QueuedWaiter* waiter = waiters.pop_front())
            if (waiter->wake()) return true;
        return false;
    }

    Order items_;
    const std::size_t maxsize_;
    std::size_t unfinished_ = 0;
    bool shut_down_ = false;
    Event finished_;
    detail::WaiterQueue getters_{"an item of a queue"}, putters_{"room in a queue"};
};

/// The smallest item first, by `<`. A std::pair of a priority and what it is about is a good item.
template <class T> using PriorityQueue = Queue<T, detail::SmallestFirst<T>>;
/// The newest item first.
template <class T> using LifoQueue = Queue<T, detail::Lifo<T>>;
}  // namespace aio
