// TaskGroup: tasks that end together.
#pragma once
#include "runtime/context/exception_group.hpp"
#include "runtime/tasks/waiting.hpp"

namespace aio {
/// For with():
///     co_await aio::with(aio::TaskGroup(), [&](auto& group) -> aio::Coroutine<void> { group.create_task(f()); ... });
/// The block ends when its tasks have. If one of them fails, or the block itself, the others are cancelled in order of
/// creation, and all errors come out as one ExceptionGroup, in the order in which they happened. asyncio.TaskGroup.
class TaskGroup {
  public:
    ~TaskGroup();
    /// aio::create_task, for a task of this group. Throws RuntimeError where the group has not been entered, is
    /// finished, or is shutting down.
    template <class A> auto create_task(A&& awaitable, std::string_view name = {}, Place created = Place::current()) {
        require_open();
        auto task = aio::create_task(std::forward<A>(awaitable), name, created);
        members_.push_back(*new Member(*this, task));
        return task;
    }

    // For with().
    Coroutine<void> aenter();
    Coroutine<void> aexit(std::exception_ptr error);
  private:
    struct Member final : Entry, ListHook<Member> {
        Member(TaskGroup& g, const TaskBase& t) : group(g), task(t) { t.state().add_callback(*this); }
        void run() noexcept override { group.task_done(this); }
        const Entry* wakes() const noexcept override { return group.all_done_ ? group.all_done_->task() : nullptr; }
        TaskGroup& group;
        TaskBase task;
    };
    void require_open() const;
    void abort();
    void task_done(Member* member) noexcept;

    bool entered_ = false, exiting_ = false, aborting_ = false, parent_cancel_requested_ = false;
    Ref<detail::FutureState> parent_;
    IntrusiveList<Member> members_;  // owned; those that are not done
    std::vector<std::exception_ptr> errors_;
    detail::Waiter* all_done_ = nullptr;  // aexit waits here
};
}  // namespace aio
