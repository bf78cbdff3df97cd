// Exceptions and their kinds: the language has Python's names for them, C++ has classes.
#pragma once
#include <exception>
#include <string>

namespace conformance {

/// An exception of this kind, as `raise` makes it. What the runtime throws as well is the runtime's class, so that
/// nobody can tell the one from the other.
std::exception_ptr make_error(const std::string& kind, const std::string& text = {});

/// Whether a handler for `kind` catches `error`, SPEC 4.
bool matches(const std::exception_ptr& error, const std::string& kind);

/// `Kind(text)`, `Kind` where there is no text to show, `ExceptionGroup[a, b]`; `None` for no exception.
std::string show(const std::exception_ptr& error);

}  // namespace conformance
