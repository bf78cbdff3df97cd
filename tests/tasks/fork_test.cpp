// fork() in the middle of a task: the loop stays the parent's, and the child may run one of its own.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "runtime/io/to_thread.hpp"
#include "runtime/tasks/run.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/streams.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;

/// Waits for a child process and gives its exit status, 128 and more for a signal.
int status_of(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Coroutine<int> sleeps_and_returns(int result) {
    co_await aio::sleep(1ms);
    co_return result;
}

/// Forks in a task, where the parent's loop watches a pipe; `in_child` gives the exit status of the child.
template <class F> Coroutine<int> fork_in_a_task(F in_child) {
    const auto pipe = make_pipe();
    int heard = 0;
    aio::EventLoop& loop = aio::get_running_loop();
    loop.add_reader(pipe[0], [&] {
        take(pipe[0]);
        ++heard;
    });
    co_await turns(2);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        _exit(in_child(loop, pipe[0]));
    }
    const int status = status_of(child);
    put(pipe[1], "x");
    co_await aio::sleep(1ms);
    EXPECT_EQ(heard, 1);  // the child has taken nothing away
    loop.remove_reader(pipe[0]);
    co_return status;
}

TEST_ON_LOOP(Fork, lets_the_child_run_a_loop_of_its_own) {
    const auto in_child = [](aio::EventLoop&, int) { return aio::run(sleeps_and_returns(42)); };
    EXPECT_EQ(co_await fork_in_a_task(in_child), 42);
}

TEST_ON_LOOP(Fork, refuses_the_parents_loop_to_the_child) {
    const auto in_child = [](aio::EventLoop& loop, int fd) {
        const std::string refused =
            "aio::RuntimeError: this event loop belongs to the parent process: after fork(), call exec, _exit or "
            "aio::run";
        const bool watching = thrown_by([&] { loop.add_writer(fd, [] {}); }) == refused;
        const bool waiting = thrown_by([&] { loop.selector().poll(); }) == refused;
        loop.remove_reader(fd);  // which must not reach the parent's epoll
        return watching && waiting ? 7 : 1;
    };
    EXPECT_EQ(co_await fork_in_a_task(in_child), 7);
}

/// The child goes on in the task that it was forked in, as one does who forgets _exit.
Coroutine<int> forgets_exit(pid_t& child) {
    co_await aio::to_thread([] {});  // the parent has a thread, which the child has not
    child = fork();
    if (child == 0) alarm(60);
    co_await aio::sleep(1ms);
    co_return child == 0 ? 1 : 5;
}

TEST(Fork, gives_an_error_to_a_child_that_goes_on_in_the_parents_loop) {
    pid_t child = -1;
    int result = 0;
    std::string thrown;
    try {
        result = aio::run(forgets_exit(child));
    } catch (const aio::RuntimeError& error) { thrown = error.what(); }
    if (child == 0) _exit(thrown.find("belongs to the parent process") != thrown.npos ? 3 : 1);
    EXPECT_EQ(result, 5);
    EXPECT_EQ(status_of(child), 3);
}

TEST(Fork, between_two_runs_leaves_the_runner_to_the_parent) {
    aio::Runner runner(aio::ClockKind::virtual_time);
    runner.run(turns(1));
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        const std::string thrown = thrown_by([&] { runner.run(turns(1)); });
        _exit(thrown.find("belongs to the parent process") != thrown.npos ? 3 : 1);
    }
    EXPECT_EQ(status_of(child), 3);
    runner.run(turns(1));
}

TEST_ON_LOOP(Fork, may_be_gone_on_with_after_a_loop_of_the_childs_own) {
    const auto in_child = [](aio::EventLoop&, int) {
        aio::run(sleeps_and_returns(1));
        return aio::run(sleeps_and_returns(2)) + aio::run(sleeps_and_returns(3));
    };
    EXPECT_EQ(co_await fork_in_a_task(in_child), 5);
}

TEST_ON_LOOP(Fork, leaves_to_the_parent_what_has_come_on_a_connection_that_the_child_closes) {
    StreamAndPeer s;
    put(s.peer, "for the parent");
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        s.writer.close();
        _exit(0);
    }
    EXPECT_EQ(status_of(child), 0);
    EXPECT_EQ(co_await s.reader.read(100), "for the parent");
}

}  // namespace
