// How a task waits for a descriptor.
#pragma once
#include "runtime/reactor/descriptor.hpp"
#include "runtime/tasks/sleep.hpp"

namespace aio::detail {
/// What succeeds at once completes at once, but not for ever: who always finds something to read would keep the loop
/// for itself. After so many such completions in a row, whoever's they are, the next one takes a turn of the loop.
class ImmediateCompletions {
  public:
    static bool spent() noexcept { return in_a_row >= most; }
    static bool allow_one() noexcept { return !spent() && ++in_a_row; }
    static void start_again() noexcept { in_a_row = 0; }
    /// `co_await` it where one was refused.
    static auto take_a_turn() noexcept {
        start_again();
        return sleep(Duration(0));
    }
  private:
    static constexpr unsigned most = 32;
    static thread_local constinit unsigned in_a_row;
};
inline thread_local constinit unsigned ImmediateCompletions::in_a_row = 0;

/// Suspends a task until its descriptor can be read, or written. The task itself stands in the descriptor's list. To be
/// used after EAGAIN; whether the descriptor was closed meanwhile the caller finds out by trying again. Cancelled, it
/// leaves the list.
class Readiness : public Waitable {
  public:
    enum class Direction : std::uint8_t { reading, writing };
    Readiness(Descriptor& descriptor, Direction direction) noexcept : descriptor_(descriptor), direction_(direction) {}

    bool cancel() noexcept override {
        return cancelled_ = direction_ == Direction::reading ? descriptor_.wake_reader() : descriptor_.wake_writer();
    }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) {
        TaskState& task = TaskState::current();
        direction_ == Direction::reading ? descriptor_.wait_readable(task) : descriptor_.wait_writable(task);
        task.suspend_until(*this);
        ImmediateCompletions::start_again();
    }
    void await_resume() const {
        resumed();
        if (cancelled_) throw CancelledError();
    }
  private:
    Descriptor& descriptor_;
    Direction direction_;
    bool cancelled_ = false;
};
inline Readiness until_readable(Descriptor& descriptor) noexcept { return {descriptor, Readiness::Direction::reading}; }
inline Readiness until_writable(Descriptor& descriptor) noexcept { return {descriptor, Readiness::Direction::writing}; }
}  // namespace aio::detail
