// Task<T>: a coroutine that the loop runs by itself.
#pragma once
#include <string_view>
#include "runtime/coroutine/coroutine.hpp"
#include "runtime/tasks/future.hpp"

namespace aio {
namespace detail {
/// A task is one node: of the ready queue while it can run, of a future's callbacks while it awaits that. Its pump runs
/// the frames; this class adds when they run, and how they are cancelled. CPython's Task.
struct TaskState : FutureState, Entry, ListHook<TaskState>, Pump {
    /// Queues the first step. Throws RuntimeError where no loop runs.
    TaskState(std::string_view name, Place created);
    void run() noexcept final;  ///< one step, CPython's Task.__step
    bool cancel() final;
    TaskState* as_task() noexcept final { return this; }
    /// Ends a task that can't run on, with its frames; its result stays pending. For the end of the loop.
    void dissolve() noexcept;
    std::string name() const { return given_name ? *given_name : "Task-" + std::to_string(number); }
    void set_name(std::string_view name) { given_name = std::make_unique<const std::string>(name); }
    std::string what() const override { return "the task '" + name() + "'"; }
    /// The task that runs now. Throws RuntimeError outside of one.
    static TaskState& current() {
        if (!Pump::current) throw_runtime_error("no running task: only a task can wait");
        return static_cast<TaskState&>(*Pump::current);  // only tasks pump
    }
    /// Until the loop's next turn. Nothing is waited for: a cancellation waits for that turn too.
    void suspend_for_a_turn() {
        running_loop->ready().push_back(*this);
        blocked = true;
    }
    /// Until `what` queues the task again.
    void suspend_until(Waitable& what) noexcept {
        waiting = &what;
        blocked = true;
    }
    /// Moves the value of the first frame here, and destroys the frame.
    virtual void take_value() = 0;
    [[gnu::noinline]] void throw_cancelled();  // apart, so that a step that is not cancelled costs less
    void end();
    bool is_awaited_by(FutureState& future) noexcept;
    void report_never_retrieved() const noexcept;

    bool started = false;
    bool must_cancel = false;  ///< CancelledError is due at the next step
    unsigned cancels_requested = 0;
    Waitable* waiting = nullptr;  ///< what it is suspended on
    const Place created;          ///< the place of create_task
    const std::uint64_t number;
    std::unique_ptr<const std::string> given_name;
};

template <class T> struct TaskStateOf final : TaskState {
    TaskStateOf(Coroutine<T>&& coroutine, std::string_view name, Place created_at) : TaskState(name, created_at) {
        coroutine.release().start(*this, nullptr);
    }
    ~TaskStateOf() override {
        if (failed() && !error_retrieved) report_never_retrieved();
    }
    std::exception_ptr& error() noexcept override { return thrown; }  ///< the one that has left its first frame
    void* value() noexcept override { return &value_; }
  private:
    void take_value() override {
        const auto ended = Started<T>(static_cast<Promise<T>*>(std::exchange(innermost, nullptr))).end();
        try {
            if (!thrown) value_.set_from([&]() -> T { return ended->value.take(); });
        } catch (...) { thrown = std::current_exception(); }
    }
    [[no_unique_address]] Value<T> value_;
};

/// What gather and shield return: a future that is completed by callbacks it has put on others, and kept alive by them
/// while they are pending. Some never run, so the loop knows them all and dissolves them at its end.
struct Composite : ListHook<Composite> {
    /// Takes its callbacks back, and gives up the reference that they stand for.
    virtual void dissolve() noexcept = 0;
  protected:
    ~Composite() = default;
};

/// What works for the tasks of a loop and ends with it: threads, generators. A floor above makes it at its first use.
struct Service {
    virtual ~Service() = default;
    virtual Coroutine<void> shutdown() = 0;
};

struct Tasks {
    IntrusiveList<TaskState> alive;  ///< those that are not done, in order of creation
    IntrusiveList<Composite> composites;
    std::uint64_t made = 0;
    std::unique_ptr<Service> asyncgens, default_executor;
    /// Those of the running loop. Throws RuntimeError where none runs.
    static Tasks& current() {
        Tasks* const tasks = get_running_loop().tasks;
        if (!tasks) throw_runtime_error("this event loop has no tasks: call this below aio::run()");
        return *tasks;
    }
};

/// What `co_await a` gives.
template <class A> using await_result_t = decltype(std::declval<A>().operator co_await().await_resume());
template <class A>
concept Awaitable = requires {
    typename await_result_t<A>;
};
template <class A> constexpr bool is_future = std::derived_from<std::remove_cvref_t<A>, FutureBase>;
template <class A> constexpr bool is_coroutine = false;
template <class T> constexpr bool is_coroutine<Coroutine<T>> = true;
template <class A>
concept Startable = !is_future<A> && !is_coroutine<std::remove_cvref_t<A>>;

/// g++ 12 destroys a closure twice that is a temporary in the operand of a co_await: safe if that does nothing.
template <class F> constexpr bool safe_callable =
    std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<std::remove_cvref_t<F>>;

template <class A> Coroutine<await_result_t<A>> await_in_coroutine(A awaitable) {
    co_return co_await std::move(awaitable);
}
template <class F> std::invoke_result_t<F&> call_in_coroutine(F function) { co_return co_await function(); }
}  // namespace detail

/// What a task has beyond a future, whatever its result. asyncio.Task.
class TaskBase : public FutureBase {
  public:
    using FutureBase::FutureBase;
    std::string get_name() const { return task().name(); }
    void set_name(std::string_view name) const { task().set_name(name); }
    /// How often cancel() was called, less how often uncancel() was.
    unsigned cancelling() const noexcept { return task().cancels_requested; }
    /// Takes one request back, and returns how many are left.
    unsigned uncancel() const noexcept { return task().cancels_requested -= cancelling() > 0; }
  private:
    detail::TaskState& task() const noexcept { return static_cast<detail::TaskState&>(*state_); }
};

/// A shared handle. The loop keeps the task alive until it is done, even when no handle is left. An exception that
/// nobody retrieves is reported when the last handle goes: "Task exception was never retrieved".
template <class T = void> class Task : public TaskBase {
  public:
    using value_type = T;
    using TaskBase::TaskBase;
    operator Future<T>() const noexcept { return Future<T>(state_); }
    decltype(auto) result() const { return Future<T>(state_).result(); }
    T take() const { return Future<T>(state_).take(); }
    template <class F> std::uint64_t add_done_callback(F&& function) const {
        return this->template add<Task>(std::forward<F>(function));
    }
    /// As awaiting a future: a task that is cancelled while it waits here passes the cancellation on.
    auto operator co_await() const noexcept { return detail::FutureAwaiter<T>(state_); }
};

/// Makes a coroutine a task of the running loop, which starts it in the next turn. Without a name it is called
/// "Task-<number>". Throws RuntimeError where no loop runs, or if the coroutine was awaited already.
template <class T>
Task<T> create_task(Coroutine<T> coroutine, std::string_view name = {}, Place created = Place::current()) {
    coroutine.require_unstarted();
    return Task<T>(Ref<detail::FutureState>(new detail::TaskStateOf<T>(std::move(coroutine), name, created)));
}
/// The same for what else can be awaited, but futures; and for a callable that returns a coroutine, kept alive by it.
template <detail::Startable A>
auto create_task(A&& source, std::string_view name = {}, Place created = Place::current()) {
    if constexpr (detail::Awaitable<A>) {
        return create_task(detail::await_in_coroutine<std::decay_t<A>>(std::forward<A>(source)), name, created);
    } else {
        static_assert(detail::safe_callable<A>, "g++ 12 destroys such a temporary twice: give it a name first");
        return create_task(detail::call_in_coroutine<std::decay_t<A>>(std::forward<A>(source)), name, created);
    }
}

/// A future or task is returned as it is; anything else that can be awaited is made a task.
template <class A> auto ensure_future(A&& awaitable, Place created = Place::current()) {
    if constexpr (detail::is_future<A>)
        return std::remove_cvref_t<A>(std::forward<A>(awaitable));
    else
        return create_task(std::forward<A>(awaitable), {}, created);
}

namespace detail {
template <class A> using future_t = decltype(ensure_future(std::declval<A>()));

/// The same for an element of a range: a handle is copied, anything else moved out.
template <class A> auto take_future(A& element) {
    return ensure_future(static_cast<std::conditional_t<is_future<A>, A&, A&&>>(element));
}
}  // namespace detail

/// The task that runs now. Throws RuntimeError in a callback and outside the loop.
TaskBase current_task();
/// The tasks of the running loop that are not done, in order of creation. Throws RuntimeError where no loop runs.
std::vector<TaskBase> all_tasks();
}  // namespace aio
