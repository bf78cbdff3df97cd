// gather(): several awaitables at once, their results in the order of the arguments.
#pragma once
#include <ranges>
#include <tuple>
#include <variant>
#include "runtime/tasks/task.hpp"

namespace aio {
/// A value, an error, or cancelled: three cases. Python's `isinstance(result, Exception)` misses the third; ask all.
template <class T> class Outcome {
  public:
    /// Of a future or task that is done. Its exception then counts as retrieved.
    template <class F> explicit Outcome(const F& done) : cancelled_(done.cancelled()) {
        result_.error = cancelled_ ? std::make_exception_ptr(CancelledError()) : done.exception();
        if (has_value()) result_.set_from([&]() -> T { return done.take(); });
    }
    bool has_value() const noexcept { return !result_.error; }
    bool cancelled() const noexcept { return cancelled_; }
    /// The value; throws the error, or CancelledError.
    decltype(auto) value() const { return result_.get(); }
    /// The error or a CancelledError; null where there is a value.
    const std::exception_ptr& error() const noexcept { return result_.error; }
  private:
    Result<T> result_;
    bool cancelled_;
};

namespace detail {
/// The future that gather returns, without its type: counts the children that are done.
struct Gathering : Composite {
    struct Child final : Entry {
        void run() noexcept override { gathering->child_done(*future); }
        Gathering* gathering = nullptr;
        Ref<FutureState> future;
    };
    /// Adds the callback to `child`; once for each of the children.
    void add(const FutureBase& child);
    FutureState& child(std::size_t i) const noexcept { return *children_[i].future; }
    std::size_t size() const noexcept { return children_.size(); }
    const FutureState& outer() const noexcept { return outer_; }
    /// The end, when all children are done; for a gathering of nothing, at once.
    void finish() noexcept;
    /// The children are given back as well: a chain of such futures is never destroyed by recursion.
    void dissolve() noexcept override;

    // A cancellation on its way; see pass_cancel_on().
    /// False if there is nobody to ask: it is done, or a child waits for this very gathering.
    bool begin_asking(TaskState* for_task, Gathering* by_gathering) noexcept;
    bool all_are_asked() const noexcept { return asked_ == size(); }
    FutureState& next_to_ask() noexcept { return child(asked_++); }
    bool end_asking() noexcept;      ///< whether any child accepts
    TaskState* asked_for = nullptr;  ///< the task that waits for it, if a task was asked
    Gathering* asked_by = nullptr;   ///< the one whose child led here
    bool any_accepts = false;
  protected:
    Gathering(FutureState& outer, std::size_t size, bool return_exceptions);
    ~Gathering() = default;
  private:
    /// Completes the outer future with the results of the children. What it throws, the outer future fails with.
    virtual void collect() = 0;
    void child_done(FutureState& child) noexcept;

    FutureState& outer_;
    std::vector<Child> children_;
    std::size_t added_ = 0, done_ = 0, asked_ = 0;
    bool return_exceptions_, asking_ = false, cancel_requested_ = false;
};

/// Collect: makes a T of the children of a Gathering.
template <class Collect, class T = std::invoke_result_t<Collect, const Gathering&>>
struct GatherState final : FutureStateOf<T>, Gathering {
    GatherState(std::size_t size, bool return_exceptions, Collect collect)
        : Gathering(*this, size, return_exceptions), collect_(collect) {}
    /// Asks the children to end. The gathering itself ends when they have.
    bool cancel() override {
        if (this->loop()) this->loop()->require_own_thread();
        return pass_cancel_on(*this);
    }
    Gathering* as_gathering() noexcept override { return this; }
    std::string what() const override { return "a gather of " + std::to_string(size()); }
  private:
    void collect() override {
        this->result_.set_value(collect_(*this));
        this->complete(FutureState::Phase::finished);
    }
    Collect collect_;
};

/// What gather gives for a child with the handle F.
template <bool return_exceptions, class F> auto gathered(const Gathering& gathering, std::size_t i) {
    using T = typename F::value_type;
    if constexpr (return_exceptions)
        return Outcome<T>(F(Ref(&gathering.child(i))));
    else if constexpr (std::is_void_v<T>)
        return std::monostate();
    else if constexpr (std::same_as<F, Task<T>> || std::same_as<F, Future<T>>)
        return value_of<T>(gathering.child(i));  // costs less than a handle
    else
        return F(Ref(&gathering.child(i))).take();
}
template <bool return_exceptions, class F> using gathered_t =
    decltype(gathered<return_exceptions, F>(std::declval<Gathering&>(), 0));

template <bool return_exceptions, class... A> auto gather_all(A&&... awaitables) {
    using T = std::tuple<gathered_t<return_exceptions, future_t<A>>...>;
    const auto collect = [](const Gathering& gathering) {
        return [&]<std::size_t... i>(std::index_sequence<i...>) {
            return T{gathered<return_exceptions, future_t<A>>(gathering, i)...};
        }
        (std::index_sequence_for<A...>());
    };
    const Ref gathering(new GatherState(sizeof...(A), return_exceptions, collect));
    (gathering->add(ensure_future(std::forward<A>(awaitables))), ...);
    if (gathering->size() == 0) gathering->finish();
    return Future<T>(gathering);
}

template <bool return_exceptions, class Range> auto gather_range(Range&& awaitables) {
    using F = future_t<std::ranges::range_value_t<Range>>;
    using T = std::vector<gathered_t<return_exceptions, F>>;
    const auto collect = [](const Gathering& gathering) {
        T results;
        results.reserve(gathering.size());
        for (std::size_t i = 0; i < gathering.size(); ++i)
            results.push_back(gathered<return_exceptions, F>(gathering, i));
        return results;
    };
    const Ref gathering(new GatherState(std::ranges::size(awaitables), return_exceptions, collect));
    for (auto&& awaitable : awaitables) gathering->add(take_future(awaitable));
    if (gathering->size() == 0) gathering->finish();
    return Future<T>(gathering);
}
}  // namespace detail

struct return_exceptions_t {};
/// gather's first argument where errors shall be results: each is then an Outcome<T>.
inline constexpr return_exceptions_t return_exceptions;

/// Runs all awaitables at once and returns a Future of a std::tuple of their results, in the order of the arguments
/// (std::monostate for void). Coroutines are made tasks now. The first error is the future's, and the other children
/// run on. Cancelling the future cancels the children; it is done when they are. asyncio.gather.
template <detail::Awaitable... A> auto gather(A&&... all) { return detail::gather_all<false>(std::forward<A>(all)...); }
template <detail::Awaitable... A> auto gather(return_exceptions_t, A&&... all) {
    return detail::gather_all<true>(std::forward<A>(all)...);
}

/// The same for a range, of which coroutines are moved out; gives a std::vector.
template <std::ranges::sized_range R> auto gather(R&& all) { return detail::gather_range<false>(std::forward<R>(all)); }
template <std::ranges::sized_range R> auto gather(return_exceptions_t, R&& all) {
    return detail::gather_range<true>(std::forward<R>(all));
}
}  // namespace aio
