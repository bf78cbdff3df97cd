#include "runtime/reactor/clock.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "runtime/reactor/errors.hpp"
#include "runtime/reactor/event_loop.hpp"

namespace {

using namespace std::chrono_literals;

/// Sets AIO_CLOCK, and puts back what it was.
class Environment {
  public:
    explicit Environment(const char* value) {
        if (const char* present = std::getenv(name)) before_ = present;
        set(value);
    }
    ~Environment() { set(before_ ? before_->c_str() : nullptr); }
  private:
    static constexpr const char* name = "AIO_CLOCK";
    static void set(const char* value) { value ? setenv(name, value, 1) : unsetenv(name); }
    std::optional<std::string> before_;
};

TEST(Clock, is_real_unless_the_environment_says_otherwise) {
    const Environment none(nullptr);
    EXPECT_EQ(aio::clock_from_environment(), aio::ClockKind::real);
}

TEST(Clock, is_chosen_by_the_environment) {
    {
        const Environment environment("virtual");
        EXPECT_EQ(aio::clock_from_environment(), aio::ClockKind::virtual_time);
    }
    const Environment environment("real");
    EXPECT_EQ(aio::clock_from_environment(), aio::ClockKind::real);
}

TEST(Clock, of_an_unknown_kind_is_an_error_that_says_what_to_do) {
    const Environment environment("sundial");
    try {
        aio::clock_from_environment();
        FAIL();
    } catch (const aio::ValueError& error) {
        EXPECT_STREQ(error.what(), "AIO_CLOCK is 'sundial': set it to 'real' or 'virtual', or leave it out");
    }
}

TEST(Clock, that_is_virtual_stands_still_between_jumps) {
    aio::EventLoop loop(aio::ClockKind::virtual_time);
    EXPECT_EQ(loop.time(), aio::TimePoint());
    loop.call_later(5s, [&] { loop.stop(); });
    loop.run_forever();
    EXPECT_EQ(loop.time(), aio::TimePoint(5s));
    EXPECT_EQ(loop.time(), aio::TimePoint(5s));
}

TEST(Clock, adds_without_overflow) {
    EXPECT_EQ(aio::saturating_add(aio::TimePoint(1s), 2s), aio::TimePoint(3s));
    EXPECT_EQ(aio::saturating_add(aio::TimePoint(1s), -2s), aio::TimePoint(-1s));
    EXPECT_EQ(aio::saturating_add(aio::TimePoint(1s), aio::Duration::max()), aio::TimePoint::max());
}

}  // namespace
