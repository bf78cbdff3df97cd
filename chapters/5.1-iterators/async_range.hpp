// Python's range(), with a wait before each number.
#pragma once
#include <chrono>
#include <optional>

#include "runtime/aio.hpp"

// [range]
/// Can be iterated over as often as you like: each aiter() begins anew.
class AsyncRange {
  public:
    explicit AsyncRange(int stop) : AsyncRange(0, stop) {}
    AsyncRange(int start, int stop, int step = 1) : start_(start), stop_(stop), step_(step) {
        if (step == 0) throw aio::ValueError("AsyncRange: a step of 0 never ends");
    }

    class Iterator {
      public:
        Iterator(int start, int stop, int step) : current_(start), stop_(stop), step_(step) {}

        /// The next number; nothing at the end. Cancelled, it has taken none.
        aio::Coroutine<std::optional<int>> next() {
            if (step_ > 0 ? current_ >= stop_ : current_ <= stop_) co_return std::nullopt;
            co_await aio::sleep(std::chrono::milliseconds(100));
            const int value = current_;
            current_ += step_;  // only now: a cancel during the wait loses no number
            co_return value;
        }
      private:
        int current_, stop_, step_;
    };
    Iterator aiter() const { return Iterator(start_, stop_, step_); }
  private:
    int start_, stop_, step_;
};
// [/range]
