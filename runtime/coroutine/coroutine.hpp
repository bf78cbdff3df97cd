// Coroutine<T>: what calling an `async def` returns.
#pragma once
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>
#include "runtime/coroutine/frame.hpp"
#include "runtime/coroutine/result.hpp"
#include "runtime/reactor/errors.hpp"
#include "runtime/reactor/event_loop.hpp"

namespace aio {
template <class T> class Coroutine;

namespace detail {
// Apart, so that the frames of those who await are small.
[[noreturn]] void throw_already_awaited();
void report_never_awaited(const Frame& frame) noexcept;

// [promise]
template <class T> struct PromiseBase : Frame {
    std::suspend_always initial_suspend() noexcept { return {}; }  // lazy: nothing runs before it is awaited
    std::suspend_always final_suspend() noexcept {                 // the end: the pump goes on with who awaits this
        Pump::current->innermost = this->parent;
        return {};
    }
    void unhandled_exception() noexcept { Pump::current->thrown = std::current_exception(); }

    [[no_unique_address]] Value<T> value;
};

template <class T> struct Promise final : PromiseBase<T> {
    Coroutine<T> get_return_object(Place here = Place::current()) noexcept;
    void return_value(std::convertible_to<T> auto&& result) {
        this->value.set_value(std::forward<decltype(result)>(result));
    }
};

template <> struct Promise<void> final : PromiseBase<void> {
    Coroutine<void> get_return_object(Place here = Place::current()) noexcept;
    void return_void() noexcept {}
};
// [/promise]
}  // namespace detail

/// A call that has not happened yet. It owns its frame, runs nothing until it is awaited or made a task, and can be
/// awaited once. Awaiting runs it in place, with no trip through the loop. Thrown away without having run, it is
/// reported, as Python's "coroutine was never awaited" is. asyncio: a coroutine object.
template <class T = void> class [[nodiscard]] Coroutine {
  public:
    using promise_type = detail::Promise<T>;
    using value_type = T;

    Coroutine(Coroutine&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) { moved(); }
    Coroutine& operator=(Coroutine other) noexcept {
        std::swap(frame_, other.frame_);
        moved(), other.moved();
        return *this;
    }
    ~Coroutine() {
        if (!frame_) return;
        if (!frame_->owner) detail::report_never_awaited(*frame_);
        frame_->handle().destroy();
    }

    /// Runs the coroutine to its end and returns what it returns, or throws what it throws. Cancellation reaches
    /// whatever the coroutine itself waits for. Throws RuntimeError if it was awaited before.
    auto operator co_await() { return Awaiter(*this); }

    /// Where the frame lies in memory: tells one coroutine from another.
    const void* address() const noexcept { return frame_; }

    // For those who run a coroutine without awaiting it.

    /// None yet.
    explicit Coroutine(std::nullptr_t) noexcept : frame_(nullptr) {}
    void require_unstarted() const {
        if (!frame_ || frame_->owner) detail::throw_already_awaited();
    }
    void start(detail::Pump& pump, detail::Frame* parent) noexcept { pump.push(frame_, parent); }
    Value<T>& value() noexcept { return static_cast<promise_type*>(frame_)->value; }
    /// What its end gives to who awaited it. Throws the exception that has left it.
    T take() { return detail::Pump::current->rethrow_thrown(), value().take(); }
    /// Destroys the frame, and says nothing if it never ran.
    void discard() noexcept {
        if (frame_) std::exchange(frame_, nullptr)->handle().destroy();
    }
  private:
    friend promise_type;
    explicit Coroutine(promise_type& promise) noexcept : frame_(&promise) {}
    void moved() noexcept {
        if (frame_ && frame_->owner) frame_->owner = &frame_;
    }

    struct Awaiter {
        explicit Awaiter(Coroutine& c) noexcept : coroutine(c) {}
        bool await_ready() const { return coroutine.require_unstarted(), false; }
        template <class P> void await_suspend(std::coroutine_handle<P> awaiting) noexcept {
            coroutine.start(*detail::Pump::current, &awaiting.promise());
        }
        T await_resume() { return coroutine.take(); }
        Coroutine& coroutine;
    };

    detail::Frame* frame_;
};

namespace detail {
template <class T> Coroutine<T> Promise<T>::get_return_object(Place here) noexcept {
    // Frame::handle() relies on where a promise lies in its frame, which depends on its alignment.
    static_assert(alignof(Promise) <= alignof(std::max_align_t),
                  "a coroutine can't return an over-aligned type: return it in a std::unique_ptr");
    return this->place = here, Coroutine<T>(*this);
}
inline Coroutine<void> Promise<void>::get_return_object(Place here) noexcept {
    return place = here, Coroutine<void>(*this);
}
}  // namespace detail
}  // namespace aio
