// A loop that runs the tasks of each turn in a random order: what a test finds there may not depend on the order.
#pragma once
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/every_turn.hpp"
#include "tests/support/on_loop.hpp"

namespace aio::test {

/// While it lives, the tasks that are ready for a turn change places with each other. Other entries keep theirs: some
/// rely on it, such as the one that lets a future go behind its last callback.
class ShuffledTasks final : EveryTurn {
  public:
    explicit ShuffledTasks(unsigned seed) : random_(seed) {}
  private:
    void end_of_turn(EntryList& ready) override {
        std::vector<aio::Entry*> entries;
        while (aio::Entry* entry = ready.pop_front()) entries.push_back(entry);
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const auto* task = dynamic_cast<detail::TaskState*>(entries[i]);
            if (task && !task->done()) places.push_back(i);
        }
        for (std::size_t i = places.size(); i > 1; --i) {
            std::uniform_int_distribution<std::size_t> any(0, i - 1);
            std::swap(entries[places[i - 1]], entries[places[any(random_)]]);
        }
        for (aio::Entry* entry : entries) ready.push_back(*entry);
    }
    std::mt19937 random_;
};

/// Runs `scenario(random)` in a loop of its own under 200 seeds. A failure names the seed.
template <class Scenario> void in_any_order(Scenario scenario) {
    for (unsigned seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto main = [&]() -> Coroutine<> {
            const ShuffledTasks shuffled(seed);
            std::mt19937 random(seed);
            co_await scenario(random);
        };
        run_virtually(main());
        if (testing::Test::HasFailure()) return;
    }
}

}  // namespace aio::test
