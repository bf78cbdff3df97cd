// How a task waits for what a connection brings or takes, and why none keeps the loop for itself.
#pragma once
#include "runtime/io/stream.hpp"

namespace aio::detail {
/// What succeeds at once completes at once, but not for ever: who always finds that more has come would keep the loop
/// for itself. `co_await` it before such a completion: after so many in a row, whoever's they are, it takes a turn of
/// the loop. What is in the buffer of a stream is not counted: it has an end, and asyncio gives that without a turn,
/// too.
class Budget {
  public:
    bool await_ready() const noexcept { return used != all && ++used; }
    void await_suspend(std::coroutine_handle<>) const {
        renew();
        TaskState::current().suspend_for_a_turn();
    }
    void await_resume() const { resumed(); }
    /// Where a task waits anyway.
    static void renew() noexcept { used = 0; }
  private:
    static constexpr unsigned all = 32;
    static inline thread_local constinit unsigned used = 0;
};

/// `co_await` it for more to read than there was, the end, or an error. Cancelled, it takes nothing. When its frame
/// is destroyed nobody waits any more.
class Arrival : public Waitable {
  public:
    /// Throws RuntimeError, which names `function`, if somebody waits already.
    Arrival(Stream& stream, const char* function) : Arrival(stream) { stream.require_no_reader(function); }
    ~Arrival() {
        if (waits()) stream_->reader = nullptr;
    }
    bool cancel() override { return cancelled_ = waits() && stream_->wake_reader(); }
    /// Something has come, and the task will be woken.
    virtual void on_arrival() noexcept {}

    bool await_ready() noexcept { return is_ready(stream_->receive_more()); }
    void await_suspend(std::coroutine_handle<> frame) {
        if (arrived_) return Budget().await_suspend(frame);
        Budget::renew();
        stream_->reader = &TaskState::current();
        stream_->reader->suspend_until(*this);
    }
    void await_resume() {
        require_not_cancelled();
        stream_->throw_error();
    }
  protected:
    void require_not_cancelled() {
        resumed();
        if (std::exchange(cancelled_, false)) throw CancelledError();
    }
    explicit Arrival(Stream& stream) noexcept : stream_(&stream) {}
    /// Where there is something already, the budget decides.
    bool is_ready(bool arrived) noexcept {
        arrived_ = arrived;
        return arrived && Budget().await_ready();
    }

    Ref<Stream> stream_;
    bool arrived_ = false;
  private:
    /// Not when it was woken already: then another task may be the reader.
    bool waits() const noexcept { return stream_->reader && stream_->reader->waiting == this; }
    bool cancelled_ = false;
};

/// `co_await` it until there is less to send, the connection is made, or it has ended. Cancelled, it changes nothing.
struct Departure : QueuedWaiter {
    explicit Departure(Stream& stream) : QueuedWaiter(stream.waiters()) {}
};

/// `co_await reader.read(n)`: the one await in which connections spend their lives, so it needs no frame of its own,
/// and can't look a second time. So what it has found or was woken for is set aside for it: others may read before it
/// runs.
class Read final : public Arrival {
  public:
    Read(Stream& stream, std::size_t most) noexcept
        : Arrival(stream), most_(static_cast<std::uint32_t>(std::min<std::size_t>(most, UINT32_MAX))) {}
    /// Before it is awaited: nothing is set aside.
    Read(const Read& other) noexcept : Arrival(other), most_(other.most_) {}
    /// Cancelled, it gives back what was set aside.
    ~Read() {
        if (!set_aside_.empty()) stream_->put_back(std::move(set_aside_));
    }
    bool await_ready() noexcept { return most_ == 0 || !stream_->input.empty() || is_ready(stream_->receive_more()); }
    void await_suspend(std::coroutine_handle<> frame) {
        if (arrived_)
            on_arrival();
        else
            stream_->require_no_reader("read");
        Arrival::await_suspend(frame);
    }
    std::string await_resume() {
        require_not_cancelled();
        if (!set_aside_.empty()) return set_aside_.take(most_);
        stream_->throw_error();
        return stream_->take(most_);
    }
    auto operator co_await() noexcept { return AwaiterReference<Read>{*this}; }
  private:
    void on_arrival() noexcept override { set_aside_ = stream_->input.split(most_); }

    std::uint32_t most_;
    ByteQueue set_aside_;
};
}  // namespace aio::detail
