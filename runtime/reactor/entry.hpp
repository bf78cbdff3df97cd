// What an event loop runs: an entry of its ready queue.
#pragma once
#include "runtime/reactor/intrusive_list.hpp"

namespace aio {
/// Something that will run once: a callback, or a task's next step. It stands in at most one list at a time, the
/// ready queue of the loop or the callbacks of a future, and takes itself out when it is destroyed.
struct Entry : ListHook<Entry> {
    /// Called by the loop, off the list. Errors go to the loop's exception handler.
    virtual void run() noexcept = 0;
    /// Called instead of run() when the list ends first. An entry that nobody else owns frees itself here.
    virtual void discard() noexcept {}
    /// The entry that it will queue in its turn, a waiting task's say, as far as it knows. For the call graph.
    virtual const Entry* wakes() const noexcept { return nullptr; }
  protected:
    ~Entry() = default;
};

/// The ready queue, and the done callbacks of a future. Completing a future appends the one to the other.
using EntryList = IntrusiveList<Entry>;
}  // namespace aio
