// 1.2: three waits of 1, 2 and 1 seconds. One after the other they take 4 seconds, together they take 2.
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;
using python::seconds;

void beyond_the_tutorial();  // beyond.cpp

const std::vector<std::pair<std::string, std::chrono::seconds>> downloads = {{"url1", 1s}, {"url2", 2s}, {"url3", 1s}};

// [sync-fetch]
std::string sync_fetch_data(const std::string& url, std::chrono::seconds delay) {
    print("Sync: Fetching from {}", url);
    std::this_thread::sleep_for(delay);  // the thread stands still, and nothing else can run in it
    print("Sync: Finished fetching from {}", url);
    return "Data from " + url;
}
// [/sync-fetch]

std::vector<std::string> sync_main() {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::string> results;
    for (const auto& [url, delay] : downloads) results.push_back(sync_fetch_data(url, delay));
    print("Sync total time: {:.2f}s", seconds(std::chrono::steady_clock::now() - start));
    return results;
}

// [async-fetch]
aio::Coroutine<std::string> async_fetch_data(std::string url, std::chrono::seconds delay) {
    print("Async: Fetching from {}", url);
    co_await aio::sleep(delay);  // only this coroutine stands still: the loop runs the others
    print("Async: Finished fetching from {}", url);
    co_return "Data from " + url;
}
// [/async-fetch]

// [async-main]
aio::Coroutine<std::vector<std::string>> async_main() {
    aio::EventLoop& loop = aio::get_running_loop();
    const auto start = loop.time();

    std::vector<aio::Coroutine<std::string>> coroutines;
    for (const auto& [url, delay] : downloads) coroutines.push_back(async_fetch_data(url, delay));
    std::vector<std::string> results = co_await aio::gather(std::move(coroutines));

    print("Async total time: {:.2f}s", seconds(loop.time() - start));
    co_return results;
}
// [/async-main]

int main(int argc, char** argv) {
    accept_no_arguments(argc, argv);

    print("=== Synchronous vs Asynchronous ===");
    print("Running synchronous version:");
    const std::vector<std::string> sync_results = sync_main();
    print("\nRunning asynchronous version:");
    const std::vector<std::string> async_results = aio::run(async_main());
    print("\nResults equal: {}", sync_results == async_results);

    beyond_the_tutorial();
}
