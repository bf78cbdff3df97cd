// Queues of all three orders.
#include "tests/conformance/statements.hpp"

namespace conformance {

namespace {

/// Calls `f` with the queue in `what`, whatever its order.
template <class F> auto on_queue(const Call& call, const Json& st, F f) {
    using R = decltype(f(std::declval<std::shared_ptr<aio::Queue<Value>>>()));
    return std::visit(
        [&]<class Held>(const Held& held) -> R {
            if constexpr (requires { held->qsize(); })
                return f(held);
            else
                throw std::bad_variant_access();
        },
        static_cast<const ValueBase&>(call.variable(st["what"])));
}

/// As the item that the queue takes: those of a priority queue are integers.
template <class T> T item(Value value) {
    if constexpr (std::same_as<T, Value>)
        return value;
    else
        return std::get<T>(value);
}

void queue(Call& call, const Json& st) {
    const std::string kind = st.value("kind", "fifo");
    const auto maxsize = st.value("maxsize", std::size_t{0});
    if (kind == "fifo") return call.assign(st["var"], std::make_shared<aio::Queue<Value>>(maxsize));
    if (kind == "lifo") return call.assign(st["var"], std::make_shared<aio::LifoQueue<Value>>(maxsize));
    call.assign(st["var"], std::make_shared<aio::PriorityQueue<std::int64_t>>(maxsize));
}

template <class Q> aio::Coroutine<void> put_in(std::shared_ptr<Q> queue, Value value) {
    co_await queue->put(item<typename Q::value_type>(std::move(value)));
}
aio::Coroutine<void> put(Call& call, const Json& st) {
    return on_queue(call, st, [&](const auto& queue) { return put_in(queue, call.value(st["value"])); });
}

template <class Q> aio::Coroutine<void> get_from(std::shared_ptr<Q> queue, Call& call, const Json& st) {
    call.store(st, co_await queue->get());
}
aio::Coroutine<void> get(Call& call, const Json& st) {
    return on_queue(call, st, [&](const auto& queue) { return get_from(queue, call, st); });
}

void put_nowait(Call& call, const Json& st) {
    on_queue(call, st, [&]<class Q>(const std::shared_ptr<Q>& queue) {
        queue->put_nowait(item<typename Q::value_type>(call.value(st["value"])));
    });
}
void get_nowait(Call& call, const Json& st) {
    on_queue(call, st, [&](const auto& queue) { call.store(st, queue->get_nowait()); });
}
void task_done(Call& call, const Json& st) {
    on_queue(call, st, [](const auto& queue) { queue->task_done(); });
}

template <class Q> aio::Coroutine<void> join(std::shared_ptr<Q> queue) { co_await queue->join(); }
aio::Coroutine<void> join(Call& call, const Json& st) {
    return on_queue(call, st, [](const auto& queue) { return join(queue); });
}

}  // namespace

Statements queue_statements() {
    return {
        {"queue", now<queue>()},
        {"put", later<put>()},
        {"get", later<get>()},
        {"put_nowait", now<put_nowait>()},
        {"get_nowait", now<get_nowait>()},
        {"task_done", now<task_done>()},
        {"join", later<static_cast<aio::Coroutine<void> (*)(Call&, const Json&)>(join)>()},
    };
}

}  // namespace conformance
