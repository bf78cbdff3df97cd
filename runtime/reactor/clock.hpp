// The two clocks that a loop can have: the kernel's monotonic one, and one that jumps.
#pragma once
#include <chrono>

namespace aio {
/// Whole nanoseconds; `1s` and `250ms` convert by themselves.
using Duration = std::chrono::nanoseconds;
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
