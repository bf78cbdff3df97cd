// A pipe, and three ways to watch it. Prints what epoll reports after each step.
#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <array>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

int checked(int result, const char* call) {
    if (result < 0) throw std::runtime_error(call);
    return result;
}

// [watch]
/// A pipe watched in one way, by an epoll of its own.
struct Watched {
    explicit Watched(std::uint32_t how) : mode(how) {
        checked(pipe(ends.data()), "pipe");
        control(EPOLL_CTL_ADD);
    }
    ~Watched() { close(ends[0]), close(ends[1]), close(epoll); }

    void control(int operation) {
        epoll_event event{EPOLLIN | mode, {}};
        checked(epoll_ctl(epoll, operation, ends[0], &event), "epoll_ctl");
    }
    void put(const std::string& text) { checked(static_cast<int>(write(ends[1], text.data(), text.size())), "write"); }
    void take(std::size_t bytes) {
        std::string text(bytes, ' ');
        checked(static_cast<int>(read(ends[0], text.data(), bytes)), "read");
    }
    bool reported() {
        epoll_event event{};
        return checked(epoll_wait(epoll, &event, 1, 0), "epoll_wait") == 1;
    }

    std::uint32_t mode;
    std::array<int, 2> ends{};
    int epoll = checked(epoll_create1(0), "epoll_create1");
};
// [/watch]

int main() {
    Watched level(0), edge(EPOLLET), once(EPOLLONESHOT);
    const auto row = [&](const char* step, const std::function<void(Watched&)>& action) {
        for (Watched* watched : {&level, &edge, &once}) action(*watched);
        const auto word = [](Watched& watched) { return watched.reported() ? "reported" : "-"; };
        fmt::print("{:<32} {:<10} {:<10} {}\n", step, word(level), word(edge), word(once));
    };
    const auto nothing = [](Watched&) {};

    fmt::print("{:<32} {:<10} {:<10} {}\n", "step", "level", "edge", "once");
    row("nothing was written yet", nothing);
    row("3 bytes are written", [](Watched& w) { w.put("abc"); });
    row("asked again, nothing was read", nothing);
    row("1 byte is read", [](Watched& w) { w.take(1); });
    row("1 more byte is written", [](Watched& w) { w.put("d"); });
    row("all 3 bytes are read", [](Watched& w) { w.take(3); });
    row("1 more byte is written", [](Watched& w) { w.put("e"); });
    row("the same watch is set anew (MOD)", [](Watched& w) { w.control(EPOLL_CTL_MOD); });
    row("asked again", nothing);
}
