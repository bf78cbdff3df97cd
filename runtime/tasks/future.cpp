#include "runtime/tasks/future.hpp"

namespace aio::detail {
bool FutureState::cancel() {
    if (done()) return false;
    complete(Phase::cancelled);
    return true;
}

// [complete]
void FutureState::complete(Phase phase) {
    if (!belongs_to_running_loop()) throw RuntimeError("a future can be completed only in its own loop");
    phase_ = phase;
    if (has_done_callbacks_) keep_alive_behind(callbacks_);
    running_loop->ready().append(callbacks_);
}
// [/complete]

void FutureState::keep_alive_behind(EntryList& callbacks) noexcept {
    if (!linked()) retain();
    unlink();
    callbacks.push_back(*this);
}

std::uint64_t FutureState::add_done_callback(std::function<void(FutureState&)> function) {
    auto callback = std::make_unique<DoneCallback>(*this, std::move(function));
    add_callback(*callback);
    if (done()) keep_alive_behind(running_loop->ready());
    has_done_callbacks_ = true;
    return callback.release()->number;
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

void FutureState::require_settable() {
    if (as_task()) throw RuntimeError("Task does not support set_result operation");
    if (done()) throw InvalidStateError("invalid state: the future is done already");
}

void DoneCallback::run() noexcept {
    const std::unique_ptr<const DoneCallback> self(this);
    try {
        function(state);
    } catch (...) { running_loop->call_exception_handler({"Exception in callback", std::current_exception(), {}}); }
}
}  // namespace aio::detail
