// What is in a queue, and which item comes out next.
#pragma once
#include <algorithm>
#include <optional>
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
        std::vector<std::optional<T>> slots(wider);
        for (std::size_t i = 0; i < size_; ++i) slots[i].emplace(std::move(*slot(i)));
        slots_ = std::move(slots);
        capacity_ = wider;
        first_ = 0;
    }

    std::vector<std::optional<T>> slots_;
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
  protected:
    std::vector<T> items_;
};

/// The smallest first, by `<`. The standard library's heap takes the same steps as Python's heapq, so equal items leave
/// in its order; a test holds that.
template <class T> class SmallestFirst : public Lifo<T> {
  public:
    void push(T item) {
        Lifo<T>::push(std::move(item));
        std::push_heap(this->items_.begin(), this->items_.end(), comes_later);
    }
    T pop() {
        std::pop_heap(this->items_.begin(), this->items_.end(), comes_later);
        return Lifo<T>::pop();
    }
  private:
    static bool comes_later(const T& a, const T& b) { return b < a; }
};
}  // namespace aio::detail
