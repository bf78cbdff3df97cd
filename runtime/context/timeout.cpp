#include "runtime/context/timeout.hpp"

namespace aio {
Timeout::Timeout(Duration delay) : when_(saturating_add(get_running_loop().known_time(), delay)) {
    if (delay > Duration::zero()) arm(delay);
}

void Timeout::enter() {
    if (phase_ != Phase::created) throw RuntimeError("Timeout has already been entered");
    task_ = Ref<detail::FutureState>(&detail::TaskState::current());
    phase_ = Phase::active;
    if (!pending()) reschedule(when_);
}

void Timeout::reschedule(std::optional<TimePoint> when) {
    if (phase_ != Phase::active) throw RuntimeError("cannot reschedule a Timeout that is not active");
    when_ = when;
    disarm();
    if (!when) return;
    if (EventLoop& loop = get_running_loop(); *when <= loop.known_time())
        loop.ready().push_back(*this);
    else
        arm(*when);
}

void Timeout::run() noexcept {
    if (phase_ == Phase::created) return;
    task_->cancel();
    phase_ = Phase::expiring;
}

void Timeout::exit(const std::exception_ptr& error) {
    disarm();
    const bool expiring = phase_ == Phase::expiring;
    phase_ = expiring ? Phase::expired : Phase::finished;
    if (expiring && TaskBase(task_).uncancel() == 0 && holds<CancelledError>(error)) throw TimeoutError();
}
}  // namespace aio
