// A lock that looks right, beside aio::Lock: who gets it, and who waits for ever.
#include <fmt/format.h>
#include <chrono>
#include <deque>
#include <string>
#include "runtime/aio.hpp"

using namespace std::chrono_literals;

// [naive]
class NaiveLock {
  public:
    aio::Coroutine<void> acquire() {
        while (locked_) {
            aio::Future<void> released;
            waiters_.push_back(released);
            co_await released;
        }
        locked_ = true;
    }
    void release() {
        locked_ = false;
        while (!waiters_.empty()) {
            const aio::Future<void> first = waiters_.front();
            waiters_.pop_front();
            if (first.done()) continue;  // it was cancelled
            first.set_result();
            break;
        }
    }
  private:
    bool locked_ = false;
    std::deque<aio::Future<void>> waiters_;
};
// [/naive]

// [use]
template <class Lock> aio::Coroutine<void> use(Lock& lock) {
    co_await lock.acquire();
    fmt::print(" {}", aio::current_task().get_name());
    co_await aio::sleep(0s);
    lock.release();
}

/// main gives the lock back and takes it again, in a loop; A and B want it as well.
template <class Lock> aio::Coroutine<void> one_is_greedy() {
    Lock lock;
    co_await lock.acquire();
    const auto a = aio::create_task(use(lock), "A"), b = aio::create_task(use(lock), "B");
    for (int i = 0; i < 4; ++i) {
        co_await aio::sleep(1s);
        lock.release();
        co_await lock.acquire();
        fmt::print(" main");
    }
    lock.release();
    co_await a;
    co_await b;
}

/// A and B wait for the lock. It is released, so A is woken; and A is cancelled before it has run.
template <class Lock> aio::Coroutine<void> one_is_cancelled() {
    Lock lock;
    co_await lock.acquire();
    const auto a = aio::create_task(use(lock), "A"), b = aio::create_task(use(lock), "B");
    co_await aio::sleep(1s);
    lock.release();
    a.cancel();
    co_await b;
}
// [/use]

/// One line: who had the lock, in order, and how it ended.
void row(const char* name, aio::Coroutine<void> program) {
    fmt::print("{:<12}", name);
    try {
        aio::run(std::move(program));
        fmt::print("\n");
    } catch (const aio::DeadlockError& error) { fmt::print(" {}\n", error.what()); }
}

int main() {
    fmt::print("main releases and takes it again, four times: who had the lock?\n");
    row("NaiveLock", one_is_greedy<NaiveLock>());
    row("aio::Lock", one_is_greedy<aio::Lock>());
    fmt::print("A was woken, and then cancelled: who had the lock?\n");
    row("NaiveLock", one_is_cancelled<NaiveLock>());
    row("aio::Lock", one_is_cancelled<aio::Lock>());
}
