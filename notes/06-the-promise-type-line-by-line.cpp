// A promise type that says when each of its functions is called.
#include <fmt/format.h>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <stdexcept>

void say(const char* who, const char* what) { fmt::print("{:<10} {}\n", who, what); }

// [loud]
class Loud {
  public:
    struct promise_type {
        static void* operator new(std::size_t size);
        static void operator delete(void* memory);
        promise_type() { say("promise", "constructor"); }
        ~promise_type() { say("promise", "destructor"); }
        Loud get_return_object() {
            say("promise", "get_return_object");
            return Loud(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept {
            return say("promise", "initial_suspend"), std::suspend_always();
        }
        std::suspend_always final_suspend() noexcept { return say("promise", "final_suspend"), std::suspend_always(); }
        void return_value(int) { say("promise", "return_value"); }
        void unhandled_exception() { say("promise", "unhandled_exception"); }
    };
    ~Loud() { handle_.destroy(); }
    Loud(Loud&&) = delete;
    void resume() { handle_.resume(); }
  private:
    explicit Loud(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

struct LoudAwaiter {
    bool await_ready() const { return say("awaiter", "await_ready: false, there is nothing yet"), false; }
    void await_suspend(std::coroutine_handle<>) const {
        say("awaiter", "await_suspend: the coroutine stands still now");
    }
    int await_resume() const { return say("awaiter", "await_resume: what the co_await gives"), 41; }
};
// [/loud]

// Not inlined: g++ 12 would warn that a class's own delete is called on what the global new gave.
[[gnu::noinline]] void* Loud::promise_type::operator new(std::size_t size) {
    say("promise", "operator new");
    return ::operator new(size);
}
[[gnu::noinline]] void Loud::promise_type::operator delete(void* memory) {
    say("promise", "operator delete");
    ::operator delete(memory);
}

struct Argument {
    Argument() = default;
    Argument(const Argument&) { say("argument", "copied"); }
    ~Argument() { say("argument", "destructor"); }
};
struct Local {
    ~Local() { say("local", "destructor"); }
};

// [bodies]
Loud answer(Argument) {
    say("body", "begins");
    const Local local;
    const int found = co_await LoudAwaiter();
    say("body", "goes on");
    co_return found + 1;
}

Loud failure() {
    say("body", "throws");
    throw std::runtime_error("no answer");
    co_return 0;
}
// [/bodies]

int main() {
    {
        const Argument argument;
        say("caller", "calls answer()");
        Loud loud = answer(argument);
        say("caller", "has a Loud, and resumes it");
        loud.resume();
        say("caller", "has the thread back, and resumes it again");
        loud.resume();
        say("caller", "has the thread back, and destroys it");
    }
    fmt::print("\n");
    Loud loud = failure();
    say("caller", "resumes the second");
    loud.resume();
    say("caller", "got no exception: the promise has it");
}
