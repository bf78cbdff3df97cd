// An asynchronous generator: read to its end, left early and closed, left early and dropped, left over at the end.
#include <fmt/format.h>
#include <chrono>
#include <exception>
#include <string>
#include "runtime/aio.hpp"

using namespace std::chrono_literals;

void say(const std::string& what) {
    const auto now = aio::get_running_loop().time().time_since_epoch();
    fmt::print("{} s  {:<7} {}\n", std::chrono::duration_cast<std::chrono::seconds>(now).count(),
               aio::current_task().get_name(), what);
}

// [pages]
/// Pages of an answer, one second each. On its way out it takes a second to say goodbye.
aio::AsyncGenerator<int> pages(int n) {
    std::exception_ptr error;
    try {
        for (int page = 1; page <= n; ++page) {
            co_await aio::sleep(1s);
            co_yield page;
        }
    } catch (...) { error = std::current_exception(); }
    say("pages: says goodbye");
    co_await aio::sleep(1s);
    say("pages: has ended");
    if (error) std::rethrow_exception(error);
}
// [/pages]

// [uses]
aio::Coroutine<void> to_the_end() {
    auto answer = pages(2);
    say("nothing has run yet");
    while (const auto page = co_await answer.next()) say(fmt::format("page {}", *page));
}

aio::Coroutine<void> left_early_and_closed() {
    auto answer = pages(2);
    while (const auto page = co_await answer.next()) {
        say(fmt::format("page {} is enough", *page));
        break;  // does not close it
    }
    co_await answer.aclose();
    say("closed");
}

aio::Coroutine<void> left_early_and_dropped() {
    {
        auto answer = pages(2);
        if (const auto page = co_await answer.next()) say(fmt::format("page {} is enough", *page));
    }
    say("dropped");
    co_await aio::sleep(2s);
    say("goes on");
}

aio::Coroutine<void> left_over(aio::AsyncGenerator<int>& answer) {
    if (const auto page = co_await answer.next()) say(fmt::format("page {} is enough", *page));
    say("main ends");
}
// [/uses]

// [by-reference]
struct Row {
    std::string name;
};
aio::AsyncGenerator<const Row&> rows() {
    Row row;
    for (const char* name : {"Ann", "Bob"}) {
        row.name = name;
        co_yield row;  // the same object each time: nothing is copied
    }
}
aio::Coroutine<void> read_rows() {
    auto all = rows();
    while (const Row* row = co_await all.next()) say(row->name);
}
// [/by-reference]

int main() {
    fmt::print("to the end\n");
    aio::run(to_the_end());
    fmt::print("left early, and closed\n");
    aio::run(left_early_and_closed());
    fmt::print("left early, and dropped\n");
    aio::run(left_early_and_dropped());
    fmt::print("left over at the end of the program\n");
    auto answer = pages(2);
    aio::run(left_over(answer));
    fmt::print("items by reference\n");
    aio::run(read_rows());
}
