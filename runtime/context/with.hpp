// with(): what `async with` is in Python. C++ destructors can't await, so the block is a callable.
#pragma once
#include <tuple>
#include <variant>
#include "runtime/tasks/task.hpp"

namespace aio {
namespace detail {
/// Enters and leaves without awaiting: enter(), exit(error).
template <class M>
concept SyncManager = requires(M& manager, std::exception_ptr error) {
    manager.enter();
    manager.exit(error);
};
/// Awaits on the way in or out: aenter(), aexit(error), both coroutines.
template <class M>
concept AsyncManager = requires(M& manager, std::exception_ptr error) {
    manager.aenter().operator co_await();
    manager.aexit(error).operator co_await();
};

/// Awaits aenter(), and gives what it returned; the manager itself where that was nothing.
template <class Manager, class Awaiter = decltype(std::declval<Manager&>().aenter().operator co_await())> class Enter
    : Awaiter {
  public:
    explicit Enter(Manager& manager) : Awaiter(manager.aenter().operator co_await()), manager_(manager) {}
    using Awaiter::await_ready, Awaiter::await_suspend;
    decltype(auto) await_resume() {
        if constexpr (std::is_void_v<decltype(Awaiter::await_resume())>)
            return Awaiter::await_resume(), (manager_);
        else
            return Awaiter::await_resume();
    }
  private:
    Manager& manager_;
};

/// What a manager gives on entry: a value or a reference. The block gets a reference in both cases.
template <class M> struct Entered { using type = M&; };
template <AsyncManager M> struct Entered<M> { using type = decltype(std::declval<Enter<M>>().await_resume()); };
template <class M> using entered_t = typename Entered<M>::type;
template <class M> using given_t = std::remove_reference_t<entered_t<M>>&;

/// Whether the way out may swallow the block's exception: then it returns a bool.
template <class M> constexpr bool can_swallow =
    std::is_same_v<bool, await_result_t<decltype(std::declval<M&>().aexit(nullptr))>>;
template <SyncManager M> constexpr bool can_swallow<M> =
    std::is_same_v<bool, decltype(std::declval<M&>().exit(nullptr))>;

/// What with() returns for a block that returns T.
template <class T, bool swallows> using with_result_t =
    std::conditional_t<swallows, std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>>, T>;

/// The value of the block, or its error; nothing where that was swallowed.
template <class T>
with_result_t<T, true> take_unless(bool swallowed, const std::exception_ptr& error, Value<T>& value) {
    if (swallowed && error) return std::nullopt;
    if (error) std::rethrow_exception(error);
    if constexpr (std::is_void_v<T>)
        return std::monostate();
    else
        return value.take();
}

/// Calls the block, with what the managers gave if it takes that.
template <class Body, class... Xs> auto call_body(Body& body, Xs&... given) {
    if constexpr (std::invocable<Body&, Xs&...>)
        return body(given...);
    else
        return body();
}
template <class Body, class... Xs> using block_result_t =
    typename decltype(call_body(std::declval<Body&>(), std::declval<Xs>()...))::value_type;

/// The body's frame is all there is: manager and body stay where they are, in the operand of the co_await.
template <class Manager, class Body> class SyncWith {
    using T = block_result_t<Body, Manager&>;
  public:
    SyncWith(Manager& manager, Body& body) noexcept : manager_(manager), body_(body) {}
    SyncWith operator co_await() && noexcept { return std::move(*this); }
    bool await_ready() const noexcept { return false; }
    template <class P> void await_suspend(std::coroutine_handle<P> awaiting) {
        manager_.enter();
        block_ = call_body(body_, manager_).release();
        block_.await_suspend(awaiting);
    }
    with_result_t<T, can_swallow<Manager>> await_resume() {
        const auto ended = block_.end();
        const std::exception_ptr error = std::exchange(Pump::current->thrown, nullptr);
        if constexpr (can_swallow<Manager>) {
            return take_unless(manager_.exit(error), error, ended->value);
        } else {
            manager_.exit(error);
            if (error) std::rethrow_exception(error);
            return ended->value.take();
        }
    }
  private:
    Manager& manager_;
    Body& body_;
    Started<T> block_;
};

// [async-with]
template <class Manager, class Body, class T = block_result_t<Body, given_t<Manager>>>
Coroutine<with_result_t<T, can_swallow<Manager>>> async_with(Manager& manager, Body& body) {
    auto&& given = co_await Enter(manager);
    Result<T> result;
    try {
        if constexpr (std::is_void_v<T>)
            co_await call_body(body, given);
        else
            result.set_value(co_await call_body(body, given));
    } catch (...) { result.error = std::current_exception(); }

    if constexpr (can_swallow<Manager>) {
        const bool swallowed = co_await manager.aexit(result.error);
        co_return take_unless(swallowed, result.error, result);
    } else {
        co_await manager.aexit(result.error);
        co_return result.take();
    }
}
// [/async-with]

template <class Manager, class Body> auto with_one(Manager& manager, Body& body) {
    if constexpr (SyncManager<Manager>)
        return SyncWith(manager, body);
    else
        return async_with(manager, body);
}

/// `given`: references to what the managers outside of these gave.
template <class Body, class... Given, class Manager, class... Inner,
          class T = block_result_t<Body, Given..., given_t<Manager>, given_t<Inner>...>>
auto with_several(Body& body, std::tuple<Given...> given, Manager& manager, Inner&... inner)
    -> Coroutine<with_result_t<T, (can_swallow<Manager> || ... || can_swallow<Inner>)>> {
    const auto block = [&](given_t<Manager> x) {
        const auto all = std::tuple_cat(given, std::tie(x));
        if constexpr (sizeof...(inner) > 0)
            return with_several(body, all, inner...);
        else
            return std::apply([&](auto&... xs) { return call_body(body, xs...); }, all);
    };
    if constexpr (can_swallow<Manager> && (false || ... || can_swallow<Inner>)) {
        auto result = co_await with_one(manager, block);
        if (!result) co_return std::nullopt;
        co_return std::move(*result);
    } else {
        co_return co_await with_one(manager, block);
    }
}

/// To be awaited where it is made, for it refers to temporaries there. That it can't be moved keeps it from being made
/// a task, which would outlive them: give those a name first.
template <class A> class InPlace : A {
  public:
    explicit InPlace(A&& awaitable) : A(std::move(awaitable)) {}
    InPlace(InPlace&&) = delete;
    using A::operator co_await;
};

template <std::size_t... manager, class... Arguments>
auto with_all(std::index_sequence<manager...>, std::tuple<Arguments&...> arguments) {
    auto& body = std::get<sizeof...(manager)>(arguments);
    if constexpr (sizeof...(manager) == 1)
        return with_one(std::get<0>(arguments), body);
    else
        return with_several(body, std::tuple<>(), std::get<manager>(arguments)...);
}
}  // namespace detail

/// Enters `manager`, runs the block, leaves the manager however the block ended, and returns what the block
/// returned or throws what it threw:
///     co_await aio::with(aio::timeout(2s), [&]() -> aio::Coroutine<void> { ... });
/// A manager has enter() and exit(error), or aenter() and aexit(error) if it awaits. `error` is the exception that
/// leaves the block, or null. What the way out throws replaces it. Where the way out returns a bool, true swallows the
/// exception; so with() then returns a std::optional of the result, empty when that happened. If the way in throws, the
/// block does not run and there is no way out.
/// The last argument is the block. It returns a coroutine, and may take what the manager gave on entry (the manager
/// itself, where that was nothing). Several managers are entered from left to right and left from right to left, as if
/// each stood in the block of the one before it; the block may take what all of them gave.
/// To be awaited where it is called: it refers to its arguments. Python: `async with`.
template <class... Arguments>
requires(sizeof...(Arguments) >= 2) [[nodiscard]] auto with(Arguments&&... arguments) {
    using Block = std::tuple_element_t<sizeof...(Arguments) - 1, std::tuple<Arguments&&...>>;
    static_assert(detail::safe_callable<Block>,
                  "g++ 12 destroys such a temporary twice: capture by reference, or name the block first");
    auto awaitable = detail::with_all(std::make_index_sequence<sizeof...(Arguments) - 1>(), std::tie(arguments...));
    if constexpr ((std::is_lvalue_reference_v<Arguments> && ...))
        return awaitable;
    else
        return detail::InPlace(std::move(awaitable));
}
}  // namespace aio
