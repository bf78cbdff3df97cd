#include "runtime/tasks/timeout.hpp"

namespace aio {

void Timeout::enter() {
    if (phase_ != Phase::created) throw RuntimeError("Timeout has already been entered");
    task_ = current_task();
    phase_ = Phase::active;
    reschedule(when_);
}

void Timeout::reschedule(std::optional<TimePoint> when) {
    if (phase_ != Phase::active) throw RuntimeError("cannot reschedule a timeout that is not active");
    when_ = when;
    disarm();
    if (!when) return;
    EventLoop& loop = get_running_loop();
    if (*when <= loop.time())
        loop.ready().push_back(*this);
    else
        arm(*when);
}

void Timeout::run() noexcept {
    task_->cancel();
    phase_ = Phase::expiring;
}

void Timeout::exit(const std::exception_ptr& error) {
    disarm();
    const bool expiring = phase_ == Phase::expiring;
    phase_ = expiring ? Phase::expired : Phase::finished;
    if (expiring && task_->uncancel() == 0 && is_cancelled_error(error)) throw TimeoutError();
}

Timeout timeout(std::optional<Duration> delay) {
    EventLoop& loop = get_running_loop();
    return Timeout(delay ? std::optional(saturating_add(loop.time(), *delay)) : std::nullopt);
}

Timeout timeout_at(std::optional<TimePoint> when) { return Timeout(when); }

}  // namespace aio
