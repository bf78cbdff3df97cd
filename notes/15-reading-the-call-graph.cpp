// Note 15: a program that hangs, and what it says of itself.
#include <chrono>
#include <cstdio>

#include "runtime/aio.hpp"

using namespace std::chrono_literals;

// [hangs]
aio::Coroutine<void> write_line(aio::Lock& file) {
    const auto guard = co_await file.scoped();
    co_await aio::sleep(10ms);
}
aio::Coroutine<void> report(aio::Lock& file) { co_await write_line(file); }
aio::Coroutine<void> worker(aio::Lock& file) { co_await report(file); }

aio::Coroutine<void> saver(aio::Lock& file, aio::Task<void> worker_to_wait_for) {
    const auto guard = co_await file.scoped();
    co_await worker_to_wait_for;  // and it waits for the lock
}

aio::Coroutine<void> program() {
    aio::Lock file;
    aio::Event start;
    const auto begin = [&]() -> aio::Coroutine<void> {
        co_await start.wait();
        co_await worker(file);
    };
    auto work = aio::create_task(begin, "worker");
    auto save = aio::create_task(saver(file, work), "saver");
    auto late = aio::create_task(worker(file), "late");
    co_await aio::sleep(1s);
    start.set();
    co_await aio::sleep(1s);
    aio::dump_tasks(stdout);
    save.cancel();
    co_await late;
}
// [/hangs]

int main() { aio::run(program()); }
