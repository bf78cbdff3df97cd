// The exceptions of the runtime, under asyncio's names.
#pragma once
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace aio {

/// Thrown inside a task that was cancelled. Like asyncio's it is no ordinary error, so it is no
/// std::exception: `catch (const std::exception&)` must not swallow it. Clean up, then let it go on.
class CancelledError {};

/// A call that makes no sense here: no loop is running, a coroutine awaited twice, a loop's object used in
/// another loop. The message says which.
class RuntimeError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// An argument outside its range.
class ValueError : public std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// An operation that a future's state does not allow: the result of a pending one, a second result.
class InvalidStateError : public std::logic_error {
    using std::logic_error::logic_error;
};

/// A time limit was reached: wait_for, timeout, as_completed.
class TimeoutError : public std::exception {
  public:
    const char* what() const noexcept override { return "timed out"; }
};

/// Nothing is ready, no timer is set, and nothing is watched: the loop would wait for ever. CPython's does;
/// ours says so. Thrown out of run(), never into a task.
class DeadlockError : public std::exception {
  public:
    explicit DeadlockError(std::vector<std::string> tasks = {});
    const char* what() const noexcept override { return text_.c_str(); }

    /// The names of the tasks that are not done, in order of creation.
    const std::vector<std::string>& tasks() const noexcept { return tasks_; }

  private:
    std::vector<std::string> tasks_;
    std::string text_;
};

/// "std::runtime_error: text" for what `error` holds; "CancelledError" for that; an unknown type by its name.
std::string describe(const std::exception_ptr& error);

/// Whether `error` holds a CancelledError. Costs a rethrow, about a microsecond.
bool is_cancelled_error(const std::exception_ptr& error) noexcept;

/// Throws std::system_error for errno, saying which call failed.
[[noreturn]] void throw_errno(const char* system_call);

}  // namespace aio
