// Ctrl-C. Each program here runs in a child process, for SIGINT is about processes.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include "runtime/tasks/run.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/pipe.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;

int out = -1;

void say(const std::string& word) { put(out, word + " "); }

class Child {
  public:
    /// Runs `program` in a new process, which says its words to us.
    explicit Child(const std::function<void()>& program) : pipe_(make_pipe()) {
        pid_ = fork();
        if (pid_ > 0) {
            pipe_.close(1);
            return;
        }
        out = pipe_[1];
        std::signal(SIGINT, SIG_DFL);
        alarm(20);  // whatever happens, it ends
        program();
        _exit(0);
    }

    /// Waits until it has said this.
    void wait_for(const std::string& word) {
        while (said_.find(word) == std::string::npos && listen()) {}
    }
    void interrupt() const { kill(pid_, SIGINT); }

    /// What it has said, and how it ended.
    std::string end() {
        while (listen()) {}
        int status = 0;
        waitpid(pid_, &status, 0);
        if (WIFEXITED(status)) return said_ + "exit " + std::to_string(WEXITSTATUS(status));
        return said_ + (WTERMSIG(status) == SIGINT ? "SIGINT" : "signal " + std::to_string(WTERMSIG(status)));
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

/// On the real clock: the loop must really sleep when the signal comes.
template <class Main> void run_for_real(Main main) {
    aio::Runner runner(aio::ClockKind::real);
    runner.finish(main());
    runner.close();
}

TEST(Interrupt, cancels_main_then_the_tasks_that_are_left_and_ends_the_process_as_sigint_does) {
    Child child([] {
        const auto background = []() -> Coroutine<> {
            const std::string ending = co_await ending_of(aio::sleep(1h));
            say("background:" + ending);
        };
        run_for_real([&]() -> Coroutine<> {
            create_task(background);
            co_await turns(1);
            say("ready");
            const std::string ending = co_await ending_of(aio::sleep(1h));
            say("main:" + ending);
            co_await aio::sleep(1ms);
            say("cleaned-up");
            throw aio::CancelledError();
        });
        say("never");
    });
    child.wait_for("ready");
    child.interrupt();
    EXPECT_EQ(child.end(), "ready main:aio::CancelledError cleaned-up background:aio::CancelledError SIGINT");
}

TEST(Interrupt, may_be_swallowed_by_main) {
    Child child([] {
        run_for_real([]() -> Coroutine<> {
            say("ready");
            co_await ending_of(aio::sleep(1h));
            say("swallowed");
        });
        say("and-on");
    });
    child.wait_for("ready");
    child.interrupt();
    EXPECT_EQ(child.end(), "ready swallowed and-on exit 0");
}

TEST(Interrupt, ends_the_process_at_once_the_second_time) {
    Child child([] {
        run_for_real([]() -> Coroutine<> {
            say("ready");
            co_await ending_of(aio::sleep(1h));
            say("cleanup");
            co_await ending_of(aio::sleep(1h));
            say("never");
        });
    });
    child.wait_for("ready");
    child.interrupt();
    child.wait_for("cleanup");
    child.interrupt();
    EXPECT_EQ(child.end(), "ready cleanup SIGINT");
}

TEST(Interrupt, reaches_a_main_that_is_never_idle) {
    Child child([] {
        run_for_real([]() -> Coroutine<> {
            say("ready");
            for (;;) co_await aio::sleep(0s);
        });
    });
    child.wait_for("ready");
    child.interrupt();
    EXPECT_EQ(child.end(), "ready SIGINT");
}

TEST(Interrupt, that_comes_while_main_runs_arrives_at_its_next_await) {
    Child child([] {
        run_for_real([]() -> Coroutine<> {
            raise(SIGINT);
            say("still-running");
            const std::string ending = co_await ending_of(aio::sleep(1h));
            say(ending);
        });
    });
    EXPECT_EQ(child.end(), "still-running aio::CancelledError exit 0");
}

TEST(Interrupt, of_a_main_that_ends_by_another_exception_lets_that_out) {
    Child child([] {
        aio::Runner runner(aio::ClockKind::real);
        const auto main = []() -> Coroutine<> {
            say("ready");
            co_await ending_of(aio::sleep(1h));
            throw aio::ValueError("instead");
        };
        say(thrown_by([&] { runner.run(main()); }));
    });
    child.wait_for("ready");
    child.interrupt();
    EXPECT_EQ(child.end(), "ready aio::ValueError: instead exit 0");
}

TEST(Interrupt, can_be_swallowed_again_in_the_next_run) {
    Child child([] {
        aio::Runner runner(aio::ClockKind::real);
        const auto main = []() -> Coroutine<> {
            say("ready");
            co_await ending_of(aio::sleep(1h));
            say("swallowed");
        };
        for (int i = 0; i < 2; ++i) runner.run(main());
    });
    child.wait_for("ready");
    child.interrupt();
    child.wait_for("swallowed ready");
    child.interrupt();
    EXPECT_EQ(child.end(), "ready swallowed ready swallowed exit 0");
}

TEST(Interrupt, is_left_to_a_program_that_has_a_handler_of_its_own) {
    Child child([] {
        std::signal(SIGINT, [](int) { say("own-handler"); });
        run_for_real([]() -> Coroutine<> {
            raise(SIGINT);
            co_await aio::sleep(1ms);
            say("not-cancelled");
        });
        raise(SIGINT);
    });
    EXPECT_EQ(child.end(), "own-handler not-cancelled own-handler exit 0");
}

TEST(Interrupt, has_its_old_meaning_after_the_run) {
    Child child([] {
        run_for_real([]() -> Coroutine<> { co_return; });
        say("after");
        raise(SIGINT);
        say("never");
    });
    EXPECT_EQ(child.end(), "after SIGINT");
}

TEST(Interrupt, is_not_touched_by_a_loop_in_another_thread) {
    struct sigaction before {
    }, inside{};
    sigaction(SIGINT, nullptr, &before);
    std::thread([&] {
        const auto main = [&]() -> Coroutine<> {
            sigaction(SIGINT, nullptr, &inside);
            co_return;
        };
        run_virtually(main());
    }).join();
    EXPECT_EQ(inside.sa_handler, before.sa_handler);
}

}  // namespace
