// as_completed(): one result after the other, the first to come first.
#pragma once
#include <ranges>
#include <unordered_map>
#include "runtime/sync/queue.hpp"

namespace aio {
namespace detail {
/// The inside of CPython's as_completed, line by line. F: the handle of the futures.
template <class F> class Completions final : public RefCounted<Completions<F>> {
  public:
    Completions(const std::vector<F>& futures, std::optional<Duration> timeout) {
        for (const F& future : futures) todo_.try_emplace(&future.state(), *this, future);  // what is there, stays
        if (!todo_.empty() && timeout)
            timeout_handle_ = get_running_loop().call_later(*timeout, [this] {
                const std::optional<F> too_late;
                for ([[maybe_unused]] const auto& late : std::exchange(todo_, {})) done_.put_nowait(too_late);
            });
    }
    ~Completions() { timeout_handle_.cancel(); }
    /// How many different futures are not done.
    std::size_t todo() const noexcept { return todo_.size(); }
    static Coroutine<typename F::value_type> wait_for_one(Ref<Completions> self) {
        const std::optional<F> future = co_await self->done_.get();
        if (!future) throw TimeoutError();
        co_return future->take();
    }
  private:
    struct Callback final : Entry {
        Callback(Completions& c, const F& f) : completions(c), future(f) { future.state().add_callback(*this); }
        void run() noexcept override { completions.on_completion(future); }
        const Entry* wakes() const noexcept override { return completions.done_.next_getter(); }
        Completions& completions;
        const F future;
    };
    void on_completion(F future) {  // by value, for its callback ends here
        todo_.erase(&future.state());
        done_.put_nowait(std::move(future));
        if (todo_.empty()) timeout_handle_.cancel();
    }

    std::unordered_map<FutureState*, Callback> todo_;
    Queue<std::optional<F>> done_;  // nothing: the time is over
    TimerHandle timeout_handle_;
};
}  // namespace detail

/// A range of coroutines; the first to be awaited gives the result of the first awaitable that is done, and so on:
///     for (auto next : aio::as_completed(tasks)) use(co_await next);
/// Coroutines are moved out of the range and made tasks, now. After `timeout` what is left throws TimeoutError; nothing
/// is cancelled. asyncio.as_completed.
template <std::ranges::range Range>
auto as_completed(Range&& awaitables, std::optional<Duration> timeout = std::nullopt) {
    using F = detail::future_t<std::ranges::range_value_t<Range>>;
    std::vector<F> futures;
    for (auto&& awaitable : awaitables) futures.push_back(detail::take_future(awaitable));
    const Ref completions(new detail::Completions<F>(futures, timeout));
    return std::views::iota(std::size_t{0}, completions->todo()) |
           std::views::transform([=](std::size_t) { return detail::Completions<F>::wait_for_one(completions); });
}
}  // namespace aio
