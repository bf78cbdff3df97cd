// Debug mode: what a loop tells about itself on stderr.
#pragma once
#include "runtime/observe/call_graph.hpp"

namespace aio {
/// Debug mode of the running loop, on or off; throws RuntimeError where none runs. AIO_DEBUG=1 in the environment
/// switches it on for each loop of aio::run(). While it is on, stderr is told
/// - a callback or a step of a task that took longer than EventLoop::slow_callback_duration, 100 ms at first;
/// - by a thread of its own, one that has been going on for a second: it may never come back;
/// - dump_tasks(), when nothing can ever wake the loop, and at a SIGUSR1: see DumpTasksOnSignal;
/// - where the task was created of whose exception another report speaks.
/// All times are real ones, on the virtual clock too. asyncio: loop.set_debug, and PYTHONASYNCIODEBUG=1.
void set_debug(bool enabled);
/// loop.get_debug of the running loop.
bool get_debug();
}  // namespace aio
