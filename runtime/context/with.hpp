// with(): what `async with` is in Python. C++ destructors can't await, so the block is a callable.
#pragma once
#include <concepts>
#include <exception>
#include <functional>
#include <optional>
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

/// Calls the block, with `x` if it takes an argument.
template <class Body, class X> auto call_body(Body& body, X& x) {
    if constexpr (std::invocable<Body&, X&>)
        return body(x);
    else
        return body();
}

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
            block_.emplace(call_body(body_, manager_));
            block_->start(*Pump::current, &awaiting.promise());
        }
        T await_resume() {
            manager_.exit(block_->result().error);
            return block_->result().take();
        }
      private:
        Manager& manager_;
        Body& body_;
        std::optional<Block> block_;
    };
    Awaiter operator co_await() && noexcept { return Awaiter(manager_, body_); }
  private:
    Manager& manager_;
    Body& body_;
};

/// Whether aexit() may swallow the block's exception: then it returns a bool.
template <class Manager> constexpr bool can_swallow =
    std::is_same_v<bool, await_result_t<decltype(std::declval<Manager&>().aexit(nullptr))>>;

/// What with() returns for a block that returns T.
template <class T, bool swallows> using with_result_t =
    std::conditional_t<swallows, std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>>, T>;

/// Holds what aenter() returned; the manager itself where it returned nothing.
template <class X, class Manager> struct Entered {
    std::optional<X> x;
    X& get(Manager&) { return *x; }
};
template <class Manager> struct Entered<void, Manager> {
    Manager& get(Manager& manager) { return manager; }
};

template <class Manager, class Body, class X = await_result_t<decltype(std::declval<Manager&>().aenter())>>
auto async_with(Manager& manager, Body& body) -> Coroutine<
    with_result_t<typename decltype(call_body(body, std::declval<Entered<X, Manager>&>().get(manager)))::value_type,
                  can_swallow<Manager>>> {
    using T = typename decltype(call_body(body, std::declval<Entered<X, Manager>&>().get(manager)))::value_type;
    Entered<X, Manager> entered;
    if constexpr (std::is_void_v<X>)
        co_await manager.aenter();
    else
        entered.x.emplace(co_await manager.aenter());

    Result<T> result;
    try {
        if constexpr (std::is_void_v<T>)
            co_await call_body(body, entered.get(manager));
        else
            result.set_value(co_await call_body(body, entered.get(manager)));
    } catch (...) { result.error = std::current_exception(); }

    if constexpr (can_swallow<Manager>) {
        const bool swallow = co_await manager.aexit(result.error);
        if (result.error && swallow) co_return std::nullopt;
        if constexpr (std::is_void_v<T>) {
            result.take();
            co_return std::monostate();
        } else {
            co_return result.take();
        }
    } else {
        co_await manager.aexit(result.error);
        co_return result.take();
    }
}
}  // namespace detail

/// Enters `manager`, runs the block, leaves the manager however the block ended, and returns what the block
/// returned or throws what it threw:
///     co_await aio::with(aio::timeout(2s), [&]() -> aio::Coroutine<void> { ... });
/// `body` returns a coroutine and may take what the manager gave on entry (the manager itself where it gave
/// nothing). A manager that can swallow exceptions makes of a result T a std::optional<T>, empty when it did.
/// If the way in throws, the block does not run and there is no way out. To be awaited where it is called:
/// it refers to its arguments. Python: `async with`.
template <class Manager, class Body> [[nodiscard]] auto with(Manager&& manager, Body&& body) {
    static_assert(detail::safe_callable<Body>,
                  "g++ 12 destroys such a temporary twice: capture by reference, or name the block first");
    if constexpr (detail::SyncManager<std::remove_reference_t<Manager>>)
        return detail::SyncWith(manager, body);
    else
        return detail::async_with(manager, body);
}
}  // namespace aio
