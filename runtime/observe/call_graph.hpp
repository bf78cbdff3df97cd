// What the tasks of a loop are doing: where each one stands, what it waits for, and who waits for it.
#pragma once
#include <cstdio>
#include <string>
#include "runtime/tasks/task.hpp"

namespace aio {
/// One task of the running loop, as text: the place of the co_await at which each of its frames stands, the innermost
/// first; what it waits for, and for a lock who holds it and who is in line; who awaits it. A frame that runs shows the
/// co_await that it reached last. Throws RuntimeError where no loop runs. asyncio.format_call_graph, of Python 3.14.
std::string format_call_graph(const TaskBase& task);
/// All tasks that are not done, each once, in order of creation; then the cycles, where tasks wait for each other. Of
/// long lines and deep stacks the middle is left out.
std::string format_tasks();

/// The same, written to `file`. asyncio.print_call_graph, of Python 3.14.
void print_call_graph(const TaskBase& task, std::FILE* file = stderr);
/// The same, written to `file`. What asyncio's tool `python -m asyncio ps` shows.
void dump_tasks(std::FILE* file = stderr);
}  // namespace aio
