// Futures that the program fills in itself, and callbacks.
#include <chrono>

#include "tests/conformance/errors.hpp"
#include "tests/conformance/statements.hpp"

namespace conformance {

namespace {

void future(Call& call, const Json& st) { call.assign(st["var"], aio::Future<Value>()); }

void set_result(Call& call, const Json& st) {
    const auto future = call.object<aio::Future<Value>>(st["what"]);
    future.set_result(st.contains("value") ? call.value(st["value"]) : Value());
}

void set_exception(Call& call, const Json& st) {
    const auto future = call.object<aio::Future<Value>>(st["what"]);
    future.set_exception(make_error(st["kind"], st.value("text", "")));
}

/// The body of a callback: in the scope of the call around it, which may have ended.
auto body_of(const Call& call, const Json& st) {
    return [&run = call.run, &scope = call.scope, &st] {
        Call callback{run, scope};
        run_block_now(callback, part(st, "body"));
    };
}

template <class F> std::string outcome(const F& future) {
    if (future.cancelled()) return "cancelled";
    if (future.exception()) return "exception " + show(future.exception());
    return "result " + show(to_value(future.result()));
}

void add_done_callback(Call& call, const Json& st) {
    on_future(call.variable(st["what"]), [&]<class F>(const F& future) {
        future.add_done_callback([&run = call.run, &st, body = body_of(call, st)](const F& done) {
            run.log(st["label"].get_ref<const std::string&>() + " " + outcome(done));
            body();
        });
    });
}

auto callback(const Call& call, const Json& st) {
    return [&run = call.run, &st, body = body_of(call, st)] {
        run.log(st["label"]);
        body();
    };
}

void keep(Call& call, const Json& st, Value handle) {
    if (st.contains("var")) call.assign(st["var"], std::move(handle));
}

std::chrono::milliseconds ms_of(const Json& st) { return std::chrono::milliseconds(st["ms"].get<std::int64_t>()); }

void call_soon(Call& call, const Json& st) { keep(call, st, aio::get_running_loop().call_soon(callback(call, st))); }

void call_later(Call& call, const Json& st) {
    keep(call, st, aio::get_running_loop().call_later(ms_of(st), callback(call, st)));
}

void call_at(Call& call, const Json& st) {
    keep(call, st, aio::get_running_loop().call_at(aio::TimePoint(ms_of(st)), callback(call, st)));
}

void cancel_handle(Call& call, const Json& st) { call.object<aio::Handle>(st["what"]).cancel(); }

}  // namespace

Statements future_statements() {
    return {
        {"future", now<future>()},
        {"set_result", now<set_result>()},
        {"set_exception", now<set_exception>()},
        {"add_done_callback", now<add_done_callback>()},
        {"call_soon", now<call_soon>()},
        {"call_later", now<call_later>()},
        {"call_at", now<call_at>()},
        {"cancel_handle", now<cancel_handle>()},
    };
}

}  // namespace conformance
