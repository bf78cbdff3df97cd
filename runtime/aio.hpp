// Everything but the bridges, for programs: #include "runtime/aio.hpp"
#pragma once
#include "runtime/context/context_manager.hpp"     // IWYU pragma: export
#include "runtime/context/defer_cancellation.hpp"  // IWYU pragma: export
#include "runtime/context/exception_group.hpp"     // IWYU pragma: export
#include "runtime/context/exit_stack.hpp"          // IWYU pragma: export
#include "runtime/context/task_group.hpp"          // IWYU pragma: export
#include "runtime/context/timeout.hpp"             // IWYU pragma: export
#include "runtime/context/with.hpp"                // IWYU pragma: export
#include "runtime/coroutine/coroutine.hpp"         // IWYU pragma: export
#include "runtime/coroutine/generator.hpp"         // IWYU pragma: export
#include "runtime/reactor/errors.hpp"              // IWYU pragma: export
#include "runtime/reactor/event_loop.hpp"          // IWYU pragma: export
#include "runtime/sync/barrier.hpp"                // IWYU pragma: export
#include "runtime/sync/condition.hpp"              // IWYU pragma: export
#include "runtime/sync/event.hpp"                  // IWYU pragma: export
#include "runtime/sync/lock.hpp"                   // IWYU pragma: export
#include "runtime/sync/queue.hpp"                  // IWYU pragma: export
#include "runtime/sync/semaphore.hpp"              // IWYU pragma: export
#include "runtime/tasks/as_completed.hpp"          // IWYU pragma: export
#include "runtime/tasks/future.hpp"                // IWYU pragma: export
#include "runtime/tasks/gather.hpp"                // IWYU pragma: export
#include "runtime/tasks/run.hpp"                   // IWYU pragma: export
#include "runtime/tasks/shield.hpp"                // IWYU pragma: export
#include "runtime/tasks/sleep.hpp"                 // IWYU pragma: export
#include "runtime/tasks/task.hpp"                  // IWYU pragma: export
#include "runtime/tasks/wait.hpp"                  // IWYU pragma: export
#include "runtime/tasks/wait_for.hpp"              // IWYU pragma: export
