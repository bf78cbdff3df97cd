#include "runtime/tasks/gather.hpp"

namespace aio::detail {
namespace {
/// What is answered to a request when what `task` waits for has answered: a task takes every request. Without a task it
/// is that answer.
bool answer(TaskState* task, bool accepted) {
    if (task && !accepted) task->must_cancel = true;
    return task || accepted;
}
}  // namespace

// [cancel]
/// CPython's, in a loop where that recurses, for such chains can be long: each gathering notes how far it has come.
bool pass_cancel_on(Waitable& first) {
    Gathering* asking = nullptr;  // the innermost gathering on the way whose children are being asked
    for (Waitable* target = &first;;) {
        TaskState* task = nullptr;  // the one that waits for the target
        for (TaskState* next; target && (next = target->as_task()) && !next->done(); target = next->waiting) {
            ++next->cancels_requested;
            task = next;
        }

        Gathering* const gathering = target ? target->as_gathering() : nullptr;
        bool accepted = false;
        if (gathering && gathering->begin_asking(task, asking)) {
            asking = gathering;
        } else {
            accepted = answer(task, target && !gathering && target->cancel());
            if (asking) asking->any_accepts |= accepted;
        }

        while (asking && asking->all_are_asked()) {
            accepted = answer(asking->asked_for, asking->end_asking());
            asking = asking->asked_by;
            if (asking) asking->any_accepts |= accepted;
        }
        if (!asking) return accepted;
        target = &asking->next_to_ask();
    }
}
// [/cancel]
}  // namespace aio::detail
