#include "runtime/observe/watchdog.hpp"
#include <csignal>
#include <cstdio>

namespace aio::detail {
using namespace std::chrono_literals;

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    stopped_.notify_one();
    thread_.join();
}

void Watchdog::begin(Step step) {
    const std::lock_guard lock(mutex_);
    step_ = std::move(step);
    reported_ = false;
}

void Watchdog::end() {
    const std::lock_guard lock(mutex_);
    step_.reset();
}

// [watch]
void Watchdog::watch() {
    sigset_t all;  // signals are for the threads of the program
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);

    std::unique_lock lock(mutex_);
    while (!stopped_.wait_for(lock, 100ms, [this] { return stop_; })) {
        if (!step_ || reported_ || std::chrono::steady_clock::now() - step_->start < 1s) continue;
        reported_ = true;
        std::fprintf(stderr, "Executing %s has been going on for more than a second%s%s\n", step_->name.c_str(),
                     step_->from.empty() ? "" : "\n  since: ", step_->from.c_str());
    }
}
// [/watch]
}  // namespace aio::detail
