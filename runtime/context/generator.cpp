#include "runtime/context/generator.hpp"
#include "runtime/tasks/gather.hpp"

namespace aio::detail {
/// Those of a loop, which closes what nobody has finished. CPython: sys.set_asyncgen_hooks.
struct AsyncGenerators final : Service {
    /// From now on none is closed. Destroys those whose handle is gone.
    ~AsyncGenerators() override {
        while (GeneratorFrame* generator = (started.append(closing), started.pop_front()))
            if (!generator->owner) generator->handle().destroy();
    }
    Coroutine<void> close_first() {
        GeneratorFrame* first = closing.pop_front();
        if (!first || (first->closed && first->running())) co_return;  // its owner closes it
        co_await Visit(*first, std::make_exception_ptr(GeneratorExit()));
    }
    Coroutine<void> shutdown() override {
        // What was dropped as main ended: its task was cancelled before it began.
        while (GeneratorFrame* dropped = closing.pop_front()) dropped->handle().destroy();
        std::vector<Coroutine<void>> closers;
        while (GeneratorFrame* generator = started.pop_front()) {
            closing.push_back(*generator);
            closers.push_back(close_first());
        }
        const auto outcomes = co_await gather(return_exceptions, std::move(closers));
        for (const Outcome<void>& outcome : outcomes)
            if (!outcome.has_value() && !outcome.cancelled())
                report({"an error occurred during closing of asynchronous generator", outcome.error()});
    }
    IntrusiveList<GeneratorFrame> started;  // and not ended, in order of first iteration
    IntrusiveList<GeneratorFrame> closing;  // for each a task is on its way
};

void GeneratorFrame::start() noexcept {
    auto& service = running_loop->tasks->asyncgens;
    if (!service) service = std::make_unique<AsyncGenerators>();
    loop = running_loop->link();
    static_cast<AsyncGenerators&>(*service).started.push_back(*this);
}

void GeneratorFrame::drop() noexcept {
    owner = nullptr;
    if (running()) return;  // it lives on until it yields or ends: see leave()
    EventLoop* const own = loop ? loop->loop : nullptr;
    auto* const all = own && own->tasks ? static_cast<AsyncGenerators*>(own->tasks->asyncgens.get()) : nullptr;
    if (!linked() || closed || !all) return handle().destroy();  // at the loop's end there are none any more
    unlink();
    all->closing.push_back(*this);
    own->call_soon([all] { create_task(all->close_first()); });
}
}  // namespace aio::detail
