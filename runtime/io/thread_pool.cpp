#include "runtime/io/thread_pool.hpp"
#include <csignal>

namespace aio::detail {
bool Job::cancel() {
    if (pool_) pool_->withdraw(*this);
    return Waiter::cancel();
}

ThreadPool::~ThreadPool() {
    {
        const std::lock_guard lock(mutex_);
        while (Job* job = queue_.pop_front()) job->release();
        queued_ = 0;
    }
    join();
}

ThreadPool& ThreadPool::current() {
    auto& executor = Tasks::current().default_executor;
    if (!executor) executor = std::make_unique<ThreadPool>(get_running_loop());
    return static_cast<ThreadPool&>(*executor);  // nobody else sets it
}

void ThreadPool::submit(Ref<Job> job) {
    if (shut_down_) throw RuntimeError("Executor shutdown has been called");
    const std::lock_guard lock(mutex_);
    if (queued_ >= idle_ && threads_.size() < max_threads_) add_thread();
    job->retain();
    job->pool_ = this;
    queue_.push_back(*job);
    ++queued_;
    ++unfinished_;
    changed_.notify_one();
}

void ThreadPool::withdraw(Job& job) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (!job.linked()) return;
        job.unlink();
        --queued_;
    }
    job.release();
    job_is_over();
}

void ThreadPool::add_thread() {
    // Threads are born deaf to signals: those are for the program's own threads, and a system call of ours shall not be
    // interrupted. A thread's own faults still reach it.
    sigset_t blocked, before;
    sigfillset(&blocked);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigdelset(&blocked, fault);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    std::exception_ptr error;
    try {
        threads_.emplace_back([this] { work(); });
    } catch (...) { error = std::current_exception(); }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (threads_.empty()) std::rethrow_exception(error);  // else those that there are will get round to it
}

// [work]
void ThreadPool::work() noexcept {
    std::unique_lock lock(mutex_);
    while (true) {
        ++idle_;
        changed_.wait(lock, [this] { return queued_ > 0 || stopping_; });
        --idle_;
        if (queued_ == 0) return;
        auto job = Ref<Job>::adopt(queue_.pop_front());
        --queued_;
        lock.unlock();
        job->work();
        loop_.call_soon_threadsafe([this, job = std::move(job)] {
            job->wake();
            job_is_over();
        });
        lock.lock();
    }
}
// [/work]

void ThreadPool::job_is_over() noexcept {
    if (--unfinished_ == 0) all_finished_.wake_all();
}

Coroutine<void> ThreadPool::shutdown() {
    struct Joins {
        ThreadPool& pool;
        ~Joins() { pool.join(); }
    } const at_the_end{*this};
    shut_down_ = true;
    QueuedWaiter waiter(all_finished_);
    if (unfinished_ > 0) co_await waiter;
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
