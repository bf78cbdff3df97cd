#include "runtime/tasks/run.hpp"
#include <unistd.h>
#include <atomic>
#include <csignal>
#include "runtime/tasks/gather.hpp"

namespace aio {
namespace {
// What the signal handler needs, the only globals of the runtime: the loop to wake, and how often SIGINT came.
std::atomic<EventLoop*> interrupt_wakes{nullptr};
std::atomic<int> interrupts{0};

void end_by_sigint() {
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
}

extern "C" void on_sigint(int) {
    if (interrupts.fetch_add(1) > 0) return end_by_sigint();
    if (EventLoop* loop = interrupt_wakes) loop->wake();
}

/// While it lives, SIGINT cancels `main`; not outside the main thread, nor where the program has a handler of its own.
class InterruptCancels {
  public:
    InterruptCancels(EventLoop& loop, const TaskBase& main) : loop_(loop) {
        struct sigaction present {};
        sigaction(SIGINT, nullptr, &present);
        active_ = gettid() == getpid() && present.sa_handler == SIG_DFL;
        if (!active_) return;
        interrupts = 0;
        interrupt_wakes = &loop;
        loop.set_wake_handler([main, cancelled = false]() mutable {
            if (interrupts > 0 && !std::exchange(cancelled, true)) main.cancel();
        });
        std::signal(SIGINT, on_sigint);
    }
    ~InterruptCancels() {
        if (!active_) return;
        std::signal(SIGINT, SIG_DFL);
        interrupt_wakes = nullptr;
        loop_.set_wake_handler(nullptr);
    }
    InterruptCancels(InterruptCancels&&) = delete;

    /// Whether main ended by it.
    bool ended(const TaskBase& main) const { return active_ && interrupts > 0 && main.cancelled() && !main.uncancel(); }
  private:
    EventLoop& loop_;
    bool active_ = false;
};

/// Stops the loop when the future is done in whose callbacks it stands.
struct StopLoop final : Entry {
    explicit StopLoop(EventLoop& l) noexcept : loop(l) {}
    void run() noexcept override { loop.stop(); }
    EventLoop& loop;
};

// asyncio.run ends with a task for each service, even where it was never used. What refuses to be cancelled gets that
// many more turns, so the tasks are here too.
Coroutine<void> shutdown(const std::unique_ptr<detail::Service>& service) {
    if (service) co_await service->shutdown();
}
}  // namespace

Runner::Runner(ClockKind clock) : loop_(clock) {
    if (detail::running_loop) throw RuntimeError("aio::run() cannot be called from a running event loop");
    detail::observe_if_asked(loop_);
}

Runner::~Runner() {
    const Running running(*this);
    loop_.mute();
    tasks_.default_executor.reset();
    tasks_.asyncgens.reset();
    while (detail::TaskState* task = tasks_.alive.front()) task->dissolve();
    while (detail::Composite* composite = tasks_.composites.front()) composite->dissolve();
}

void Runner::run_main(const TaskBase& main) {
    bool interrupted = false;
    {
        const InterruptCancels interrupt(loop_, main);
        run_until_complete(main);
        interrupted = interrupt.ended(main);
    }
    if (!interrupted) return;
    close();
    end_by_sigint();
}

void Runner::run_until_complete(const FutureBase& future) {
    StopLoop stop(loop_);
    future.state().add_callback(stop);
    try {
        loop_.run_forever();
    } catch (const DeadlockError&) {
        std::vector<std::string> names;
        for (const TaskBase& task : all_tasks()) names.push_back(task.get_name());
        throw DeadlockError(std::move(names));
    }
}

void Runner::close() {
    if (std::exchange(closed_, true)) return;
    const Running running(*this);
    cancel_all_tasks();
    run_until_complete(create_task(shutdown(tasks_.asyncgens)));
    run_until_complete(create_task(shutdown(tasks_.default_executor)));
}

void Runner::cancel_all_tasks() {
    const std::vector<TaskBase> tasks = all_tasks();
    if (tasks.empty()) return;
    for (const TaskBase& task : tasks) task.cancel();
    // gather(*tasks, return_exceptions=True), of which nobody wants the results
    const auto collect = [](const detail::Gathering&) { return std::monostate(); };
    const Ref all(new detail::GatherState<std::monostate, decltype(collect)>(tasks.size(), true, collect));
    for (const TaskBase& task : tasks) all->add(task);
    run_until_complete(FutureBase(all));
    for (const TaskBase& task : tasks)
        if (!task.cancelled() && task.exception())
            loop_.call_exception_handler(
                {"unhandled exception during aio::run() shutdown", task.exception(), task.get_name()});
}
}  // namespace aio
