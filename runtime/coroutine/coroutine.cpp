#include "runtime/coroutine/coroutine.hpp"

namespace aio::detail {
void throw_already_awaited() { throw RuntimeError("cannot reuse already awaited coroutine"); }

void report_never_awaited() noexcept { report("coroutine was never awaited"); }
}  // namespace aio::detail
