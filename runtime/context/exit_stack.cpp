#include "runtime/context/exit_stack.hpp"

namespace aio {
// CPython's __aexit__.
Coroutine<bool> ExitStack::aexit(std::exception_ptr error) {
    const bool received = error != nullptr;
    bool raised = false;
    while (!exits_.empty()) {
        const std::unique_ptr<detail::Exit> exit = std::move(exits_.back());
        exits_.pop_back();
        try {
            const bool swallows = co_await exit->run(error);
            if (swallows) {
                raised = false;
                error = nullptr;
            }
        } catch (...) {
            raised = true;
            error = std::current_exception();
        }
    }
    if (raised) std::rethrow_exception(error);
    co_return received && !error;
}
}  // namespace aio
