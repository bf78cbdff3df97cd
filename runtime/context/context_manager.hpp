// context_manager(): a generator that yields once is a manager.
#pragma once
#include "runtime/context/generator.hpp"
#include "runtime/coroutine/coroutine.hpp"

namespace aio {
/// What context_manager() returns, for with() and ExitStack. Can be entered once.
template <class T> class GeneratorContextManager {
  public:
    explicit GeneratorContextManager(AsyncGenerator<T> generator) : generator_(std::move(generator)) {}

    /// Throws RuntimeError if the generator ends without an item.
    Coroutine<T> aenter() {
        auto item = co_await generator_.next();
        if (!item) throw RuntimeError("generator didn't yield");
        co_return static_cast<T&&>(*item);
    }
    /// Throws RuntimeError if there is a second item.
    Coroutine<bool> aexit(std::exception_ptr error) {
        bool rethrown = false;
        try {
            const auto next = error ? generator_.athrow(error) : generator_.next();
            const auto item = co_await next;
            if (item) throw RuntimeError(error ? "generator didn't stop after athrow()" : "generator didn't stop");
        } catch (...) {
            rethrown = std::current_exception() == error;
            if (!rethrown) throw;
        }
        co_return !rethrown;
    }
  private:
    AsyncGenerator<T> generator_;
};

/// A manager that runs `generator` to its co_yield on the way in, and from there to its end on the way out:
///     aio::AsyncGenerator<Connection&> connection(std::string name) {
///         Connection c(name);
///         co_await c.connect();
///         std::exception_ptr error;
///         try {
///             co_yield c;
///         } catch (...) { error = std::current_exception(); }  // of the block, or CancelledError
///         co_await c.disconnect();
///         if (error) std::rethrow_exception(error);
///     }
///     co_await aio::with(aio::context_manager(connection("db")), [&](Connection& c) -> aio::Coroutine<void> { ... });
/// The block gets the item. An exception of the block is thrown at the co_yield; a generator that ends normally then
/// has swallowed it. contextlib.asynccontextmanager.
template <class T> GeneratorContextManager<T> context_manager(AsyncGenerator<T> generator) {
    return GeneratorContextManager<T>(std::move(generator));
}
}  // namespace aio
