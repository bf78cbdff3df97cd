#include "runtime/io/thread_pool.hpp"
#include <pthread.h>
#include <algorithm>
#include <csignal>
#include <system_error>

namespace aio::detail {
namespace {

/// While it lives, new threads are born deaf to signals: those are for the program's own threads, and a system call of
/// ours shall not be interrupted. A thread's own faults still reach it.
class BlockSignals {
  public:
    BlockSignals() {
        sigset_t blocked;
        sigfillset(&blocked);
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigdelset(&blocked, fault);
        pthread_sigmask(SIG_SETMASK, &blocked, &before_);
    }
    ~BlockSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockSignals(BlockSignals&&) = delete;
  private:
    sigset_t before_;
};
}  // namespace

ThreadPool::ThreadPool(EventLoop& loop, std::size_t max_threads) : loop_(loop), max_threads_(max_threads) {}

ThreadPool::~ThreadPool() {
    {
        const std::lock_guard lock(mutex_);
        while (Job* job = queue_.pop_front()) delete job;
    }
    join();
}

std::size_t ThreadPool::default_max_threads() { return std::min(32u, std::thread::hardware_concurrency() + 4); }

ThreadPool& ThreadPool::current() {
    auto& executor = Tasks::current().default_executor;
    if (!executor) executor = std::make_unique<ThreadPool>(get_running_loop());
    return static_cast<ThreadPool&>(*executor);  // nobody else sets it
}

void ThreadPool::submit(std::unique_ptr<Job> job) {
    if (shut_down_) throw RuntimeError("Executor shutdown has been called");
    const std::lock_guard lock(mutex_);
    if (queued_ >= idle_ && threads_.size() < max_threads_) add_thread();
    queue_.push_back(*job.release());
    ++queued_;
    ++unfinished_;
    changed_.notify_one();
}

void ThreadPool::add_thread() {
    const BlockSignals blocked;
    try {
        threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
        if (threads_.empty()) throw;  // else those that there are will get round to it
    }
}

// [work]
void ThreadPool::work() noexcept {
    std::unique_lock lock(mutex_);
    while (true) {
        ++idle_;
        changed_.wait(lock, [this] { return queued_ > 0 || stopping_; });
        --idle_;
        if (queued_ == 0) return;
        std::unique_ptr<Job> job(queue_.pop_front());
        --queued_;
        lock.unlock();
        job->work();
        loop_.call_soon_threadsafe([this, job = std::move(job)]() mutable {
            job->finish();
            job.reset();
            job_is_over();
        });
        lock.lock();
    }
}
// [/work]

bool ThreadPool::withdraw(Job& job) noexcept {
    auto* const pool = static_cast<ThreadPool*>(Tasks::running->default_executor.get());
    if (!pool) return false;  // at the end of a Runner, frames go last
    {
        const std::lock_guard lock(pool->mutex_);
        if (!job.linked()) return false;
        job.unlink();
        --pool->queued_;
    }
    delete &job;
    pool->job_is_over();
    return true;
}

void ThreadPool::job_is_over() noexcept {
    if (--unfinished_ == 0 && all_finished_) all_finished_->wake();
}

Coroutine<void> ThreadPool::shutdown() {
    struct AtEnd {
        ThreadPool& pool;
        ~AtEnd() {
            pool.all_finished_ = nullptr;
            pool.join();
        }
    } const at_end{*this};
    shut_down_ = true;
    if (unfinished_ > 0) {
        Waiter all_finished;
        all_finished_ = &all_finished;
        co_await all_finished;
    }
}

void ThreadPool::join() noexcept {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}
}  // namespace aio::detail
