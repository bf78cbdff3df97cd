// Exceptions, and their texts in a log (SPEC.md 2).
#pragma once
#include <exception>
#include <string>

namespace streams {

/// The program is not valid. No std::exception, for it is no failure of a statement.
struct ProgramError {
    std::string text;
};

/// `None` for no exception. By its class and not by its errno, or nobody would see that the runtime chose a wrong
/// class.
std::string describe(const std::exception_ptr& error);

/// ValueError, RuntimeError or OSError, as `raise` throws them.
std::exception_ptr make_error(const std::string& kind);

}  // namespace streams
