#include "runtime/reactor/timer_heap.hpp"
#include <algorithm>

namespace aio {
void TimerHeap::place(std::size_t position, const Node& node) noexcept {
    nodes_[position] = node;
    node.timer->position_ = position;
}

void TimerHeap::sift_up(std::size_t position, const Node& node) noexcept {
    while (position > 0) {
        const std::size_t parent = (position - 1) / children;
        if (!node.before(nodes_[parent])) break;
        place(position, nodes_[parent]);
        position = parent;
    }
    place(position, node);
}

void TimerHeap::sift_down(std::size_t position, const Node& node) noexcept {
    for (std::size_t first; (first = position * children + 1) < nodes_.size();) {
        std::size_t least = first;
        for (std::size_t i = first + 1; i < std::min(first + children, nodes_.size()); ++i)
            if (nodes_[i].before(nodes_[least])) least = i;
        if (!nodes_[least].before(node)) break;
        place(position, nodes_[least]);
        position = least;
    }
    place(position, node);
}

// [arm]
void TimerHeap::arm(Timer& timer, TimePoint deadline) {
    const Node node{deadline, sequence_++, &timer};
    nodes_.push_back(node);
    sift_up(nodes_.size() - 1, node);
}
// [/arm]

// [start]
void TimerHeap::start(TimePoint now) {
    while (Entry* entry = to_start_.pop_front()) {
        Timer& timer = static_cast<Timer&>(*entry);
        arm(timer, saturating_add(now, timer.delay_));
    }
}
// [/start]

void TimerHeap::disarm(Timer& timer) noexcept {
    if (!timer.armed()) return;
    const std::size_t hole = timer.position_;
    timer.position_ = Timer::not_armed;
    const Node last = nodes_.back();
    nodes_.pop_back();
    if (last.timer == &timer) return;
    if (hole > 0 && last.before(nodes_[(hole - 1) / children]))
        sift_up(hole, last);
    else
        sift_down(hole, last);
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
