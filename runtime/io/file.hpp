// File and open_file(): files whose operations are awaited. A thread of the pool does the work.
#pragma once
#include <sys/types.h>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include "runtime/coroutine/coroutine.hpp"
#include "runtime/io/os_errors.hpp"

namespace aio {
namespace detail {
struct FileState;
}

/// An open file; open_file() makes it. Its operations are lazy coroutines, under aiofiles' names. Those of one file run
/// one after the other, in the order in which they were awaited. Text is bytes, UTF-8 as a rule, and sizes count bytes.
/// Reading reads ahead, so most short reads need no thread; what write() has taken the kernel has.
/// They throw OSError, or one of its kinds in os_errors.hpp, and ValueError where the file is closed or was opened for
/// something else. Cancelled, they end at once. What a thread has begun it does to its end: the position is unknown
/// then, until the next seek(). The descriptor is closed with this object, or when the last operation of it ends.
class File {
  public:
    static constexpr std::size_t to_the_end = SIZE_MAX;

    /// `size` bytes; fewer only if the file ends.
    Coroutine<std::string> read(std::size_t size = to_the_end) const;
    /// The next line with its "\n", which the last line may lack; empty at the end of the file.
    Coroutine<std::string> readline() const;
    Coroutine<std::vector<std::string>> readlines() const;
    /// As readline(), and nothing at the end: `while (auto line = co_await file.next())`. Python: `async for`.
    Coroutine<std::optional<std::string>> next() const;
    /// The file in pieces of `size` bytes, of which the last may be shorter: `auto chunks = file.chunks(4096);` and
    /// `while (auto chunk = co_await chunks.next())`. Throws ValueError for pieces of no bytes.
    class Chunks;
    Chunks chunks(std::size_t size) const;

    /// All of `data`; returns its size. When it throws, a part may have been written.
    Coroutine<std::size_t> write(std::string data) const;
    /// All of `lines` in one go. Adds no "\n".
    Coroutine<void> writelines(std::vector<std::string> lines) const;
    /// Returns when the operations before it are done: there is nothing else to flush.
    Coroutine<void> flush() const;
    /// Returns when what was written is on the disk. fsync(2).
    Coroutine<void> fsync() const;

    /// Sets the position, as lseek(2), and returns it.
    Coroutine<off_t> seek(off_t offset, int whence = SEEK_SET) const;
    Coroutine<off_t> tell() const;
    /// Makes the file `size` bytes long, by default up to the position, which stays. Returns the size.
    Coroutine<off_t> truncate(std::optional<off_t> size = std::nullopt) const;

    /// Throws if what was written can't be kept; the file is closed then too. Does nothing on a closed file.
    Coroutine<void> close() const;
    bool closed() const noexcept;
    const std::filesystem::path& name() const noexcept;

    // For with(): the block gets the File, which is closed when the block ends.
    Coroutine<void> aenter() const { co_return; }
    Coroutine<void> aexit(std::exception_ptr) const { return close(); }
  protected:
    explicit File(std::shared_ptr<detail::FileState> state = nullptr) noexcept : state_(std::move(state)) {}
    static Coroutine<File> open(std::filesystem::path path, std::string mode);

    std::shared_ptr<detail::FileState> state_;  // null before it is open
};

/// What File::chunks() returns.
class File::Chunks {
  public:
    Coroutine<std::optional<std::string>> next() const;
  private:
    friend class File;
    Chunks(File file, std::size_t size) : file_(std::move(file)), size_(size) {}
    File file_;
    std::size_t size_;
};

/// What open_file() returns: awaited it gives the File, with() opens it and closes it.
class [[nodiscard]] OpenFile final : public File {
  public:
    OpenFile(std::filesystem::path path, std::string mode);
    auto operator co_await() const { return open(path_, mode_).operator co_await(); }
    Coroutine<void> aenter();
  private:
    std::filesystem::path path_;
    std::string mode_;
};

/// Opens a file in a thread:
///     co_await aio::with(aio::open_file(path, "w"), [&](aio::File& file) -> aio::Coroutine<> { ... });
///     const aio::File file = co_await aio::open_file(path);
/// `mode` as in Python: one of r, w, a, x; + adds the other direction; b and t change nothing. Throws ValueError at
/// once for any other; awaited, ValueError for a path with a NUL, IsADirectoryError for a folder. When the task is
/// cancelled meanwhile, the descriptor is closed again. aiofiles.open.
inline OpenFile open_file(std::filesystem::path path, std::string mode = "r") {
    return OpenFile(std::move(path), std::move(mode));
}
}  // namespace aio
