// An item goes through a queue with room for 64, from the task that puts to the task that gets; beside two bare
// coroutines and a std::deque.
#include <deque>

#include "bench/in_loop.hpp"

namespace {

constexpr std::size_t room = 64;
constexpr long last = -1;

aio::Coroutine<void> get_all(aio::Queue<long>& queue) {
    while (true) {
        const long item = co_await queue.get();
        if (item == last) break;
    }
}

aio::Coroutine<void> queue_item(benchmark::State& state) {
    aio::Queue<long> queue(room);
    const auto getter = aio::create_task(get_all(queue));
    for (auto _ : state) co_await queue.put(1);
    co_await queue.put(last);
    co_await getter;
}

struct BareQueue {
    std::deque<long> items;
    std::coroutine_handle<> putter, getter;  // who waits, or null
};

/// Notes who waits, until wake() queues it.
struct Park {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) const noexcept { waiter = awaiting; }
    void await_resume() const noexcept {}
    std::coroutine_handle<>& waiter;
};
void wake(std::coroutine_handle<>& waiter) {
    if (waiter) bare::ready.push_back(std::exchange(waiter, nullptr));
}

bare::Coroutine<> bare_get_all(BareQueue& queue) {
    Park empty{queue.getter};
    for (long item = 0; item != last;) {
        while (queue.items.empty()) co_await empty;
        item = queue.items.front();
        queue.items.pop_front();
        wake(queue.putter);
    }
    co_return 0;
}

bare::Coroutine<> bare_queue_item(benchmark::State& state) {
    BareQueue queue;
    const auto getter = bare_get_all(queue);
    bare::ready.push_back(getter.handle());
    Park full{queue.putter};
    for (auto _ : state) {
        while (queue.items.size() >= room) co_await full;
        queue.items.push_back(1);
        wake(queue.getter);
    }
    queue.items.push_back(last);
    wake(queue.getter);
    co_await bare::Yield();
    co_return 0;
}

BENCHMARK(in_loop<queue_item>)->Name("queue_item");
BENCHMARK(in_bare_loop<bare_queue_item>)->Name("bare_queue_item");

}  // namespace
