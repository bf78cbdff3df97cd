// with(): what `async with` is in Python. C++ destructors can't await, so the block is a callable.
#pragma once
#include <concepts>
#include <exception>
#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
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

/// Whether the way out may swallow the block's exception: then it returns a bool.
template <class Manager> constexpr bool can_swallow = [] {
    if constexpr (SyncManager<Manager>)
        return std::is_same_v<bool, decltype(std::declval<Manager&>().exit(nullptr))>;
    else
        return std::is_same_v<bool, await_result_t<decltype(std::declval<Manager&>().aexit(nullptr))>>;
}();

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
    typename decltype(call_body(std::declval<Body&>(), std::declval<Xs&>()...))::value_type;

/// The body's frame is all there is: manager and body stay where they are, in the operand of the co_await.
template <class Manager, class Body> class SyncWith {
    using Block = decltype(call_body(std::declval<Body&>(), std::declval<Manager&>()));
    using T = typename Block::value_type;
  public:
    SyncWith(Manager& manager, Body& body) noexcept : manager_(manager), body_(body) {}

    class Awaiter {
      public:
        Awaiter(Manager& manager, Body& body) noexcept : manager_(manager), body_(body) {}
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
    Awaiter operator co_await() && noexcept { return Awaiter(manager_, body_); }
  private:
    Manager& manager_;
    Body& body_;
};

/// Holds what aenter() returned for the block; that gets the manager itself where it returned nothing.
template <class Manager, class X> struct Entered {
    std::optional<X> x;
    void set(X&& value) { x.emplace(std::move(value)); }
    X& get(Manager&) { return *x; }
};
template <class Manager, class X> struct Entered<Manager, X&> {
    X* x = nullptr;
    void set(X& value) { x = &value; }
    X& get(Manager&) { return *x; }
};
template <class Manager> struct Entered<Manager, void> {
    Manager& get(Manager& manager) { return manager; }
};
template <class Manager> using entered_t =
    Entered<Manager, await_result_t<decltype(std::declval<Manager&>().aenter())>>;

/// What the block gets from this manager.
template <class Manager> struct GivenBy { using type = Manager&; };
template <AsyncManager Manager> struct GivenBy<Manager> {
    using type = decltype(std::declval<entered_t<Manager>>().get(std::declval<Manager&>()));
};
template <class Manager> using given_t = typename GivenBy<Manager>::type;

// [async-with]
template <class Manager, class Body, class T = block_result_t<Body, given_t<Manager>>>
Coroutine<with_result_t<T, can_swallow<Manager>>> async_with(Manager& manager, Body& body) {
    entered_t<Manager> entered;
    if constexpr (std::is_same_v<entered_t<Manager>, Entered<Manager, void>>)
        co_await manager.aenter();
    else
        entered.set(co_await manager.aenter());

    Result<T> result;
    try {
        if constexpr (std::is_void_v<T>)
            co_await call_body(body, entered.get(manager));
        else
            result.set_value(co_await call_body(body, entered.get(manager)));
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
template <class Body, class... Given, class Manager, class... Managers,
          class T = block_result_t<Body, Given..., given_t<Manager>, given_t<Managers>...>>
auto with_several(Body& body, std::tuple<Given&...> given, Manager& manager, Managers&... inner)
    -> Coroutine<with_result_t<T, (can_swallow<Manager> || ... || can_swallow<Managers>)>> {
    const auto block = [&](std::remove_reference_t<given_t<Manager>>& x) {
        const auto all = std::tuple_cat(given, std::tie(x));
        if constexpr (sizeof...(inner) > 0)
            return with_several(body, all, inner...);
        else
            return std::apply([&](auto&... xs) { return call_body(body, xs...); }, all);
    };
    if constexpr (can_swallow<Manager> && (false || ... || can_swallow<Managers>)) {
        auto result = co_await with_one(manager, block);
        if (!result) co_return std::nullopt;
        co_return std::move(*result);
    } else {
        co_return co_await with_one(manager, block);
    }
}

/// To be awaited where it is made, for it refers to temporaries there. That it can't be moved keeps it from being made
/// a task, which would outlive them: give those a name first.
template <class A> class InPlace {
  public:
    explicit InPlace(A awaitable) : awaitable_(std::move(awaitable)) {}
    InPlace(InPlace&&) = delete;
    auto operator co_await() && { return std::move(awaitable_).operator co_await(); }
  private:
    A awaitable_;
};

template <bool temporaries, class A> auto in_place(A awaitable) {
    if constexpr (temporaries)
        return InPlace<A>(std::move(awaitable));
    else
        return awaitable;
}

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
    return detail::in_place<(!std::is_lvalue_reference_v<Arguments> || ...)>(
        detail::with_all(std::make_index_sequence<sizeof...(Arguments) - 1>(), std::tie(arguments...)));
}
}  // namespace aio
