// AsyncGenerator<T>: what calling an `async def` with a `yield` returns.
#pragma once
#include <optional>
#include "runtime/tasks/task.hpp"

namespace aio {
template <class T> class AsyncGenerator;

/// Thrown at the co_yield of a generator that is being closed; no std::exception. Clean up, then let it go on.
class GeneratorExit {};

namespace detail {
/// Base of a generator's promise. From next() to the co_yield its frame, and the frames of what it awaits, hang under
/// the frame that iterates; in between under none.
struct GeneratorFrame : Frame, ListHook<GeneratorFrame> {
    ~GeneratorFrame() {
        if (owner) *owner = nullptr;
    }
    bool running() const noexcept { return parent; }
    // [enter]
    /// Runs it for a frame that waits until it yields or ends; throws `thrown` where it stands. Its next item goes to
    /// `*destination`; without one it is being closed.
    void enter(Frame& awaiting, std::exception_ptr thrown, void* destination) noexcept {
        if (!loop) start();
        item = destination;
        closed |= !item;
        parent = &awaiting;
        Pump::current->thrown = std::move(thrown);
        Pump::current->innermost = this;
    }
    // [/enter]
    /// What the waiting frame does then: throws what has left the generator.
    void leave() {
        parent = nullptr;
        if (Pump::current->thrown || !owner || !item) leave_with_error();
    }
    void drop() noexcept;  ///< its handle goes

    // [yield]
    struct Yield : std::suspend_always {
        void await_suspend(std::coroutine_handle<>) const noexcept {
            if (frame.running()) Pump::current->innermost = frame.parent;
        }
        void await_resume() const { Pump::current->rethrow_thrown(); }
        GeneratorFrame& frame;
    };
    // [/yield]
    Yield initial_suspend() noexcept { return {{}, *this}; }
    std::suspend_always final_suspend() noexcept {
        unlink();
        Pump::current->innermost = parent;
        return {};
    }
    void unhandled_exception() noexcept { Pump::current->thrown = std::current_exception(); }
    void return_void() noexcept {}

    GeneratorFrame** owner = nullptr;  ///< the pointer of its handle; null if that is gone
    void* item = nullptr;              ///< where the next one goes
    Ref<LoopLink> loop;                ///< the one that will close it; none before it is started
    bool closed = false;               ///< nothing is thrown in any more
  private:
    void start() noexcept;
    void leave_with_error() {
        const std::exception_ptr left = std::exchange(Pump::current->thrown, nullptr);
        const bool closing = !item, ignored = closing && !handle().done();
        if (!owner) drop();
        if (ignored) throw RuntimeError("async generator ignored GeneratorExit");
        if (left && !(closing && holds<GeneratorExit>(left))) std::rethrow_exception(left);
    }
};

/// Awaits one run of a generator.
class Visit {
  public:
    Visit(GeneratorFrame& frame, std::exception_ptr thrown) noexcept : frame_(frame), thrown_(std::move(thrown)) {}
    Visit operator co_await() const noexcept { return *this; }
    bool await_ready() const {
        if (frame_.running()) throw RuntimeError("asynchronous generator is already running");
        return frame_.handle().done() || (thrown_ && frame_.closed);
    }
    template <class P> void await_suspend(std::coroutine_handle<P> awaiting) noexcept {
        frame_.enter(awaiting.promise(), std::move(thrown_), nullptr);
    }
    void await_resume() const { frame_.leave(); }
  protected:
    GeneratorFrame& frame_;
    std::exception_ptr thrown_;
};

template <class T> using Item = std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<T>, std::optional<T>>;

/// The same, and gives the item.
template <class T> class Next : public Visit {
  public:
    using Visit::Visit;
    Next operator co_await() const noexcept { return Next(frame_, thrown_); }
    template <class P> void await_suspend(std::coroutine_handle<P> awaiting) noexcept {
        frame_.enter(awaiting.promise(), std::move(thrown_), &item_);
    }
    Item<T> await_resume() {
        frame_.leave();
        return std::move(item_);
    }
  private:
    Item<T> item_{};
};

template <class T> struct GeneratorPromise final : GeneratorFrame {
    AsyncGenerator<T> get_return_object(Place here = Place::current()) noexcept {
        return place = here, AsyncGenerator<T>(*this);
    }
    template <std::convertible_to<T> U = T> Yield yield_value(U&& value) {
        if (!item) return {{}, *this};
        auto& destination = *static_cast<Item<T>*>(item);
        if constexpr (std::is_reference_v<T>)
            destination = &value;
        else
            destination.emplace(std::forward<U>(value));
        return {{}, *this};
    }
};
}  // namespace detail

/// A function with co_yield, which may await between its items: `while (auto x = co_await g.next()) use(*x);`
/// Lazy: it runs only while somebody awaits an item, and what it awaits the iterating task awaits. For one task at a
/// time: to others, each operation is a RuntimeError. It is finished when an exception leaves it. A loop that is left
/// early does not close it; dropped half-way it is closed by its loop, in a task, and the end of aio::run() closes all
/// that are left, in the order in which they were started. It owns its frame, belongs to one loop, and must outlive
/// what its functions return. Python: an asynchronous generator.
template <class T> class [[nodiscard]] AsyncGenerator {
  public:
    using promise_type = detail::GeneratorPromise<T>;
    using value_type = T;

    AsyncGenerator(AsyncGenerator&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) { moved(); }
    AsyncGenerator& operator=(AsyncGenerator other) noexcept {
        return std::swap(frame_, other.frame_), moved(), other.moved(), *this;
    }
    ~AsyncGenerator() {
        if (frame_) frame().drop();
    }

    /// Runs it to its next co_yield: a std::optional with the item, for references a pointer; empty when it has ended.
    /// Throws what it throws. `__anext__`.
    [[nodiscard]] detail::Next<T> next() const { return {frame(), nullptr}; }
    /// The same, with `error` thrown at the co_yield where it is suspended. Empty also when it had ended before.
    [[nodiscard]] detail::Next<T> athrow(std::exception_ptr error) const { return {frame(), std::move(error)}; }
    /// Ends it by a GeneratorExit at the co_yield where it is suspended; does nothing if it has ended. What it awaits
    /// on its way out is awaited. Throws what it throws, and RuntimeError if it yields again.
    [[nodiscard]] detail::Visit aclose() const { return {frame(), std::make_exception_ptr(GeneratorExit())}; }
  private:
    friend promise_type;
    explicit AsyncGenerator(promise_type& promise) noexcept : frame_(&promise) { moved(); }
    promise_type& frame() const {
        if (!frame_) throw RuntimeError("this generator was moved away");
        return static_cast<promise_type&>(*frame_);
    }
    void moved() noexcept {
        if (frame_) frame_->owner = &frame_;
    }
    detail::GeneratorFrame* frame_;
};
}  // namespace aio
