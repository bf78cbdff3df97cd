// The two clocks that a loop can have: the kernel's monotonic one, and one that jumps.
#pragma once
#include <chrono>
#include "runtime/reactor/errors.hpp"

namespace aio {
/// Whole nanoseconds, made of any duration: `1s`, `250ms`, `0.5s`. A part of one counts as one, so that no sleep ends
/// early. What would overflow, as `std::chrono::hours::max()`, is max(): 292 years. Throws ValueError for NaN.
class Duration : public std::chrono::nanoseconds {
    using Nanoseconds = std::chrono::nanoseconds;
  public:
    Duration() = default;
    constexpr explicit Duration(rep count) noexcept : Nanoseconds(count) {}
    constexpr Duration(Nanoseconds other) noexcept : Nanoseconds(other) {}
    template <class Rep, class Period> constexpr Duration(std::chrono::duration<Rep, Period> other)
        : Nanoseconds(saturated(other)) {}
  private:
    template <class Other> static constexpr Nanoseconds saturated(Other other) {
        const std::chrono::duration<double, std::nano> roughly = other;  // which can't overflow
        if (roughly != roughly) throw ValueError("Invalid delay: NaN (not a number)");
        if (roughly >= max()) return max();
        if (roughly <= min()) return min();
        return std::chrono::ceil<Nanoseconds>(other);
    }
};

/// A moment of the loop's clock. Moments of two loops can't be compared when one of them is virtual.
using TimePoint = std::chrono::steady_clock::time_point;

/// `real`: CLOCK_MONOTONIC. `virtual_time`: starts at zero and stands still while anything is ready; then it jumps to
/// the next timer, so that a program which sleeps for an hour ends at once, and always the same way.
enum class ClockKind { real, virtual_time };
/// From AIO_CLOCK: `virtual`, or `real`, which is the default. Throws ValueError for any other word.
ClockKind clock_from_environment();

/// Held at TimePoint::max() where the sum would overflow: a sleep that never ends.
constexpr TimePoint saturating_add(TimePoint moment, Duration delay) noexcept {
    return delay > TimePoint::max() - moment ? TimePoint::max() : moment + delay;
}
}  // namespace aio
