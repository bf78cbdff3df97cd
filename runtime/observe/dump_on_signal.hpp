// A program that waits for ever says what for, when it is sent a signal.
#pragma once
#include <csignal>
#include "runtime/reactor/event_loop.hpp"

namespace aio {
/// While one lives, `signal` has its loop write dump_tasks() to stderr between two steps, and the program goes on:
///     const aio::DumpTasksOnSignal dump_on_usr1;    // then, from a shell: kill -USR1 PID
/// It costs nothing until the signal comes, and keeps no loop alive. A signal that has a handler already is left to
/// that: the program's, another loop's, or that of debug mode, which has one of these for SIGUSR1. It must not outlive
/// its loop. Throws RuntimeError where no loop runs, std::system_error for what is no signal that can be handled.
/// asyncio has none; for threads there is faulthandler.register.
class DumpTasksOnSignal : Watch, Entry {
  public:
    explicit DumpTasksOnSignal(int signal = SIGUSR1, EventLoop& loop = get_running_loop());
    ~DumpTasksOnSignal();
    DumpTasksOnSignal(DumpTasksOnSignal&&) = delete;
  private:
    void on_events(std::uint32_t) noexcept override;
    void run() noexcept override;

    const int signal_;
    EventLoop& loop_;
    int event_ = -1;  // what the handler writes to; none where the signal is left alone
};
}  // namespace aio
