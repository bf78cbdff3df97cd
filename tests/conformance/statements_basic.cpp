// Variables, branches, loops, exceptions, sleep. What has a body is here twice: as a coroutine, and plain for the
// bodies of callbacks.
#include <chrono>

#include "tests/conformance/errors.hpp"
#include "tests/conformance/statements.hpp"

namespace conformance {

namespace {

void log(Call& call, const Json& st) {
    std::string text = st["text"];
    if (st.contains("value")) text += " " + show(call.value(st["value"]));
    call.log(text);
}

void set(Call& call, const Json& st) { call.assign(st["var"], call.value(st["value"])); }

void add(Call& call, const Json& st) {
    const auto number = call.object<std::int64_t>(st["var"]);
    const Value by = st.contains("by") ? call.value(st["by"]) : Value(std::int64_t{1});
    call.assign(st["var"], number + std::get<std::int64_t>(by));
}

const Json& branch(const Call& call, const Json& st) { return part(st, call.holds(st["cond"]) ? "then" : "else"); }

Flow if_now(Call& call, const Json& st) { return run_block_now(call, branch(call, st)); }
aio::Coroutine<Flow> if_later(Call& call, const Json& st) { co_return co_await run_block(call, branch(call, st)); }

void count(Call& call, const Json& st, std::int64_t i) {
    if (st.contains("var")) call.assign(st["var"], i);
}

Flow loop_now(Call& call, const Json& st) {
    for (std::int64_t i = 0; i < st["count"]; ++i) {
        count(call, st, i);
        const Flow flow = run_block_now(call, st["body"]);
        if (flow == Flow::broke) break;
        if (flow == Flow::returned) return flow;
    }
    return Flow::next;
}

aio::Coroutine<Flow> loop_later(Call& call, const Json& st) {
    for (std::int64_t i = 0; i < st["count"]; ++i) {
        count(call, st, i);
        const Flow flow = co_await run_block(call, st["body"]);
        if (flow == Flow::broke) break;
        if (flow == Flow::returned) co_return flow;
    }
    co_return Flow::next;
}

Flow break_(Call&, const Json&) { return Flow::broke; }

Flow return_(Call& call, const Json& st) {
    call.result = st.contains("value") ? call.value(st["value"]) : Value();
    return Flow::returned;
}

void raise(Call& call, const Json& st) {
    std::rethrow_exception(st.contains("kind") ? make_error(st["kind"], st.value("text", "")) : call.handling);
}

const Json* find_handler(const Json& st, const std::exception_ptr& error) {
    for (const Json& handler : part(st, "handlers"))
        if (matches(error, handler["kind"])) return &handler;
    return nullptr;
}

/// While one lives, its exception is the one that a bare `raise` in the handler's body means.
class Handling {
  public:
    Handling(Call& call, const Json& handler, const std::exception_ptr& error)
        : call_(call), outer_(std::exchange(call.handling, error)) {
        if (handler.contains("log")) call.log(handler["log"].get_ref<const std::string&>() + " " + show(error));
    }
    ~Handling() { call_.handling = outer_; }
    Handling(const Handling&) = delete;
    Handling& operator=(const Handling&) = delete;
  private:
    Call& call_;
    std::exception_ptr outer_;
};

Flow handle_now(Call& call, const Json& st) {
    Flow flow;
    try {
        flow = run_block_now(call, st["body"]);
    } catch (...) {
        const std::exception_ptr error = std::current_exception();
        const Json* handler = find_handler(st, error);
        if (!handler) throw;
        const Handling handling(call, *handler, error);
        return run_block_now(call, (*handler)["body"]);
    }
    return flow == Flow::next ? run_block_now(call, part(st, "else")) : flow;
}

Flow try_now(Call& call, const Json& st) {
    Flow flow;
    try {
        flow = handle_now(call, st);
    } catch (...) {
        run_block_now(call, part(st, "finally"));
        throw;
    }
    run_block_now(call, part(st, "finally"));
    return flow;
}

// The same; but nothing can be awaited inside a catch.

aio::Coroutine<Flow> handle_later(Call& call, const Json& st) {
    std::exception_ptr error;
    Flow flow = Flow::next;
    try {
        flow = co_await run_block(call, st["body"]);
    } catch (...) { error = std::current_exception(); }
    if (!error) {
        if (flow == Flow::next) flow = co_await run_block(call, part(st, "else"));
        co_return flow;
    }
    const Json* handler = find_handler(st, error);
    if (!handler) std::rethrow_exception(error);
    const Handling handling(call, *handler, error);
    co_return co_await run_block(call, (*handler)["body"]);
}

aio::Coroutine<Flow> try_later(Call& call, const Json& st) {
    std::exception_ptr error;
    Flow flow = Flow::next;
    try {
        flow = co_await handle_later(call, st);
    } catch (...) { error = std::current_exception(); }
    co_await run_block(call, part(st, "finally"));
    if (error) std::rethrow_exception(error);
    co_return flow;
}

aio::Coroutine<void> sleep(Call& call, const Json& st) {
    const auto ms = std::get<std::int64_t>(call.value(st["ms"]));
    co_await aio::sleep(std::chrono::milliseconds(ms));
}

}  // namespace

Statements basic_statements() {
    return {
        {"log", now<log>()},
        {"set", now<set>()},
        {"add", now<add>()},
        {"if", both<if_now, if_later>()},
        {"loop", both<loop_now, loop_later>()},
        {"break", now<break_>()},
        {"return", now<return_>()},
        {"raise", now<raise>()},
        {"try", both<try_now, try_later>()},
        {"sleep", later<sleep>()},
    };
}

}  // namespace conformance
