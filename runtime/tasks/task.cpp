#include "runtime/tasks/task.hpp"

#include "runtime/tasks/run.hpp"

namespace aio {

namespace detail {

namespace {

// Only tasks pump.
TaskState* running_task() noexcept { return static_cast<TaskState*>(Pump::current); }

TaskState& require_task() {
    if (!running_task()) throw RuntimeError("no running task: only a task can wait");
    return *running_task();
}

}  // namespace

TaskState::TaskState(std::string name) : number_(Runner::current().add(*this)) {
    if (!name.empty()) set_name(std::move(name));
    running_loop->ready().push_back(*this);
    retain();  // the loop's reference
}

std::string TaskState::name() const { return name_ ? *name_ : "Task-" + std::to_string(number_); }

// [step]
void TaskState::run() noexcept {
    if (must_cancel_) {
        must_cancel_ = false;
        delivery_ = Delivery::cancelled;
        if (!started_) return end();
    }
    started_ = true;
    waiting = nullptr;
    blocked = false;
    Pump::current = this;
    Pump::run();
    Pump::current = nullptr;
    if (!innermost)
        end();
    else if (must_cancel_ && waiting && waiting->cancel())
        must_cancel_ = false;
}
// [/step]

void TaskState::end() {
    const bool never_ran = !started_;
    destroy_frames();  // of a task that never ran; the frames of others have ended
    if (!never_ran) take_outcome();
    ListHook<TaskState>::unlink();
    std::exception_ptr& error = result().error;
    const bool cancelled = never_ran || (error ? is_cancelled_error(error) : must_cancel_);
    if (cancelled) error = nullptr;
    complete(cancelled ? Phase::cancelled : Phase::finished);
    release();
}

void TaskState::dissolve() noexcept {
    ListHook<TaskState>::unlink();
    destroy_frames();
    release();
}

// [cancel]
bool TaskState::cancel() {
    if (done()) return false;
    if (!belongs_to_running_loop()) throw RuntimeError("a task can be cancelled only in its own loop");
    TaskState* task = this;
    ++task->cancels_requested;
    // A task that awaits a task passes it on: a loop, for such chains can be long.
    while (TaskState* next = task->waiting ? task->waiting->as_task() : nullptr) {
        if (next->done()) break;
        task = next;
        ++task->cancels_requested;
    }
    if (!task->waiting || !task->waiting->cancel()) task->must_cancel_ = true;
    return true;
}
// [/cancel]

void TaskState::fail_next_turn(Delivery delivery) {
    suspend_for_a_turn();
    delivery_ = delivery;
}

bool TaskState::is_awaited_by(FutureState& future) noexcept {
    if (&future == this) return true;
    if (callbacks_.empty()) return false;  // nobody awaits this task: no circle can close here
    for (Waitable* link = &future; link;) {
        TaskState* task = link->as_task();
        if (!task) return false;
        if (task == this) return true;
        link = task->waiting;
    }
    return false;
}

void suspend_for_a_turn() {
    TaskState& task = require_task();
    running_loop->ready().push_back(task);
    task.blocked = true;
}

TaskState& suspend_on(Waitable& wait) {
    TaskState& task = require_task();
    task.waiting = &wait;
    task.blocked = true;
    return task;
}

void suspend_on(FutureState& future) {
    TaskState& task = require_task();
    if (!future.belongs_to_running_loop()) return task.fail_next_turn(TaskState::Delivery::foreign_future);
    if (task.is_awaited_by(future)) return task.fail_next_turn(TaskState::Delivery::circle);
    future.add_callback(task);
    suspend_on(static_cast<Waitable&>(future));
}

void resumed() {
    using Delivery = TaskState::Delivery;
    TaskState& task = *running_task();
    switch (std::exchange(task.delivery_, Delivery::nothing)) {
        case Delivery::nothing:
            return;
        case Delivery::cancelled:
            throw CancelledError();
        case Delivery::circle:
            throw RuntimeError("Task cannot await on itself, nor on one that waits for it: " + task.name());
        case Delivery::foreign_future:
            throw RuntimeError("Task got Future attached to a different loop: " + task.name());
    }
}

bool Waiter::end(Phase phase) noexcept {
    if (done()) return false;
    phase_ = phase;
    if (task_) running_loop->ready().push_back(*task_);
    return true;
}

}  // namespace detail

TaskBase current_task() {
    get_running_loop();
    return TaskBase(Ref<detail::FutureState>(&detail::require_task()));
}

std::vector<TaskBase> all_tasks() {
    std::vector<TaskBase> tasks;
    auto& alive = Runner::current().tasks();
    for (auto* task = alive.front(); task; task = alive.after(*task))
        tasks.emplace_back(Ref<detail::FutureState>(task));
    return tasks;
}

}  // namespace aio
