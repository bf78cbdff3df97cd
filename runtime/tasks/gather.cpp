#include "runtime/tasks/gather.hpp"

namespace aio::detail {
Gathering::Gathering(FutureState& outer, std::size_t size, bool return_exceptions)
    : outer_(outer), children_(size), return_exceptions_(return_exceptions) {
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
    for (Child& child : children_) any |= child.future->cancel();
    cancelling_ = false;
    cancel_requested_ |= any;
    return any;
}

// CPython's _done_callback.
void Gathering::child_done(FutureState& child) noexcept {
    const bool last = ++done_ == size(), fails = !return_exceptions_ && !child.has_value();
    if (last && !fails && !outer_.done()) return finish();
    if (fails && !outer_.done())
        outer_.fail(child.cancelled() ? std::make_exception_ptr(CancelledError()) : child.error());
    child.error_retrieved |= outer_.done();  // nobody will ask for it
    if (last) dissolve();
}

void Gathering::finish() noexcept {
    try {
        if (cancel_requested_) throw CancelledError();
        collect();
    } catch (...) { outer_.fail(std::current_exception()); }  // or a value whose copy throws
    dissolve();
}

void Gathering::dissolve() noexcept {
    for (Child& child : children_) child.unlink();
    unlink();
    outer_.release();
}
}  // namespace aio::detail
