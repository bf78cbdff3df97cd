// Runs a scenario again and again, and each time cancels one of its tasks, the victim, one turn later: so at every
// await, and at every moment of each. Then the same with a timeout that is over in the turn in which the rest happens.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "runtime/context/timeout.hpp"
#include "runtime/context/with.hpp"
#include "runtime/tasks/wait.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/every_turn.hpp"
#include "tests/support/on_loop.hpp"

namespace aio::test {

/// What a scenario derives from. It has
///     Coroutine<> victim();               what the victim does
///     std::vector<Task<>> others();       those who do their part meanwhile, and must end whatever becomes of it
///     Coroutine<> check();                called when all have ended: is everything as it should be?
/// and may replace the rest.
struct Scenario {
    /// Lets time pass: a turn, or a millisecond.
    Coroutine<> step() { co_await sleep(pace); }
    /// When the victim has ended: what its end asks of somebody, so that the others can go on.
    Coroutine<> relieve() { co_return; }
    Duration pace{};
    /// Whether a cancellation may end otherwise: a result was there already, or an error, which the victim catches.
    static constexpr bool may_end_otherwise = false;
};

enum class Ordeal { none, cancelled, cancelled_ten_times, timed_out, waited_for };

class AtTurn final : EveryTurn {
  public:
    AtTurn(Ordeal ordeal, int turn, std::function<void()> strike)
        : ordeal_(ordeal), turn_(turn), strike_(std::move(strike)) {}
    int turns = 0;
  private:
    void end_of_turn(EntryList&) override {
        ++turns;
        if (ordeal_ == Ordeal::none || ordeal_ == Ordeal::waited_for) return;
        const int strikes = ordeal_ == Ordeal::cancelled_ten_times ? 10 : 1;  // no more: time stands still meanwhile
        if (turns >= turn_ && turns < turn_ + strikes) strike_();
    }
    Ordeal ordeal_;
    int turn_;
    std::function<void()> strike_;
};

struct Played {
    int turns;    ///< how many the victim took
    bool struck;  ///< it ended by the ordeal
};

/// `turn` also stands for the milliseconds after which wait_for() gives up.
template <class S> Coroutine<Played> play(Ordeal ordeal, int turn, bool victim_first, Duration pace) {
    const Reports kept_quiet;  // errors that nobody retrieves are what comes of it
    S scenario;
    scenario.pace = pace;
    Timeout limit = aio::timeout(std::nullopt);
    bool limited = false;
    const auto within_limit = [&]() -> Coroutine<> {
        limited = true;
        co_await scenario.victim();
        limited = false;
    };
    const auto runs = [&]() -> Coroutine<> {
        const Counted here;
        if (ordeal == Ordeal::timed_out)
            co_await aio::with(limit, within_limit);
        else if (ordeal == Ordeal::waited_for)
            co_await aio::wait_for(scenario.victim(), std::chrono::milliseconds(turn));
        else
            co_await scenario.victim();
    };

    std::vector<Task<>> others;
    if (!victim_first) others = scenario.others();
    const Task<> victim = create_task(runs);
    if (victim_first) others = scenario.others();
    int turns = 0;
    bool accepted = false;
    std::string ending;
    {
        const AtTurn strikes(ordeal, turn, [&] {
            if (ordeal == Ordeal::timed_out && limited)
                limit.reschedule(get_running_loop().time());
            else if (ordeal != Ordeal::timed_out)
                accepted |= victim.cancel();
        });
        ending = co_await ending_of(victim);
        turns = strikes.turns;
    }
    const std::string expected = ordeal == Ordeal::none ? "returned"
                                 : ordeal == Ordeal::timed_out || ordeal == Ordeal::waited_for
                                     ? "aio::TimeoutError: timed out"
                                     : "aio::CancelledError";
    if (ending != "returned" || (accepted && !S::may_end_otherwise)) { EXPECT_EQ(ending, expected); }
    co_await scenario.relieve();
    for (const Task<>& other : others) co_await other;
    for (int i = 0; i < 1000 && all_tasks().size() > 1; ++i) co_await sleep(1ms);
    EXPECT_EQ(all_tasks().size(), 1u);
    co_await scenario.check();
    co_return Played{turns, ending != "returned"};
}

/// A failure says where the victim was struck.
template <class S> void cancel_everywhere() {
    for (const Duration pace : {Duration(0ms), Duration(1ms)}) {
        for (const bool victim_first : {true, false}) {
            Counted::reset();
            const int turns = run_virtually(play<S>(Ordeal::none, 0, victim_first, pace)).turns;
            ASSERT_GT(turns, 1);
            for (const Ordeal ordeal :
                 {Ordeal::cancelled, Ordeal::cancelled_ten_times, Ordeal::timed_out, Ordeal::waited_for}) {
                int struck = 0;
                for (int turn = 1; turn <= turns; ++turn) {
                    SCOPED_TRACE("ordeal " + std::to_string(static_cast<int>(ordeal)) + " at turn " +
                                 std::to_string(turn) + " of " + std::to_string(turns) + ", pace " +
                                 std::to_string(pace / 1ms) + " ms, victim " + (victim_first ? "first" : "last"));
                    EXPECT_NO_THROW(struck += run_virtually(play<S>(ordeal, turn, victim_first, pace)).struck);
                    EXPECT_EQ(Counted::alive(), 0);
                    if (testing::Test::HasFailure()) return;
                }
                // The limit of wait_for() is in milliseconds: where no time passes it is never over.
                if (ordeal != Ordeal::waited_for && !S::may_end_otherwise) {
                    EXPECT_GT(struck, 0) << "ordeal " << static_cast<int>(ordeal);
                }
            }
        }
    }
}

/// CANCEL_EVERYWHERE(Suite, Scenario) makes a test of it.
#define CANCEL_EVERYWHERE(suite, scenario) \
    TEST(suite, scenario) { aio::test::cancel_everywhere<scenario>(); }

}  // namespace aio::test
