#include "runtime/tasks/wait.hpp"
#include <deque>
#include "runtime/tasks/waiting.hpp"

namespace aio::detail {
namespace {
/// How many are still to be waited for, and whom to wake then.
struct Countdown {
    std::size_t left;
    ReturnWhen return_when;
    Waiter waiter{};
    Waker timer{waiter};

    void one_is_done(FutureState& future) noexcept {
        if (--left > 0 && return_when != FIRST_COMPLETED && !(return_when == FIRST_EXCEPTION && future.failed()))
            return;
        timer.disarm();
        waiter.wake();
    }
};

struct Completion final : Entry {
    Completion(Countdown& c, FutureState& f) : countdown(c), future(f) { future.add_callback(*this); }
    void run() noexcept override { countdown.one_is_done(future); }
    const Entry* wakes() const noexcept override { return countdown.waiter.task(); }
    Countdown& countdown;
    FutureState& future;
};
}  // namespace

Coroutine<void> wait_until(std::vector<FutureBase> futures, ReturnWhen return_when, std::optional<Duration> timeout) {
    if (futures.empty()) throw ValueError("wait: the list of tasks or futures is empty");
    Countdown countdown{futures.size(), return_when};
    if (timeout) countdown.timer.arm(*timeout);
    std::deque<Completion> completions;
    for (const FutureBase& future : futures) completions.emplace_back(countdown, future.state());
    co_await countdown.waiter;
}
}  // namespace aio::detail
