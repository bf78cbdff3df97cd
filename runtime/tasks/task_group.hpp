// TaskGroup: tasks that end together.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/tasks/exception_group.hpp"
#include "runtime/tasks/task.hpp"

namespace aio {

/// asyncio.TaskGroup, for with():
///     co_await aio::with(aio::TaskGroup(), [&](auto& group) -> aio::Coroutine<void> {
///         group.create_task(f());
///         ...
///     });
/// The block ends when its tasks have. If one of them fails, or the block itself, the others are cancelled in
/// order of creation, and all errors come out as one ExceptionGroup, in the order in which they happened.
class TaskGroup {
  public:
    TaskGroup() = default;
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup();

    /// aio::create_task, of any of its arguments, for a task of this group. Throws RuntimeError where the group
    /// has not been entered, is finished, or is shutting down.
    template <class A>
    auto create_task(A&& awaitable, std::string name = {}) {
        require_open();
        auto task = aio::create_task(std::forward<A>(awaitable), std::move(name));
        add(task);
        return task;
    }

    // --- for with()
    Coroutine<void> aenter();
    Coroutine<void> aexit(std::exception_ptr error);

  private:
    struct Member final : Entry, ListHook<Member> {
        Member(TaskGroup& g, const TaskBase& t) : group(g), task(t) {}
        void run() noexcept override { group.task_done(*this); }
        TaskGroup& group;
        TaskBase task;
    };

    void require_open() const;
    void add(const TaskBase& task);
    void abort();
    void task_done(Member& member) noexcept;

    bool entered_ = false;
    bool exiting_ = false;
    bool aborting_ = false;
    bool parent_cancel_requested_ = false;
    std::optional<TaskBase> parent_;
    IntrusiveList<Member> members_;  // owned; those that are not done
    std::vector<std::exception_ptr> errors_;
    detail::Waiter* all_done_ = nullptr;  // aexit waits here
};

}  // namespace aio
