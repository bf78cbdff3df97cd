// Coroutine<T>: what calling an `async def` returns.
#pragma once
#include <coroutine>
#include <cstddef>
#include <concepts>
#include <exception>
#include <utility>

#include "runtime/coroutine/frame.hpp"
#include "runtime/coroutine/result.hpp"
#include "runtime/reactor/errors.hpp"

namespace aio {

template <class T>
class Coroutine;

namespace detail {

/// Reports a coroutine that is thrown away without ever having run.
void report_never_awaited() noexcept;

// [promise]
template <class T>
class PromiseBase : public Frame {
  public:
    std::suspend_always initial_suspend() noexcept { return {}; }  // lazy: nothing runs before it is awaited
    FinalAwaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { result.error = std::current_exception(); }

    Result<T> result;
};

template <class T>
class Promise final : public PromiseBase<T> {
  public:
    Coroutine<T> get_return_object() noexcept;
    template <class U>
        requires std::convertible_to<U, T>
    void return_value(U&& value) {
        this->result.set_value(std::forward<U>(value));
    }
};

template <>
class Promise<void> final : public PromiseBase<void> {
  public:
    Coroutine<void> get_return_object() noexcept;
    void return_void() noexcept {}
};
// [/promise]

}  // namespace detail

/// A call that has not happened yet. It owns its frame, runs nothing until it is awaited or made a task, and
/// can be awaited once. Awaiting runs it in place, with no trip through the loop. Thrown away without having
/// run, it is reported, as Python's "coroutine was never awaited" is. asyncio: a coroutine object.
template <class T = void>
class [[nodiscard]] Coroutine {
  public:
    using promise_type = detail::Promise<T>;
    using value_type = T;

    Coroutine(Coroutine&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {
        if (frame_ && frame_->started()) frame_->owner = &frame_;
    }
    Coroutine& operator=(Coroutine other) noexcept {
        this->~Coroutine();
        return *new (this) Coroutine(std::move(other));
    }
    ~Coroutine() {
        if (!frame_) return;
        if (!frame_->started()) detail::report_never_awaited();
        frame_->handle().destroy();
    }

    /// Runs the coroutine to its end and returns what it returns, or throws what it throws. Cancellation of the
    /// task reaches whatever the coroutine itself waits for. Throws RuntimeError the second time.
    auto operator co_await() { return Awaiter(*this); }

    // --- for tasks, which run a coroutine without awaiting it

    bool startable() const noexcept { return frame_ && !frame_->started(); }
    void start(detail::Pump& pump, detail::Frame* awaited_by) noexcept { pump.push(frame_, awaited_by); }
    Result<T>& result() noexcept { return static_cast<promise_type*>(frame_)->result; }
    /// Destroys the frame, and says nothing if it never ran.
    void discard() noexcept {
        if (frame_) std::exchange(frame_, nullptr)->handle().destroy();
    }
    /// Where the frame lies in memory: tells one coroutine from another.
    const void* address() const noexcept { return frame_; }

  private:
    friend promise_type;
    explicit Coroutine(promise_type& promise) noexcept : frame_(&promise) {}

    class Awaiter {
      public:
        explicit Awaiter(Coroutine& coroutine) noexcept : coroutine_(coroutine) {}
        bool await_ready() const {
            if (!coroutine_.startable()) throw RuntimeError("cannot reuse already awaited coroutine");
            return false;
        }
        template <class P>
        void await_suspend(std::coroutine_handle<P> awaiting) noexcept {
            coroutine_.start(*detail::Pump::current, &awaiting.promise());
        }
        T await_resume() { return coroutine_.result().take(); }

      private:
        Coroutine& coroutine_;
    };

    detail::Frame* frame_;
};

namespace detail {

// Frame::handle() relies on where a promise lies in its frame, which depends on its alignment.
template <class T>
Coroutine<T> Promise<T>::get_return_object() noexcept {
    static_assert(alignof(Promise) <= alignof(std::max_align_t),
                  "a coroutine can't return an over-aligned type: return it in a std::unique_ptr");
    return Coroutine<T>(*this);
}
inline Coroutine<void> Promise<void>::get_return_object() noexcept { return Coroutine<void>(*this); }

}  // namespace detail

}  // namespace aio
