// Most awaits of a lock or queue need not wait: they shall not pay for a coroutine.
#pragma once
#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>
#include "runtime/coroutine/coroutine.hpp"

namespace aio::detail {
/// `co_await` of an operation in two halves. `fast()` tries it at once, and says by a bool or a std::optional of
/// the result whether it could; else `slow()` is called, a coroutine that waits, and awaited in place.
template <class Fast, class Slow> class TryFirst {
    using Waiting = std::invoke_result_t<Slow&>;
    using T = typename Waiting::value_type;
  public:
    TryFirst(Fast fast, Slow slow) : fast_(fast), slow_(slow) {}

    class Awaiter {
      public:
        Awaiter(Fast fast, Slow slow) : fast_(fast), slow_(slow) {}
        bool await_ready() { return static_cast<bool>(done_ = fast_()); }
        template <class P> void await_suspend(std::coroutine_handle<P> awaiting) {
            waiting_.emplace(slow_());
            waiting_->start(*Pump::current, &awaiting.promise());
        }
        T await_resume() {
            if (waiting_) return waiting_->result().take();
            if constexpr (!std::is_void_v<T>) return std::move(*done_);
        }
      private:
        Fast fast_;
        Slow slow_;
        std::invoke_result_t<Fast&> done_{};
        std::optional<Waiting> waiting_;
    };
    Awaiter operator co_await() const { return Awaiter(fast_, slow_); }
  private:
    Fast fast_;
    Slow slow_;
};
}  // namespace aio::detail
