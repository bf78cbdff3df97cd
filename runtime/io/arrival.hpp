// How a task waits for what a connection brings.
#pragma once
#include "runtime/io/stream.hpp"
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

/// `co_await` it for more to read than there was, the end, or an error. Cancelled, it takes nothing. When its frame
/// is destroyed nobody waits any more.
class Arrival : public Waitable {
  public:
    explicit Arrival(Stream& stream) noexcept : stream_(&stream) {}
    ~Arrival() {
        if (waits()) stream_->reader = nullptr;
    }
    bool cancel() noexcept override { return cancelled_ = waits() && stream_->wake_reader(); }

    bool await_ready() noexcept { return is_ready(stream_->receive_more()); }
    void await_suspend(std::coroutine_handle<>);
    void await_resume();
    auto operator co_await() noexcept { return AwaiterReference<Arrival>{*this}; }
  protected:
    /// Notes whether there is something already. That is a matter of a turn at most.
    bool is_ready(bool arrived) noexcept {
        arrived_ = arrived;
        return arrived && ImmediateCompletions::allow_one();
    }
    bool has_arrived() const noexcept { return arrived_; }

    Ref<Stream> stream_;
  private:
    /// Not when it was woken already: then another task may be the reader.
    bool waits() const noexcept { return stream_->reader && stream_->reader->waiting() == this; }

    bool arrived_ = false;
    bool cancelled_ = false;
};
}  // namespace aio::detail
