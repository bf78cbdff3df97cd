// The threads of a loop: they do what would block it.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>
#include "runtime/tasks/waiting.hpp"

namespace aio::detail {
/// Something that a thread does for the loop, which waits for it. Made and destroyed in the loop's thread.
class Job : public ListHook<Job> {
  public:
    explicit Job(EventLoop& loop) noexcept : guard_(loop) {}
    virtual ~Job() = default;
    virtual void work() noexcept = 0;    ///< in a thread of the pool
    virtual void finish() noexcept = 0;  ///< after that, in the loop's thread
  private:
    WorkGuard guard_;
};

/// It grows on demand, up to a bound, and is joined before run() returns. All but work() is called in the loop's
/// thread. asyncio's default executor, concurrent.futures.ThreadPoolExecutor.
class ThreadPool final : public Executor {
  public:
    /// At most `max_threads`; by default as many as CPython has: four more than processors, and 32 at most.
    explicit ThreadPool(EventLoop& loop, std::size_t max_threads = default_max_threads());
    /// Drops the jobs that no thread has begun, and waits for the others.
    ~ThreadPool() override;

    /// The one of the running loop, made at its first use. Throws RuntimeError where no loop runs.
    static ThreadPool& current();

    /// Throws RuntimeError after shutdown(), std::system_error if there is no thread and none can be made.
    void submit(std::unique_ptr<Job> job);
    /// Destroys `job` of the running loop unless a thread has begun it. Returns whether it did.
    static bool withdraw(Job& job) noexcept;
    /// From now on no job is taken. Waits for all there are, then joins the threads. Cancelled, it blocks until then.
    Coroutine<void> shutdown() override;
  private:
    static std::size_t default_max_threads();
    void add_thread();
    void work() noexcept;
    void job_is_over() noexcept;
    void join() noexcept;

    EventLoop& loop_;
    const std::size_t max_threads_;
    std::vector<std::thread> threads_;
    std::size_t unfinished_ = 0;      // jobs that finish() has not been called for
    Waiter* all_finished_ = nullptr;  // shutdown() waits here
    bool shut_down_ = false;

    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    IntrusiveList<Job> queue_;  // owned
    std::size_t queued_ = 0;
    std::size_t idle_ = 0;  // threads that wait for a job
    bool stopping_ = false;
};
}  // namespace aio::detail
