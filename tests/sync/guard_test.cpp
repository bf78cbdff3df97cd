#include "runtime/sync/guard.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "runtime/sync/lock.hpp"
#include "runtime/sync/semaphore.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;

TEST_ON_LOOP(Guard, releases_what_it_had_when_it_takes_over_from_another) {
    aio::Lock a, b;
    auto guard = co_await a.scoped();
    guard = co_await b.scoped();
    EXPECT_FALSE(a.locked());
    EXPECT_TRUE(b.locked());
    const auto moved = std::move(guard);
    EXPECT_TRUE(b.locked());
}

TEST_ON_LOOP(Guard, that_releases_once_too_often_tells_the_exception_handler) {
    const Reports reports;
    aio::BoundedSemaphore semaphore(1);
    {
        const auto guard = co_await semaphore.scoped();
        semaphore.release();
    }
    EXPECT_EQ(reports.text(),
              "Exception in the release of a lock: aio::ValueError: BoundedSemaphore released too many times");
}

TEST_ON_LOOP(Guard, released_by_hand_throws_what_the_release_throws) {
    aio::Lock lock;
    auto guard = co_await lock.scoped();
    lock.release();
    EXPECT_THROW(guard.release(), aio::RuntimeError);
}

}  // namespace
