#include "runtime/observe/debug.hpp"
#include <cstdlib>
#include "runtime/observe/dump_on_signal.hpp"
#include "runtime/observe/watchdog.hpp"

namespace aio {
namespace detail {
namespace {

class DebugObserver final : public Observer {
  public:
    explicit DebugObserver(EventLoop& loop) : loop_(loop), on_signal_(SIGUSR1, loop) {}

    // [observed]
    void run(Entry& entry) noexcept override {
        auto* state = dynamic_cast<TaskState*>(&entry);
        const Ref<TaskState> task(state && !state->done() ? state : nullptr);  // a step may be its last
        const std::string step = task ? "task '" + task->name() + "'" : "a callback";
        const std::string from = task ? describe(task->innermost->place) : "";
        const auto start = std::chrono::steady_clock::now();
        watchdog_.begin({step, from, start});
        entry.run();
        watchdog_.end();
        const Duration took = std::chrono::steady_clock::now() - start;
        if (took < loop_.slow_callback_duration) return;
        const std::string to = !task || !task->innermost ? "its end" : describe(task->innermost->place);
        std::fprintf(stderr, "Executing %s took %.3f seconds%s\n", step.c_str(),
                     std::chrono::duration<double>(took).count(),
                     task ? ("\n  from: " + from + "\n  to: " + to).c_str() : "");
    }
    // [/observed]

    void deadlocked() noexcept override {
        if (running_loop->tasks) dump_tasks();
    }
  private:
    EventLoop& loop_;
    DumpTasksOnSignal on_signal_;
    Watchdog watchdog_;
};
}  // namespace

void observe_if_asked(EventLoop& loop) {
    const char* value = std::getenv("AIO_DEBUG");
    const std::string word = value ? value : "0";
    if (word == "1") return loop.set_observer(std::make_shared<DebugObserver>(loop));
    if (word != "0" && !word.empty()) throw ValueError("AIO_DEBUG is '" + word + "': set it to '1', or leave it out");
}
}  // namespace detail

bool get_debug() { return get_running_loop().observed(); }
void set_debug(bool enabled) {
    EventLoop& loop = get_running_loop();
    if (enabled == loop.observed()) return;
    loop.set_observer(enabled ? std::make_shared<detail::DebugObserver>(loop) : nullptr);
}
}  // namespace aio
