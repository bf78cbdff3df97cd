#include "runtime/tasks/as_completed.hpp"
#include <unordered_set>

namespace aio::detail {
Completions::Completions(const std::vector<FutureBase>& futures, std::optional<Duration> timeout) {
    std::unordered_set<FutureState*> seen;
    for (const FutureBase& future : futures)
        if (seen.insert(&future.state()).second) children_.emplace_back(*this, future.state());
    todo_ = children_.size();
    if (todo_ > 0 && timeout) expiry_.arm(*timeout);
}

void Completions::child_done(Ref<FutureState> future) noexcept {
    put(std::move(future));
    if (--todo_ == 0) expiry_.disarm();
}

void Completions::expire() noexcept {
    for (Child& child : children_) child.unlink();
    for (; todo_ > 0; --todo_) put(nullptr);
}

void Completions::put(Ref<FutureState> future) noexcept {
    done_.push_back(std::move(future));
    wake_next();
}

void Completions::wake_next() noexcept {
    for (Getter* getter; (getter = getters_.pop_front()) && !getter->wake();) {}
}

// asyncio.Queue.get, line by line.
Coroutine<Ref<FutureState>> Completions::next(Ref<Completions> self) {
    while (self->done_.empty()) {
        Getter getter;
        self->getters_.push_back(getter);
        try {
            co_await getter;
        } catch (const CancelledError&) {
            if (!self->done_.empty() && !getter.cancelled()) self->wake_next();
            throw;
        }
    }
    Ref<FutureState> future = self->done_.front();
    self->done_.pop_front();
    if (!future) throw TimeoutError();
    co_return future;
}
}  // namespace aio::detail
