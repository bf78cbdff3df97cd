#include "runtime/reactor/selector.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

#include "runtime/coroutine/frame_pool.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/pipe.hpp"

namespace {

using namespace std::chrono_literals;
using aio::Selector;
using aio::TimePoint;
using aio::test::make_pipe;
using std::chrono::steady_clock;

struct Seen final : aio::Watch {
    void on_events(std::uint32_t e) noexcept override { events = e, ++times; }
    std::uint32_t events = 0;
    int times = 0;
};

TEST(Selector, reports_what_is_ready_to_its_watch) {
    Selector selector;
    const auto pipe = make_pipe();
    Seen seen;
    selector.add(pipe[0], EPOLLIN, seen);
    EXPECT_EQ(selector.poll(), 0u);
    ASSERT_TRUE(aio::test::put(pipe[1], "x"));
    EXPECT_EQ(selector.poll(), 1u);
    EXPECT_EQ(seen.events, EPOLLIN);
    selector.remove(pipe[0], seen);
    EXPECT_EQ(selector.poll(), 0u);
    EXPECT_EQ(seen.times, 1);
}

TEST(Selector, refuses_what_cannot_be_watched) {
    Selector selector;
    Seen seen;
    EXPECT_THROW(selector.add(-1, EPOLLIN, seen), std::system_error);
    const auto pipe = make_pipe();
    selector.add(pipe[0], EPOLLIN, seen);
    EXPECT_THROW(selector.add(pipe[0], EPOLLIN, seen), std::system_error);
    selector.remove(pipe[0], seen);
    selector.remove(pipe[0], seen);  // not there: nothing happens
}

/// Removes and destroys others when it hears something.
struct Destroys final : aio::Watch {
    Destroys(Selector& s, int fd, std::vector<std::pair<int, std::unique_ptr<Seen>>>& o) : selector(s), others(o) {
        selector.add(fd, EPOLLIN, *this);
    }
    void on_events(std::uint32_t) noexcept override {
        for (auto& [fd, watch] : others) selector.remove(fd, *watch);
        others.clear();
    }
    Selector& selector;
    std::vector<std::pair<int, std::unique_ptr<Seen>>>& others;
};

TEST(Selector, reports_nothing_to_a_watch_that_was_destroyed_by_what_came_before_under_the_same_wait) {
    Selector selector;
    std::vector<std::pair<int, std::unique_ptr<Seen>>> others;
    const auto first = make_pipe();
    Destroys destroys(selector, first[0], others);
    const std::array pipes{make_pipe(), make_pipe(), make_pipe()};
    for (const auto& pipe : pipes) {
        others.emplace_back(pipe[0], std::make_unique<Seen>());
        selector.add(pipe[0], EPOLLIN, *others.back().second);
    }
    ASSERT_TRUE(aio::test::put(first[1], "x"));
    for (const auto& pipe : pipes) ASSERT_TRUE(aio::test::put(pipe[1], "x"));
    EXPECT_EQ(selector.poll(), 1u);
    EXPECT_TRUE(others.empty());
}

TEST(Selector, watches_a_descriptor_that_was_closed_and_opened_again_under_its_number) {
    Selector selector;
    Seen seen;
    auto pipe = make_pipe();
    const auto other = make_pipe();
    selector.watch_anew(pipe[0], EPOLLIN, seen, false);
    ASSERT_EQ(dup2(other[0], pipe[0]), pipe[0]);  // closes it, and the kernel forgets it
    selector.watch_anew(pipe[0], EPOLLIN, seen, true);
    ASSERT_TRUE(aio::test::put(other[1], "x"));
    EXPECT_EQ(selector.poll(), 1u);

    // One that a child process, say, keeps open is not forgotten.
    const int kept = dup(pipe[0]), number = pipe[0];
    pipe.close(0);
    selector.remove(number, seen);  // in vain
    ASSERT_EQ(dup2(kept, number), number);
    selector.watch_anew(number, EPOLLIN, seen, false);
    EXPECT_EQ(selector.poll(), 1u);
    EXPECT_EQ(seen.times, 2);
    close(number);
    close(kept);
    EXPECT_THROW(selector.watch_anew(number, EPOLLIN, seen, true), std::system_error);
}

// On the real clock, for this is the class that waits for the kernel's.
TEST(Selector, does_not_wake_before_the_deadline) {
    Selector selector;
    for (int i = 0; i < 5; ++i) {
        const TimePoint deadline = steady_clock::now() + 1ms;
        selector.sleep(deadline);
        EXPECT_GE(steady_clock::now(), deadline);
    }
}

TEST(Selector, wakes_at_once_for_a_deadline_in_the_past) {
    Selector selector;
    selector.sleep(TimePoint(1ns));
    EXPECT_EQ(selector.armed_for(), std::nullopt);
}

TEST(Selector, is_woken_by_a_call_that_came_before_it_slept) {
    Selector selector;
    selector.wake();
    selector.sleep(std::nullopt);
    EXPECT_TRUE(selector.take_wake());
    EXPECT_FALSE(selector.take_wake());
}

TEST(Selector, is_woken_by_another_thread) {
    Selector selector;
    std::thread other([&] { selector.wake(); });
    while (!selector.woken()) selector.sleep(std::nullopt);
    other.join();
}

TEST(Selector, is_woken_by_each_call_after_the_last_was_answered) {
    Selector selector;
    for (int i = 0; i < 3; ++i) {
        selector.wake();
        selector.poll();
        EXPECT_TRUE(selector.take_wake());
        selector.poll();
        EXPECT_FALSE(selector.woken());
    }
}

TEST(Selector, leaves_errno_as_it_was_when_woken_for_a_signal_handler_may_do_so) {
    Selector selector;
    errno = ENOTTY;
    selector.wake();
    EXPECT_EQ(errno, ENOTTY);
}

TEST(Selector, arms_its_timer_again_only_for_an_earlier_deadline) {
    Selector selector;
    const TimePoint start = steady_clock::now();
    const auto armed_after = [&](TimePoint deadline) {
        selector.wake();  // so that no sleep lasts
        selector.sleep(deadline);
        return *selector.armed_for();
    };
    EXPECT_EQ(armed_after(start + 20h), start + 20h);
    EXPECT_EQ(armed_after(start + 30h), start + 20h);
    EXPECT_EQ(armed_after(start + 10h), start + 10h);
    EXPECT_EQ(armed_after(start + 10h), start + 10h);
}

TEST(Selector, takes_three_descriptors_and_gives_them_back) {
    const auto before = aio::test::open_descriptors();
    {
        Selector selector;
        EXPECT_EQ(aio::test::open_descriptors(), before + 3);
    }
    EXPECT_EQ(aio::test::open_descriptors(), before);
}

#if AIO_FRAME_POOL  // not under UBSan: to check the type of the exception it needs descriptors itself
TEST(Selector, says_so_and_leaks_nothing_where_the_kernel_gives_too_few_descriptors) {
    const auto before = aio::test::open_descriptors();
    rlimit limit{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    for (int left = 0; left < 3; ++left) {
        // The first numbers that are free, plus how many may be taken of them.
        const auto pipe = make_pipe();
        const rlimit tight{static_cast<rlim_t>(pipe[1] + 1 + left), limit.rlim_max};
        ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
        int error = 0;
        try {
            const Selector refused;
        } catch (const std::system_error& e) { error = e.code().value(); }
        ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
        EXPECT_EQ(error, EMFILE);
    }
    EXPECT_EQ(aio::test::open_descriptors(), before);
}
#endif

}  // namespace
