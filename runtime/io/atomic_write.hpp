// atomic_write(): a file gets its new contents whole, or stays as it is.
#pragma once
#include "runtime/io/file.hpp"

namespace aio {
/// What atomic_write() returns.
class [[nodiscard]] AtomicWrite final : public File {
  public:
    explicit AtomicWrite(std::filesystem::path target) : target_(std::move(target)) {}

    // For with().
    Coroutine<void> aenter();
    Coroutine<void> aexit(std::exception_ptr error);
  private:
    std::filesystem::path target_;
};

/// Replaces `target`, or makes it, by what the block writes:
///     co_await aio::with(aio::atomic_write(path), [&](aio::File& file) -> aio::Coroutine<> { ... });
/// The block writes to a temporary file in the same folder. When it ends well, that is brought to the disk (fsync) and
/// renamed: whoever opens `target` finds all of the old contents or all of the new. When it ends otherwise, or
/// something fails, or the task is cancelled, `target` is as it was and the temporary file is gone; a cancellation that
/// comes while a thread renames is too late, and the file is new. The permissions stay. A symbolic link is replaced,
/// not followed.
inline AtomicWrite atomic_write(std::filesystem::path target) { return AtomicWrite(std::move(target)); }
}  // namespace aio
