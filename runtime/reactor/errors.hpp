// The exceptions of the runtime, under asyncio's names.
#pragma once
#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

namespace aio {
/// Thrown inside a task that was cancelled. Like asyncio's it is no ordinary error, so it is no std::exception:
/// `catch (const std::exception&)` must not swallow it. Clean up, then let it go on.
class CancelledError {};

/// A call that makes no sense here, and the message says why: no loop is running, a coroutine is awaited twice.
struct RuntimeError : std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// Out of line, so that who checks is small.
[[noreturn, gnu::noinline]] inline void throw_runtime_error(const char* text) { throw RuntimeError(text); }
/// An argument outside its range.
struct ValueError : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};
/// What a future's state does not allow: asking for the result of a pending one, setting a second result.
struct InvalidStateError : std::logic_error {
    using std::logic_error::logic_error;
};
/// A time limit was reached: of wait_for, timeout and as_completed, or the kernel's for a connection.
struct TimeoutError : std::runtime_error {
    explicit TimeoutError(const std::string& text = "timed out") : std::runtime_error(text) {}
};
/// Nothing is ready and nothing can wake the loop. CPython's waits for ever; ours says so, out of run().
struct DeadlockError : std::runtime_error {
    explicit DeadlockError(const std::string& text, std::vector<std::string> names = {})
        : std::runtime_error(text), tasks(std::move(names)) {}
    std::vector<std::string> tasks;  ///< the names of those that are not done, in order of creation
};

/// "std::runtime_error: text" for what `error` holds; just the type of what is no std::exception. It is in observe/.
std::string describe(const std::exception_ptr& error);

/// Whether `error` holds an E; not if it is null. Costs a rethrow, about a microsecond.
template <class E> [[gnu::noinline]] bool holds(const std::exception_ptr& error) noexcept {
    if (!error) return false;
    try {
        std::rethrow_exception(error);
    } catch (const E&) { return true; } catch (...) {
        return false;
    }
}

[[noreturn]] inline void throw_errno(const char* system_call) {
    throw std::system_error(errno, std::system_category(), system_call);
}
}  // namespace aio
