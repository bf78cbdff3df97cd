// An operation of a file: in turn, and in a thread where it has to be.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include "runtime/io/blocking_file.hpp"
#include "runtime/io/to_thread.hpp"
#include "runtime/sync/semaphore.hpp"

namespace aio::detail {
/// What a File and the operations under way share.
struct FileState {
    FileState(std::filesystem::path path, std::string mode) : file(std::move(path), std::move(mode)) {}
    BlockingFile file;
    Semaphore turn{1};  // who has it uses the file
};

/// Belongs to the job, not to the frame that awaits it: a cancelled await doesn't let others at the file too early.
struct Turn {
    std::shared_ptr<FileState> state;
    Guard<Semaphore> guard;
};

// [perform]
/// Calls `operation(file)` when those before it are done; right here if `is_instant(file)`, else in a thread.
template <class F, class Instant> auto perform(std::shared_ptr<FileState> state, F operation, Instant is_instant)
    -> Coroutine<std::invoke_result_t<F&, BlockingFile&>> {
    auto guard = co_await state->turn.scoped();
    if (is_instant(std::as_const(state->file))) co_return std::invoke(operation, state->file);
    auto call = [turn = Turn{state, std::move(guard)}, operation = std::move(operation)]() mutable {
        return std::invoke(operation, turn.state->file);
    };
    co_return co_await in_thread(std::move(call));
}
// [/perform]

inline bool never_instant(const BlockingFile&) { return false; }
inline bool always_instant(const BlockingFile&) { return true; }
}  // namespace aio::detail
