#include "runtime/tasks/wait.hpp"

#include <memory>

namespace aio::detail {

namespace {

/// How many are still to be waited for, and whom to wake then.
struct Countdown {
    std::size_t left;
    ReturnWhen return_when;
    Waiter waiter{};
    WakeTimer timer{waiter};

    void one_is_done(FutureState& future) noexcept {
        const bool failed = !future.cancelled() && future.result().error;
        if (--left > 0 && return_when != FIRST_COMPLETED && !(return_when == FIRST_EXCEPTION && failed)) return;
        timer.disarm();
        waiter.wake();
    }
};

struct Completion final : Entry {
    void run() noexcept override { countdown->one_is_done(*future); }
    Countdown* countdown;
    FutureState* future;
};

}  // namespace

Coroutine<void> wait_until(std::vector<FutureState*> futures, ReturnWhen return_when,
                           std::optional<Duration> timeout) {
    if (futures.empty()) throw ValueError("wait: the list of tasks or futures is empty");
    Countdown countdown{futures.size(), return_when};
    if (timeout) countdown.timer.arm(saturating_add(get_running_loop().time(), *timeout));
    const std::unique_ptr<Completion[]> completions(new Completion[futures.size()]);
    for (std::size_t i = 0; i < futures.size(); ++i) {
        completions[i].countdown = &countdown;
        completions[i].future = futures[i];
        futures[i]->add_callback(completions[i]);
    }
    co_await countdown.waiter;
}

}  // namespace aio::detail
