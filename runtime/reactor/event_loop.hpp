// The event loop: what is ready runs, in order; when nothing is, the loop sleeps.
#pragma once
#include <array>
#include <atomic>
#include <mutex>
#include <unordered_map>
#include "runtime/reactor/borrowed_descriptor.hpp"
#include "runtime/reactor/descriptor.hpp"
#include "runtime/reactor/errors.hpp"
#include "runtime/reactor/handle.hpp"
#include "runtime/reactor/observer.hpp"
#include "runtime/reactor/timer_heap.hpp"

namespace aio {
/// What the exception handler is told about an error that nobody awaits.
struct ExceptionContext {
    std::string message;             ///< "Task exception was never retrieved", "Exception in callback", ...
    std::exception_ptr exception{};  ///< null where there is none
    std::string task{};              ///< the name of the task, empty where there is none
    Place created{};                 ///< where the task was created, in debug mode; else line 0
};
using ExceptionHandler = std::function<void(const ExceptionContext&)>;

namespace detail {
inline thread_local constinit EventLoop* running_loop = nullptr;

/// How what may outlive its loop, such as a future, finds it: null when the loop is gone.
struct LoopLink final : RefCounted<LoopLink> {
    explicit LoopLink(EventLoop& l) noexcept : loop(&l) {}
    EventLoop* loop;
};
}  // namespace detail

/// What one turn of the loop did; see EventLoop::run_once.
struct Turn {
    std::size_t descriptors = 0;  ///< how many had something to report
    std::size_t timers = 0;       ///< how many timers were due
    std::size_t callbacks = 0;    ///< how many entries of the ready queue ran
};

/// asyncio's event loop, without coroutines: callbacks, timers, descriptors. What it runs never overlaps. While it runs
/// it belongs to the thread that runs it: others may call call_soon_threadsafe() and wake() alone, and get RuntimeError
/// from what else queues or arms something. Between two runs it may be used from wherever it is at hand, and what wakes
/// one of its tasks then is kept for its next run. After fork(2) it belongs to the parent: in the child, to go on in it
/// throws RuntimeError, and nothing that the child does or destroys disturbs the parent's.
class EventLoop {
  public:
    /// Throws std::system_error when the kernel gives no descriptors: it takes three.
    explicit EventLoop(ClockKind kind = clock_from_environment());
    /// Callbacks that have not run are dropped.
    ~EventLoop();

    // Callbacks. F: a callable without arguments. What it throws goes to the exception handler; the loop goes on.
    /// Runs `function` in the next turn, behind all that is ready already.
    template <class F> Handle call_soon(F&& function) {
        require_own_thread();
        detail::Call& call = make_call(std::forward<F>(function));
        ready().push_back(call);
        return Handle(Ref(&call));
    }
    /// Runs `function` when `delay` has passed, never earlier. Zero and less: behind what call_soon() has queued.
    template <class F> TimerHandle call_later(Duration delay, F&& function) {
        require_own_thread();
        return call_at(saturating_add(time(), delay), std::forward<F>(function));
    }
    /// The same at a moment of this loop's clock. Callbacks for one moment run in the order in which they were set.
    template <class F> TimerHandle call_at(TimePoint when, F&& function) {
        require_own_thread();
        detail::Call& call = make_call(std::forward<F>(function));
        timers_.arm(call, call.when = when);
        return TimerHandle(Ref(&call));
    }
    /// call_soon for other threads. Who counts on it holds a WorkGuard, or the loop may find that nothing can wake it.
    template <class F> void call_soon_threadsafe(F&& function) {
        add_from_thread(make_call(std::forward<F>(function)));
    }
    /// The loop's clock, read afresh.
    TimePoint time() noexcept {
        if (!virtual_) now_ = std::chrono::steady_clock::now();
        timers_.start(now_);
        return now_;
    }
    /// The time as far as the loop knows it: never ahead of time(), and free.
    TimePoint known_time() const noexcept { return now_; }

    // Borrowed descriptors. `function` runs in every turn in which `fd` is ready, until it is removed; a second one
    // replaces the first. To be removed before `fd` is closed; returns whether there was one. Throw std::system_error.
    void add_reader(int fd, std::function<void()> function) { borrow(fd, EPOLLIN, std::move(function)); }
    void add_writer(int fd, std::function<void()> function) { borrow(fd, EPOLLOUT, std::move(function)); }
    bool remove_reader(int fd) { return borrow(fd, EPOLLIN, nullptr); }
    bool remove_writer(int fd) { return borrow(fd, EPOLLOUT, nullptr); }
    /// Turns until stop(). Throws DeadlockError where nothing can ever become ready, RuntimeError if a loop runs here,
    /// std::system_error if the kernel refuses to wait.
    void run_forever();
    /// Ends run_forever() after the turn under way; called beforehand, after its first turn.
    void stop() {
        require_own_thread();
        stopping_ = true;
    }
    /// One turn: looks at the descriptors (and sleeps, if nothing is ready), takes the timers that are due, and runs
    /// what is ready by then. What that makes ready waits for the next turn. Throws as run_forever() does.
    Turn run_once();
    /// `handler` is told of errors that nobody awaits; an empty one brings back the default, which writes to stderr.
    void set_exception_handler(ExceptionHandler handler) { exception_handler_ = std::move(handler); }
    void call_exception_handler(const ExceptionContext& context) noexcept;
    static void default_exception_handler(const ExceptionContext& context);
    /// A callback or a step of a task that takes longer is reported in debug mode: see observe/debug.hpp.
    Duration slow_callback_duration = std::chrono::milliseconds(100);

    // For the floors above.
    unsigned outside_work = 0;                       ///< of other threads: how many a WorkGuard stands for
    detail::Tasks* tasks = nullptr;                  ///< null in a loop of callbacks alone
    EntryList& ready() noexcept { return *ready_; }  ///< entries queued here run in the next turn
    /// Queues `entry` there, for whoever may be called outside the loop. Throws RuntimeError in a wrong thread.
    void queue(Entry& entry) {
        require_own_thread();
        ready().push_back(entry);
    }
    /// Throws RuntimeError where another thread runs this loop.
    void require_own_thread() const {
        if (detail::running_loop != this && running_) throw_wrong_thread();
    }
    const Ref<detail::LoopLink>& link() const noexcept { return link_; }
    /// Queues `timer` when `delay` has passed, never earlier. Reads no clock: the delay counts from the next reading.
    void arm(Timer& timer, Duration delay) {
        if (virtual_ || delay <= Duration::zero())
            timers_.arm(timer, saturating_add(now_, delay));
        else
            timers_.arm_from_start(timer, delay);
    }
    TimerHeap& timers() noexcept { return timers_; }
    Selector& selector() noexcept { return selector_; }
    IntrusiveList<Descriptor>& descriptors() noexcept { return descriptors_; }
    /// `function` runs between two turns after wake(), which a signal handler may call.
    void set_wake_handler(std::function<void()> function) { wake_handler_ = std::move(function); }
    void wake() noexcept { selector_.wake(); }
    /// Null: nobody. May be called from what is being observed.
    void set_observer(std::shared_ptr<detail::Observer> observer) noexcept { observer_ = std::move(observer); }
    bool observed() const noexcept { return observer_ != nullptr; }
    /// From now on no error is reported: what is left is being destroyed.
    void mute() noexcept { muted_ = true; }
    bool muted() const noexcept { return muted_; }
  private:
    template <class F> detail::Call& make_call(F&& function) {
        return *new detail::CallOf<std::decay_t<F>>(*this, std::forward<F>(function));
    }
    void add_from_thread(detail::Call& call);
    void take_from_threads() noexcept;
    bool borrow(int fd, std::uint32_t direction, std::function<void()> function) {
        require_own_thread();
        return borrowed_.try_emplace(fd, *this, fd).first->second.set(direction, std::move(function));
    }
    struct Running;
    bool idle() const noexcept { return ready_->empty() && !stopping_; }
    /// Whether epoll is to be asked: always when nothing is ready, for then the loop may sleep; else now and then.
    bool must_look() noexcept { return idle() || (--turns_to_reading_ == 0 && late_for_a_look()); }
    bool late_for_a_look() noexcept;
    [[gnu::noinline]] void run_observed(Entry& entry) noexcept;
    Turn turn();
    std::size_t look();
    std::size_t sleep();
    bool can_be_woken() const noexcept;
    [[noreturn]] static void throw_wrong_thread();

    const bool virtual_;
    TimePoint now_ = virtual_ ? TimePoint{} : std::chrono::steady_clock::now(), looked_at_ = now_;
    unsigned turns_since_look_ = 0, turns_between_readings_ = 1, turns_to_reading_ = 1;
    std::atomic<bool> running_ = false;  // asked by other threads, which must not touch the loop then
    bool stopping_ = false, muted_ = false;
    std::array<EntryList, 2> queues_;
    EntryList* ready_ = &queues_[0];  // what runs in the next turn
    const Ref<detail::LoopLink> link_ =
        Ref(new detail::LoopLink(*this));  // between the two: else g++ 12 makes a slow vector
    EntryList* batch_ = &queues_[1];       // what runs in this one
    TimerHeap timers_;
    Selector selector_;
    IntrusiveList<Descriptor> descriptors_;
    std::unordered_map<int, detail::BorrowedDescriptor> borrowed_;
    ExceptionHandler exception_handler_;
    std::function<void()> wake_handler_;
    std::shared_ptr<detail::Observer> observer_;
    std::mutex threads_mutex_;
    std::vector<detail::Call*> from_threads_;
};

/// While one is alive, in the loop's thread, the loop waits for other threads. Asio's executor_work_guard.
class WorkGuard {
  public:
    explicit WorkGuard(EventLoop& loop) noexcept : loop_(loop) { ++loop_.outside_work; }
    ~WorkGuard() { --loop_.outside_work; }
    WorkGuard(WorkGuard&&) = delete;
  private:
    EventLoop& loop_;
};

namespace detail {
/// Whether a loop runs in this thread. In a child process the parent's does not.
inline bool a_loop_runs() noexcept { return running_loop && !running_loop->selector().forked(); }

/// Makes `loop` the running one of this thread. Throws RuntimeError where another one runs.
struct RunningLoop {
    explicit RunningLoop(EventLoop& loop) {
        if (outer_ != &loop && a_loop_runs())
            throw RuntimeError("an event loop runs in this thread already: one at a time");
        running_loop = &loop;
    }
    ~RunningLoop() { running_loop = outer_; }
    RunningLoop(RunningLoop&&) = delete;
  private:
    EventLoop* outer_ = running_loop;  // the same loop, none, or the parent process's
};

/// Tells the running loop's exception handler; the default one where no loop runs.
void report(const ExceptionContext& context) noexcept;
}  // namespace detail

/// The loop that runs in this thread. Throws RuntimeError where none does.
inline EventLoop& get_running_loop() {
    if (!detail::running_loop) throw_runtime_error("no running event loop: call this below aio::run()");
    return *detail::running_loop;
}
}  // namespace aio
