// Several tasks at once, and time limits: gather, wait, wait_for, as_completed, shield, timeout, task_group.
#include <algorithm>
#include <chrono>
#include <ranges>

#include "tests/conformance/errors.hpp"
#include "tests/conformance/statements.hpp"

namespace conformance {

namespace {

/// A handle of a task or future with whatever result a program's can have; gives it as a Value.
class AnyFuture : public aio::FutureBase {
  public:
    using value_type = Value;
    using FutureBase::FutureBase;
    explicit AnyFuture(const FutureBase& future) : FutureBase(future) {}

    Value take() const {
        using aio::detail::FutureStateOf;
        if (dynamic_cast<FutureStateOf<List>*>(&state())) return to_value(aio::Future<List>(state_).result());
        if (dynamic_cast<FutureStateOf<Outcomes>*>(&state())) return to_value(aio::Future<Outcomes>(state_).result());
        return aio::Future<Value>(state_).result();
    }

    /// Awaits as any future does; only what comes out is made a Value.
    auto operator co_await() const {
        struct Awaiter : aio::detail::FutureAwaiter<Value> {
            explicit Awaiter(const AnyFuture& f) : FutureAwaiter(f.state_), future(f) {}
            Value await_resume() {
                aio::detail::resumed();
                return future.take();
            }
            AnyFuture future;
        };
        return Awaiter(*this);
    }
};

/// An ITEM: a call of a function, or the task or future in a variable.
class Item {
  public:
    Item(Call& call, const Json& json)
        : held_(json.contains("fn") ? Held(call.function(json)) : Held(future_in(call.variable(json["var"])))) {}

    /// Calls `f` with the coroutine or the future.
    template <class F> auto give_to(F f) && {
        return std::visit([&](auto& held) { return f(std::move(held)); }, held_);
    }

    /// Makes a task of a call.
    AnyFuture future() {
        if (auto* coroutine = std::get_if<aio::Coroutine<Value>>(&held_))
            held_ = AnyFuture(aio::create_task(std::move(*coroutine)));
        return std::get<AnyFuture>(held_);
    }
  private:
    using Held = std::variant<aio::Coroutine<Value>, AnyFuture>;

    static AnyFuture future_in(const Value& value) {
        return on_future(value, [](const aio::FutureBase& future) { return AnyFuture(future); });
    }

    Held held_;
};

std::vector<Item> items_of(Call& call, const Json& st) {
    std::vector<Item> items;
    for (const Json& json : st["items"]) items.emplace_back(call, json);
    return items;
}

/// A range of futures, in which a call becomes a task only when it is its turn.
auto futures_of(std::vector<Item>& items) {
    return items | std::views::transform([](Item& item) { return item.future(); });
}

std::optional<aio::Duration> limit(const Json& ms) {
    if (ms.is_null()) return std::nullopt;
    return std::chrono::milliseconds(ms.get<std::int64_t>());
}
std::optional<aio::Duration> timeout_of(const Json& st) {
    return st.contains("timeout") ? limit(st["timeout"]) : std::nullopt;
}

/// `await: false` keeps the future of a gather or a shield; else its result is awaited.
template <class F> aio::Coroutine<void> await_or_keep(Call& call, const Json& st, F future) {
    if (st.value("await", true))
        call.store(st, to_value(co_await future));
    else
        call.assign(st["var"], future);
}

aio::Coroutine<void> gather(Call& call, const Json& st) {
    std::vector<Item> items = items_of(call, st);
    if (st.value("return_exceptions", false))
        co_await await_or_keep(call, st, aio::gather(aio::return_exceptions, futures_of(items)));
    else
        co_await await_or_keep(call, st, aio::gather(futures_of(items)));
}

aio::Coroutine<void> shield(Call& call, const Json& st) {
    const Json& item = st["item"];
    if (item.contains("fn")) return await_or_keep(call, st, aio::shield(call.function(item)));
    return on_future(call.variable(item["var"]),
                     [&](const auto& future) { return await_or_keep(call, st, aio::shield(future)); });
}

aio::Coroutine<void> wait(Call& call, const Json& st) {
    static const std::unordered_map<std::string, aio::ReturnWhen> modes = {
        {"ALL_COMPLETED", aio::ALL_COMPLETED},
        {"FIRST_COMPLETED", aio::FIRST_COMPLETED},
        {"FIRST_EXCEPTION", aio::FIRST_EXCEPTION},
    };
    std::vector<aio::FutureBase> futures;
    for (const Json& name : st["items"])
        futures.push_back(on_future(call.variable(name), [](const aio::FutureBase& future) { return future; }));
    const aio::ReturnWhen mode = modes.at(st.value("when", "ALL_COMPLETED"));
    const auto [done, pending] = co_await aio::wait(futures, mode, timeout_of(st));
    const auto names = [&](const std::vector<aio::FutureBase>& among) {
        std::string text;
        for (std::size_t i = 0; i < futures.size(); ++i)
            if (std::ranges::find(among, futures[i]) != among.end())
                text += (text.empty() ? "" : ", ") + st["items"][i].get<std::string>();
        return "[" + text + "]";
    };
    call.log(st.value("label", "wait") + " done=" + names(done) + " pending=" + names(pending));
}

aio::Coroutine<void> wait_for(Call& call, const Json& st) {
    Item item(call, st["item"]);
    auto waiting =
        std::move(item).give_to([&](auto awaitable) { return aio::wait_for(std::move(awaitable), limit(st["ms"])); });
    call.store(st, co_await waiting);
}

aio::Coroutine<void> as_completed(Call& call, const Json& st) {
    std::vector<Item> items = items_of(call, st);
    const std::string label = st.value("label", "as_completed") + " ";
    for (aio::Coroutine<Value> next : aio::as_completed(futures_of(items), timeout_of(st))) {
        std::string text;
        try {
            text = show(co_await next);
        } catch (...) {
            if (!matches(std::current_exception(), "Exception")) throw;
            text = "!" + show(std::current_exception());
        }
        call.log(label + text);
    }
}

aio::Coroutine<Flow> timeout(Call& call, const Json& st) {
    const auto delay = limit(st.contains("at") ? st["at"] : st["ms"]);
    const auto at = delay ? std::optional(aio::TimePoint(*delay)) : std::nullopt;
    const std::shared_ptr<aio::Timeout> limited(
        new aio::Timeout(st.contains("at") ? aio::timeout_at(at) : aio::timeout(delay)));
    if (st.contains("as")) call.assign(st["as"], limited);
    const auto body = [&] { return run_block(call, st["body"]); };
    co_return co_await aio::with(*limited, body);
}

void reschedule(Call& call, const Json& st) {
    const auto limited = call.object<std::shared_ptr<aio::Timeout>>(st["what"]);
    const auto delay = limit(st["ms"]);
    limited->reschedule(delay ? std::optional(aio::get_running_loop().time() + *delay) : std::nullopt);
}

aio::Coroutine<Flow> task_group(Call& call, const Json& st) {
    const auto group = std::make_shared<aio::TaskGroup>();
    call.assign(st["as"], group);
    const auto body = [&] { return run_block(call, st["body"]); };
    co_return co_await aio::with(*group, body);
}

}  // namespace

Statements combinator_statements() {
    return {
        {"gather", later<gather>()},
        {"shield", later<shield>()},
        {"wait", later<wait>()},
        {"wait_for", later<wait_for>()},
        {"as_completed", later<as_completed>()},
        {"timeout", later<timeout>()},
        {"reschedule", now<reschedule>()},
        {"task_group", later<task_group>()},
    };
}

}  // namespace conformance
