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

bool Gathering::begin_asking(TaskState* for_task, Gathering* by_gathering) noexcept {
    if (outer_.done() || std::exchange(asking_, true)) return false;
    asked_for = for_task;
    asked_by = by_gathering;
    any_accepts = false;
    asked_ = 0;
    return true;
}

bool Gathering::end_asking() noexcept {
    asking_ = false;
    cancel_requested_ |= any_accepts;
    return any_accepts;
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
    const auto children = std::move(children_);  // they go when this may be gone
    unlink();
    outer_.release();
}
}  // namespace aio::detail
