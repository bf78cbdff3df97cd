#include "tests/socket_faults/faults.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <vector>

extern "C" {
ssize_t __real_read(int fd, void* data, size_t size);
ssize_t __real_send(int fd, const void* data, size_t size, int flags);
ssize_t __real_sendmsg(int fd, const msghdr* message, int flags);
int __real_accept4(int fd, sockaddr* address, socklen_t* size, int flags);
int __real_connect(int fd, const sockaddr* address, socklen_t size);
int __real_epoll_ctl(int epoll, int operation, int fd, epoll_event* event);
}

namespace faults {
namespace {

struct Plan {
    Kind kind;
    int error, skip, times;
};
std::map<std::string, Plan> plans;
std::map<int, std::pair<int, epoll_event>> registered;  // descriptor: its epoll and what was asked there
std::mt19937 random_numbers;
unsigned random_one_in = 0, random_broken = 0;
int fired_count = 0;

/// After a false EAGAIN or a short transfer no edge would come, for nothing has changed. The kernel never does that to
/// a program, so we don't either: the edge is brought again.
void bring_the_edge_again(int fd) {
    const auto found = registered.find(fd);
    if (found != registered.end()) __real_epoll_ctl(found->second.first, EPOLL_CTL_MOD, fd, &found->second.second);
}

struct Fault {
    bool fires = false;
    Kind kind = Kind::error;
    int error = 0;
};

Fault next(const std::string& call) {
    if (const auto found = plans.find(call); found != plans.end()) {
        Plan& plan = found->second;
        if (plan.skip-- > 0) return {};
        const Fault fault{true, plan.kind, plan.error};
        if (--plan.times == 0) plans.erase(found);
        ++fired_count;
        return fault;
    }
    if (random_one_in == 0 || random_numbers() % random_one_in != 0) return {};
    ++fired_count;
    if (random_broken > 0 && random_numbers() % random_broken == 0) {
        if (call == "read") return {true, Kind::error, ECONNRESET};
        if (call == "send" || call == "sendmsg") return {true, Kind::error, EPIPE};
        if (call == "accept4") return {true, Kind::error, random_numbers() % 2 ? EMFILE : ENFILE};
    }
    switch (random_numbers() % 3) {
        case 0: return {true, Kind::error, EINTR};
        case 1: return {true, Kind::error, EAGAIN};
        default: return {true, Kind::shorter, 0};
    }
}

/// Calls `real(short)`, or fails.
template <class Real> ssize_t transfer(const char* call, int fd, Real real) {
    if (!registered.contains(fd)) return real(false);  // not a socket of the loop
    const Fault fault = next(call);
    if (fault.fires && fault.kind == Kind::error) {
        if (fault.error == EAGAIN) bring_the_edge_again(fd);
        return errno = fault.error, -1;
    }
    const ssize_t done = real(fault.fires);
    if (fault.fires) {
        const int error = errno;
        bring_the_edge_again(fd);
        errno = error;
    }
    return done;
}

}  // namespace

void plan(const std::string& call, Kind kind, int error, int skip, int times) {
    plans[call] = {kind, error, skip, times};
}

void at_random(std::uint32_t seed, unsigned one_in, unsigned broken) {
    random_numbers.seed(seed);
    random_one_in = one_in;
    random_broken = broken;
}

int fired() { return fired_count; }

void reset() {
    plans.clear();
    random_one_in = 0;
    fired_count = 0;
}

}  // namespace faults

using faults::Fault;

extern "C" {

int __wrap_epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
    const int result = __real_epoll_ctl(epoll, operation, fd, event);
    if (result == 0 && operation == EPOLL_CTL_ADD && (event->events & EPOLLET) && (event->events & EPOLLOUT))
        faults::registered[fd] = {epoll, *event};
    if (operation == EPOLL_CTL_DEL) faults::registered.erase(fd);
    return result;
}

ssize_t __wrap_read(int fd, void* data, size_t size) {
    return faults::transfer("read", fd, [&](bool one) { return __real_read(fd, data, one ? 1 : size); });
}

ssize_t __wrap_send(int fd, const void* data, size_t size, int flags) {
    return faults::transfer("send", fd, [&](bool one) { return __real_send(fd, data, one ? 1 : size, flags); });
}

ssize_t __wrap_sendmsg(int fd, const msghdr* message, int flags) {
    return faults::transfer("sendmsg", fd, [&](bool one) {
        return one ? __real_send(fd, message->msg_iov[0].iov_base, 1, flags) : __real_sendmsg(fd, message, flags);
    });
}

int __wrap_accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
    const Fault fault = faults::next("accept4");
    if (!fault.fires || fault.kind != faults::Kind::error) return __real_accept4(fd, address, size, flags);
    if (fault.error == EAGAIN) faults::bring_the_edge_again(fd);
    return errno = fault.error, -1;
}

int __wrap_connect(int fd, const sockaddr* address, socklen_t size) {
    const auto found = faults::plans.find("connect");
    if (found == faults::plans.end()) return __real_connect(fd, address, size);
    const Fault fault = faults::next("connect");
    if (fault.error == EINTR) __real_connect(fd, address, size);  // interrupted, it goes on by itself
    return errno = fault.error, -1;
}

}  // extern "C"
