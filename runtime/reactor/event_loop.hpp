// The event loop: what is ready runs, in order; when nothing is, the loop sleeps.
#pragma once
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/reactor/clock.hpp"
#include "runtime/reactor/descriptor.hpp"
#include "runtime/reactor/entry.hpp"
#include "runtime/reactor/handle.hpp"
#include "runtime/reactor/selector.hpp"
#include "runtime/reactor/timer_heap.hpp"

namespace aio {

/// What the exception handler is told about an error that nobody awaits.
struct ExceptionContext {
    std::string message;           ///< "Task exception was never retrieved", "Exception in callback", ...
    std::exception_ptr exception;  ///< null where there is none
    std::string task;              ///< the name of the task, empty where there is none
};
using ExceptionHandler = std::function<void(const ExceptionContext&)>;

/// What one turn of the loop did; see EventLoop::run_once.
struct Turn {
    std::optional<TimePoint> armed_for;  ///< what the timerfd was armed for when the loop looked at epoll
    std::size_t descriptors = 0;         ///< how many had something to report
    std::size_t timers = 0;              ///< how many timers were due
    std::size_t callbacks = 0;           ///< how many entries of the ready queue ran
};

/// asyncio's event loop, without coroutines: callbacks, timers, descriptors. It belongs to one thread; only
/// call_soon_threadsafe() and wake() may be called from others. What it runs never overlaps.
class EventLoop {
  public:
    /// Throws std::system_error when the kernel gives no descriptors (it takes three).
    explicit EventLoop(ClockKind kind = clock_from_environment());
    /// Callbacks that have not run are dropped.
    ~EventLoop();

    // --- callbacks. F: any callable without arguments. An exception that leaves it goes to the exception
    // handler; the loop goes on.

    /// Runs `function` in the next turn, behind all that is ready already.
    template <class F>
    Handle call_soon(F&& function) {
        const auto call = make_call(std::forward<F>(function));
        ready_.push_back(*Ref(call).detach());
        return Handle(call);
    }

    /// Runs `function` in the first turn after `delay` has passed, never earlier. Zero and less: as soon as
    /// the loop looks at its timers, which is behind what call_soon() has queued.
    template <class F>
    TimerHandle call_later(Duration delay, F&& function) {
        return call_at(saturating_add(time(), delay), std::forward<F>(function));
    }

    /// The same with a moment of this loop's clock. Timers with one deadline run in the order they were set.
    template <class F>
    TimerHandle call_at(TimePoint when, F&& function) {
        const auto call = make_call(std::forward<F>(function));
        call->when = when;
        timers_.arm(*Ref(call).detach(), when);
        return TimerHandle(call);
    }

    /// call_soon for other threads. Whoever counts on such a call holds a WorkGuard, or the loop may find
    /// that nothing can wake it.
    template <class F>
    void call_soon_threadsafe(F&& function) {
        add_from_thread(make_call(std::forward<F>(function)));
    }

    /// The loop's clock, read afresh.
    TimePoint time() noexcept { return now_ = clock_.now(); }

    // --- borrowed descriptors: asyncio's add_reader and its sisters. `function` runs in every turn in which
    // `fd` is ready, until it is taken away; a second one replaces the first. Throw std::system_error.

    void add_reader(int fd, std::function<void()> function);
    void add_writer(int fd, std::function<void()> function);
    /// Whether there was one. To be called before `fd` is closed.
    bool remove_reader(int fd);
    bool remove_writer(int fd);

    // --- running

    /// Turns until stop(). Throws DeadlockError where nothing can ever become ready, and RuntimeError where a
    /// loop runs in this thread already.
    void run_forever();

    /// Ends run_forever() after the turn under way; called beforehand, after its first turn.
    void stop() noexcept { stopping_ = true; }

    /// One turn: looks at the descriptors (and sleeps, if nothing is ready), takes the timers that are due, and
    /// runs what is ready by then. What that makes ready waits for the next turn. Throws DeadlockError.
    Turn run_once();

    // --- errors nobody awaits

    /// `handler` is told of them; an empty one brings back the default, which writes to stderr.
    void set_exception_handler(ExceptionHandler handler) { exception_handler_ = std::move(handler); }
    void call_exception_handler(const ExceptionContext& context) noexcept;
    static void default_exception_handler(const ExceptionContext& context);

    // --- for the floors above

    /// Where entries are queued that shall run in the next turn.
    EntryList& ready() noexcept { return ready_; }
    TimerHeap& timers() noexcept { return timers_; }
    Selector& selector() noexcept { return selector_; }
    IntrusiveList<Descriptor>& descriptors() noexcept { return descriptors_; }
    const Clock& clock() const noexcept { return clock_; }

    /// No two loops of a process ever have the same, dead ones included.
    std::uint64_t id() const noexcept { return id_; }

    /// `function` runs between two turns after wake(), which a signal handler may call.
    void set_wake_handler(std::function<void()> function) { wake_handler_ = std::move(function); }
    void wake() noexcept { selector_.wake(); }

    /// From now on no error is reported: what is left is being destroyed.
    void mute() noexcept { muted_ = true; }

  private:
    friend class WorkGuard;
    template <class F>
    Ref<detail::Call> make_call(F&& function) {
        using Call = detail::CallOf<std::decay_t<F>>;
        return Ref<detail::Call>(new Call(*this, std::forward<F>(function)));
    }
    void add_from_thread(Ref<detail::Call> call);
    void take_from_threads() noexcept;
    detail::BorrowedDescriptor& borrowed(int fd);
    std::size_t look();
    std::size_t sleep();
    bool can_be_woken() const noexcept;

    Clock clock_;
    TimePoint now_;  // the time as far as the loop knows it
    TimePoint looked_at_;
    unsigned turns_since_look_ = 0;
    bool stopping_ = false;
    bool muted_ = false;
    unsigned outside_work_ = 0;
    std::uint64_t id_;
    EntryList ready_;
    TimerHeap timers_;
    Selector selector_;
    IntrusiveList<Descriptor> descriptors_;
    std::unordered_map<int, detail::BorrowedDescriptor> borrowed_;
    ExceptionHandler exception_handler_;
    std::function<void()> wake_handler_;
    std::mutex threads_mutex_;
    std::vector<detail::Call*> from_threads_;
};

/// While one is alive the loop waits for other threads, instead of taking silence for a deadlock. To be made
/// and destroyed in the loop's thread. Asio's executor_work_guard.
class WorkGuard {
  public:
    explicit WorkGuard(EventLoop& loop) noexcept : loop_(loop) { ++loop_.outside_work_; }
    ~WorkGuard() { --loop_.outside_work_; }
    WorkGuard(const WorkGuard&) = delete;
    WorkGuard& operator=(const WorkGuard&) = delete;

  private:
    EventLoop& loop_;
};

/// The loop that runs in this thread. Throws RuntimeError where none does.
EventLoop& get_running_loop();

namespace detail {

/// The same, or null.
inline thread_local constinit EventLoop* running_loop = nullptr;

/// Makes `loop` the running one. Throws RuntimeError where another one runs.
class RunningLoop {
  public:
    explicit RunningLoop(EventLoop& loop);
    ~RunningLoop() { running_loop = outer_; }
    RunningLoop(const RunningLoop&) = delete;
    RunningLoop& operator=(const RunningLoop&) = delete;

  private:
    EventLoop* outer_ = running_loop;  // the same loop, or none
};

}  // namespace detail

}  // namespace aio
