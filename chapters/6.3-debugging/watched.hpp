// What the section puts around its tasks: a decorator, a context manager, a tracker.
#pragma once
#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "runtime/aio.hpp"

/// Seconds since `start`, by the loop's clock.
inline double seconds_since(aio::TimePoint start) {
    return std::chrono::duration<double>(aio::get_running_loop().time() - start).count();
}

/// Python's id(asyncio.current_task()): where the task lies in memory.
inline std::uintptr_t task_id() { return reinterpret_cast<std::uintptr_t>(&aio::current_task().state()); }

// [decorator]
/// A decorator is a coroutine that awaits another one. It catches as the section does: an error, but no cancellation.
template <class T> aio::Coroutine<T> debug_async_task(std::string name, aio::Coroutine<T> task) {
    spdlog::info("[{}] Starting {}", task_id(), name);
    const aio::TimePoint start = aio::get_running_loop().time();
    try {
        T result = co_await task;
        spdlog::info("[{}] Completed {} in {:.3f}s", task_id(), name, seconds_since(start));
        co_return result;
    } catch (const std::exception& error) {
        spdlog::error("[{}] Failed {} in {:.3f}s: {}", task_id(), name, seconds_since(start), error.what());
        throw;
    }
}
// [/decorator]

// [monitor]
/// For aio::with(): logs when the block is entered, and when it is left, however that happens.
class PerformanceMonitor {
  public:
    explicit PerformanceMonitor(std::string name) : name_(std::move(name)) {}
    void enter() {
        start_ = aio::get_running_loop().time();
        spdlog::info("[{}] Entering {}", task_id(), name_);
    }
    void exit(const std::exception_ptr&) {
        spdlog::info("[{}] Exiting {} (duration: {:.3f}s)", task_id(), name_, seconds_since(start_));
    }
  private:
    std::string name_;
    aio::TimePoint start_;
};
// [/monitor]

// [tracker]
enum class Status { running, completed, failed, cancelled };

/// The state of each task, in the order of tracking. It must outlive the tasks.
class AsyncTaskTracker {
  public:
    struct Entry {
        std::string name;
        aio::TimePoint start;
        Status status = Status::running;
        double duration = 0;
        std::string error = {};
    };

    /// Makes it a task. Its number here is its own for ever: the memory of a task is used again, and so is its id.
    template <class T> aio::Task<T> track_task(aio::Coroutine<T> coroutine, std::string name) {
        const std::size_t number = entries_.size();
        entries_.push_back({std::move(name), aio::get_running_loop().time()});
        auto task = aio::create_task(std::move(coroutine), entries_.back().name);
        task.add_done_callback([this, number](const aio::Task<T>& done) { update(entries_[number], done); });
        return task;
    }
    const std::vector<Entry>& entries() const { return entries_; }
    std::size_t count(Status status) const {
        return static_cast<std::size_t>(std::ranges::count(entries_, status, &Entry::status));
    }
  private:
    /// In the callback itself: no other task, and no lock. On one thread nothing can come in between.
    static void update(Entry& entry, const aio::TaskBase& task) {
        entry.duration = seconds_since(entry.start);
        if (task.cancelled()) {
            entry.status = Status::cancelled;
        } else if (const std::exception_ptr error = task.exception()) {
            entry.status = Status::failed;
            try {
                std::rethrow_exception(error);
            } catch (const std::exception& e) { entry.error = e.what(); } catch (...) {
                entry.error = "unknown";
            }
        } else {
            entry.status = Status::completed;
        }
    }
    std::vector<Entry> entries_;
};
// [/tracker]

void print_summary(const AsyncTaskTracker& tracker);  // main.cpp
