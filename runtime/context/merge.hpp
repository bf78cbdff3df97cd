// merge(): several generators at once, their items as they come.
#pragma once
#include <limits>
#include "runtime/context/stages.hpp"
#include "runtime/tasks/wait.hpp"

namespace aio {
/// The items of all sources, in the order in which they come. A task reads each source, at most one item ahead of who
/// iterates. It ends when all have ended. When one throws, or the merge is closed or cancelled, the other tasks are
/// cancelled, the sources closed, and only then that goes on; an item that was read ahead is lost.
template <class T> AsyncGenerator<T> merge(std::vector<AsyncGenerator<T>> sources) {
    std::vector<Task<std::optional<T>>> next;
    for (const AsyncGenerator<T>& source : sources) next.push_back(create_task(source.next()));
    std::exception_ptr error;
    try {
        while (!next.empty()) {
            co_await wait(next, FIRST_COMPLETED);
            for (std::size_t i = 0; i < next.size(); ++i) {
                if (!next[i].done()) continue;
                if (auto item = next[i].take()) {
                    next[i] = create_task(sources[i].next());
                    co_yield std::move(*item);
                } else {
                    next.erase(next.begin() + static_cast<std::ptrdiff_t>(i));
                    sources.erase(sources.begin() + static_cast<std::ptrdiff_t>(i--));
                }
            }
        }
    } catch (...) { error = std::current_exception(); }
    for (const auto& task : next) task.cancel();
    if (!next.empty()) co_await wait(next);
    for (const auto& task : next)
        if (!task.cancelled()) static_cast<void>(task.exception());  // one is enough
    for (const AsyncGenerator<T>& source : sources) co_await source.aclose();
    if (error) std::rethrow_exception(error);
}

/// The same for sources of several types; those given by name are not closed.
template <detail::AsyncIterable S, detail::AsyncIterable... More> auto merge(S&& source, More&&... more) {
    using T = detail::item_t<S>;
    std::vector<AsyncGenerator<T>> sources;
    const auto add = [&]<class Source>(Source&& added) {
        if constexpr (std::is_same_v<Source, AsyncGenerator<T>>)
            sources.push_back(std::move(added));
        else
            sources.push_back(take(std::forward<Source>(added), std::numeric_limits<std::size_t>::max()));
    };
    add(std::forward<S>(source)), (add(std::forward<More>(more)), ...);
    return merge(std::move(sources));
}
}  // namespace aio
