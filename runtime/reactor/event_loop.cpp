#include "runtime/reactor/event_loop.hpp"
#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace aio {
namespace {
using namespace std::chrono_literals;

// A loop that is never idle asks epoll all the same: after so many turns, or after this time. The clock is read every
// few turns only, for that costs more than a turn; and the oftener, the slower the turns are.
constexpr unsigned max_turns_between_looks = 64;
constexpr unsigned max_turns_between_readings = 16;
constexpr Duration max_time_between_looks = 1ms;
}  // namespace

ClockKind clock_from_environment() {
    const char* value = std::getenv("AIO_CLOCK");
    const std::string name = value ? value : "real";
    if (name == "real") return ClockKind::real;
    if (name == "virtual") return ClockKind::virtual_time;
    throw ValueError("AIO_CLOCK is '" + name + "': set it to 'real' or 'virtual', or leave it out");
}

EventLoop::EventLoop(ClockKind kind) : virtual_(kind == ClockKind::virtual_time) {}

EventLoop::~EventLoop() {
    mute();
    while (Descriptor* descriptor = descriptors_.front()) descriptor->close();  // it may outlive its loop
    if (!selector_.forked()) take_from_threads();  // else the lock may be some thread's that is not here
    timers_.take_due(TimePoint::max(), ready());
    while (Entry* entry = ready().pop_front()) entry->discard();
    link_->loop = nullptr;
}

/// While one lives, the loop runs in this thread.
struct EventLoop::Running {
    explicit Running(EventLoop& l) : loop(l), running_loop(l) {
        loop.selector_.require_own_process();
        if (loop.running_.exchange(true)) throw RuntimeError("this event loop is already running");
    }
    ~Running() { loop.running_ = false; }
    EventLoop& loop;
    const detail::RunningLoop running_loop;
};

void EventLoop::run_forever() {
    const Running running(*this);
    try {
        do turn();
        while (!stopping_);
    } catch (...) {
        stopping_ = false;
        throw;
    }
    stopping_ = false;
}

Turn EventLoop::run_once() {
    const Running running(*this);
    return turn();
}

// [turn]
inline Turn EventLoop::turn() {
    Turn turn;
    if (must_look()) turn.descriptors = look();
    turn.timers = timers_.take_due(now_, ready());

    std::swap(ready_, batch_);
    for (EntryList& batch = *batch_; Entry* entry = batch.pop_front(); ++turn.callbacks)
        observer_ ? run_observed(*entry) : entry->run();
    return turn;
}

std::size_t EventLoop::look() {
    const std::size_t descriptors = idle() ? sleep() : selector_.poll();
    turns_since_look_ = 0;
    turns_to_reading_ = turns_between_readings_;
    looked_at_ = time();
    if (selector_.take_wake()) {
        take_from_threads();
        if (const auto handler = wake_handler_) handler();  // a copy, for it may set another one
    }
    return descriptors;
}

/// Waits for a descriptor, another thread or the next timer; the virtual clock jumps to that instead.
std::size_t EventLoop::sleep() {
    const TimePoint now = time();
    const std::optional<TimePoint> next = timers_.next();
    if (!next && !can_be_woken()) {
        if (observer_) observer_->deadlocked();
        throw DeadlockError("deadlock: nothing is ready and nothing can wake the loop");
    }
    if (!virtual_) return next && *next <= now ? selector_.poll() : selector_.sleep(next);

    const std::size_t descriptors = selector_.poll();
    if (descriptors > 0 || selector_.woken()) return descriptors;
    if (!next || outside_work > 0) return selector_.sleep(std::nullopt);
    now_ = std::max(now, *next);
    return 0;
}
// [/turn]

void EventLoop::run_observed(Entry& entry) noexcept {
    const std::shared_ptr observer(observer_);  // the entry may end the watch
    observer->run(entry);
}

bool EventLoop::late_for_a_look() noexcept {
    turns_since_look_ += turns_between_readings_;
    const bool late = time() - looked_at_ >= max_time_between_looks;
    turns_between_readings_ = late ? 1 : std::min(2 * turns_between_readings_, max_turns_between_readings);
    turns_to_reading_ = turns_between_readings_;
    return late || turns_since_look_ >= max_turns_between_looks;
}

bool EventLoop::can_be_woken() const noexcept {
    if (outside_work > 0 || std::ranges::any_of(borrowed_, [](const auto& b) { return b.second.watched(); }))
        return true;
    for (const Descriptor* d = descriptors_.front(); d; d = descriptors_.after(*d))
        if (d->awaited()) return true;
    return false;
}

void EventLoop::throw_wrong_thread() {
    throw_runtime_error("another thread runs this event loop: use call_soon_threadsafe or run_coroutine_threadsafe");
}

void EventLoop::add_from_thread(detail::Call& call) {
    const std::lock_guard lock(threads_mutex_);
    from_threads_.push_back(&call);
    if (from_threads_.size() == 1) wake();
}

void EventLoop::take_from_threads() noexcept {
    const std::lock_guard lock(threads_mutex_);
    for (detail::Call* call : from_threads_) ready().push_back(*call);
    from_threads_.clear();
}

void EventLoop::call_exception_handler(const ExceptionContext& context) noexcept {
    if (muted_) return;
    try {
        const ExceptionHandler handler = exception_handler_;  // a copy, for it may set another one
        handler ? handler(context) : default_exception_handler(context);
    } catch (...) { default_exception_handler({"Exception in the exception handler", std::current_exception()}); }
}

void EventLoop::default_exception_handler(const ExceptionContext& context) {
    std::string text = context.message;
    if (!context.task.empty()) text += "\n  task: " + context.task;
    if (context.created.line() > 0) text += "\n  created: " + detail::describe(context.created);
    if (context.exception) text += "\n  exception: " + describe(context.exception);
    std::fprintf(stderr, "%s\n", text.c_str());
}

namespace detail {
void report(const ExceptionContext& context) noexcept {
    running_loop ? running_loop->call_exception_handler(context) : EventLoop::default_exception_handler(context);
}

void Call::run() noexcept {
    const auto keep = Ref<Call>::adopt(this);  // the queue's reference
    if (cancelled) return;
    try {
        call();
    } catch (...) { loop.call_exception_handler({"Exception in callback", std::current_exception()}); }
}

void Call::cancel() {
    const bool waits = armed() || linked();
    if (waits) loop.require_own_thread();
    cancelled = true;
    if (!waits) return;
    if (armed()) heap->disarm(*this);
    unlink();
    release();
}
}  // namespace detail
}  // namespace aio
