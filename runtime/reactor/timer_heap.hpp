// The timers of a loop, the earliest first.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>
#include "runtime/reactor/clock.hpp"
#include "runtime/reactor/entry.hpp"

namespace aio {
class TimerHeap;

/// An entry that the loop will run at a moment. Its owner takes it out of the heap before it is destroyed.
struct Timer : Entry {
    bool armed() const noexcept { return heap != nullptr; }
    TimerHeap* heap = nullptr;  ///< where it is armed
    union {
        std::size_t position;       ///< in the heap
        Duration delay_from_start;  ///< of arm_from_start(), before it is armed
    };
  protected:
    Timer() noexcept : position(0) {}
    ~Timer() = default;
};

/// A heap with four children a node: half the levels of a binary one, and so half the writes of `position` into timers
/// that have long left the cache. Equal deadlines come out in the order in which they went in.
class TimerHeap {
  public:
    bool empty() const noexcept { return nodes_.empty(); }
    /// The earliest deadline; nothing where no timer is set.
    std::optional<TimePoint> next() const noexcept {
        return empty() ? std::nullopt : std::optional(nodes_.front().deadline);
    }
    /// O(log n). `timer` must not be armed.
    void arm(Timer& timer, TimePoint deadline);
    /// Arms `timer` for `delay` after the next start(), and until then just lists it: one that is called off meanwhile,
    /// as most time limits are, costs neither a reading of the clock nor a place in the heap.
    void arm_from_start(Timer& timer, Duration delay) noexcept {
        timer.delay_from_start = delay;
        to_start_.push_back(timer);
    }
    void start(TimePoint now);
    /// O(log n). Does nothing if `timer` is not armed.
    void disarm(Timer& timer) noexcept;
    /// Moves every timer with a deadline up to `now` behind `ready`, in order. Returns how many.
    std::size_t take_due(TimePoint now, EntryList& ready) noexcept;
  private:
    static constexpr std::size_t children = 4;
    struct Node {
        TimePoint deadline;
        std::uint64_t sequence;
        Timer* timer;
        auto operator<=>(const Node&) const noexcept = default;
    };
    void place(std::size_t position, const Node& node) noexcept;
    void sift_up(std::size_t position, const Node& node) noexcept;
    void sift_down(std::size_t position, const Node& node) noexcept;
    EntryList to_start_;
    std::vector<Node> nodes_;
    std::uint64_t sequence_ = 0;
};
}  // namespace aio
