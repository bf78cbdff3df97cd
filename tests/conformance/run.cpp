#include "tests/conformance/run.hpp"

#include <chrono>

#include "tests/conformance/errors.hpp"
#include "tests/conformance/statements.hpp"

namespace conformance {

namespace {

std::string milliseconds(aio::EventLoop& loop) {
    using namespace std::chrono;
    return std::to_string(duration_cast<std::chrono::milliseconds>(loop.time().time_since_epoch()).count());
}

/// `-` in a callback outside any task.
std::string name_of_current_task() {
    try {
        return aio::current_task().get_name();
    } catch (const aio::RuntimeError&) { return "-"; }
}

/// Runs `main` and what asyncio.run does after it. The text of the last line.
std::string run_to_the_end(aio::Runner& runner, aio::Coroutine<Value> main) {
    try {
        const aio::Task<Value> task = runner.finish(std::move(main));
        runner.close();
        if (task.cancelled()) return "END raise CancelledError";
        if (task.exception()) return "END raise " + show(task.exception());
        return "END return " + show(task.result());
    } catch (const aio::DeadlockError& deadlock) {
        std::string text = "DEADLOCK";
        for (const std::string& name : deadlock.tasks) text += " " + name;
        return text;
    }
}

}  // namespace

std::vector<std::string> run(const Program& program) {
    Run run(program);
    aio::Runner runner(aio::ClockKind::virtual_time);
    aio::EventLoop& loop = runner.get_loop();
    loop.set_exception_handler([](const aio::ExceptionContext&) {});
    run.log_end(loop, run_to_the_end(runner, run.main()));
    // Before the loop goes: variables may hold what is still in use there, such as a timeout.
    const aio::detail::RunningLoop running(loop);
    run.forget();
    return run.lines();
}

void Run::log(const std::string& text) {
    lines_.push_back(milliseconds(aio::get_running_loop()) + " " + name_of_current_task() + " " + text);
}

void Run::log_end(aio::EventLoop& loop, const std::string& text) {
    lines_.push_back(milliseconds(loop) + " - " + text);
}

Scope& Run::open_scope(const Function& function, std::vector<Value> arguments) {
    Scope& scope = scopes_.emplace_back(function, globals_);
    for (std::size_t i = 0; i < function.params.size(); ++i) scope.set(function.params[i], std::move(arguments[i]));
    return scope;
}

std::shared_ptr<aio::AsyncGenerator<Value>> Run::make_generator(const std::string& function,
                                                                std::vector<Value> arguments) {
    const Function& called = program_.function(function);
    Scope& scope = open_scope(called, std::move(arguments));
    return generators_.emplace_back(std::make_shared<aio::AsyncGenerator<Value>>(generate(scope, called)));
}

aio::Coroutine<Value> Run::call(const Function& function, std::vector<Value> arguments) {
    Call call{*this, open_scope(function, std::move(arguments))};
    co_await run_block(call, function.body);
    co_return std::move(call.result);
}

aio::Coroutine<Value> Run::main() {
    const aio::TaskBase task = aio::current_task();
    globals_.set("main", aio::Task<Value>(aio::Ref(&task.state())));
    co_return co_await call("main", std::vector<Value>());
}

void Run::forget() {
    generators_.clear();
    globals_.clear();
    for (Scope& scope : scopes_) scope.clear();
}

Value Call::value(const Json& json) const {
    switch (json.type()) {
        case Json::value_t::object: return variable(json["var"]);
        case Json::value_t::boolean: return json.get<bool>();
        case Json::value_t::string: return json.get<std::string>();
        case Json::value_t::null: return {};
        default: return json.get<std::int64_t>();
    }
}

std::vector<Value> Call::arguments(const Json& statement) const {
    std::vector<Value> values;
    for (const Json& json : part(statement, "args")) values.push_back(value(json));
    return values;
}

bool Call::holds(const Json& condition) const {
    const std::int64_t left = object<std::int64_t>(condition[0]);
    const std::int64_t right = std::get<std::int64_t>(value(condition[2]));
    const auto& compare = condition[1].get_ref<const std::string&>();
    if (compare == "==") return left == right;
    if (compare == "!=") return left != right;
    if (compare == "<") return left < right;
    if (compare == "<=") return left <= right;
    if (compare == ">") return left > right;
    return left >= right;
}

void Call::store(const Json& statement, Value value) {
    if (statement.contains("label")) log(statement["label"].get_ref<const std::string&>() + " " + show(value));
    if (statement.contains("var")) assign(statement["var"], std::move(value));
}

}  // namespace conformance
