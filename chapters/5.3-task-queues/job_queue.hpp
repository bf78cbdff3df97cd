// Jobs and their workers, done right: a future per job, a limit, and an end that loses nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <tuple>
#include <utility>
#include <vector>

#include "runtime/aio.hpp"

/// What becomes of the jobs when a queue stops.
enum class Stop { drain, discard };

/// A job that waits for a worker.
template <class T> struct Job {
    int priority;
    std::uint64_t sequence;
    std::function<aio::Coroutine<T>()> function;
    aio::Future<T> future;
    bool operator<(const Job& other) const {
        return std::tie(priority, sequence) < std::tie(other.priority, other.sequence);
    }
};

/// A fixed number of workers over `Queue`, an aio::Queue or aio::PriorityQueue of Job<T>. It works inside `with`, which
/// drains it at the end of the block, and discards what is left when the block throws or is cancelled.
// [workers]
template <class T, class Queue> class Workers {
  public:
    using Function = std::function<aio::Coroutine<T>()>;

    /// `count`: how many jobs run at once; `limit`: how many may wait before submit() waits as well.
    Workers(std::size_t count, std::size_t limit) : count_(count), queue_(limit) {
        if (count == 0 || limit == 0) throw aio::ValueError("a queue of jobs needs a worker and room for a job");
    }

    aio::Coroutine<void> aenter() {
        if (!workers_.empty()) throw aio::RuntimeError("a queue of jobs can be started once only");
        for (std::size_t i = 0; i < count_; ++i) workers_.push_back(aio::create_task(work()));
        co_return;
    }
    aio::Coroutine<void> aexit(std::exception_ptr error) { co_await stop(error ? Stop::discard : Stop::drain); }

    /// Waits while the queue is full; returns the job's future, which gets its value or its error. To cancel the future
    /// cancels the job. Small numbers of `priority` go first, where the queue looks at them. Throws RuntimeError before
    /// the start, QueueShutDown after stop().
    aio::Coroutine<aio::Future<T>> submit(Function function, int priority = 0) {
        if (workers_.empty()) throw aio::RuntimeError("the queue of jobs is not started: use it inside with()");
        aio::Future<T> future;
        Job<T> job{priority, next_sequence_++, std::move(function), future};
        co_await queue_.put(std::move(job));
        co_return future;
    }

    /// Takes no more jobs. `drain` runs those that wait; `discard` cancels them, and those that run. Returns when all
    /// workers have ended. Cancelled meanwhile, it discards.
    aio::Coroutine<void> stop(Stop mode) {
        queue_.shutdown();
        if (mode == Stop::discard) discard();
        try {
            co_await aio::gather(aio::return_exceptions, workers_);
        } catch (const aio::CancelledError&) {  // gather has cancelled the workers, and they have ended
            discard();
            throw;
        }
    }
  private:
    aio::Coroutine<void> work() {
        try {
            for (;;) {
                Job<T> job = co_await queue_.get();
                if (!job.future.done()) co_await run(job);
            }
        } catch (const aio::QueueShutDown&) {}  // of get(): run() throws only CancelledError
    }

    aio::Coroutine<void> run(Job<T>& job) {
        const aio::Task<T> task = aio::create_task(call(std::move(job.function)));
        job.future.add_done_callback([task](const auto&) { task.cancel(); });
        std::exception_ptr cancelled;
        try {
            co_await aio::gather(aio::return_exceptions, task);
        } catch (const aio::CancelledError&) { cancelled = std::current_exception(); }
        settle(job.future, task);
        if (cancelled) std::rethrow_exception(cancelled);
    }

    /// A coroutine, so that what `function` throws before its first step belongs to the job as well.
    static aio::Coroutine<T> call(Function function) { co_return co_await function(); }

    static void settle(aio::Future<T>& future, const aio::Task<T>& task) {
        if (future.done()) return;
        if (task.cancelled())
            future.cancel();
        else if (task.exception())
            future.set_exception(task.exception());
        else
            future.set_result(task.result());
    }

    void discard() {
        while (!queue_.empty()) queue_.get_nowait().future.cancel();
        for (const auto& worker : workers_) worker.cancel();
    }

    const std::size_t count_;
    std::uint64_t next_sequence_ = 0;
    Queue queue_;
    std::vector<aio::Task<void>> workers_;
};
// [/workers]

/// Serves jobs in the order of submit().
template <class T> using JobQueue = Workers<T, aio::Queue<Job<T>>>;
/// Serves the smallest priority first, and equal ones in the order of submit().
template <class T> using PriorityJobQueue = Workers<T, aio::PriorityQueue<Job<T>>>;
