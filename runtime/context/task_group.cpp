#include "runtime/context/task_group.hpp"

namespace aio {
TaskGroup::~TaskGroup() {
    while (Member* member = members_.pop_front()) delete member;
}

void TaskGroup::require_open() const {
    if (!entered_) throw RuntimeError("TaskGroup has not been entered");
    if (exiting_ && members_.empty()) throw RuntimeError("TaskGroup is finished");
    if (aborting_) throw RuntimeError("TaskGroup is shutting down");
}

void TaskGroup::abort() {
    aborting_ = true;
    for (Member* member = members_.front(); member; member = members_.after(*member)) member->task.cancel();
}

void TaskGroup::task_done(Member* member) noexcept {
    const TaskBase task = member->task;
    delete member;
    if (all_done_ && members_.empty()) all_done_->wake();
    const std::exception_ptr error = task.cancelled() ? nullptr : task.exception();
    if (!error) return;
    errors_.push_back(error);
    if (parent_->done()) {
        get_running_loop().call_exception_handler(
            {"Task has errored out but the parent of its group is done", error, task.get_name()});
    } else if (!aborting_ && !parent_cancel_requested_) {
        abort();
        parent_cancel_requested_ = true;
        parent_->cancel();
    }
}

Coroutine<void> TaskGroup::aenter() {
    if (std::exchange(entered_, true)) throw RuntimeError("TaskGroup has been already entered");
    parent_ = Ref<detail::FutureState>(&detail::TaskState::current());
    co_return;
}

// CPython's __aexit__, line by line.
Coroutine<void> TaskGroup::aexit(std::exception_ptr error) {
    exiting_ = true;
    const bool cancelled = holds<CancelledError>(error);
    std::exception_ptr cancellation = cancelled ? error : nullptr;
    if (parent_cancel_requested_ && TaskBase(parent_).uncancel() == 0) cancellation = nullptr;
    if (error && !aborting_) abort();

    while (!members_.empty()) {
        detail::Waiter all_done;
        all_done_ = &all_done;
        try {
            co_await all_done;
        } catch (const CancelledError&) {
            if (!aborting_) {
                cancellation = std::current_exception();
                abort();
            }
        }
        all_done_ = nullptr;
    }

    if (cancellation && errors_.empty()) std::rethrow_exception(cancellation);
    if (error && !cancelled) errors_.push_back(error);
    if (!errors_.empty())
        std::rethrow_exception(make_exception_group("unhandled errors in a TaskGroup", std::move(errors_)));
}
}  // namespace aio
