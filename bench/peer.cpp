// The workloads on which other event loops are compared, written with the names a chapter uses.
//
//     peer echo-server PORT  serves 127.0.0.1:PORT until it is killed
//     peer WORKLOAD SIZE     prints `aio WORKLOAD VALUE UNIT`; exits with 3 for a workload it does not have
//
// Times are process CPU time around the work, start-up left out.
#include <sys/resource.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/aio.hpp"

namespace {

using namespace std::chrono_literals;

long sink;

double cpu_ns() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

void report(std::string_view workload, double value, const char* unit) {
    std::printf("aio %.*s %.6g %s\n", static_cast<int>(workload.size()), workload.data(), value, unit);
}

[[gnu::noinline]] aio::Coroutine<long> trivial(long i) { co_return i; }

aio::Coroutine<void> await_many(long n) {
    long sum = 0;
    for (long i = 0; i < n; ++i) sum += co_await trivial(i);
    sink = sum;
}

aio::Coroutine<void> spawn(long n) {
    for (long batch = 0; batch < n / 1000; ++batch) {
        std::vector<aio::Coroutine<long>> calls;
        calls.reserve(1000);
        for (long i = 0; i < 1000; ++i) calls.push_back(trivial(i));
        const std::vector<long> results = co_await aio::gather(std::move(calls));
        sink += results.back();
    }
}

aio::Coroutine<void> yield_many(long n) {
    for (long i = 0; i < n; ++i) co_await aio::sleep(0s);
}

aio::Coroutine<void> two_yield(long n) { co_await aio::gather(yield_many(n / 2), yield_many(n / 2)); }

aio::Coroutine<void> produce(aio::Queue<long>& queue, long n) {
    for (long i = 0; i < n; ++i) co_await queue.put(i);
}

aio::Coroutine<void> consume(aio::Queue<long>& queue, long n) {
    for (long i = 0; i < n; ++i) sink += co_await queue.get();
}

aio::Coroutine<void> one_queue(long n) {
    aio::Queue<long> queue(64);
    co_await aio::gather(consume(queue, n), produce(queue, n));
}

aio::Coroutine<void> cancel_timers(long n) {
    aio::EventLoop& loop = aio::get_running_loop();
    for (long i = 0; i < n; ++i) loop.call_later(60s, [] { ++sink; }).cancel();
    co_return;
}

aio::Coroutine<void> timeouts(long n) {
    const auto block = []() -> aio::Coroutine<void> { co_await aio::sleep(0s); };
    for (long i = 0; i < n; ++i) co_await aio::with(aio::timeout(60s), block);
}

// --- tasks asleep at once, 1 to 1000 ms each

aio::Coroutine<void> sleeper(std::uint32_t ms) { co_await aio::sleep(std::chrono::milliseconds(ms)); }

std::uint32_t next_sleep_ms(std::uint32_t& x) {  // the same numbers in every peer
    x = x * 1664525u + 1013904223u;
    return 1 + (x >> 8) % 1000;
}

aio::Coroutine<void> sleepers(long n) {
    std::uint32_t x = 1;
    std::vector<aio::Task<void>> tasks;
    tasks.reserve(static_cast<std::size_t>(n));
    for (long i = 0; i < n; ++i) tasks.push_back(aio::create_task(sleeper(next_sleep_ms(x))));
    for (const auto& task : tasks) co_await task;
}

double status_kb(const std::string& key) {  // VmRSS:, VmHWM:
    std::ifstream status("/proc/self/status");
    std::string word;
    double value = 0;
    while (status >> word)
        if (word == key) status >> value;
    return value;
}

double cpu_seconds() {  // user and system
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void run_timers(long n) {
    const double rss = status_kb("VmRSS:");
    const double before = cpu_seconds();
    aio::run(sleepers(n));
    report("timers", cpu_seconds() - before, "cpu-s");
    report("timers.mem", (status_kb("VmHWM:") - rss) * 1024 / static_cast<double>(n), "bytes/task");
}

// --- sockets

aio::Coroutine<void> echo(aio::StreamReader reader, aio::StreamWriter writer) {
    while (true) {
        const std::string data = co_await reader.read(1 << 16);
        if (data.empty()) break;
        writer.write(data);
        co_await writer.drain();
    }
}

aio::Coroutine<void> serve(long port) {
    const aio::ServerOptions options{.backlog = 4096};  // ten thousand may come at once
    auto server = co_await aio::start_server(echo, "127.0.0.1", port, options);
    co_await server.serve_forever();
}

aio::Coroutine<void> ping_pong(long n) {
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", server.sockets().front().port());
    const double before = cpu_ns();
    const std::string message(64, 'x');
    for (long i = 0; i < n; ++i) {
        writer.write(message);
        co_await writer.drain();
        sink += static_cast<long>((co_await reader.readexactly(message.size())).size());
    }
    report("pingpong", static_cast<double>(n) / (cpu_ns() - before) * 1e9, "rt/s");
}

struct Workload {
    std::string_view name;
    aio::Coroutine<void> (*coroutine)(long);
};
constexpr Workload workloads[] = {
    {"await", await_many}, {"spawn", spawn},          {"yield", two_yield},
    {"queue", one_queue},  {"cancel", cancel_timers}, {"timeout", timeouts},
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s WORKLOAD SIZE, as in: %s await 10000000\n", argv[0], argv[0]);
        return 2;
    }
    const std::string_view name = argv[1];
    const long n = std::atol(argv[2]);
    if (name == "timers") return run_timers(n), 0;
    if (name == "pingpong") return aio::run(ping_pong(n)), 0;
    if (name == "echo-server") return aio::run(serve(n)), 0;
    for (const Workload& workload : workloads) {
        if (workload.name != name) continue;
        const double before = cpu_ns();
        aio::run(workload.coroutine(n));
        report(name, (cpu_ns() - before) / static_cast<double>(n), "ns");
        return 0;
    }
    std::fprintf(stderr, "%s: no such workload here\n", argv[1]);
    return 3;
}
