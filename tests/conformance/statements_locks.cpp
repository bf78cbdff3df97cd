// Locks, semaphores, events, conditions, barriers.
#include "tests/conformance/statements.hpp"

namespace conformance {

namespace {

/// Calls `f` with the object in `what`, which is one of `Types`.
template <class... Types, class F> auto on(const Call& call, const Json& st, F f) {
    using R = std::common_type_t<decltype(f(std::declval<std::shared_ptr<Types>>()))...>;
    return std::visit(
        [&]<class Held>(const Held& held) -> R {
            if constexpr ((std::same_as<Held, std::shared_ptr<Types>> || ...))
                return f(held);
            else
                throw std::bad_variant_access();
        },
        static_cast<const ValueBase&>(call.variable(st["what"])));
}

template <class F> auto on_lock(const Call& call, const Json& st, F f) {
    return on<aio::Lock, aio::Semaphore, aio::Condition>(call, st, f);
}

void lock(Call& call, const Json& st) { call.assign(st["var"], std::make_shared<aio::Lock>()); }

template <class S> void semaphore(Call& call, const Json& st) {
    call.assign(st["var"], std::shared_ptr<aio::Semaphore>(std::make_shared<S>(st["value"].get<int>())));
}

void event(Call& call, const Json& st) { call.assign(st["var"], std::make_shared<aio::Event>()); }

void condition(Call& call, const Json& st) {
    if (!st.contains("lock")) return call.assign(st["var"], std::make_shared<aio::Condition>());
    const auto shared = call.object<std::shared_ptr<aio::Lock>>(st["lock"]);
    const auto keep_lock = [shared](aio::Condition* condition) { delete condition; };
    call.assign(st["var"], std::shared_ptr<aio::Condition>(new aio::Condition(*shared), keep_lock));
}

void barrier(Call& call, const Json& st) {
    call.assign(st["var"], std::make_shared<aio::Barrier>(st["parties"].get<int>()));
}

template <class L> aio::Coroutine<Flow> with_lock(std::shared_ptr<L> lock, Call& call, const Json& st) {
    auto guard = co_await lock->scoped();
    std::exception_ptr error;
    Flow flow = Flow::next;
    try {
        flow = co_await run_block(call, st["body"]);
    } catch (...) { error = std::current_exception(); }
    guard.release();  // not left to the destructor: what release() throws goes to the program
    if (error) std::rethrow_exception(error);
    co_return flow;
}

aio::Coroutine<Flow> with_lock(std::shared_ptr<aio::Barrier> barrier, Call& call, const Json& st) {
    const auto body = [&](int) { return run_block(call, st["body"]); };
    co_return co_await aio::with(*barrier, body);
}

aio::Coroutine<Flow> with(Call& call, const Json& st) {
    return on<aio::Lock, aio::Semaphore, aio::Condition, aio::Barrier>(
        call, st, [&](const auto& lock) { return with_lock(lock, call, st); });
}

/// `object` is kept alive until its operation is over.
template <class Object, class Awaitable>
aio::Coroutine<void> store_true([[maybe_unused]] Object object, Awaitable awaitable, Call& call, const Json& st) {
    co_await std::move(awaitable);
    call.store(st, true);
}

aio::Coroutine<void> acquire(Call& call, const Json& st) {
    return on_lock(call, st, [&](const auto& lock) { return store_true(lock, lock->acquire(), call, st); });
}

void release(Call& call, const Json& st) {
    on_lock(call, st, [](const auto& lock) { lock->release(); });
}

using Event = std::shared_ptr<aio::Event>;

void event_set(Call& call, const Json& st) { call.object<Event>(st["what"])->set(); }
void event_clear(Call& call, const Json& st) { call.object<Event>(st["what"])->clear(); }
aio::Coroutine<void> event_wait(Call& call, const Json& st) {
    const auto event = call.object<Event>(st["what"]);
    return store_true(event, event->wait(), call, st);
}

using Condition = std::shared_ptr<aio::Condition>;

aio::Coroutine<void> cond_wait(Call& call, const Json& st) {
    const auto condition = call.object<Condition>(st["what"]);
    return store_true(condition, condition->wait(), call, st);
}
aio::Coroutine<void> cond_wait_for(Call& call, const Json& st) {
    const auto condition = call.object<Condition>(st["what"]);
    const auto predicate = [&] { return call.holds(st["cond"]); };
    return store_true(condition, condition->wait_for(predicate), call, st);
}
void notify(Call& call, const Json& st) { call.object<Condition>(st["what"])->notify(st.value("n", std::size_t{1})); }
void notify_all(Call& call, const Json& st) { call.object<Condition>(st["what"])->notify_all(); }

using Barrier = std::shared_ptr<aio::Barrier>;

aio::Coroutine<void> barrier_wait(Call& call, const Json& st) {
    const auto barrier = call.object<Barrier>(st["what"]);
    const int index = co_await barrier->wait();
    call.store(st, std::int64_t{index});
}
aio::Coroutine<void> barrier_reset(Call& call, const Json& st) {
    const auto barrier = call.object<Barrier>(st["what"]);
    co_await barrier->reset();
}
aio::Coroutine<void> barrier_abort(Call& call, const Json& st) {
    const auto barrier = call.object<Barrier>(st["what"]);
    co_await barrier->abort();
}

}  // namespace

Statements lock_statements() {
    return {
        {"lock", now<lock>()},
        {"semaphore", now<semaphore<aio::Semaphore>>()},
        {"bounded_semaphore", now<semaphore<aio::BoundedSemaphore>>()},
        {"event", now<event>()},
        {"condition", now<condition>()},
        {"barrier", now<barrier>()},
        {"with", later<with>()},
        {"acquire", later<acquire>()},
        {"release", now<release>()},
        {"event_set", now<event_set>()},
        {"event_clear", now<event_clear>()},
        {"event_wait", later<event_wait>()},
        {"cond_wait", later<cond_wait>()},
        {"cond_wait_for", later<cond_wait_for>()},
        {"notify", now<notify>()},
        {"notify_all", now<notify_all>()},
        {"barrier_wait", later<barrier_wait>()},
        {"barrier_reset", later<barrier_reset>()},
        {"barrier_abort", later<barrier_abort>()},
    };
}

}  // namespace conformance
