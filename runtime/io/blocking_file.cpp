#include "runtime/io/blocking_file.hpp"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <utility>
#include "runtime/io/os_errors.hpp"
#include "runtime/reactor/errors.hpp"

namespace aio::detail {
namespace {

constexpr std::size_t read_ahead = 64 * 1024;

/// Calls again what a signal has interrupted.
template <class Call> auto uninterrupted(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}
}  // namespace

int BlockingFile::flags_of(std::string_view mode) {
    const auto count = [&](char letter) { return std::count(mode.begin(), mode.end(), letter); };
    const auto directions = count('r') + count('w') + count('a') + count('x');
    const auto rest = count('+') + count('b') + count('t');
    if (directions != 1 || count('+') > 1 || count('b') + count('t') > 1 || directions + rest != std::ssize(mode))
        throw ValueError("invalid mode '" + std::string(mode) +
                         "': use one of r, w, a and x, with + to read and write, and with b or t if you like");
    const int direction = count('+') ? O_RDWR : count('r') ? O_RDONLY : O_WRONLY;
    const int creation = count('w')   ? O_CREAT | O_TRUNC
                         : count('a') ? O_CREAT | O_APPEND
                         : count('x') ? O_CREAT | O_EXCL
                                      : 0;
    return direction | creation | O_CLOEXEC;
}

BlockingFile::BlockingFile(std::filesystem::path path, std::string mode)
    : path_(std::move(path)), mode_(std::move(mode)) {
    const int flags = flags_of(mode_);
    fd_ = uninterrupted([&] { return ::open(path_.c_str(), flags, 0666); });
    if (fd_ < 0) fail("open");
    if (flags & O_APPEND) lseek(fd_, 0, SEEK_END);  // so that tell() says where writing goes on
}

BlockingFile::~BlockingFile() {
    if (fd_ >= 0) ::close(fd_);
}

std::string BlockingFile::read(std::size_t size) {
    require_mode("r+", "reading");
    while (!has_read(size) && fill(std::min(size - (buffer_.size() - start_), bytes_to_the_end()))) {}
    return take(std::min(size, buffer_.size() - start_));
}

std::string BlockingFile::readline() {
    require_mode("r+", "reading");
    std::size_t searched = 0;
    while (true) {
        const std::size_t end = buffer_.find('\n', start_ + searched);
        if (end != buffer_.npos) return take(end + 1 - start_);
        searched = buffer_.size() - start_;
        if (!fill(read_ahead)) return take(searched);
    }
}

std::vector<std::string> BlockingFile::readlines() {
    std::vector<std::string> lines;
    for (std::string line = readline(); !line.empty(); line = readline()) lines.push_back(std::move(line));
    return lines;
}

void BlockingFile::write(std::string_view data) {
    require_mode("wax+", "writing");
    forget_what_was_read_ahead();
    while (!data.empty()) {
        const ssize_t put = uninterrupted([&] { return ::write(fd_, data.data(), data.size()); });
        if (put < 0) fail("write");
        data.remove_prefix(static_cast<std::size_t>(put));
    }
}

off_t BlockingFile::seek(off_t offset, int whence) {
    require_open();
    if (whence == SEEK_CUR) offset -= static_cast<off_t>(buffer_.size() - start_);
    const off_t position = lseek(fd_, offset, whence);
    if (position < 0) fail("lseek");
    buffer_.clear();
    start_ = 0;
    return position;
}

off_t BlockingFile::tell() {
    require_open();
    const off_t position = lseek(fd_, 0, SEEK_CUR);
    if (position < 0) fail("lseek");
    return position - static_cast<off_t>(buffer_.size() - start_);
}

off_t BlockingFile::truncate(std::optional<off_t> size) {
    require_mode("wax+", "writing");
    forget_what_was_read_ahead();
    const off_t length = size ? *size : tell();
    if (uninterrupted([&] { return ftruncate(fd_, length); }) < 0) fail("ftruncate");
    return length;
}

void BlockingFile::fsync() {
    require_open();
    if (uninterrupted([&] { return ::fsync(fd_); }) < 0) fail("fsync");
}

void BlockingFile::close() {
    buffer_ = {};
    start_ = 0;
    // Whatever it returns, Linux has freed the descriptor: calling it again could close somebody else's.
    if (fd_ >= 0 && ::close(fd_.exchange(-1)) < 0 && errno != EINTR) fail("close");
}

void BlockingFile::require_open() const {
    if (closed()) throw ValueError("I/O operation on closed file: " + path_.string());
}

void BlockingFile::require_mode(const char* letters, const char* what_for) const {
    require_open();
    if (mode_.find_first_of(letters) == mode_.npos)
        throw ValueError(path_.string() + " was not opened for " + what_for + ", but with mode '" + mode_ + "'");
}

/// Reads once, `size` bytes or as far as one reads ahead. False at the end of the file.
bool BlockingFile::fill(std::size_t size) {
    buffer_.erase(0, std::exchange(start_, 0));
    const std::size_t before = buffer_.size();
    buffer_.resize(before + std::max(size, read_ahead));
    const ssize_t got = uninterrupted([&] { return ::read(fd_, buffer_.data() + before, buffer_.size() - before); });
    buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) fail("read");
    return got > 0;
}

/// Of a regular file, and one more, which shows that it is the end.
std::size_t BlockingFile::bytes_to_the_end() const noexcept {
    struct stat status {};
    const off_t position = lseek(fd_, 0, SEEK_CUR);
    if (position < 0 || fstat(fd_, &status) < 0 || status.st_size < position) return read_ahead;
    return static_cast<std::size_t>(status.st_size - position) + 1;
}

std::string BlockingFile::take(std::size_t size) {
    if (start_ == 0 && size == buffer_.size()) return std::exchange(buffer_, {});
    std::string taken = buffer_.substr(start_, size);
    start_ += size;
    return taken;
}

void BlockingFile::forget_what_was_read_ahead() {
    if (start_ < buffer_.size()) seek(0, SEEK_CUR);
}

void BlockingFile::fail(const char* system_call) const { throw_file_error(errno, system_call, path_); }
}  // namespace aio::detail
