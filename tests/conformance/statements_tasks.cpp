// Tasks: made, awaited, cancelled, named, asked.
#include "tests/conformance/statements.hpp"

namespace conformance {

namespace {

/// The current task. All tasks of a program end with a Value.
aio::Task<Value> this_task() { return aio::Task<Value>(aio::Ref(&aio::current_task().state())); }

aio::Task<Value> this_task_or(const Call& call, const Json& st) {
    return st.contains("what") ? call.object<aio::Task<Value>>(st["what"]) : this_task();
}

void spawn(Call& call, const Json& st) {
    using Group = std::shared_ptr<aio::TaskGroup>;
    const Group group = st.contains("group") ? call.object<Group>(st["group"]) : nullptr;
    const std::string name = st.value("name", "");
    const auto task = group ? group->create_task(call.function(st), name) : aio::create_task(call.function(st), name);
    if (st.contains("var")) call.assign(st["var"], task);
}

template <class F> aio::Coroutine<Value> value_of(F future) { co_return to_value(co_await future); }

aio::Coroutine<void> await(Call& call, const Json& st) {
    auto result = on_future(call.variable(st["what"]), [](const auto& future) { return value_of(future); });
    call.store(st, co_await result);
}

aio::Coroutine<void> call_(Call& call, const Json& st) { call.store(st, co_await call.function(st)); }

void log_label(Call& call, const Json& st, const Value& value) {
    if (st.contains("label")) call.log(st["label"].get_ref<const std::string&>() + " " + show(value));
}

void cancel(Call& call, const Json& st) {
    const auto cancel = [](const aio::FutureBase& future) { return future.cancel(); };
    log_label(call, st, st.contains("what") ? on_future(call.variable(st["what"]), cancel) : cancel(this_task()));
}

void uncancel(Call& call, const Json& st) {
    log_label(call, st, static_cast<std::int64_t>(this_task_or(call, st).uncancel()));
}

void inspect(Call& call, const Json& st) {
    const Value object = st.contains("what") ? call.variable(st["what"]) : Value(this_task());
    const std::string question = st["query"];
    const std::string asked = st.value("what", "self") + "." + question + " ";
    std::string answer;
    try {
        answer = show(query(object, question));
    } catch (...) { answer = "!" + show(std::current_exception()); }
    call.log(asked + answer);
}

void name(Call& call, const Json&) { call.log("name " + aio::current_task().get_name()); }

void set_name(Call& call, const Json& st) { this_task_or(call, st).set_name(st["name"].get<std::string>()); }

}  // namespace

Statements task_statements() {
    return {
        {"spawn", now<spawn>()},   {"await", later<await>()},     {"call", later<call_>()},
        {"cancel", now<cancel>()}, {"uncancel", now<uncancel>()}, {"inspect", now<inspect>()},
        {"name", now<name>()},     {"set_name", now<set_name>()},
    };
}

}  // namespace conformance
