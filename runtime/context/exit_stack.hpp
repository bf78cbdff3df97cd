// ExitStack: an `async with` whose managers are known only when the program runs.
#pragma once
#include <functional>
#include "runtime/context/with.hpp"

namespace aio {
namespace detail {
/// What an ExitStack leaves on its way out.
struct Exit {
    virtual ~Exit() = default;
    /// Whether it swallows `error`; null if there is none.
    virtual Coroutine<bool> run(std::exception_ptr error) = 0;
};

/// H: a manager, a reference to one, or a function of the exception.
template <class H> struct ExitOf final : Exit {
    explicit ExitOf(H&& h) : held(std::forward<H>(h)) {}
    Coroutine<bool> run(std::exception_ptr error) override {
        using R = decltype(call(error));
        if constexpr (std::is_same_v<R, bool>)
            co_return call(error);
        else if constexpr (std::is_void_v<R>)
            call(error);
        else if constexpr (std::is_void_v<await_result_t<R>>)
            co_await call(error);
        else
            co_return co_await call(error);
        co_return false;
    }
    H held;
  private:
    decltype(auto) call(const std::exception_ptr& error) {
        if constexpr (SyncManager<H>)
            return held.exit(error);
        else if constexpr (AsyncManager<H>)
            return held.aexit(error);
        else
            return held(error);
    }
};
template <class E>
concept Exitable = std::invocable<E&, std::exception_ptr> || SyncManager<E> || AsyncManager<E>;
}  // namespace detail

/// Managers and callbacks that are left in reverse order, however the block ends:
///     co_await aio::with(aio::ExitStack(), [&](auto& stack) -> aio::Coroutine<void> {
///         for (Database& database : databases) co_await stack.enter_async_context(database);
///         ...
///     });
/// An exit that throws replaces the exception under way, and one that returns true swallows it; the exits below see
/// what is left. A manager given as an lvalue must outlive the stack; anything else is kept by it. Exits that are still
/// there when the stack goes are not called, and that is reported. contextlib.AsyncExitStack.
class ExitStack {
  public:
    ExitStack() = default;
    ExitStack(ExitStack&& other) noexcept = default;
    ExitStack& operator=(ExitStack other) noexcept {
        exits_.swap(other.exits_);
        return *this;
    }
    ~ExitStack() {
        if (!exits_.empty()) detail::report({"ExitStack was never closed"});
    }

    /// Enters a manager with aenter() and aexit(error). Returns what aenter() returned; the manager, where that is
    /// nothing. If it throws, the stack is as before.
    template <detail::AsyncManager M> auto enter_async_context(M&& manager) {
        return enter(std::make_unique<detail::ExitOf<M>>(std::forward<M>(manager)));
    }
    /// Enters a manager with enter() and exit(error), and returns it.
    template <detail::SyncManager M> std::remove_reference_t<M>& enter_context(M&& manager) {
        auto exit = std::make_unique<detail::ExitOf<M>>(std::forward<M>(manager));
        exit->held.enter();
        return keep(std::move(exit)).held;
    }
    /// Adds a function of the exception under way, null if there is none, or a manager that was entered before. If the
    /// function, or exit(error), returns a bool, true swallows the exception.
    template <detail::Exitable E> void push(E&& exit) {
        using Held = std::conditional_t<std::invocable<E&, std::exception_ptr>, std::decay_t<E>, E>;
        keep(std::make_unique<detail::ExitOf<Held>>(static_cast<Held>(std::forward<E>(exit))));
    }
    /// The same for a coroutine function, and for a manager with aexit(error).
    template <detail::Exitable E> void push_async_exit(E&& exit) { push(std::forward<E>(exit)); }
    /// Adds a function to be called with copies of `arguments`; it swallows nothing.
    template <class F, class... Arguments> void callback(F&& function, Arguments&&... arguments) {
        auto bound = std::bind_front(std::forward<F>(function), std::forward<Arguments>(arguments)...);
        push([call = std::move(bound)](const std::exception_ptr&) mutable { call(); });
    }
    /// The same for a coroutine function.
    template <class F, class... Arguments> void push_async_callback(F&& function, Arguments&&... arguments) {
        auto bound = std::bind_front(std::forward<F>(function), std::forward<Arguments>(arguments)...);
        push([call = std::move(bound)](const std::exception_ptr&) mutable -> Coroutine<void> { co_await call(); });
    }
    /// Moves all exits to another stack. A function that enters several managers and returns their stack does so in its
    /// last line: if one of them can't be entered, those before are left.
    [[nodiscard]] ExitStack pop_all() noexcept { return std::move(*this); }
    /// Leaves everything now. The stack can be used on.
    Coroutine<void> aclose() { co_await aexit(nullptr); }

    // For with().
    Coroutine<void> aenter() { co_return; }
    Coroutine<bool> aexit(std::exception_ptr error);
  private:
    template <class E> E& keep(std::unique_ptr<E> exit) {
        E& kept = *exit;
        exits_.push_back(std::move(exit));
        return kept;
    }
    template <class M> Coroutine<detail::entered_t<M>> enter(std::unique_ptr<detail::ExitOf<M>> exit) {
        auto&& given = co_await detail::Enter(exit->held);
        keep(std::move(exit));
        co_return std::forward<decltype(given)>(given);
    }

    std::vector<std::unique_ptr<detail::Exit>> exits_;  // the next to be left at the back
};
}  // namespace aio
