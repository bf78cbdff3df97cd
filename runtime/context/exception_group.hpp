// ExceptionGroup: several errors at once.
#pragma once
#include <functional>
#include "runtime/reactor/errors.hpp"

namespace aio {
/// Errors in the order in which they came; groups may hold groups. Thrown as it is where one of them is no
/// std::exception (a CancelledError), else as an ExceptionGroup. Python's class.
class BaseExceptionGroup {
  public:
    /// Throws ValueError where there are no exceptions.
    BaseExceptionGroup(std::string message, std::vector<std::exception_ptr> exceptions);
    virtual ~BaseExceptionGroup() = default;

    const std::string& message() const noexcept { return message_; }
    const std::vector<std::exception_ptr>& exceptions() const noexcept { return exceptions_; }
    using Predicate = std::function<bool(const std::exception_ptr&)>;
    /// The group with only those leaves that match, its shape kept; null where none does. For `except* E`:
    /// `group.subgroup(aio::holds<E>)`.
    std::exception_ptr subgroup(const Predicate& matches) const;
    /// {those that match, the rest}, each a group or null.
    std::pair<std::exception_ptr, std::exception_ptr> split(const Predicate& matches) const {
        return {subgroup(matches), subgroup(std::not_fn(matches))};
    }
  private:
    std::string message_;
    std::vector<std::exception_ptr> exceptions_;
};

/// A group of ordinary errors alone.
class ExceptionGroup : public BaseExceptionGroup, public std::exception {
  public:
    ExceptionGroup(std::string message, std::vector<std::exception_ptr> exceptions);
    /// "unhandled errors in a TaskGroup (2 sub-exceptions)"
    const char* what() const noexcept override { return text_.c_str(); }
  private:
    std::string text_;
};

/// An ExceptionGroup, or a BaseExceptionGroup where one of `exceptions` is no std::exception.
std::exception_ptr make_exception_group(const std::string& message, std::vector<std::exception_ptr> exceptions);
}  // namespace aio
