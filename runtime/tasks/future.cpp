#include "runtime/tasks/future.hpp"

namespace aio::detail {
namespace {
/// A callback of the program. It frees itself when it has run.
struct DoneCallback final : Entry, Pooled {
    DoneCallback(std::function<void(FutureState&)> f, std::uint64_t n) : function(std::move(f)), number(n) {}
    void run() noexcept override {
        const std::unique_ptr<const DoneCallback> self(this);
        try {
            function(*done);
        } catch (...) { done->report({"Exception in callback", std::current_exception()}); }
    }
    void discard() noexcept override { delete this; }

    const std::function<void(FutureState&)> function;
    Ref<FutureState> done;  // null while it is pending: a future that nobody holds will never be done
    const std::uint64_t number;
};

[[noreturn]] void throw_loop_is_gone() { throw RuntimeError("the event loop of this future is gone"); }
}  // namespace

bool FutureState::cancel() {
    if (done()) return false;
    complete(Phase::cancelled);
    return true;
}

// [complete]
void FutureState::complete(Phase phase) {
    EventLoop* const own = loop();
    if (own) own->require_own_thread();
    phase_ = phase;
    if (callbacks_.empty()) return;
    if (!own) throw_loop_is_gone();
    for (Entry* entry = done_callbacks_ ? callbacks_.front() : nullptr; entry; entry = callbacks_.after(*entry))
        if (auto* callback = dynamic_cast<DoneCallback*>(entry)) callback->done = Ref(this);
    own->ready().append(callbacks_);
}
// [/complete]

std::uint64_t FutureState::add_done_callback(std::function<void(FutureState&)> function) {
    EventLoop* const own = loop();
    if (own) own->require_own_thread();
    if (done() && !own) throw_loop_is_gone();
    auto* const callback = new DoneCallback(std::move(function), ++done_callbacks_);
    if (done()) callback->done = Ref(this);
    (done() ? own->ready() : callbacks_).push_back(*callback);
    return callback->number;
}

std::size_t FutureState::remove_done_callback(std::uint64_t number) {
    for (Entry* entry = callbacks_.front(); entry; entry = callbacks_.after(*entry)) {
        auto* callback = dynamic_cast<DoneCallback*>(entry);
        if (callback && callback->number == number) return delete callback, 1;
    }
    return 0;
}

void FutureState::require_result() {
    if (!done()) throw InvalidStateError("Result is not set.");
    if (cancelled()) throw CancelledError();
    error_retrieved = true;
}

void FutureState::throw_why_no_value() {
    require_result();
    std::rethrow_exception(error());
}

void FutureState::report(const ExceptionContext& context) const noexcept {
    loop() ? loop()->call_exception_handler(context) : EventLoop::default_exception_handler(context);
}

void FutureState::require_settable() {
    if (loop()) loop()->require_own_thread();
    if (as_task()) throw RuntimeError("Task does not support set_result operation");
    if (done()) throw InvalidStateError("invalid state: the future is done already");
}
}  // namespace aio::detail
