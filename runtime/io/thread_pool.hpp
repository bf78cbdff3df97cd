// The threads of a loop: they do what would block it.
#pragma once
#include <condition_variable>
#include <thread>
#include "runtime/sync/waiter_queue.hpp"

namespace aio::detail {
class ThreadPool;

/// Something that a thread does for the loop. `co_await` it, once it is submitted, for its end; cancelled, the await
/// ends at once. Made, shared and destroyed in the loop's thread.
class Job : public Waiter, public RefCounted<Job>, public ListHook<Job> {
  public:
    virtual ~Job() = default;
    virtual void work() noexcept = 0;  ///< in a thread of the pool
    bool cancel() override;
  private:
    friend class ThreadPool;
    ThreadPool* pool_ = nullptr;  // to which it was submitted
    WorkGuard guard_{get_running_loop()};
};

/// It grows on demand, up to a bound, and is joined before run() returns. All but work() is called in the loop's
/// thread. asyncio's default executor, concurrent.futures.ThreadPoolExecutor.
class ThreadPool final : public Service {
  public:
    explicit ThreadPool(EventLoop& loop) : loop_(loop) {}
    /// Drops the jobs that no thread has begun, and waits for the others.
    ~ThreadPool() override;

    /// The one of the running loop, made at its first use. Throws RuntimeError where no loop runs.
    static ThreadPool& current();

    /// Throws RuntimeError after shutdown(), std::system_error if there is no thread and none can be made.
    void submit(Ref<Job> job);
    /// Takes `job` back unless a thread has begun it.
    void withdraw(Job& job) noexcept;
    /// From now on no job is taken. Waits for all there are, then joins the threads. Cancelled, it blocks until then.
    Coroutine<void> shutdown() override;
  private:
    void add_thread();
    void work() noexcept;
    void job_is_over() noexcept;
    void join() noexcept;

    EventLoop& loop_;
    /// As many as CPython has.
    const std::size_t max_threads_ = std::min(32u, std::thread::hardware_concurrency() + 4);
    std::vector<std::thread> threads_;
    std::size_t unfinished_ = 0;  // jobs whose end the loop has not seen
    WaiterQueue all_finished_;    // shutdown() waits here
    bool shut_down_ = false;

    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    IntrusiveList<Job> queue_;  // it owns a reference to each
    std::size_t queued_ = 0;
    std::size_t idle_ = 0;  // threads that wait for a job
    bool stopping_ = false;
};
}  // namespace aio::detail
