// as_completed(): one result after the other, the first to come first.
#pragma once
#include <deque>
#include <optional>
#include <ranges>
#include <vector>
#include "runtime/tasks/waiting.hpp"

namespace aio {
namespace detail {

/// Queues the futures in the order in which they are done.
class Completions : public RefCounted<Completions> {
  public:
    Completions(const std::vector<FutureBase>& futures, std::optional<Duration> timeout);
    virtual ~Completions() = default;

    /// How many different futures there are.
    std::size_t size() const noexcept { return children_.size(); }
    /// The next that is done. Throws TimeoutError when the time is over.
    static Coroutine<Ref<FutureState>> next(Ref<Completions> self);
  private:
    struct Getter : Waiter, ListHook<Getter> {};
    struct Child final : Entry {
        Child(Completions& c, FutureState& f) : completions(c), future(&f) { f.add_callback(*this); }
        void run() noexcept override { completions.child_done(future); }
        const Entry* wakes() const noexcept override {
            return completions.getters_.empty() ? nullptr : completions.getters_.front()->task();
        }
        Completions& completions;
        Ref<FutureState> future;
    };
    struct Expiry final : ScopedTimer {
        explicit Expiry(Completions& c) noexcept : completions(c) {}
        void run() noexcept override { completions.expire(); }
        Completions& completions;
    };

    void child_done(Ref<FutureState> future) noexcept;
    void expire() noexcept;
    void put(Ref<FutureState> future) noexcept;
    void wake_next() noexcept;

    std::deque<Child> children_;
    std::size_t todo_ = 0;
    std::deque<Ref<FutureState>> done_;  // null: the time is over
    IntrusiveList<Getter> getters_;
    Expiry expiry_{*this};
};

/// F: the handle of the futures.
template <class F, class T = typename F::value_type> class AsCompleted {
  public:
    explicit AsCompleted(Ref<Completions> completions) noexcept : completions_(std::move(completions)) {}
    struct Iterator {
        Coroutine<T> operator*() const { return next(completions); }
        void operator++() noexcept { ++i; }
        bool operator==(const Iterator& other) const noexcept { return i == other.i; }
        Ref<Completions> completions;
        std::size_t i;
    };
    Iterator begin() const { return {completions_, 0}; }
    Iterator end() const { return {completions_, completions_->size()}; }
  private:
    static Coroutine<T> next(Ref<Completions> completions) {
        const Ref<FutureState> future = co_await Completions::next(std::move(completions));
        co_return F(future).take();
    }
    Ref<Completions> completions_;
};

}  // namespace detail

/// A range of coroutines; the first to be awaited gives the result of the first awaitable that is done, and so on:
///     for (auto next : aio::as_completed(tasks)) use(co_await next);
/// Coroutines are moved out of the range and made tasks, now. After `timeout` what is left throws TimeoutError; nothing
/// is cancelled. asyncio.as_completed.
template <std::ranges::range Range>
auto as_completed(Range&& awaitables, std::optional<Duration> timeout = std::nullopt) {
    using F = detail::future_t<std::ranges::range_value_t<Range>>;
    std::vector<FutureBase> futures;
    for (auto&& awaitable : awaitables) futures.push_back(detail::take_future(awaitable));
    return detail::AsCompleted<F>(Ref(new detail::Completions(futures, timeout)));
}
}  // namespace aio
