#include "runtime/tasks/run.hpp"
#include <unistd.h>
#include <atomic>
#include <csignal>
#include "runtime/tasks/gather.hpp"

namespace aio {
namespace {
// What the signal handler needs, the only globals of the runtime: the loop to wake, and whether SIGINT came.
std::atomic<EventLoop*> interrupt_wakes{nullptr};
std::atomic<bool> interrupted{false};

extern "C" void on_sigint(int) {
    interrupted = true;
    if (EventLoop* loop = interrupt_wakes) loop->wake();
}

/// While it lives, SIGINT cancels `main`; a second one ends the program, for the kernel has reset the signal by then.
struct InterruptCancels {
    InterruptCancels(EventLoop& l, const TaskBase& main) : loop(l) {
        interrupted = false;
        interrupt_wakes = &loop;
        loop.set_wake_handler([this, main] {
            if (interrupted.exchange(false)) cancelled = main.cancel();
        });
        struct sigaction once {};
        once.sa_handler = on_sigint;
        once.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
        sigaction(SIGINT, &once, nullptr);
    }
    ~InterruptCancels() {
        struct sigaction present {};
        sigaction(SIGINT, nullptr, &present);
        if (present.sa_handler == on_sigint) std::signal(SIGINT, SIG_DFL);  // else the program has set its own
        interrupt_wakes = nullptr;
        loop.set_wake_handler(nullptr);
    }
    EventLoop& loop;
    bool cancelled = false;
};

/// Ends the run when a future is done; not if the run has ended by then.
struct Stop final : Entry {
    explicit Stop(EventLoop& l) noexcept : loop(l) {}
    void run() noexcept override { loop.stop(); }
    EventLoop& loop;
};

/// A child process, which fork(2) has left in the middle of a task, may run a loop of its own there, and then go on.
struct PumpSetAside {
    PumpSetAside() = default;
    PumpSetAside(PumpSetAside&&) = delete;
    ~PumpSetAside() { detail::Pump::current = outer; }
    detail::Pump* const outer = std::exchange(detail::Pump::current, nullptr);
};

// As at the end of asyncio.run, a task for each, used or not: what refuses to be cancelled gets that many more turns.
Coroutine<void> shutdown(const std::unique_ptr<detail::Service>& service) {
    if (service) co_await service->shutdown();
}
}  // namespace

Runner::Runner(ClockKind clock) : loop_(clock) {
    if (detail::a_loop_runs()) throw RuntimeError("aio::run() cannot be called from a running event loop");
    loop_.tasks = &tasks_;
    detail::observe_if_asked(loop_);
}

Runner::~Runner() {
    const detail::RunningLoop running(loop_);
    loop_.mute();
    if (loop_.selector().forked()) (void)tasks_.default_executor.release();  // its threads are the parent's
    tasks_.default_executor.reset();
    tasks_.asyncgens.reset();
    while (detail::TaskState* task = tasks_.alive.front()) task->dissolve();
    while (detail::Composite* composite = tasks_.composites.front()) composite->dissolve();
    loop_.tasks = nullptr;
}

void Runner::require_runnable() {
    if (detail::a_loop_runs()) throw RuntimeError("Runner.run() cannot be called from a running event loop");
    if (closed_) throw RuntimeError("Runner is closed");
    loop_.selector().require_own_process();
}

void Runner::run_main(const TaskBase& main) {
    struct sigaction present {};
    sigaction(SIGINT, nullptr, &present);
    // Signals are left alone outside the main thread, and where the program has a handler of its own.
    if (gettid() != getpid() || present.sa_handler != SIG_DFL) return run_until_complete(main);
    const InterruptCancels interrupt(loop_, main);
    run_until_complete(main);
    if (!interrupt.cancelled || !main.cancelled() || main.uncancel() > 0) return;
    close();
    std::raise(SIGINT);  // it is handled no more
}

void Runner::run_until_complete(const FutureBase& future) {
    const PumpSetAside aside;
    Stop stop(loop_);
    future.state().add_callback(stop);
    try {
        loop_.run_forever();
    } catch (const DeadlockError& error) {
        std::string text = error.what();
        std::vector<std::string> names;
        for (const TaskBase& task : all_tasks()) {
            text += names.empty() ? "; still waiting: " : ", ";
            text += names.emplace_back(task.get_name());
        }
        throw DeadlockError(text, std::move(names));
    }
}

void Runner::close() {
    if (std::exchange(closed_, true)) return;
    const detail::RunningLoop running(loop_);
    cancel_all_tasks();
    run_until_complete(create_task(shutdown(tasks_.asyncgens)));
    run_until_complete(create_task(shutdown(tasks_.default_executor)));
}

void Runner::cancel_all_tasks() {
    const std::vector<TaskBase> tasks = all_tasks();
    if (tasks.empty()) return;
    for (const TaskBase& task : tasks) task.cancel();
    // gather(*tasks, return_exceptions=True), of which nobody wants the results
    const Ref all(new detail::GatherState(tasks.size(), true, [](const auto&) { return std::monostate(); }));
    for (const TaskBase& task : tasks) all->add(task);
    run_until_complete(FutureBase(all));
    for (const TaskBase& task : tasks)
        if (!task.cancelled() && task.exception())
            detail::report({"unhandled exception during aio::run() shutdown", task.exception(), task.get_name()});
}
}  // namespace aio
