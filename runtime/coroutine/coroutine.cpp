#include "runtime/coroutine/coroutine.hpp"

namespace aio::detail {
void throw_already_awaited() { throw RuntimeError("cannot reuse already awaited coroutine"); }

void report_never_awaited(const Frame& frame) noexcept {
    report("coroutine '" + function_name(frame.place) + "' was never awaited");
}
}  // namespace aio::detail
