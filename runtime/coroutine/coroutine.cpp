#include "runtime/coroutine/coroutine.hpp"
#include "runtime/reactor/event_loop.hpp"

namespace aio::detail {
void report_never_awaited() noexcept {
    const ExceptionContext context{"coroutine was never awaited", nullptr, {}};
    running_loop ? running_loop->call_exception_handler(context) : EventLoop::default_exception_handler(context);
}
}  // namespace aio::detail
