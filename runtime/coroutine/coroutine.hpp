// Coroutine<T>: what calling an `async def` returns.
#pragma once
#include <concepts>
#include <memory>
#include "runtime/coroutine/frame.hpp"
#include "runtime/coroutine/result.hpp"
#include "runtime/reactor/errors.hpp"
#include "runtime/reactor/event_loop.hpp"

namespace aio {
template <class T> class Coroutine;

namespace detail {
template <class T> struct Promise;

// [promise]
template <class T> struct PromiseBase : Frame {
    Coroutine<T> get_return_object(Place here = Place::current()) noexcept {
        // Frame::handle() relies on where a promise lies in its frame, which depends on its alignment.
        static_assert(alignof(Promise<T>) <= alignof(std::max_align_t),
                      "a coroutine can't return an over-aligned type: return it in a std::unique_ptr");
        this->place = here;
        return Coroutine<T>(static_cast<Promise<T>&>(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }  // lazy: nothing runs before it is awaited
    std::suspend_always final_suspend() noexcept {                 // the end: the pump goes on with who awaits this
        Pump::current->pop(this->parent);
        return {};
    }
    void unhandled_exception() noexcept { Pump::current->thrown = std::current_exception(); }
    [[no_unique_address]] Value<T> value;
};

template <class T> struct Promise final : PromiseBase<T> {
    void return_value(std::convertible_to<T> auto&& result) {
        this->value.set_value(std::forward<decltype(result)>(result));
    }
};
template <> struct Promise<void> final : PromiseBase<void> {
    void return_void() noexcept {}
};
// [/promise]

struct DestroyFrame {
    void operator()(Frame* frame) const noexcept { frame->handle().destroy(); }
};

struct DropNeverAwaited {
    [[gnu::noinline]] void operator()(Frame* frame) const noexcept {
        report({"coroutine '" + function_name(frame->place) + "' was never awaited"});
        DestroyFrame()(frame);
    }
};

// [started]
/// A coroutine on its way, and the awaiter of it. Its frame belongs to a chain: to drop this destroys nothing.
template <class T> struct Started {
    Started() = default;  ///< none
    explicit Started(Promise<T>* promise) noexcept : promise_(promise) {}
    explicit operator bool() const noexcept { return promise_ != nullptr; }
    bool await_ready() const {
        if (!promise_) throw_runtime_error("cannot reuse already awaited coroutine");
        return false;
    }
    template <class P> void await_suspend(std::coroutine_handle<P> awaiting) const noexcept {
        start(*Pump::current, &awaiting.promise());
    }
    T await_resume() const {
        const auto ended = end();
        Pump::current->rethrow_thrown();
        return ended->value.take();
    }
    void start(Pump& pump, Frame* parent) const noexcept { pump.push(*promise_, parent); }
    /// When it has ended: its frame, with the value.
    auto end() const noexcept { return std::unique_ptr<Promise<T>, DestroyFrame>(promise_); }
  private:
    Promise<T>* promise_ = nullptr;
};
// [/started]
}  // namespace detail

/// A call that has not happened yet. It owns its frame, runs nothing until it is awaited or made a task, and can be
/// awaited once. Awaiting runs it in place, with no trip through the loop. Thrown away without having run, it is
/// reported, as Python's "coroutine was never awaited" is. asyncio: a coroutine object.
template <class T = void> class [[nodiscard]] Coroutine {
  public:
    using promise_type = detail::Promise<T>;
    using value_type = T;
    explicit Coroutine(promise_type& promise) noexcept : promise_(&promise) {}
    /// Runs the coroutine to its end and returns what it returns, or throws what it throws. Cancellation reaches
    /// whatever the coroutine itself waits for. Throws RuntimeError if it was awaited before.
    auto operator co_await() noexcept { return release(); }

    // For those who run a coroutine without awaiting it.
    void require_unstarted() const {
        if (!promise_) throw_runtime_error("cannot reuse already awaited coroutine");
    }
    /// Gives the frame away, to be started.
    detail::Started<T> release() noexcept { return detail::Started<T>(promise_.release()); }
  private:
    std::unique_ptr<promise_type, detail::DropNeverAwaited> promise_;
};
}  // namespace aio
