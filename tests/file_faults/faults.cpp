#include "tests/file_faults/faults.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <optional>
#include <set>
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
}

namespace faults {
namespace {

struct Planned {
    std::string call;
    Kind kind;
    int error, skip;
    bool fired;
};
std::mutex mutex;  // guards both: threads of the pool come here
std::optional<Planned> planned;
std::set<int> files;  // what open(2) gave and close(2) has not taken back

/// What shall become of this call; sets errno if it shall fail.
std::optional<Kind> fault(const char* call, int fd = -1) {
    const std::lock_guard lock(mutex);
    if (!planned || planned->fired || planned->call != call || (fd >= 0 && !files.contains(fd))) return std::nullopt;
    if (planned->skip-- > 0) return std::nullopt;
    planned->fired = true;
    errno = planned->error;
    return planned->kind;
}

/// Calls `real(size)`, perhaps with less of a size.
template <class Real> ssize_t transfer(const char* call, int fd, size_t size, Real real) {
    const auto kind = fault(call, fd);
    if (kind == Kind::error) return -1;
    return real(kind == Kind::shorter ? 1 : size);
}

template <class Result, class Real> Result unless_planned(const char* call, int fd, Real real) {
    return fault(call, fd) ? Result(-1) : real();
}

}  // namespace

Plan::Plan(std::string call, Kind kind, int error, int skip) {
    const std::lock_guard lock(mutex);
    planned = Planned{std::move(call), kind, error, skip, false};
}

Plan::~Plan() {
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(planned->fired) << planned->call << " was not called often enough to fail";
    planned.reset();
}

}  // namespace faults

using namespace faults;

extern "C" {

int __wrap_open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (fault("open")) return -1;
    const int fd = __real_open(path, flags, mode);
    const std::lock_guard lock(mutex);
    if (fd >= 0) files.insert(fd);
    return fd;
}

ssize_t __wrap_read(int fd, void* data, size_t size) {
    return transfer("read", fd, size, [&](size_t most) { return __real_read(fd, data, most); });
}
ssize_t __wrap_write(int fd, const void* data, size_t size) {
    return transfer("write", fd, size, [&](size_t most) { return __real_write(fd, data, most); });
}
off_t __wrap_lseek(int fd, off_t offset, int whence) {
    return unless_planned<off_t>("lseek", fd, [&] { return __real_lseek(fd, offset, whence); });
}
int __wrap_ftruncate(int fd, off_t size) {
    return unless_planned<int>("ftruncate", fd, [&] { return __real_ftruncate(fd, size); });
}
int __wrap_fsync(int fd) {
    return unless_planned<int>("fsync", fd, [&] { return __real_fsync(fd); });
}
int __wrap_rename(const char* from, const char* to) {
    return unless_planned<int>("rename", -1, [&] { return __real_rename(from, to); });
}
int __wrap_close(int fd) {
    const bool fails = fault("close", fd).has_value();
    const int error = errno;
    {
        const std::lock_guard lock(mutex);
        files.erase(fd);
    }
    const int result = __real_close(fd);
    return fails ? (errno = error, -1) : result;
}

}  // extern "C"
