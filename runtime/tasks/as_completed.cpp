#include "runtime/tasks/as_completed.hpp"

#include <unordered_set>

namespace aio::detail {

Completions::Completions(const std::vector<FutureBase>& futures, std::optional<Duration> timeout) {
    std::unordered_set<FutureState*> seen;
    for (const FutureBase& future : futures) {
        if (!seen.insert(&future.state()).second) continue;
        Child& child = *children_.emplace_back(std::make_unique<Child>());
        child.completions = this;
        child.future = Ref(&future.state());
        child.future->add_callback(child);
        ++todo_;
    }
    if (todo_ > 0 && timeout) expiry_.arm(saturating_add(get_running_loop().time(), *timeout));
}

void Completions::child_done(Child& child) noexcept {
    put(child.future);
    if (--todo_ == 0) expiry_.disarm();
}

void Completions::expire() noexcept {
    for (const auto& child : children_) child->unlink();
    for (; todo_ > 0; --todo_) put(nullptr);
}

void Completions::put(Ref<FutureState> future) noexcept {
    done_.push_back(std::move(future));
    wake_next();
}

void Completions::wake_next() noexcept {
    while (Getter* getter = getters_.pop_front())
        if (getter->wake()) break;
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
