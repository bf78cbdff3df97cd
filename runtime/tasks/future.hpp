// Future<T>: a result that somebody else will fill in.
#pragma once
#include <vector>
#include "runtime/coroutine/frame.hpp"
#include "runtime/coroutine/result.hpp"
#include "runtime/reactor/errors.hpp"
#include "runtime/reactor/event_loop.hpp"

namespace aio {
namespace detail {
struct TaskState;
struct Gathering;

/// What a suspended task waits for: whom Task::cancel asks first.
struct Waitable {
    /// Ends the wait with CancelledError. False if it is over already.
    virtual bool cancel() = 0;
    // Whether it passes the request on: a task to what it waits for, a gathering to its children.
    virtual TaskState* as_task() noexcept { return nullptr; }
    virtual Gathering* as_gathering() noexcept { return nullptr; }
    /// For the call graph: "a sleep"; "" where only the frames tell.
    virtual std::string what() const { return "a future"; }
  protected:
    ~Waitable() = default;
};

/// cancel() of what passes it on.
bool pass_cancel_on(Waitable& first);

/// The object that the handles of a future share.
struct FutureState : Waitable, RefCounted<FutureState>, Pooled {
    enum class Phase : std::uint8_t { pending, cancelled, failed, finished };
    /// Throws RuntimeError where no loop runs.
    FutureState() : link_(get_running_loop().link()) {}
    virtual ~FutureState() {
        while (Entry* entry = callbacks_.pop_front()) entry->discard();
    }
    EventLoop* loop() const noexcept { return link_->loop; }  ///< its own; null when that is gone
    virtual std::exception_ptr& error() noexcept = 0;
    virtual void* value() noexcept = 0;  ///< its Value<T>
    bool done() const noexcept { return phase_ != Phase::pending; }
    bool cancelled() const noexcept { return phase_ == Phase::cancelled; }
    bool failed() const noexcept { return phase_ == Phase::failed; }
    bool has_value() const noexcept { return phase_ == Phase::finished; }
    bool belongs_to_running_loop() const noexcept { return loop() && loop() == running_loop; }
    bool cancel() override;
    /// The end: callbacks and awaiting tasks are queued in its loop, as they came. Throws RuntimeError in a wrong
    /// thread, and if there are any but their loop is gone.
    void complete(Phase phase);
    void fail(std::exception_ptr exception) {
        error() = std::move(exception);
        complete(Phase::failed);
    }
    /// `entry`, of the running loop, runs in the turn after the future is done, or in the next one. Throws RuntimeError
    /// if it is pending and another loop's.
    void add_callback(Entry& entry) {
        if (!done() && !belongs_to_running_loop()) throw RuntimeError("a future of another loop can't be waited for");
        (done() ? get_running_loop().ready() : callbacks_).push_back(entry);
    }
    const EntryList& callbacks() const noexcept { return callbacks_; }
    std::uint64_t add_done_callback(std::function<void(FutureState&)> function);
    std::size_t remove_done_callback(std::uint64_t number);
    /// Throws InvalidStateError while it is pending, CancelledError if it was cancelled.
    void require_result();
    [[noreturn]] void throw_why_no_value();
    void require_settable();
    /// To the exception handler of its loop.
    void report(const ExceptionContext& context) const noexcept;

    bool error_retrieved = false;  ///< somebody has seen the exception; else its loss is reported
  private:
    Phase phase_ = Phase::pending;
    std::uint32_t done_callbacks_ = 0;  // of the program: how many were ever added
    const Ref<LoopLink> link_;
  protected:
    EntryList callbacks_;
};

template <class T> struct FutureStateOf : FutureState {
    ~FutureStateOf() override {
        if (failed() && !error_retrieved) report({"Future exception was never retrieved", result_.error});
    }
    std::exception_ptr& error() noexcept final { return result_.error; }
    void* value() noexcept final { return static_cast<Value<T>*>(&result_); }
  protected:
    Result<T> result_;
};

/// std::vector claims that it can be copied, whatever it holds.
template <class T> constexpr bool copyable = std::copy_constructible<T>;
template <class T> constexpr bool copyable<std::vector<T>> = copyable<T>;

/// The value of a future that is done. Throws as result() does.
template <class T> Value<T>& require_value(FutureState& state) {
    if (!state.has_value()) state.throw_why_no_value();
    return *static_cast<Value<T>*>(state.value());
}

/// What an awaiter gets from a done future: a copy, for others may ask too; the value itself where it can't be copied.
template <class T> T value_of(FutureState& state) {
    if constexpr (std::is_void_v<T> || std::is_reference_v<T> || copyable<T>)
        return require_value<T>(state).get();
    else
        return require_value<T>(state).take();
}

/// Blocks the current task until `future` is done.
void suspend_on(FutureState& future);
/// To be called first when a leaf is resumed: throws CancelledError if the task was asked to end meanwhile.
inline void resumed() { Pump::current->rethrow_thrown(); }

template <class T> struct FutureAwaiter {
    explicit FutureAwaiter(Ref<FutureState> state) noexcept : state_(std::move(state)) {}
    bool await_ready() const noexcept { return state_->done(); }
    void await_suspend(std::coroutine_handle<>) { suspend_on(*state_); }
    T await_resume() {
        resumed();
        return value_of<T>(*state_);
    }
  private:
    Ref<FutureState> state_;
};
}  // namespace detail

/// A shared handle of any future or task, whatever its result. All handles of one future are equal. To be used in the
/// thread of the loop in which it was made, while that runs or between two of its runs. asyncio.Future without its
/// type.
class FutureBase {
  public:
    explicit FutureBase(Ref<detail::FutureState> state) noexcept : state_(std::move(state)) {}
    bool done() const noexcept { return state_->done(); }
    bool cancelled() const noexcept { return state_->cancelled(); }
    /// A future is done at once, with CancelledError for all who await it. A task is asked to end: CancelledError comes
    /// out of what it waits for, or at its next step; it may refuse, by going on. False if it is done already. Throws
    /// RuntimeError in a wrong thread.
    bool cancel() const { return state_->cancel(); }
    /// The exception, null if it has a value. Throws InvalidStateError while pending, or CancelledError.
    std::exception_ptr exception() const {
        state_->require_result();
        return state_->error();
    }
    /// In the turn of its loop after it is done, calls `function` with a handle; errors go to the exception handler.
    /// Gives a number. Throws RuntimeError in a wrong thread, or if it is done and its loop is gone.
    template <class F> std::uint64_t add_done_callback(F&& function) const {
        return add<FutureBase>(std::forward<F>(function));
    }
    /// How many were removed: 1, or 0 if there is none of that number or it is on its way already.
    std::size_t remove_done_callback(std::uint64_t number) const { return state_->remove_done_callback(number); }
    bool operator==(const FutureBase& other) const noexcept { return state_.get() == other.state_.get(); }
    detail::FutureState& state() const noexcept { return *state_; }
  protected:
    template <class Handle, class F> std::uint64_t add(F&& function) const {
        return state_->add_done_callback(
            [f = std::forward<F>(function)](detail::FutureState& state) mutable { f(Handle(Ref(&state))); });
    }
    Ref<detail::FutureState> state_;
};

/// asyncio.Future. A copy is another handle of the same future. An exception that nobody retrieves is reported when the
/// last handle goes: "Future exception was never retrieved".
template <class T = void> class Future : public FutureBase {
  public:
    using value_type = T;
    using FutureBase::FutureBase;
    /// A pending one, of the running loop: loop.create_future(). Throws RuntimeError where no loop runs.
    Future() : FutureBase(Ref<detail::FutureState>(new detail::FutureStateOf<T>())) {}
    /// The value; throws the exception, CancelledError, or InvalidStateError while it is pending.
    decltype(auto) result() const { return detail::require_value<T>(*this->state_).get(); }
    /// Fill it in; who awaits it is queued. Throw InvalidStateError if it is done, RuntimeError for a task and in a
    /// wrong thread, ValueError for an exception_ptr that is null.
    template <class... U> void set_result(U&&... value) const {
        this->state_->require_settable();
        static_cast<Value<T>*>(this->state_->value())->set_value(std::forward<U>(value)...);
        this->state_->complete(detail::FutureState::Phase::finished);
    }
    void set_exception(std::exception_ptr error) const {
        this->state_->require_settable();
        if (!error) throw ValueError("set_exception: the exception_ptr is null");
        this->state_->fail(std::move(error));
    }
    template <class E>
    requires(!std::convertible_to<E, std::exception_ptr>) void set_exception(E error) const {
        set_exception(std::make_exception_ptr(std::move(error)));
    }
    template <class F> std::uint64_t add_done_callback(F&& function) const {
        return this->template add<Future>(std::forward<F>(function));
    }
    /// What an awaiter gets once it is done: a copy, or the value itself where that can't be copied.
    T take() const { return detail::value_of<T>(*this->state_); }
    /// Suspends until it is done; takes no turn of the loop if it is. Returns the value (moved, where it can't be
    /// copied) or throws. A task that is cancelled here cancels the future, for all who await it.
    auto operator co_await() const noexcept { return detail::FutureAwaiter<T>(this->state_); }
};
}  // namespace aio
