// What every coroutine frame knows of the others, and the pump that runs them.
#pragma once
#include <bit>
#include <coroutine>
#include <exception>
#include "runtime/coroutine/frame_pool.hpp"
#include "runtime/reactor/observer.hpp"

namespace aio::detail {
/// An awaiter that stays where it is.
template <class A> struct AwaiterReference {
    bool await_ready() { return awaiter.await_ready(); }
    template <class P> auto await_suspend(std::coroutine_handle<P> frame) { return awaiter.await_suspend(frame); }
    decltype(auto) await_resume() { return awaiter.await_resume(); }
    A& awaiter;
};

/// Base of every promise type. Each frame knows who awaits it: the chain of a task's frames is its call stack.
struct Frame : Pooled {
    Frame* parent = nullptr;  ///< the frame that awaits this one; null for a task's first frame
    Place place;              ///< of the co_await that it reached last, at first of the function: one pointer
    /// Every `co_await` in a coroutine comes here first. Notes the place and gives the awaiter, as a value: g++ 12
    /// copies one that is given by reference. `here`: a Place; declared as such it would take room in the frame.
    template <class A> auto await_transform(A&& awaitable, const void* here = __builtin_source_location()) {
        place = std::bit_cast<Place>(here);
        if constexpr (requires { std::forward<A>(awaitable).operator co_await(); })
            return std::forward<A>(awaitable).operator co_await();
        else
            return AwaiterReference<std::remove_reference_t<A>>{awaitable};
    }
    std::coroutine_handle<> handle() noexcept { return std::coroutine_handle<Frame>::from_promise(*this); }
};

// [pump]
/// Runs the innermost frame until the task is blocked. Awaiting a coroutine makes that the innermost; its end makes its
/// parent the innermost again. The first frame has no parent: it stays, done, and there is no more to run. Every
/// suspended frame returns to run(), so the machine's stack stays flat however deeply coroutines are nested.
struct Pump {
    void run() {
        do innermost->handle().resume();
        while (!blocked);
    }
    /// What a frame does first when it goes on.
    void rethrow_thrown() {
        if (thrown) rethrow();
    }
    /// Makes `frame` the innermost, awaited by `parent`. Until it ends, the chain owns it.
    void push(Frame& frame, Frame* parent) noexcept {
        frame.parent = parent;
        innermost = &frame;
    }
    /// The innermost frame has ended, and goes back to its parent.
    void pop(Frame* parent) noexcept {
        blocked = !parent;
        if (parent) innermost = parent;
    }
    // [/pump]
    /// Destroys the frames, the innermost first, for it may refer to the others. Only destructors of the program run.
    void destroy_frames() noexcept {
        while (Frame* frame = innermost) {
            innermost = frame->parent;
            frame->handle().destroy();
        }
    }

    static thread_local constinit Pump* current;  ///< the one that runs in this thread, or null
    Frame* innermost = nullptr;                   ///< null when all are destroyed
    std::exception_ptr thrown;                    ///< on its way: the innermost frame throws it when it goes on
    bool blocked = false;  ///< the innermost frame waits for something outside the chain, or is the first and done
  private:
    // Apart, so that the frames of those who never see an error are small.
    [[noreturn, gnu::noinline]] void rethrow() { std::rethrow_exception(std::exchange(thrown, nullptr)); }
};

inline thread_local constinit Pump* Pump::current = nullptr;
}  // namespace aio::detail
