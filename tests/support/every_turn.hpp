// What a test does at the end of each turn of the loop, when it is known which entries come next.
#pragma once
#include "runtime/tasks/waiting.hpp"

namespace aio::test {

/// Runs in the running loop as long as it lives. It is an entry like any other, and keeps itself the last of its turn;
/// a loop that has nothing else to do may sleep.
class EveryTurn : detail::ScopedTimer {
  public:
    EveryTurn() { arm(get_running_loop().known_time()); }
  protected:
    ~EveryTurn() = default;
    /// `ready`: what the next turn will run.
    virtual void end_of_turn(EntryList& ready) = 0;
  private:
    void run() noexcept final {
        EventLoop& loop = get_running_loop();
        end_of_turn(loop.ready());
        // A timer that is due stands behind all that is ready.
        if (!loop.ready().empty())
            arm(loop.known_time());
        else if (const auto next = loop.timers().next())
            arm(*next);
    }
};

}  // namespace aio::test
