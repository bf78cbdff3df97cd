#include "runtime/tasks/gather.hpp"

namespace aio::detail {
Gathering::Gathering(FutureState& outer, std::size_t size, bool return_exceptions)
    : outer_(outer), children_(new Child[size]), size_(size), return_exceptions_(return_exceptions) {
    Tasks::current().composites.push_back(*this);
    outer_.retain();  // for the callbacks
}

void Gathering::add(const FutureBase& future) {
    Child& child = children_[added_++];
    child.gathering = this;
    child.future = Ref(&future.state());
    child.future->add_callback(child);
}

bool Gathering::cancel_children() {
    if (std::exchange(cancelling_, true)) return false;  // a child waits for this very gathering
    bool any = false;
    for (std::size_t i = 0; i < added_; ++i) any |= child(i).cancel();
    cancelling_ = false;
    cancel_requested_ |= any;
    return any;
}

// CPython's _done_callback, line by line.
void Gathering::child_done(FutureState& child) noexcept {
    const bool last = ++done_ == size_;
    if (outer_.done())
        child.error_retrieved = true;
    else if (!return_exceptions_ && (child.cancelled() || child.failed()))
        fail_as(child);
    else if (last)
        return finish();
    if (last) dissolve();
}

void Gathering::fail_as(FutureState& child) noexcept {
    child.error_retrieved = true;
    outer_.fail(child.cancelled() ? std::make_exception_ptr(CancelledError()) : child.error());
}

void Gathering::finish() noexcept {
    try {
        if (cancel_requested_) throw CancelledError();
        collect();
        outer_.complete(FutureState::Phase::finished);
    } catch (...) {  // or a value whose copy throws
        outer_.fail(std::current_exception());
    }
    dissolve();
}

void Gathering::dissolve() noexcept {
    for (std::size_t i = 0; i < added_; ++i) children_[i].unlink();
    unlink();
    outer_.release();
}
}  // namespace aio::detail
