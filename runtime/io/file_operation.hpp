// An operation of a file: in turn, and in a thread where it has to be.
#pragma once
#include <functional>
#include "runtime/io/blocking_file.hpp"
#include "runtime/io/to_thread.hpp"
#include "runtime/sync/semaphore.hpp"

namespace aio::detail {
/// What a File and the operations under way share.
struct FileState : BlockingFile {
    FileState(std::filesystem::path path, std::string mode) : BlockingFile(std::move(path), std::move(mode)) {
        require_no_folder();
    }
    Semaphore turn{1};  // who has it uses the file
};

/// Belongs to the job, not to the frame that awaits it: a cancelled await doesn't let others at the file too early.
struct Turn {
    std::shared_ptr<FileState> file;
    Guard<Semaphore> guard;
};

// [perform]
/// Calls `operation(file, args...)` when those before it are done; right here if `is_instant(file, args...)`, else in a
/// thread.
template <class Instant, class Operation, class... Args>
auto perform(std::shared_ptr<FileState> file, Instant is_instant, Operation operation, Args... args)
    -> Coroutine<std::invoke_result_t<Operation, BlockingFile&, Args&...>> {
    auto guard = co_await file->turn.scoped();
    if (std::invoke(is_instant, *file, args...)) co_return std::invoke(operation, *file, args...);
    auto call = [turn = Turn{file, std::move(guard)}, operation, ... args = std::move(args)]() mutable {
        return std::invoke(operation, *turn.file, args...);
    };
    co_return co_await in_thread(std::move(call));
}
// [/perform]

constexpr auto always = [](const auto&...) { return true; };
constexpr auto never = [](const auto&...) { return false; };
}  // namespace aio::detail
