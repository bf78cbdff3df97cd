#include "runtime/sync/barrier.hpp"

namespace aio {
Barrier::Barrier(int parties) : parties_(parties) {
    if (parties < 1) throw ValueError("parties must be > 0");
}

// CPython's, method by method: it is built on a condition, and who may go on in which turn follows from that.

Coroutine<int> Barrier::wait() {
    const auto guard = co_await changed_.scoped();
    co_await block();
    const int index = count_++;
    try {
        if (index + 1 < parties_) {
            co_await wait_for_the_others();
        } else {
            state_ = State::draining;
            changed_.notify_all();
        }
    } catch (...) {
        leave();
        throw;
    }
    leave();
    co_return index;
}

/// Waits until those of the round before have left.
Coroutine<void> Barrier::block() {
    const auto open = [this] { return state_ != State::draining && state_ != State::resetting; };
    co_await changed_.wait_for(open);
    if (broken()) throw BrokenBarrierError("Barrier aborted");
}

Coroutine<void> Barrier::wait_for_the_others() {
    const auto complete = [this] { return state_ != State::filling; };
    co_await changed_.wait_for(complete);
    if (state_ != State::draining) throw BrokenBarrierError("Abort or reset of barrier");
}

void Barrier::leave() {
    if (--count_ > 0) return;
    if (state_ == State::resetting || state_ == State::draining) state_ = State::filling;
    changed_.notify_all();
}

Coroutine<void> Barrier::reset() {
    const auto guard = co_await changed_.scoped();
    state_ = count_ > 0 ? State::resetting : State::filling;
    changed_.notify_all();
}

Coroutine<void> Barrier::abort() {
    const auto guard = co_await changed_.scoped();
    state_ = State::broken;
    changed_.notify_all();
}
}  // namespace aio
