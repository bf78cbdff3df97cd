// merge(): several generators at once, their items as they come.
#pragma once
#include <cstddef>
#include <exception>
#include <limits>
#include <optional>
#include <utility>
#include <vector>
#include "runtime/context/stages.hpp"
#include "runtime/tasks/gather.hpp"
#include "runtime/tasks/wait.hpp"

namespace aio {
/// The items of all sources, in the order in which they come. A task reads each source, at most one item ahead of who
/// iterates. It ends when all have ended. When one throws, or the merge is closed or cancelled, the other tasks are
/// cancelled, the sources closed, and only then that goes on; an item that was read ahead is lost.
template <class T> AsyncGenerator<T> merge(std::vector<AsyncGenerator<T>> sources) {
    struct Reader {
        explicit Reader(const AsyncGenerator<T>& s) : source(&s), next(create_task(s.next())) {}
        const AsyncGenerator<T>* source;
        Task<std::optional<T>> next;
    };
    std::vector<Reader> readers(sources.begin(), sources.end());
    const auto reading = [&] {
        std::vector<FutureBase> all;
        for (const Reader& reader : readers) all.push_back(reader.next);
        return all;
    };
    std::exception_ptr error;
    try {
        while (!readers.empty()) {
            co_await wait(reading(), FIRST_COMPLETED);
            for (std::size_t i = 0; i < readers.size(); ++i) {
                if (!readers[i].next.done()) continue;
                if (auto item = readers[i].next.take()) {
                    readers[i] = Reader(*readers[i].source);
                    co_yield std::move(*item);
                } else {
                    readers.erase(readers.begin() + static_cast<std::ptrdiff_t>(i--));
                }
            }
        }
    } catch (...) { error = std::current_exception(); }
    for (const FutureBase& next : reading()) next.cancel();
    if (!readers.empty()) co_await wait(reading());
    for (const Reader& reader : readers)
        if (!reader.next.cancelled()) static_cast<void>(reader.next.exception());  // one is enough
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
