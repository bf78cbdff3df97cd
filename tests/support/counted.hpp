// Objects that count and tell of their own end: whatever is built must be destroyed, once and in the right order.
#pragma once
#include <string>
#include <utility>

#include "tests/support/log.hpp"

namespace aio::test {

/// Counts the constructions, copies and moves included, and the destructions of its kind.
class Counted {
  public:
    explicit Counted(int number = 0) noexcept : value(number) { ++constructed; }
    Counted(const Counted& other) noexcept : value(other.value) { ++constructed, ++copied; }
    Counted(Counted&& other) noexcept : value(std::exchange(other.value, -1)) { ++constructed; }
    Counted& operator=(const Counted&) = default;
    Counted& operator=(Counted&& other) noexcept {
        value = std::exchange(other.value, -1);
        return *this;
    }
    ~Counted() { ++destroyed; }

    static int alive() noexcept { return constructed - destroyed; }
    static void reset() noexcept { constructed = copied = destroyed = 0; }

    int value;
    static inline int constructed = 0;
    static inline int copied = 0;
    static inline int destroyed = 0;
};

/// Writes its name to a log when it is destroyed.
class Farewell {
  public:
    Farewell(Log& log, std::string name) : log_(log), name_(std::move(name)) {}
    Farewell(const Farewell&) = delete;
    Farewell& operator=(const Farewell&) = delete;
    ~Farewell() { log_(name_); }
  private:
    Log& log_;
    std::string name_;
};

}  // namespace aio::test
