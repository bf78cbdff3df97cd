// The loop closes the generators that nobody has finished.
#include "runtime/tasks/gather.hpp"

namespace aio::detail {
void GeneratorFrame::start() noexcept {
    tasks = Tasks::running;
    tasks->generators.push_back(*this);
}

void GeneratorFrame::drop() noexcept {
    owner = nullptr;
    if (running()) return;  // it lives on until it yields or ends: see leave()
    if (!linked() || closed || tasks != Tasks::running) return handle().destroy();
    unlink();
    tasks->closing.push_back(*this);
    running_loop->call_soon([t = tasks] { create_task(t->close_first()); });
}

Coroutine<void> Tasks::close_first() {
    GeneratorFrame* first = closing.pop_front();
    if (!first || (first->closed && first->running())) co_return;  // its owner closes it
    co_await Visit(*first, std::make_exception_ptr(GeneratorExit()));
}

Coroutine<void> Tasks::shutdown_asyncgens() {
    std::vector<Coroutine<void>> closers;
    while (GeneratorFrame* generator = generators.pop_front()) {
        closing.push_back(*generator);
        closers.push_back(close_first());
    }
    const auto outcomes = co_await gather(return_exceptions, std::move(closers));
    for (const Outcome<void>& outcome : outcomes)
        if (!outcome.has_value() && !outcome.cancelled())
            report("an error occurred during closing of asynchronous generator", outcome.error());
}

void Tasks::abandon_generators() noexcept {
    while (GeneratorFrame* generator = (generators.append(closing), generators.pop_front()))
        if (!generator->owner) generator->handle().destroy();
}
}  // namespace aio::detail
