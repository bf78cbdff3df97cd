// The stages of a pipeline: generators that take their items from another one. Nothing runs before somebody asks the
// last stage for an item; each stage then asks the one before it.
#pragma once
#include <functional>
#include "runtime/context/generator.hpp"

namespace aio {
namespace detail {
template <class S> using next_t = await_result_t<decltype(std::declval<S&>().next())>;
/// What can be iterated: next(), awaited, gives an item by `*`, and at the end what tests as false.
template <class S>
concept AsyncIterable = requires(next_t<S> next) {
    *next;
    static_cast<bool>(next);
};
template <AsyncIterable S> using item_t = std::remove_cvref_t<decltype(*std::declval<next_t<S>>())>;

/// The item itself; where the source gives pointers, the object belongs to somebody else and stays where it is.
template <class N> decltype(auto) item_of(N& next) {
    if constexpr (std::is_pointer_v<N>)
        return *next;
    else
        return std::move(*next);
}

/// What a plain function returned, to be awaited as if it came from a coroutine.
template <class T> struct Ready : std::suspend_never {
    explicit Ready(T&& v) : value(std::move(v)) {}
    Ready operator co_await() && { return std::move(*this); }
    T await_resume() { return std::move(value); }
    T value;
};

// [call]
/// Calls a function that may be a coroutine or not, for its result to be awaited.
template <class F, class X> auto call(F& function, X&& x) {
    using R = std::invoke_result_t<F&, X>;
    if constexpr (Awaitable<R>)
        return std::invoke(function, std::forward<X>(x));
    else
        return Ready<std::remove_cvref_t<R>>(std::invoke(function, std::forward<X>(x)));
}
// [/call]
template <class F, class S> using mapped_t =
    await_result_t<decltype(call(std::declval<F&>(), item_of(std::declval<next_t<S>&>())))>;

/// The end of a stage: closes its source, if that is its own and no reference, and throws what has ended the stage.
template <class S> Coroutine<void> finish(S& source, std::exception_ptr error) {
    if constexpr (!std::is_lvalue_reference_v<S> && requires { source.aclose(); }) co_await source.aclose();
    if (error) std::rethrow_exception(error);
}

// [filter]
template <class S, class F> AsyncGenerator<item_t<S>> filter(S source, F predicate) {
    std::exception_ptr error;
    try {
        while (auto next = co_await source.next()) {
            const bool wanted = co_await call(predicate, std::as_const(*next));
            if (wanted) co_yield item_of(next);
        }
    } catch (...) { error = std::current_exception(); }
    co_await finish<S>(source, error);
}
// [/filter]

template <class S, class F> AsyncGenerator<mapped_t<F, S>> map(S source, F function) {
    std::exception_ptr error;
    try {
        while (auto next = co_await source.next()) {
            auto mapped = co_await call(function, item_of(next));
            co_yield std::move(mapped);
        }
    } catch (...) { error = std::current_exception(); }
    co_await finish<S>(source, error);
}

template <class A, class B> AsyncGenerator<std::pair<item_t<A>, item_t<B>>> zip(A first, B second) {
    std::exception_ptr error;
    try {
        while (auto a = co_await first.next()) {
            auto b = co_await second.next();
            if (!b) break;
            std::pair<item_t<A>, item_t<B>> both(item_of(a), item_of(b));
            co_yield std::move(both);
        }
    } catch (...) { error = std::current_exception(); }
    co_await finish<A>(first, nullptr);
    co_await finish<B>(second, error);
}

template <class S> AsyncGenerator<std::vector<item_t<S>>> batch(S source, std::size_t size) {
    std::exception_ptr error;
    try {
        std::vector<item_t<S>> items;
        while (auto next = co_await source.next()) {
            items.push_back(item_of(next));
            if (items.size() < size) continue;
            co_yield std::move(items);
            items.clear();
        }
        if (!items.empty()) co_yield std::move(items);
    } catch (...) { error = std::current_exception(); }
    co_await finish<S>(source, error);
}

template <class S> AsyncGenerator<item_t<S>> take(S source, std::size_t count) {
    std::exception_ptr error;
    try {
        for (; count > 0; --count) {
            auto next = co_await source.next();
            if (!next) break;
            co_yield item_of(next);
        }
    } catch (...) { error = std::current_exception(); }
    co_await finish<S>(source, error);
}
}  // namespace detail

// A source is whatever has a next() that gives a std::optional when it is awaited: a generator, a class of the program.
// Given as a temporary or moved in, it becomes the stage's own, and is closed when the stage ends or is closed, before
// that returns. Given by name it stays the caller's, and can be iterated on. Functions may be coroutines or not, are
// called once for each item, and kept by the stage. What they throw ends the stage. Python has no closing of sources.

/// The items of which `predicate` says yes.
template <detail::AsyncIterable S, class F> auto filter(S&& source, F predicate) {
    return detail::filter<S, F>(std::forward<S>(source), std::move(predicate));
}
/// What `function` makes of each item.
template <detail::AsyncIterable S, class F> auto map(S&& source, F function) {
    return detail::map<S, F>(std::forward<S>(source), std::move(function));
}
/// Pairs of a number, which counts up from `start`, and an item.
template <detail::AsyncIterable S> auto enumerate(S&& source, std::int64_t start = 0) {
    return map(std::forward<S>(source), [start]<class X>(X&& item) mutable {
        return std::pair<std::int64_t, detail::item_t<S>>(start++, std::forward<X>(item));
    });
}
/// Pairs of an item of each, up to the end of the shorter. As Python's, it asks `first` before it asks `second`: where
/// `second` ends, an item of `first` is lost.
template <detail::AsyncIterable A, detail::AsyncIterable B> auto zip(A&& first, B&& second) {
    return detail::zip<A, B>(std::forward<A>(first), std::forward<B>(second));
}
/// Vectors of `size` items; the last one may have fewer. Throws ValueError for a size of 0. itertools.batched.
template <detail::AsyncIterable S> auto batch(S&& source, std::size_t size) {
    if (size == 0) throw ValueError("batch: a batch holds at least one item");
    return detail::batch<S>(std::forward<S>(source), size);
}
/// The first `count` items. It does not ask for one more. itertools.islice.
template <detail::AsyncIterable S> auto take(S&& source, std::size_t count) {
    return detail::take<S>(std::forward<S>(source), count);
}
}  // namespace aio
