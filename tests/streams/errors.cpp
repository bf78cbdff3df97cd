#include "tests/streams/errors.hpp"

#include <cstring>
#include <string_view>
#include <utility>

#include "runtime/aio.hpp"
#include "tests/streams/bytes.hpp"

namespace streams {

namespace {

template <class E> bool is(const std::exception& error) { return dynamic_cast<const E*>(&error); }

struct Kind {
    const char* name;
    bool (*matches)(const std::exception&);
};

constexpr Kind kinds[] = {
    {"gaierror", is<aio::gaierror>},
    {"ConnectionResetError", is<aio::ConnectionResetError>},
    {"BrokenPipeError", is<aio::BrokenPipeError>},
    {"ConnectionRefusedError", is<aio::ConnectionRefusedError>},
    {"ConnectionAbortedError", is<aio::ConnectionAbortedError>},
    {"FileNotFoundError", is<aio::FileNotFoundError>},
    {"FileExistsError", is<aio::FileExistsError>},
    {"PermissionError", is<aio::PermissionError>},
    {"IsADirectoryError", is<aio::IsADirectoryError>},
    {"NotADirectoryError", is<aio::NotADirectoryError>},
    {"TimeoutError", is<aio::TimeoutError>},
};

/// A part of a message, and what is written for it.
constexpr std::pair<const char*, const char*> hints[] = {
    {"Separator is found", "long-found"},         {"Separator is not found", "long-not-found"},
    {"at least one-byte", "empty-separator"},     {"Limit cannot be", "limit"},
    {"after write_eof", "after-write_eof"},       {" is closed", "closed"},
    {"already being awaited", "already-serving"},
};

std::string hint(std::string_view text) {
    if (const auto call = text.find("() called while another"); call != text.npos)
        return "second-" + std::string(text.substr(0, call));
    for (const auto& [part, hint] : hints)
        if (text.find(part) != text.npos) return hint;
    return "";
}

std::string with_hint(std::string name, const std::exception& error) {
    const std::string text = hint(error.what());
    return text.empty() ? name : name + " " + text;
}

/// The name of its errno; `-` where CPython's OSError has none: for a path that it refuses before the kernel sees it,
/// and where it had several addresses to try.
std::string number_of(const std::system_error& error) {
    const bool several = std::string_view(error.what()).starts_with("Multiple exceptions");
    if (several || !error.code() || error.code() == std::errc::filename_too_long) return "-";
    return strerrorname_np(error.code().value());
}

/// Empty for a class that the language does not know.
std::string text_of(const std::exception& error) {
    if (const auto* end = dynamic_cast<const aio::IncompleteReadError*>(&error))
        return "IncompleteReadError partial " + show(end->partial) + " expected " +
               (end->expected ? std::to_string(*end->expected) : "None");
    if (const auto* overrun = dynamic_cast<const aio::LimitOverrunError*>(&error))
        return with_hint("LimitOverrunError", error) + " consumed " + std::to_string(overrun->consumed);
    for (const Kind& kind : kinds)
        if (kind.matches(error)) return kind.name;
    if (const auto* os = dynamic_cast<const std::system_error*>(&error)) return "OSError " + number_of(*os);
    if (is<aio::ValueError>(error)) return with_hint("ValueError", error);
    if (is<aio::RuntimeError>(error)) return with_hint("RuntimeError", error);
    return "";
}

}  // namespace

std::string describe(const std::exception_ptr& error) {
    if (!error) return "None";
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        const std::string text = text_of(known);
        return text.empty() ? aio::describe(error) : text;
    } catch (...) { return aio::describe(error); }
}

std::exception_ptr make_error(const std::string& kind) {
    if (kind == "ValueError") return std::make_exception_ptr(aio::ValueError(""));
    if (kind == "RuntimeError") return std::make_exception_ptr(aio::RuntimeError(""));
    if (kind == "OSError") return std::make_exception_ptr(std::system_error(std::error_code()));
    throw ProgramError{"no exception " + kind};
}

}  // namespace streams
