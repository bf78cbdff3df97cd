// Generators: made, iterated, closed; and the way out of a `yield`.
#include "tests/conformance/statements.hpp"

namespace conformance {

namespace {

using Generator = aio::AsyncGenerator<Value>;

}  // namespace

/// Blocks are coroutines here, and a `yield` stands in the innermost, where C++ has its co_yield in the generator's own
/// frame only. So the blocks' frames hang under the generator's, and a `yield` hands over to that, until the next item
/// is asked for.
struct Yields {
    aio::detail::Frame* generator = nullptr;
    aio::detail::Frame* innermost = nullptr;  ///< of the blocks
    Value item{};
    std::exception_ptr thrown{};  ///< at the co_yield
};

namespace {

/// In the generator's frame: runs the blocks until one yields or all have ended.
struct ToBlocks {
    /// A generator that is dropped half-way takes its blocks with it, the innermost first.
    ~ToBlocks() {
        while (yields.innermost && yields.innermost != yields.generator)
            std::exchange(yields.innermost, yields.innermost->parent)->handle().destroy();
    }
    bool await_ready() const noexcept { return false; }
    template <class P> void await_suspend(std::coroutine_handle<P> generator) const noexcept {
        yields.generator = &generator.promise();
        aio::detail::Pump& pump = *aio::detail::Pump::current;
        if (yields.innermost)
            pump.innermost = std::exchange(yields.innermost, nullptr);
        else
            blocks.start(pump, yields.generator);
    }
    bool await_resume() const noexcept { return yields.innermost; }
    Yields& yields;
    aio::detail::Started<Flow> blocks;
};

/// In a block's frame: back to the generator's.
struct ToGenerator {
    bool await_ready() const noexcept { return false; }
    template <class P> void await_suspend(std::coroutine_handle<P> block) const noexcept {
        yields.innermost = &block.promise();
        aio::detail::Pump::current->innermost = yields.generator;
    }
    void await_resume() const {
        if (yields.thrown) std::rethrow_exception(std::exchange(yields.thrown, nullptr));
    }
    Yields& yields;
};

aio::Coroutine<void> yield(Call& call, const Json& st) {
    call.yields->item = st.contains("value") ? call.value(st["value"]) : Value();
    ToGenerator to_generator{*call.yields};
    co_await to_generator;
}

std::shared_ptr<Generator> generator(Call& call, const Json& st) {
    if (st.contains("gen")) return call.object<std::shared_ptr<Generator>>(st["gen"]);
    return call.run.make_generator(st["fn"], call.arguments(st));
}

void make_gen(Call& call, const Json& st) { call.assign(st["var"], generator(call, st)); }

aio::Coroutine<Flow> async_for(Call& call, const Json& st) {
    const auto items = generator(call, st);
    while (auto item = co_await items->next()) {
        if (st.contains("var")) call.assign(st["var"], std::move(*item));
        const Flow flow = co_await run_block(call, st["body"]);
        if (flow == Flow::broke) break;
        if (flow == Flow::returned) co_return flow;
    }
    co_return Flow::next;
}

aio::Coroutine<void> anext(Call& call, const Json& st) {
    const auto items = call.object<std::shared_ptr<Generator>>(st["what"]);
    auto item = co_await items->next();
    call.store(st, item ? std::move(*item) : Value());
}

aio::Coroutine<void> aclose(Call& call, const Json& st) {
    const auto items = call.object<std::shared_ptr<Generator>>(st["what"]);
    co_await items->aclose();
}

}  // namespace

aio::AsyncGenerator<Value> Run::generate(Scope& scope, const Function& function) {
    Yields yields;
    Call call{*this, scope};
    call.yields = &yields;
    ToBlocks to_blocks{yields, run_block(call, function.body).release()};
    for (;;) {
        const bool yielded = co_await to_blocks;
        if (!yielded) break;
        try {
            co_yield std::move(yields.item);
        } catch (...) { yields.thrown = std::current_exception(); }
    }
    to_blocks.blocks.await_resume();
}

Statements generator_statements() {
    return {
        {"yield", later<yield>()}, {"make_gen", now<make_gen>()}, {"async_for", later<async_for>()},
        {"anext", later<anext>()}, {"aclose", later<aclose>()},
    };
}

}  // namespace conformance
