// A file as a thread sees it: each call returns when the kernel is done.
#pragma once
#include <sys/types.h>
#include <atomic>
#include <filesystem>
#include <optional>
#include <vector>
#include "runtime/io/byte_queue.hpp"

namespace aio::detail {
/// The operations of File, each done when it returns. It reads ahead and writes at once. What a signal interrupts goes
/// on, and so does what the kernel did in part.
class BlockingFile {
  public:
    BlockingFile(std::filesystem::path path, std::string mode);
    ~BlockingFile();
    BlockingFile(BlockingFile&&) = delete;
    /// Throws IsADirectoryError: open(2) takes a folder, too, if it is only to be read.
    void require_no_folder() const;
    /// The flags of open(2) for a mode. Throws ValueError if it is none.
    static int flags_of(std::string_view mode);

    const std::filesystem::path& path() const noexcept { return path_; }
    bool closed() const noexcept { return fd_ < 0; }
    /// Whether read(size) and readline() need no system call.
    bool has_read(std::size_t size) const noexcept { return input_.size() >= size; }
    bool has_read_line() const noexcept { return input_.view().find('\n') != std::string_view::npos; }

    std::string read(std::size_t size);
    std::string readline();
    std::vector<std::string> readlines();
    std::size_t write(std::string_view data);
    void writelines(const std::vector<std::string>& lines);
    off_t seek(off_t offset, int whence);
    off_t tell();
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
    template <class Call> auto checked(const char* system_call, Call call) const;

    std::filesystem::path path_;
    std::string mode_;
    std::atomic<int> fd_;  // atomic for closed(), which the loop may ask while a thread works
    ByteQueue input_;      // what was read ahead
};
}  // namespace aio::detail
