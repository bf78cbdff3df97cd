// timeout(): a time limit for a block of code.
#pragma once
#include "runtime/tasks/waiting.hpp"

namespace aio {
/// What timeout() and timeout_at() return, for with():
///     co_await aio::with(aio::timeout(2s), [&]() -> aio::Coroutine<void> { ... });
/// When the time is over the task is cancelled, and the CancelledError that leaves the block becomes TimeoutError,
/// unless somebody else has asked the task to end as well. asyncio.Timeout of 3.11.2.
class Timeout final : private detail::ScopedTimer {
  public:
    explicit Timeout(std::optional<TimePoint> when) noexcept : when_(when) {}
    /// The time runs from now on, not from the entry. Throws RuntimeError where no loop runs.
    explicit Timeout(Duration delay);
    /// The limit, a moment of the loop's clock; nothing where there is none. A delay counts from the time as far as the
    /// loop knew it, and is not over before it has really passed.
    std::optional<TimePoint> when() const noexcept { return when_; }
    /// Sets another limit. Throws RuntimeError outside the block, and once the time is over.
    void reschedule(std::optional<TimePoint> when);
    /// Whether the time was over while the block ran.
    bool expired() const noexcept { return phase_ == Phase::expiring || phase_ == Phase::expired; }

    // For with().
    void enter();
    void exit(const std::exception_ptr& error);
  private:
    enum class Phase : std::uint8_t { created, active, expiring, expired, finished };
    void run() noexcept override;

    Phase phase_ = Phase::created;
    std::optional<TimePoint> when_;
    Ref<detail::FutureState> task_;
};

/// A limit of `delay` from now on; none where it is empty. Throws RuntimeError where no loop runs.
inline Timeout timeout(std::optional<Duration> delay) { return delay ? Timeout(*delay) : Timeout(std::nullopt); }
/// A limit at a moment of the loop's clock.
inline Timeout timeout_at(std::optional<TimePoint> when) { return Timeout(when); }
}  // namespace aio
