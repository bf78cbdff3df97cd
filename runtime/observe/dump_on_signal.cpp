#include "runtime/observe/dump_on_signal.hpp"
#include <sys/eventfd.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <cerrno>
#include "runtime/observe/call_graph.hpp"

namespace aio {
namespace {

// What the signal handler needs: for each signal the descriptor to write to, or 0.
std::array<std::atomic<int>, NSIG> events;

extern "C" void on_signal(int signal) {
    const int error = errno;  // is to be left as it was
    if (const int event = events[static_cast<std::size_t>(signal)]) eventfd_write(event, 1);
    errno = error;
}
}  // namespace

DumpTasksOnSignal::DumpTasksOnSignal(int signal, EventLoop& loop) : signal_(signal), loop_(loop) {
    struct sigaction present {};
    if (sigaction(signal, nullptr, &present) < 0) throw_errno("sigaction");
    if (present.sa_handler != SIG_DFL) return;
    event_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event_ < 0) throw_errno("eventfd");
    try {
        loop.selector().add(event_, EPOLLIN | EPOLLET, *this);  // each write is an edge: it is never read
        events[static_cast<std::size_t>(signal)] = event_;
        if (std::signal(signal, on_signal) == SIG_ERR) throw_errno("signal");
    } catch (...) {
        close(event_);
        throw;
    }
}

DumpTasksOnSignal::~DumpTasksOnSignal() {
    if (event_ < 0) return;
    struct sigaction present {};
    sigaction(signal_, nullptr, &present);
    if (present.sa_handler == on_signal) std::signal(signal_, SIG_DFL);  // else the program has set its own
    events[static_cast<std::size_t>(signal_)] = 0;
    loop_.selector().remove(event_, *this);
    close(event_);
}

void DumpTasksOnSignal::on_events(std::uint32_t) noexcept {
    if (!linked()) loop_.ready().push_back(*this);
}
void DumpTasksOnSignal::run() noexcept {
    if (detail::running_loop->tasks) dump_tasks();
}
}  // namespace aio
