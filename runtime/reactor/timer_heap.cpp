#include "runtime/reactor/timer_heap.hpp"
#include <algorithm>

namespace aio {
void TimerHeap::place(std::size_t position, const Node& node) noexcept {
    nodes_[position] = node;
    node.timer->position = position;
}

void TimerHeap::sift_up(std::size_t position, const Node& node) noexcept {
    for (std::size_t parent; position > 0; position = parent) {
        parent = (position - 1) / children;
        if (nodes_[parent] < node) break;
        place(position, nodes_[parent]);
    }
    place(position, node);
}

void TimerHeap::sift_down(std::size_t position, const Node& node) noexcept {
    for (std::size_t least; (least = position * children + 1) < nodes_.size(); position = least) {
        const std::size_t end = std::min(least + children, nodes_.size());
        for (std::size_t i = least + 1; i < end; ++i)
            if (nodes_[i] < nodes_[least]) least = i;
        if (node < nodes_[least]) break;
        place(position, nodes_[least]);
    }
    place(position, node);
}

// [arm]
void TimerHeap::arm(Timer& timer, TimePoint deadline) {
    const Node node{deadline, sequence_++, &timer};
    nodes_.push_back(node);
    timer.heap = this;
    sift_up(nodes_.size() - 1, node);
}
// [/arm]

// [start]
void TimerHeap::start(TimePoint now) {
    while (Entry* entry = to_start_.pop_front()) {
        Timer& timer = static_cast<Timer&>(*entry);
        arm(timer, saturating_add(now, timer.delay_from_start));
    }
}
// [/start]

void TimerHeap::disarm(Timer& timer) noexcept {
    if (!timer.armed()) return;
    const std::size_t hole = timer.position;
    timer.heap = nullptr;
    const Node last = nodes_.back();
    nodes_.pop_back();
    if (last.timer == &timer) return;
    sift_down(hole, last);
    sift_up(last.timer->position, last);
}

// [take]
std::size_t TimerHeap::take_due(TimePoint now, EntryList& ready) noexcept {
    std::size_t taken = 0;
    for (; !empty() && nodes_.front().deadline <= now; ++taken) {
        Timer& timer = *nodes_.front().timer;
        disarm(timer);
        ready.push_back(timer);
    }
    return taken;
}
// [/take]
}  // namespace aio
