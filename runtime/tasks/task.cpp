#include "runtime/tasks/task.hpp"

namespace aio {
namespace detail {
TaskState::TaskState(std::string_view name, Place created_at) : created(created_at), number(++Tasks::current().made) {
    if (!name.empty()) set_name(name);
    running_loop->tasks->alive.push_back(*this);
    running_loop->ready().push_back(*this);
    retain();  // the loop's reference
}

// [step]
void TaskState::run() noexcept {
    if (must_cancel) {
        if (!started) return end();
        throw_cancelled();
    }
    started = true;
    waiting = nullptr;
    blocked = false;
    Pump::current = this;
    Pump::run();
    Pump::current = nullptr;
    if (innermost->handle().done())
        end();
    else if (must_cancel && waiting && waiting->cancel())
        must_cancel = false;
}
// [/step]

void TaskState::throw_cancelled() {
    must_cancel = false;
    thrown = std::make_exception_ptr(CancelledError());
}

void TaskState::end() {
    started ? take_value() : destroy_frames();
    ListHook<TaskState>::unlink();
    const bool cancelled = !started || (thrown ? holds<CancelledError>(thrown) : must_cancel);
    if (cancelled) thrown = nullptr;
    complete(cancelled ? Phase::cancelled : thrown ? Phase::failed : Phase::finished);
    release();
}

void TaskState::report_never_retrieved() const noexcept {
    const bool debug_mode = loop() && loop()->observed();
    report({"Task exception was never retrieved", thrown, name(), debug_mode ? created : Place()});
}

void TaskState::dissolve() noexcept {
    ListHook<TaskState>::unlink();
    destroy_frames();
    release();
}

bool TaskState::cancel() {
    if (done()) return false;
    loop()->require_own_thread();  // the loop lives as long as a task that is not done
    return pass_cancel_on(*this);
}

/// Whether `future` waits for this task, directly or by way of other tasks.
bool TaskState::is_awaited_by(FutureState& future) noexcept {
    if (&future != this && callbacks_.empty()) return false;  // nobody awaits this task: no circle can close here
    for (Waitable* link = &future; link;) {
        TaskState* task = link->as_task();
        if (!task || task == this) return task;
        link = task->waiting;
    }
    return false;
}

void suspend_on(FutureState& future) {
    TaskState& task = TaskState::current();
    const bool foreign = !future.belongs_to_running_loop();
    if (foreign || task.is_awaited_by(future)) {
        const char* why = foreign ? "Task got Future attached to a different loop: "
                                  : "Task cannot await itself, or one that waits for it: ";
        task.thrown = std::make_exception_ptr(RuntimeError(why + task.name()));
        return task.suspend_for_a_turn();
    }
    future.add_callback(task);
    task.suspend_until(future);
}
}  // namespace detail

TaskBase current_task() { return TaskBase(Ref<detail::FutureState>(&detail::TaskState::current())); }

std::vector<TaskBase> all_tasks() {
    std::vector<TaskBase> tasks;
    auto& alive = detail::Tasks::current().alive;
    for (auto* task = alive.front(); task; task = alive.after(*task))
        tasks.emplace_back(Ref<detail::FutureState>(task));
    return tasks;
}
}  // namespace aio
