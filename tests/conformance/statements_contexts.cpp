// Context managers and exit stacks.
#include "tests/conformance/errors.hpp"
#include "tests/conformance/statements.hpp"

namespace conformance {

namespace {

/// One entry of a context manager of the program.
class Manager {
  public:
    Manager(Call& call, const Json& st)
        : run_(call.run), bodies_(run_.program().context_manager(st["cm"])), arguments_(call.arguments(st)) {}

    aio::Coroutine<Value> aenter() {
        scope_ = &run_.open_scope(bodies_, std::move(arguments_));
        Call call{run_, *scope_};
        co_await run_block(call, bodies_.body);
        co_return std::move(call.result);
    }
    aio::Coroutine<bool> aexit(std::exception_ptr error) {
        Call call{run_, *scope_};
        call.leaving = error;
        co_await run_block(call, bodies_.exit);
        co_return error && !bodies_.swallow.empty() && matches(error, bodies_.swallow);
    }
  private:
    Run& run_;
    const ContextManager& bodies_;
    std::vector<Value> arguments_;
    Scope* scope_ = nullptr;
};

aio::Coroutine<Flow> cm_with(Call& call, const Json& st) {
    Manager manager(call, st);
    const auto body = [&](Value& entered) {
        if (st.contains("var")) call.assign(st["var"], entered);
        return run_block(call, st["body"]);
    };
    const std::optional<Flow> flow = co_await aio::with(manager, body);
    co_return flow.value_or(Flow::next);
}

void log_exit(Call& call, const Json& st) {
    call.log(st["text"].get_ref<const std::string&>() + " " + show(call.leaving));
}

std::shared_ptr<aio::ExitStack> stack_in(const Call& call, const Json& st) {
    return call.object<std::shared_ptr<aio::ExitStack>>(st["what"]);
}

aio::Coroutine<Flow> exit_stack(Call& call, const Json& st) {
    const auto stack = std::make_shared<aio::ExitStack>();
    call.assign(st["as"], stack);
    const auto body = [&] { return run_block(call, st["body"]); };
    const std::optional<Flow> flow = co_await aio::with(*stack, body);
    co_return flow.value_or(Flow::next);
}

aio::Coroutine<void> enter(Call& call, const Json& st) {
    const auto stack = stack_in(call, st);
    Value entered = co_await stack->enter_async_context(Manager(call, st));
    call.store(st, std::move(entered));
}

void push_callback(Call& call, const Json& st) {
    const auto function = [&run = call.run](const std::string& name, const std::vector<Value>& arguments) {
        return run.call(name, arguments);
    };
    stack_in(call, st)->push_async_callback(function, st["fn"].get<std::string>(), call.arguments(st));
}

aio::Coroutine<void> stack_aclose(Call& call, const Json& st) {
    const auto stack = stack_in(call, st);
    co_await stack->aclose();
}

}  // namespace

Statements context_statements() {
    return {
        {"cm_with", later<cm_with>()}, {"log_exit", now<log_exit>()},           {"exit_stack", later<exit_stack>()},
        {"enter", later<enter>()},     {"push_callback", now<push_callback>()}, {"stack_aclose", later<stack_aclose>()},
    };
}

}  // namespace conformance
