#include "tests/faults/faults.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <utility>

extern "C" {
int __real_open(const char* path, int flags, ...);
ssize_t __real_read(int fd, void* data, size_t size);
ssize_t __real_write(int fd, const void* data, size_t size);
off_t __real_lseek(int fd, off_t offset, int whence);
int __real_ftruncate(int fd, off_t size);
int __real_fsync(int fd);
int __real_close(int fd);
int __real_rename(const char* from, const char* to);
ssize_t __real_recv(int fd, void* data, size_t size, int flags);
ssize_t __real_send(int fd, const void* data, size_t size, int flags);
ssize_t __real_sendmsg(int fd, const msghdr* message, int flags);
int __real_accept4(int fd, sockaddr* address, socklen_t* size, int flags);
int __real_connect(int fd, const sockaddr* address, socklen_t size);
int __real_getaddrinfo(const char* host, const char* port, const addrinfo* hints, addrinfo** found);
int __real_epoll_ctl(int epoll, int operation, int fd, epoll_event* event);
}

namespace faults {
namespace {

struct Fault {
    Kind kind;
    int error;
};
struct Planned : Fault {
    std::string call;
    int skip;
    bool fired = false;
};
struct Random {
    std::mt19937 numbers;
    unsigned one_in, broken;
    int fired = 0;
};
struct Registration {
    int epoll;
    epoll_event event;
};
std::mutex mutex;  // guards all of it: threads of the pool come here
std::optional<Planned> planned;
std::optional<Random> at_random;
std::set<int> files;                  // what open(2) gave and close(2) has not taken back
std::map<int, Registration> sockets;  // what a loop watches by edges
std::map<std::string, int> counts;

std::optional<Fault> by_chance(const std::string& call) {
    if (at_random->numbers() % at_random->one_in != 0) return std::nullopt;
    ++at_random->fired;
    if (at_random->numbers() % at_random->broken == 0) {
        if (call == "recv") return Fault{Kind::error, ECONNRESET};
        if (call == "accept4") return Fault{Kind::error, at_random->numbers() % 2 ? EMFILE : ENFILE};
        return Fault{Kind::error, EPIPE};
    }
    switch (at_random->numbers() % 3) {
        case 0: return Fault{Kind::error, EINTR};
        case 1: return Fault{Kind::error, EAGAIN};
        default: return Fault{Kind::shorter, 0};
    }
}

/// What shall become of this call, of something that has no descriptor yet if `fd` is -1.
std::optional<Fault> next(const std::string& call, int fd = -1) {
    const std::lock_guard lock(mutex);
    const bool socket = sockets.contains(fd);
    if (fd >= 0 && !socket && !files.contains(fd)) return std::nullopt;
    ++counts[call];
    if (planned && !planned->fired && planned->call == call && planned->skip-- == 0) {
        planned->fired = true;
        return *planned;
    }
    return at_random && socket ? by_chance(call) : std::nullopt;
}

/// After a false EAGAIN or a short transfer no edge would come, for nothing has changed. The kernel never does that to
/// a program, so we don't either: the edge is brought again.
void bring_the_edge_again(int fd) {
    const std::lock_guard lock(mutex);
    const int error = errno;
    if (const auto found = sockets.find(fd); found != sockets.end())
        __real_epoll_ctl(found->second.epoll, EPOLL_CTL_MOD, fd, &found->second.event);
    errno = error;
}

/// Calls `real(shorter)`, or fails.
template <class Real> auto call(const char* name, int fd, Real real) {
    const auto fault = next(name, fd);
    if (!fault) return real(false);
    decltype(real(true)) result = -1;
    if (fault->kind == Kind::shorter)
        result = real(true);
    else
        errno = fault->error;
    if (fault->kind == Kind::shorter || fault->error == EAGAIN) bring_the_edge_again(fd);
    return result;
}

}  // namespace

Plan::Plan(std::string call, Kind kind, int error, int skip) {
    const std::lock_guard lock(mutex);
    planned = Planned{{kind, error}, std::move(call), skip};
}

Plan::~Plan() {
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(planned->fired) << planned->call << " was not called often enough to fail";
    planned.reset();
}

AtRandom::AtRandom(std::uint32_t seed, unsigned one_in, unsigned broken) {
    at_random = Random{std::mt19937(seed), one_in, broken};
}
AtRandom::~AtRandom() { at_random.reset(); }
int AtRandom::fired() const { return at_random->fired; }

int count(const std::string& call) {
    const std::lock_guard lock(mutex);
    return std::exchange(counts[call], 0);
}

}  // namespace faults

using faults::call;

extern "C" {

int __wrap_open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    const int fd = call("open", -1, [&](bool) { return __real_open(path, flags, mode); });
    const std::lock_guard lock(faults::mutex);
    if (fd >= 0) faults::files.insert(fd);
    return fd;
}

ssize_t __wrap_read(int fd, void* data, size_t size) {
    return call("read", fd, [&](bool shorter) { return __real_read(fd, data, shorter ? 1 : size); });
}
ssize_t __wrap_write(int fd, const void* data, size_t size) {
    return call("write", fd, [&](bool shorter) { return __real_write(fd, data, shorter ? 1 : size); });
}
off_t __wrap_lseek(int fd, off_t offset, int whence) {
    return call("lseek", fd, [&](bool) { return __real_lseek(fd, offset, whence); });
}
int __wrap_ftruncate(int fd, off_t size) {
    return call("ftruncate", fd, [&](bool) { return __real_ftruncate(fd, size); });
}
int __wrap_fsync(int fd) {
    return call("fsync", fd, [&](bool) { return __real_fsync(fd); });
}
int __wrap_rename(const char* from, const char* to) {
    return call("rename", -1, [&](bool) { return __real_rename(from, to); });
}
int __wrap_close(int fd) {
    bool closed = false;
    const auto close = [&](bool) {
        closed = true;
        return __real_close(fd);
    };
    const int result = call("close", fd, close);
    const int error = errno;
    const std::lock_guard lock(faults::mutex);
    faults::files.erase(fd);
    if (!closed) __real_close(fd);
    return errno = error, result;
}

ssize_t __wrap_recv(int fd, void* data, size_t size, int flags) {
    return call("recv", fd, [&](bool shorter) { return __real_recv(fd, data, shorter ? 1 : size, flags); });
}
ssize_t __wrap_send(int fd, const void* data, size_t size, int flags) {
    return call("send", fd, [&](bool shorter) { return __real_send(fd, data, shorter ? 1 : size, flags); });
}
ssize_t __wrap_sendmsg(int fd, const msghdr* message, int flags) {
    return call("sendmsg", fd, [&](bool shorter) {
        return shorter ? __real_send(fd, message->msg_iov[0].iov_base, 1, flags) : __real_sendmsg(fd, message, flags);
    });
}
int __wrap_accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
    return call("accept4", fd, [&](bool) { return __real_accept4(fd, address, size, flags); });
}
int __wrap_connect(int fd, const sockaddr* address, socklen_t size) {
    bool called = false;
    const auto connect = [&](bool) {
        called = true;
        return __real_connect(fd, address, size);
    };
    const int result = call("connect", -1, connect);
    const int error = errno;
    if (!called && error == EINTR) __real_connect(fd, address, size);  // interrupted, it goes on by itself
    return errno = error, result;
}
/// Knows names that no name server does: "127.0.0.1+::1" has these two addresses, in this order.
int __wrap_getaddrinfo(const char* host, const char* port, const addrinfo* hints, addrinfo** found) {
    if (!host || (hints->ai_flags & AI_NUMERICHOST)) return __real_getaddrinfo(host, port, hints, found);
    if (const auto fault = faults::next("getaddrinfo")) return fault->error;
    std::istringstream addresses(host);
    int error = 0;
    for (std::string address; error == 0 && std::getline(addresses, address, '+'); found = &(*found)->ai_next)
        error = __real_getaddrinfo(address.c_str(), port, hints, found);
    return error;
}
int __wrap_epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
    const int result = __real_epoll_ctl(epoll, operation, fd, event);
    const std::lock_guard lock(faults::mutex);
    if (result == 0 && operation == EPOLL_CTL_ADD && (event->events & EPOLLET) && (event->events & EPOLLOUT))
        faults::sockets[fd] = {epoll, *event};
    if (operation == EPOLL_CTL_DEL) faults::sockets.erase(fd);
    return result;
}

}  // extern "C"
