// A thread that sees when the loop's thread does not come back.
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace aio::detail {
/// What the loop's thread publishes of the step that it runs. The watchdog looks at nothing else of it.
struct Step {
    std::string name;  ///< "task 'x'"
    std::string from;  ///< the place of the co_await that it goes on from; "" for a callback
    std::chrono::steady_clock::time_point start;
};

/// Reports on stderr, once, a step that has been going on for a second.
class Watchdog {
  public:
    Watchdog() : thread_([this] { watch(); }) {}
    ~Watchdog();
    Watchdog(Watchdog&&) = delete;

    void begin(Step step);
    void end();
  private:
    void watch();

    std::mutex mutex_;
    std::condition_variable stopped_;
    std::optional<Step> step_;
    bool reported_ = false, stop_ = false;
    std::thread thread_;
};
}  // namespace aio::detail
