#include "runtime/io/blocking_file.hpp"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <limits>
#include "runtime/io/os_errors.hpp"

namespace aio::detail {
namespace {
constexpr std::size_t read_ahead = 64 * 1024;
}  // namespace

int BlockingFile::flags_of(std::string_view mode) {
    const auto count = [&](char letter) { return std::count(mode.begin(), mode.end(), letter); };
    const auto directions = count('r') + count('w') + count('a') + count('x');
    const auto rest = count('+') + count('b') + count('t');
    if (directions != 1 || count('+') > 1 || count('b') + count('t') > 1 || directions + rest != std::ssize(mode))
        throw ValueError("invalid mode '" + std::string(mode) +
                         "': use one of r, w, a and x, with + to read and write, and with b or t if you like");
    int flags = O_CLOEXEC | (count('+') ? O_RDWR : count('r') ? O_RDONLY : O_WRONLY);
    if (count('w')) flags |= O_CREAT | O_TRUNC;
    if (count('a')) flags |= O_CREAT | O_APPEND;
    if (count('x')) flags |= O_CREAT | O_EXCL;
    return flags;
}

/// Calls again what a signal has interrupted. What else goes wrong is thrown.
template <class Call> auto BlockingFile::checked(const char* system_call, Call call) const {
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    if (result < 0) throw_os_error(errno, system_call + (" " + path_.string()));
    return result;
}

BlockingFile::BlockingFile(std::filesystem::path path, std::string mode)
    : path_(std::move(path)), mode_(std::move(mode)) {
    const int flags = flags_of(mode_);
    require_no_nul(path_.native());
    fd_ = checked("open", [&] { return ::open(path_.c_str(), flags, 0666); });
    if (flags & O_APPEND) lseek(fd_, 0, SEEK_END);  // so that tell() says where writing goes on
}

void BlockingFile::require_no_folder() const {
    struct stat status {};
    if (fstat(fd_, &status) == 0 && S_ISDIR(status.st_mode)) throw_os_error(EISDIR, "open " + path_.string());
}

BlockingFile::~BlockingFile() {
    if (fd_ >= 0) ::close(fd_);
}

std::string BlockingFile::read(std::size_t size) {
    require_mode("r+", "reading");
    while (!has_read(size) && fill(std::min(size - input_.size(), bytes_to_the_end()))) {}
    return input_.take(size);
}

std::string BlockingFile::readline() {
    require_mode("r+", "reading");
    std::size_t searched = 0;
    while (true) {
        const std::size_t end = input_.view().find('\n', searched);
        if (end != std::string_view::npos) return input_.take(end + 1);
        searched = input_.size();
        if (!fill(read_ahead)) return input_.take(searched);
    }
}

std::vector<std::string> BlockingFile::readlines() {
    std::vector<std::string> lines;
    for (std::string line = readline(); !line.empty(); line = readline()) lines.push_back(std::move(line));
    return lines;
}

std::size_t BlockingFile::write(std::string_view data) {
    require_mode("wax+", "writing");
    if (!input_.empty()) seek(0, SEEK_CUR);  // what was read ahead is forgotten
    for (std::string_view rest = data; !rest.empty();) {
        const ssize_t put = checked("write", [&] { return ::write(fd_, rest.data(), rest.size()); });
        rest.remove_prefix(static_cast<std::size_t>(put));
    }
    return data.size();
}

void BlockingFile::writelines(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line;
    write(all);
}

off_t BlockingFile::seek(off_t offset, int whence) {
    require_open();
    const auto ahead = static_cast<off_t>(input_.size());
    if (whence == SEEK_CUR) offset = std::max(offset, std::numeric_limits<off_t>::min() + ahead) - ahead;
    const off_t position = move(offset, whence);
    input_.drop(input_.size());
    return position;
}

off_t BlockingFile::tell() {
    require_open();
    return move(0, SEEK_CUR) - static_cast<off_t>(input_.size());
}

off_t BlockingFile::truncate(std::optional<off_t> size) {
    require_mode("wax+", "writing");
    if (!input_.empty()) seek(0, SEEK_CUR);
    const off_t length = size ? *size : tell();
    checked("ftruncate", [&] { return ftruncate(fd_, length); });
    return length;
}

void BlockingFile::fsync() {
    require_open();
    checked("fsync", [&] { return ::fsync(fd_); });
}

void BlockingFile::close() {
    input_ = {};
    // Whatever it returns, Linux has freed the descriptor: calling it again could close somebody else's.
    if (fd_ >= 0 && ::close(fd_.exchange(-1)) < 0 && errno != EINTR) throw_os_error(errno, "close " + path_.string());
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
    std::string bytes(std::max(size, read_ahead), '\0');
    const ssize_t got = checked("read", [&] { return ::read(fd_, bytes.data(), bytes.size()); });
    bytes.resize(static_cast<std::size_t>(got));
    if (input_.empty())
        input_ = ByteQueue(std::move(bytes));
    else
        input_.append(bytes);
    return got > 0;
}

/// Of a regular file, and one more, which shows that it is the end.
std::size_t BlockingFile::bytes_to_the_end() const noexcept {
    struct stat status {};
    const off_t position = lseek(fd_, 0, SEEK_CUR);
    if (position < 0 || fstat(fd_, &status) < 0 || status.st_size < position) return read_ahead;
    return static_cast<std::size_t>(status.st_size - position) + 1;
}

off_t BlockingFile::move(off_t offset, int whence) {
    return checked("lseek", [&] { return lseek(fd_, offset, whence); });
}
}  // namespace aio::detail
