// Semaphores; locks, conditions, barriers join them when the runtime has them.
#include "tests/conformance/statements.hpp"

namespace conformance {

namespace {

template <class S> void make_semaphore(Call& call, const Json& st) {
    call.assign(st["var"], std::shared_ptr<aio::Semaphore>(std::make_shared<S>(st["value"].get<int>())));
}

aio::Coroutine<Flow> with(Call& call, const Json& st) {
    const auto lock = call.object<std::shared_ptr<aio::Semaphore>>(st["what"]);
    auto guard = co_await lock->scoped();
    std::exception_ptr error;
    Flow flow = Flow::next;
    try {
        flow = co_await run_block(call, st["body"]);
    } catch (...) { error = std::current_exception(); }
    guard.release();  // not left to the destructor: that of a bounded semaphore may throw
    if (error) std::rethrow_exception(error);
    co_return flow;
}

aio::Coroutine<void> acquire(Call& call, const Json& st) {
    const auto lock = call.object<std::shared_ptr<aio::Semaphore>>(st["what"]);
    co_await lock->acquire();
    call.store(st, true);
}

void release(Call& call, const Json& st) { call.object<std::shared_ptr<aio::Semaphore>>(st["what"])->release(); }

}  // namespace

Statements lock_statements() {
    return {
        {"semaphore", now<make_semaphore<aio::Semaphore>>()},
        {"bounded_semaphore", now<make_semaphore<aio::BoundedSemaphore>>()},
        {"with", later<with>()},
        {"acquire", later<acquire>()},
        {"release", now<release>()},
    };
}

}  // namespace conformance
