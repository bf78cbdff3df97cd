// Barrier: wait for each other.
#pragma once
#include "runtime/sync/condition.hpp"

namespace aio {
/// Somebody aborted the barrier, or reset it while this task waited there.
struct BrokenBarrierError : RuntimeError {
    using RuntimeError::RuntimeError;
};

/// asyncio.Barrier of 3.11.2: where a fixed number of tasks meet, again and again. It must outlive those who wait.
class Barrier {
  public:
    /// `parties`: how many must come before all go on. Throws ValueError if it is less than 1.
    explicit Barrier(int parties);
    /// Waits until all parties are here, and returns which of them this one is, counted from 0 as they came. While
    /// those of the round before leave, it waits for that first. Cancelled, it leaves, and its place is free again.
    /// Throws BrokenBarrierError.
    Coroutine<int> wait();
    /// Those who wait get BrokenBarrierError; whoever comes then starts a new round.
    Coroutine<void> reset();
    /// Those who wait, and all who will come, get BrokenBarrierError until reset().
    Coroutine<void> abort();
    int parties() const noexcept { return parties_; }
    /// How many wait for the others; none while they leave.
    int n_waiting() const noexcept { return state_ == State::filling ? count_ : 0; }
    bool broken() const noexcept { return state_ == State::broken; }

    // For with(): `co_await aio::with(barrier, [&](int& index) -> aio::Coroutine<void> { ... });` waits, then runs it.
    Coroutine<int> aenter() { return wait(); }
    Coroutine<void> aexit(const std::exception_ptr&) { co_return; }
  private:
    enum class State : std::uint8_t { filling, draining, resetting, broken };
    void change(State state);
    void leave();

    const int parties_;
    int count_ = 0;  // how many are inside
    State state_ = State::filling;
    Condition changed_;
};
}  // namespace aio
