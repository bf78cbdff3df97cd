// run(): from a coroutine to a running program, and to its orderly end.
#pragma once
#include "runtime/tasks/task.hpp"

namespace aio {
/// asyncio.Runner: a loop, its tasks, and how they end. Most programs call run() instead.
class Runner {
  public:
    /// Throws RuntimeError where a loop runs in this thread already.
    explicit Runner(ClockKind clock = clock_from_environment());
    /// Destroys what close() could not end, in order of creation. No code of the program runs but destructors.
    ~Runner();
    /// Runs `main` in a task to its end; returns its value or throws its exception. SIGINT cancels it: if it ends by
    /// that, close() is called and SIGINT ends the program. May be called again. Throws DeadlockError; RuntimeError
    /// where a loop runs, after close(), and in a child process.
    template <class T> T run(Coroutine<T> main) { return detail::value_of<T>(finish(std::move(main)).state()); }
    /// The same; main's outcome stays in its task.
    template <class T> Task<T> finish(Coroutine<T> main) {
        require_runnable();
        const detail::RunningLoop running(loop_);
        Task<T> task = create_task(std::move(main));
        run_main(task);
        return task;
    }
    /// Cancels the tasks that are left, waits for them and for threads, reports their exceptions. Throws DeadlockError.
    void close();
    EventLoop& get_loop() noexcept { return loop_; }
  private:
    void require_runnable();
    void run_main(const TaskBase& main);
    void run_until_complete(const FutureBase& future);
    void cancel_all_tasks();

    EventLoop loop_;
    detail::Tasks tasks_;
    bool closed_ = false;
};

/// Runs `main` in a new loop, ends what is left over, and returns main's value or throws its exception; DeadlockError
/// where no task can ever go on, RuntimeError where a loop runs. Several threads may each run their own. asyncio.run.
template <class T> T run(Coroutine<T> main) {
    Runner runner;
    const Task<T> task = runner.finish(std::move(main));
    runner.close();
    return detail::value_of<T>(task.state());
}
}  // namespace aio
