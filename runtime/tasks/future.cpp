#include "runtime/tasks/future.hpp"

namespace aio::detail {
namespace {
/// A callback of the program. It frees itself when it has run.
struct DoneCallback final : Entry, Pooled {
    explicit DoneCallback(std::function<void(FutureState&)> f) : function(std::move(f)) {}
    void run() noexcept override {
        const std::unique_ptr<const DoneCallback> self(this);
        try {
            function(*done);
        } catch (...) { report({"Exception in callback", std::current_exception()}); }
    }
    void discard() noexcept override { delete this; }

    std::function<void(FutureState&)> function;
    Ref<FutureState> done;  // null while it is pending: a future that nobody holds will never be done
    const std::uint64_t number = running_loop->next_number();
};
}  // namespace

bool FutureState::cancel() {
    if (done()) return false;
    complete(Phase::cancelled);
    return true;
}

// [complete]
void FutureState::complete(Phase phase) {
    if (!belongs_to_running_loop()) throw RuntimeError("a future can be completed only in its own loop");
    phase_ = phase;
    for (Entry* entry = has_done_callbacks_ ? callbacks_.front() : nullptr; entry; entry = callbacks_.after(*entry))
        if (auto* callback = dynamic_cast<DoneCallback*>(entry)) callback->done = Ref(this);
    running_loop->ready().append(callbacks_);
}
// [/complete]

std::uint64_t FutureState::add_done_callback(std::function<void(FutureState&)> function) {
    auto callback = std::make_unique<DoneCallback>(std::move(function));
    if (done()) callback->done = Ref(this);
    add_callback(*callback);
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
}  // namespace aio::detail
