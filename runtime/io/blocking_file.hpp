// A file as a thread sees it: each call returns when the kernel is done.
#pragma once
#include <sys/types.h>
#include <atomic>
#include <filesystem>
#include <optional>
#include <vector>
#include "runtime/io/byte_queue.hpp"

namespace aio::detail {
/// Reads ahead, writes at once. Its errors are those of os_errors.hpp, which name the system call and the path, and
/// ValueError: the file is closed, or its mode does not allow the call. What a signal interrupts goes on, and so does
/// what the kernel did in part.
class BlockingFile {
  public:
    /// `mode` as in Python: one of r, w, a, x; with + for both directions; b and t change nothing.
    BlockingFile(std::filesystem::path path, std::string mode);
    ~BlockingFile();
    BlockingFile(BlockingFile&&) = delete;
    /// The flags of open(2) for a mode. Throws ValueError if it is none.
    static int flags_of(std::string_view mode);

    const std::filesystem::path& path() const noexcept { return path_; }
    bool closed() const noexcept { return fd_ < 0; }
    /// Whether read(size) and readline() need no system call.
    bool has_read(std::size_t size) const noexcept { return input_.size() >= size; }
    bool has_read_line() const noexcept { return input_.view().find('\n') != std::string_view::npos; }

    /// `size` bytes; fewer only if the file ends.
    std::string read(std::size_t size);
    /// Up to and with the next "\n", or the end of the file; empty when that was reached before.
    std::string readline();
    std::vector<std::string> readlines();
    /// All of `data`; returns its size.
    std::size_t write(std::string_view data);
    void writelines(const std::vector<std::string>& lines);
    /// As lseek(2), of the position that the caller sees.
    off_t seek(off_t offset, int whence);
    off_t tell();
    /// To `size` bytes, or to the position; that stays where it is. Returns the new size.
    off_t truncate(std::optional<off_t> size);
    void flush() { require_open(); }
    void fsync();
    void close();
  private:
    void require_open() const;
    void require_mode(const char* letters, const char* what_for) const;
    bool fill(std::size_t size);
    std::size_t bytes_to_the_end() const noexcept;
    off_t move(off_t offset, int whence);
    void forget_what_was_read_ahead();
    template <class Call> auto checked(const char* system_call, Call call) const;

    std::filesystem::path path_;
    std::string mode_;
    std::atomic<int> fd_;  // atomic for closed(), which the loop may ask while a thread works
    ByteQueue input_;      // what was read ahead
};
}  // namespace aio::detail
