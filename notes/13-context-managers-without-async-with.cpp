// Managers whose way in and out takes time, and what happens in which order.
#include <fmt/format.h>
#include <chrono>
#include <exception>
#include <string>
#include <vector>
#include "runtime/aio.hpp"

using namespace std::chrono_literals;

// [manager]
/// Connects on the way in, says goodbye on the way out. Each takes a second.
class Connection {
  public:
    explicit Connection(std::string name) : name_(std::move(name)) {}

    aio::Coroutine<void> aenter() {
        co_await aio::sleep(1s);
        say("open");
    }
    aio::Coroutine<void> aexit(std::exception_ptr error) {
        say("closes, " + (error ? "error: " + aio::describe(error) : "no error"));
        co_await aio::sleep(1s);
        say("closed");
    }
    void say(const std::string& what) const {
        const std::chrono::duration<double> now = aio::get_running_loop().time().time_since_epoch();
        fmt::print("  {:.1f} s  {} {}\n", now.count(), name_, what);
    }
  private:
    std::string name_;
};
// [/manager]

// [one]
aio::Coroutine<int> one() {
    co_return co_await aio::with(Connection("a"), [&](Connection& a) -> aio::Coroutine<int> {
        a.say("is used");
        co_await aio::sleep(1s);
        co_return 42;
    });
}

aio::Coroutine<void> fails() {
    try {
        co_await aio::with(Connection("a"), Connection("b"), [&]() -> aio::Coroutine<void> {
            throw std::runtime_error("no answer");
            co_return;
        });
    } catch (const std::runtime_error& error) { fmt::print("  caught {}\n", error.what()); }
}
// [/one]

// [cancelled]
aio::Coroutine<void> cancelled() {
    const auto task = aio::create_task(one());
    co_await aio::sleep(1500ms);
    task.cancel();
    try {
        co_await task;
    } catch (const aio::CancelledError&) { fmt::print("  the task was cancelled, and nothing is open\n"); }
}
// [/cancelled]

// [swallows]
/// A manager whose way out returns a bool: true swallows the exception.
struct Ignore {
    void enter() {}
    bool exit(const std::exception_ptr& error) { return aio::holds<std::out_of_range>(error); }
};

aio::Coroutine<void> swallows() {
    for (const std::size_t place : {1U, 9U}) {
        const auto found = co_await aio::with(Ignore(), [&]() -> aio::Coroutine<int> {
            const std::vector<int> numbers{10, 11};
            co_return numbers.at(place);
        });
        fmt::print("  place {}: {}\n", place, found ? std::to_string(*found) : "nothing");
    }
}
// [/swallows]

// [stack]
aio::Coroutine<void> as_many_as_needed() {
    co_await aio::with(aio::ExitStack(), [&](aio::ExitStack& stack) -> aio::Coroutine<void> {
        for (const char* name : {"a", "b", "c"}) {
            Connection connection(name);
            co_await stack.enter_async_context(std::move(connection));
        }
        fmt::print("  all are open\n");
    });
}
// [/stack]

// [generator]
aio::AsyncGenerator<Connection&> connected(std::string name) {
    Connection connection(std::move(name));
    co_await connection.aenter();
    std::exception_ptr error;
    try {
        co_yield connection;  // here the block runs
    } catch (...) { error = std::current_exception(); }
    co_await connection.aexit(error);
    if (error) std::rethrow_exception(error);
}

aio::Coroutine<void> by_a_generator() {
    co_await aio::with(aio::context_manager(connected("a")), [&](Connection& a) -> aio::Coroutine<void> {
        a.say("is used");
        co_return;
    });
}
// [/generator]

int main() {
    fmt::print("one manager\n");
    fmt::print("  with() returned {}\n", aio::run(one()));
    fmt::print("two, and the block throws\n");
    aio::run(fails());
    fmt::print("the task is cancelled in the block\n");
    aio::run(cancelled());
    fmt::print("one that swallows\n");
    aio::run(swallows());
    fmt::print("as many as the program needs\n");
    aio::run(as_many_as_needed());
    fmt::print("one that a generator makes\n");
    aio::run(by_a_generator());
}
