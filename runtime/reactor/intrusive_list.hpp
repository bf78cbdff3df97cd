// A doubly linked list that runs through its elements: linking allocates nothing, and an element that is destroyed
// takes itself out. Every queue of the runtime is one of these.
#pragma once

namespace aio {
/// The links of an element in a list of T. What stands in two lists at once derives from a hook for each.
template <class T> struct ListHook {
    ListHook() = default;
    ListHook(ListHook&&) = delete;
    bool linked() const noexcept { return next_ != nullptr; }
    /// Takes the element out of whatever list it stands in; does nothing if it stands in none.
    void unlink() noexcept {
        if (!linked()) return;
        previous_->next_ = next_;
        next_->previous_ = previous_;
        next_ = nullptr;
    }
  protected:
    ~ListHook() { unlink(); }
  private:
    template <class> friend class IntrusiveList;
    ListHook* previous_ = nullptr;
    ListHook* next_ = nullptr;
};

/// First in, first out, in constant time. It does not own its elements: T derives from ListHook<T>.
template <class T> class IntrusiveList {
    using Hook = ListHook<T>;
  public:
    IntrusiveList() noexcept { ends_.previous_ = ends_.next_ = &ends_; }
    ~IntrusiveList() {
        while (pop_front()) {}
    }
    bool empty() const noexcept { return ends_.next_ == &ends_; }
    T* front() const noexcept { return at(ends_.next_); }
    /// The element behind `element`, or null.
    T* after(const T& element) const noexcept { return at(static_cast<const Hook&>(element).next_); }
    /// `element` must not stand in a list.
    void push_back(T& element) noexcept {
        Hook& hook = element;
        hook.next_ = &ends_;
        ends_.previous_->next_ = &hook;
        hook.previous_ = ends_.previous_;
        ends_.previous_ = &hook;
    }
    /// Takes the first element out and returns it; null if there is none.
    T* pop_front() noexcept {
        if (empty()) return nullptr;
        Hook& first = *ends_.next_;
        ends_.next_ = first.next_;
        first.next_->previous_ = &ends_;
        first.next_ = nullptr;
        return &static_cast<T&>(first);
    }
    /// Moves all of `other` behind what is here, in its order. False if there was nothing.
    bool append(IntrusiveList& other) noexcept {
        if (other.empty()) return false;
        other.ends_.next_->previous_ = ends_.previous_;
        ends_.previous_->next_ = other.ends_.next_;
        other.ends_.next_ = &other.ends_;
        other.ends_.previous_->next_ = &ends_;
        ends_.previous_ = other.ends_.previous_;
        other.ends_.previous_ = &other.ends_;
        return true;
    }
  private:
    T* at(Hook* hook) const noexcept { return hook == &ends_ ? nullptr : &static_cast<T&>(*hook); }
    struct : Hook {
    } ends_;
};
}  // namespace aio
