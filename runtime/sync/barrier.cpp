#include "runtime/sync/barrier.hpp"

namespace aio {
Barrier::Barrier(int parties) : parties_(parties) {
    if (parties < 1) throw ValueError("parties must be > 0");
}

// CPython's _block, _wait and _exit in one: built on a condition, and who may go on in which turn follows from that.
Coroutine<int> Barrier::wait() {
    const auto guard = co_await changed_.scoped();
    while (state_ == State::draining || state_ == State::resetting) co_await changed_.wait();
    if (broken()) throw BrokenBarrierError("Barrier aborted");
    const int index = count_++;
    try {
        if (index + 1 == parties_) change(State::draining);
        while (state_ == State::filling) co_await changed_.wait();
        if (state_ != State::draining) throw BrokenBarrierError("Abort or reset of barrier");
    } catch (...) {
        leave();
        throw;
    }
    leave();
    co_return index;
}

void Barrier::leave() {
    if (--count_ == 0) change(broken() ? State::broken : State::filling);
}

void Barrier::change(State state) {
    state_ = state;
    changed_.notify_all();
}

Coroutine<void> Barrier::reset() {
    const auto guard = co_await changed_.scoped();
    change(count_ > 0 ? State::resetting : State::filling);
}

Coroutine<void> Barrier::abort() {
    const auto guard = co_await changed_.scoped();
    change(State::broken);
}
}  // namespace aio
