// A coroutine, the same by hand, and how large frames are. The sizes are those of the compiler that built this.
#include <fmt/format.h>
#include <array>
#include <coroutine>
#include <memory>
#include <string>
#include "runtime/coroutine/coroutine.hpp"

// [measured]
std::size_t frame_bytes = 0;

/// A coroutine with the promise of aio::Coroutine<int>, which tells how much memory its frame asks for.
class Measured {
  public:
    struct promise_type : aio::detail::PromiseBase<int> {
        static void* operator new(std::size_t size) {
            frame_bytes = size;
            return ::operator new(size);
        }
        static void operator delete(void* memory) { ::operator delete(memory); }
        Measured get_return_object() { return Measured(std::coroutine_handle<promise_type>::from_promise(*this)); }
        void return_value(int result) { value.set_value(result); }
    };
    // Not inlined: where clang sees both ends of a coroutine, it may do without a frame.
    [[gnu::noinline]] ~Measured() { handle_.destroy(); }
    Measured(Measured&&) = delete;
  private:
    explicit Measured(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};
// [/measured]

using Step = std::suspend_always;
int use(const char* buffer) { return buffer[0]; }

// [coroutines]
Measured nothing() { co_return 0; }

Measured one_argument(int n) {
    co_await Step();
    co_return n;
}

Measured a_local_across(int n) {
    const int square = n * n;
    co_await Step();
    co_return square;
}

Measured a_string(std::string text) {
    co_await Step();
    co_return static_cast<int>(text.size());
}

Measured a_buffer_before() {
    int first = 0;
    {
        char buffer[1000] = "dead before the wait";
        first = use(buffer);
    }
    co_await Step();
    co_return first;
}

int first_of_a_buffer() {
    char buffer[1000] = "in a function of its own";
    return use(buffer);
}
Measured a_buffer_in_a_function() {
    const int first = first_of_a_buffer();
    co_await Step();
    co_return first;
}

struct LargeStep : Step {
    char buffer[100];
};
Measured one_large_wait() {
    co_await LargeStep();
    co_return 0;
}
Measured three_large_waits() {
    co_await LargeStep();
    co_await LargeStep();
    co_await LargeStep();
    co_return 0;
}
Measured a_large_wait_in_a_loop() {
    for (int i = 0; i < 3; ++i) co_await LargeStep();
    co_return 0;
}
// [/coroutines]

// [by-hand]
/// What the compiler makes of this, more or less:
///     Coroutine count(int n) { for (int i = 1; i <= n; ++i) co_await Pause(i); }
struct CountFrame {
    void (*resume)(CountFrame&) = run;  // null when the coroutine stands at its end
    int place = 0;                      // where to go on
    int n;                              // the argument, copied
    int i = 0;                          // the variable that lives across the wait

    explicit CountFrame(int argument) : n(argument) {}

    static void run(CountFrame& frame) {
        switch (frame.place) {
            case 0:
                for (frame.i = 1; frame.i <= frame.n; ++frame.i) {
                    fmt::print("  pauses at {}\n", frame.i);
                    frame.place = 1;
                    return;  // to whoever called resume()
                    case 1:;
                }
        }
        frame.resume = nullptr;
        fmt::print("  has ended\n");
    }
};

void run_by_hand() {
    const auto frame = std::make_unique<CountFrame>(3);
    while (frame->resume) {
        fmt::print("resume, place {}:\n", frame->place);
        frame->resume(*frame);
    }
}
// [/by-hand]

int main() {
    run_by_hand();

    fmt::print("\n{:<24} {:>11}\n", "coroutine", "frame bytes");
    const auto row = [](const char* name, const Measured&) { fmt::print("{:<24} {:>11}\n", name, frame_bytes); };
    row("nothing", nothing());
    row("one_argument", one_argument(3));
    row("a_local_across", a_local_across(3));
    row("a_string", a_string("text"));
    row("a_buffer_before", a_buffer_before());
    row("a_buffer_in_a_function", a_buffer_in_a_function());
    row("one_large_wait", one_large_wait());
    row("three_large_waits", three_large_waits());
    row("a_large_wait_in_a_loop", a_large_wait_in_a_loop());

    fmt::print("\nof which the promise is {} bytes: {} for its Frame, {} for the value\n",
               sizeof(Measured::promise_type), sizeof(aio::detail::Frame), sizeof(aio::Value<int>));
}
