// Debug mode. Each program here runs in a child process, whose stderr is read: signals and the environment are about
// processes. On the real clock, and where a step shall be slow, it sleeps for real: that is what is reported.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

#include "runtime/aio.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/pipe.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;

class Child {
  public:
    /// Runs `program` in a new process, with AIO_DEBUG set to this (or not at all), and reads its stderr.
    explicit Child(const char* debug, const std::function<void()>& program) : pipe_(make_pipe()) {
        pid_ = fork();
        if (pid_ > 0) {
            pipe_.close(1);
            return;
        }
        dup2(pipe_[1], STDERR_FILENO);
        debug ? setenv("AIO_DEBUG", debug, 1) : unsetenv("AIO_DEBUG");
        unsetenv("AIO_CLOCK");
        alarm(60);  // whatever happens, it ends
        program();
        _exit(0);
    }

    /// Waits until it has said this; false if it ended without.
    bool says(const std::string& words) {
        while (said_.find(words) == std::string::npos)
            if (!listen()) return false;
        return true;
    }
    void send(int signal) const { kill(pid_, signal); }
    /// What it has said, and how it ended.
    std::string end() {
        while (listen()) {}
        int status = 0;
        waitpid(pid_, &status, 0);
        return said_ + (WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status))
                                          : "signal " + std::to_string(WTERMSIG(status)));
    }
  private:
    bool listen() {
        pollfd readable{pipe_[0], POLLIN, 0};
        poll(&readable, 1, -1);
        const std::string more = take(pipe_[0]);
        said_ += more;
        return !more.empty();
    }

    Ends pipe_;
    pid_t pid_ = -1;
    std::string said_;
};

void say(const char* words) { put(STDERR_FILENO, words); }
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// "tests/observe/debug_test.cpp:12, in f"
std::string place(int line, const char* function) {
    return std::string(__FILE__) + ":" + std::to_string(line) + ", in " + function;
}

constexpr int before_inner = __LINE__;
Coroutine<> inner(aio::Lock& lock) { const auto guard = co_await lock.scoped(); }
Coroutine<> middle(aio::Lock& lock) { co_await inner(lock); }
Coroutine<> outer(aio::Lock& lock) { co_await middle(lock); }

Coroutine<> waits_for_a_lock() {
    aio::Lock lock;
    const auto guard = co_await lock.scoped();
    auto first = create_task(outer(lock), "first"), second = create_task(outer(lock), "second");
    co_await turns(2);
    say("ready\n");
    co_await ending_of(aio::sleep(1h));
    first.cancel(), second.cancel();
    co_await ending_of(first);
    co_await ending_of(second);
}

TEST(DumpSignal, has_a_program_that_waits_show_all_that_waits) {
    Child child("1", [] { aio::run(waits_for_a_lock()); });
    child.says("ready\n");
    child.send(SIGUSR1);
    child.says("* Task 'second'");
    child.says("in line: 'first', 'second'\n");
    child.send(SIGINT);  // both signals are heard
    const std::string text = child.end();
    EXPECT_TRUE(has(text, "ready\nTasks: 3\n* Task 'Task-1', created at ")) << text;
    for (const std::string& frame :
         {place(before_inner + 1, "inner"), place(before_inner + 2, "middle"), place(before_inner + 3, "outer")})
        EXPECT_TRUE(has(text, "  |   " + frame + "\n")) << frame << text;
    EXPECT_TRUE(has(text, ", in aio::Lock::acquire_slowly\n")) << text;
    EXPECT_TRUE(has(text, "Waits for a lock, held by 'Task-1'; in line: 'first', 'second'\n")) << text;
    EXPECT_TRUE(has(text, "exit 0")) << text;
}

TEST(DumpSignal, is_heard_by_a_program_that_is_never_idle_and_by_a_later_run) {
    Child child("1", [] {
        for (const char* words : {"one\n", "two\n"}) {
            const auto spin = [=]() -> Coroutine<> {
                say(words);
                for (const aio::TimePoint end = aio::get_running_loop().time() + 300ms;
                     aio::get_running_loop().time() < end;)
                    co_await aio::sleep(0s);
            };
            aio::run(spin());
        }
    });
    for (const char* words : {"one\n", "two\n"}) {
        child.says(words);
        child.send(SIGUSR1);
        EXPECT_TRUE(child.says(std::string(words) + "Tasks: 1\n")) << words;
    }
    EXPECT_TRUE(has(child.end(), "exit 0"));
}

TEST(DumpSignal, is_left_alone_without_debug_mode_and_where_the_program_handles_it) {
    const auto wait = [] { aio::run(waits_for_a_lock()); };
    Child plain(nullptr, wait);
    plain.says("ready\n");
    plain.send(SIGUSR1);
    EXPECT_EQ(plain.end(), "ready\nsignal " + std::to_string(SIGUSR1));
    Child own("1", [&] {
        std::signal(SIGUSR1, [](int) { say("own\n"); });
        wait();
    });
    own.says("ready\n");
    own.send(SIGUSR1);
    own.says("own\n");
    own.send(SIGINT);
    EXPECT_EQ(own.end(), "ready\nown\nexit 0");
}

TEST(Debug, shows_the_tasks_of_a_deadlock) {
    const auto lock_twice = [] {
        const auto main = []() -> Coroutine<> {
            aio::Lock lock;
            co_await lock.acquire();
            co_await lock.acquire();
        };
        say(thrown_by([&] { aio::run(main()); }).substr(0, 18).c_str());
    };
    const std::string text = Child("1", lock_twice).end();
    EXPECT_TRUE(has(text, "Tasks: 1\n* Task 'Task-1'")) << text;
    EXPECT_TRUE(has(text, "ends it: 'Task-1' -> 'Task-1'\naio::DeadlockErrorexit 0")) << text;
    EXPECT_EQ(Child(nullptr, lock_twice).end(), "aio::DeadlockErrorexit 0");
}

constexpr int before_block = __LINE__;
Coroutine<> block(std::chrono::milliseconds time) {
    co_await aio::sleep(0s);
    std::this_thread::sleep_for(time);
    co_await aio::sleep(0s);
}
void block_for_150_ms() {
    const auto main = []() -> Coroutine<> {
        aio::get_running_loop().call_soon([] { std::this_thread::sleep_for(150ms); });
        co_await create_task(block(150ms), "slow");
    };
    aio::run(main());
}

TEST(Debug, reports_a_slow_step_with_its_two_ends_and_a_slow_callback) {
    const std::string text = Child("1", block_for_150_ms).end();
    EXPECT_TRUE(has(text, "Executing a callback took 0.1")) << text;
    const std::size_t at = text.find("Executing task 'slow' took 0.1");
    ASSERT_NE(at, text.npos) << text;
    const std::string from = place(before_block + 2, "block"), to = place(before_block + 4, "block");
    EXPECT_TRUE(has(text.substr(at), " seconds\n  from: " + from + "\n  to: " + to + "\n")) << text;
}

TEST(Debug, says_nothing_where_it_is_off) {
    for (const char* off : {static_cast<const char*>(nullptr), "0", ""})
        EXPECT_EQ(Child(off, block_for_150_ms).end(), "exit 0");
}

TEST(Debug, can_be_switched_by_the_program_also_within_a_step) {
    const auto main = []() -> Coroutine<> {
        aio::set_debug(true);
        aio::get_running_loop().slow_callback_duration = 20ms;
        co_await create_task(block(30ms), "reported");
        aio::set_debug(false);
        co_await create_task(block(30ms), "not reported");
        aio::set_debug(true);
        EXPECT_TRUE(aio::get_debug());
        co_await aio::sleep(0s);
        aio::set_debug(false);
        EXPECT_FALSE(aio::get_debug());
    };
    const std::string text = Child(nullptr, [&] { aio::run(main()); }).end();
    EXPECT_TRUE(has(text, "Executing task 'reported' took ")) << text;
    EXPECT_FALSE(has(text, "'not reported'")) << text;
    EXPECT_TRUE(has(text, "exit 0")) << text;
}

TEST(Debug, has_a_word_for_a_word_that_it_does_not_know) {
    EXPECT_EQ(Child("yes", [] { say(thrown_by([] { aio::Runner(); }).c_str()); }).end(),
              "aio::ValueError: AIO_DEBUG is 'yes': set it to '1', or leave it outexit 0");
}

Coroutine<> fail() {
    throw aio::ValueError("lost");
    co_return;
}
constexpr int before_lose = __LINE__;
Coroutine<> lose() {
    create_task(fail(), "loser");
    co_await turns(2);
}
void lose_one() { aio::run(lose()); }

TEST(Debug, adds_the_place_of_creation_to_an_exception_that_nobody_retrieves) {
    const std::string before = "Task exception was never retrieved\n  task: loser\n",
                      after = "  exception: aio::ValueError: lost\nexit 0";
    EXPECT_EQ(Child(nullptr, lose_one).end(), before + after);
    const std::string text = Child("1", lose_one).end();
    EXPECT_TRUE(has(text, before + "  created: " + place(before_lose + 2, "lose") + "\n")) << text;
    EXPECT_TRUE(has(text, after)) << text;
}

TEST(Watchdog, reports_once_a_step_that_does_not_come_back) {
    const std::string text =
        Child("1", [] { aio::run([]() -> Coroutine<> { co_await create_task(block(1500ms), "stuck"); }()); }).end();
    const std::string report = "Executing task 'stuck' has been going on for more than a second\n  since: " +
                               place(before_block + 2, "block") + "\n";
    EXPECT_TRUE(has(text, report)) << text;
    EXPECT_EQ(text.find(report), text.rfind(report)) << text;
    EXPECT_LT(text.find(report), text.find("Executing task 'stuck' took 1.")) << text;
}

}  // namespace
