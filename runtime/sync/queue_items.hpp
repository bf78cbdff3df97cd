// What is in a queue, and which item comes out next.
#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace aio::detail {
/// First in, first out: a ring, which keeps the room that it once needed.
template <class T> class Fifo {
  public:
    std::size_t size() const noexcept { return size_; }
    void push(T item) {
        if (size_ == capacity_) grow();
        slot(size_).emplace(std::move(item));
        ++size_;
    }
    T pop() {
        T item = std::move(*slot(0));
        slot(0).reset();
        ++first_;
        --size_;
        return item;
    }
  private:
    std::optional<T>& slot(std::size_t i) noexcept { return slots_[(first_ + i) & (capacity_ - 1)]; }
    void grow() {
        const std::size_t wider = std::max<std::size_t>(8, 2 * capacity_);  // a power of two
        auto slots = std::make_unique<std::optional<T>[]>(wider);
        for (std::size_t i = 0; i < size_; ++i) slots[i].emplace(std::move(*slot(i)));
        slots_ = std::move(slots);
        capacity_ = wider;
        first_ = 0;
    }

    std::unique_ptr<std::optional<T>[]> slots_;
    std::size_t capacity_ = 0;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

/// Last in, first out.
template <class T> class Lifo {
  public:
    std::size_t size() const noexcept { return items_.size(); }
    void push(T item) { items_.push_back(std::move(item)); }
    T pop() {
        T item = std::move(items_.back());
        items_.pop_back();
        return item;
    }
  private:
    std::vector<T> items_;
};

/// The smallest first, by `<`: Python's heapq step by step, so that equal items leave in its order.
template <class T> class SmallestFirst {
  public:
    std::size_t size() const noexcept { return heap_.size(); }
    void push(T item) {
        heap_.push_back(std::move(item));
        move_up(heap_.size() - 1);
    }
    T pop() {
        T last = std::move(heap_.back());
        heap_.pop_back();
        if (heap_.empty()) return last;
        T smallest = std::move(heap_.front());
        const std::size_t hole = move_hole_down();
        heap_[hole] = std::move(last);
        move_up(hole);
        return smallest;
    }
  private:
    void move_up(std::size_t i) {
        T item = std::move(heap_[i]);
        for (; i > 0 && item < heap_[(i - 1) / 2]; i = (i - 1) / 2) heap_[i] = std::move(heap_[(i - 1) / 2]);
        heap_[i] = std::move(item);
    }
    /// From the root to a leaf, always to the smaller child; returns where the leaf was.
    std::size_t move_hole_down() {
        std::size_t hole = 0;
        for (std::size_t child = 1; child < heap_.size(); child = 2 * hole + 1) {
            if (child + 1 < heap_.size() && !(heap_[child] < heap_[child + 1])) ++child;
            heap_[hole] = std::move(heap_[child]);
            hole = child;
        }
        return hole;
    }

    std::vector<T> heap_;
};
}  // namespace aio::detail
