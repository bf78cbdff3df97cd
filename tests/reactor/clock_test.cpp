#include "runtime/reactor/clock.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
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

TEST(Duration, is_made_of_any_other_and_never_shorter) {
    using aio::Duration;
    static_assert(Duration(2s) == 2'000'000'000ns && Duration(-3min) == -180s && Duration(7ns) == 7ns);
    static_assert(Duration(0.5s) == 500ms && Duration(std::chrono::duration<double>(0.1)) == 100ms);
    static_assert(Duration(std::chrono::duration<float, std::milli>(-1.5F)) == -1'500us);
    static_assert(Duration(0.1ns) == 1ns && Duration(std::chrono::duration<long, std::pico>(1'001)) == 2ns);
    static_assert(Duration(std::chrono::duration<unsigned char>(255)) == 255s);
    static_assert(Duration(2'562'047h) == 2'562'047h, "the last hour that fits");
}

TEST(Duration, that_is_too_long_is_the_longest_there_is) {
    using aio::Duration;
    const auto saturates = [](auto longest, auto shortest) {
        EXPECT_EQ(Duration(longest), Duration::max());
        EXPECT_EQ(Duration(shortest), Duration::min());
    };
    const auto saturates_at_the_limits_of = [&](auto any) { saturates(any.max(), any.min()); };
    saturates_at_the_limits_of(1us);
    saturates_at_the_limits_of(1ms);
    saturates_at_the_limits_of(1s);
    saturates_at_the_limits_of(1h);
    saturates_at_the_limits_of(std::chrono::years(1));
    saturates_at_the_limits_of(std::chrono::duration<int, std::ratio<1'000'000'000>>(1));
    saturates(2'562'048h, -2'562'048h);
    saturates(1e300s, -1e300s);
    const std::chrono::duration<double> infinite(std::numeric_limits<double>::infinity());
    saturates(infinite, -infinite);
    EXPECT_EQ(Duration(std::chrono::duration<std::uint64_t, std::nano>::max()), Duration::max());
}

TEST(Duration, that_is_no_number_is_refused) {
    const std::chrono::duration<double> none(std::numeric_limits<double>::quiet_NaN());
    EXPECT_THROW(static_cast<void>(aio::Duration(none)), aio::ValueError);
}

TEST(Clock, adds_without_overflow) {
    EXPECT_EQ(aio::saturating_add(aio::TimePoint(1s), 2s), aio::TimePoint(3s));
    EXPECT_EQ(aio::saturating_add(aio::TimePoint(1s), -2s), aio::TimePoint(-1s));
    EXPECT_EQ(aio::saturating_add(aio::TimePoint(1s), aio::Duration::max()), aio::TimePoint::max());
    EXPECT_EQ(aio::saturating_add(aio::TimePoint(1s), std::chrono::hours::max()), aio::TimePoint::max());
}

}  // namespace
