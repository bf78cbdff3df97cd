// print() for the chapters: a line as Python's print() would write it.
#pragma once
#include <fmt/core.h>
#include <fmt/format.h>

#include <chrono>
#include <concepts>
#include <ranges>
#include <string>
#include <string_view>

namespace python {

/// Seconds as Python's clocks count them: print("{:.2f}s", seconds(duration)).
constexpr double seconds(std::chrono::duration<double> duration) { return duration.count(); }

// --- repr(): how Python writes a value inside a list.

inline std::string repr(bool value) { return value ? "True" : "False"; }
inline std::string repr(std::integral auto value) { return fmt::to_string(value); }

/// The shortest text that reads back as the same number, with ".0" for a whole one.
inline std::string repr(std::floating_point auto value) {
    std::string text = fmt::to_string(value);
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
}

/// In single quotes, or in double ones where that needs no backslash.
inline std::string repr(std::string_view text) {
    const bool has_single = text.find('\'') != text.npos, has_double = text.find('"') != text.npos;
    const char quote = has_single && !has_double ? '"' : '\'';
    std::string quoted(1, quote);
    for (const char c : text) {
        if (c == quote || c == '\\')
            quoted += {'\\', c};
        else if (c == '\n')
            quoted += "\\n";
        else if (c == '\t')
            quoted += "\\t";
        else if (c == '\r')
            quoted += "\\r";
        else
            quoted += c;
    }
    return quoted + quote;
}
inline std::string repr(const std::string& text) { return repr(std::string_view(text)); }
inline std::string repr(const char* text) { return repr(std::string_view(text)); }

/// Any range of values, as a list.
template <std::ranges::input_range Range> std::string repr(const Range& values) {
    std::string list;
    for (const auto& value : values) list += (list.empty() ? "" : ", ") + repr(value);
    return "[" + list + "]";
}

namespace detail {

/// A float that is printed as Python does, but still takes a format such as {:.2f}.
struct Float {
    double value;
};

/// What {fmt} is given in place of `value`.
template <class T> decltype(auto) shown(const T& value) {
    if constexpr (std::same_as<T, bool>)
        return repr(value);
    else if constexpr (std::floating_point<T>)
        return Float{value};
    else if constexpr (std::ranges::input_range<T> && !std::convertible_to<T, std::string_view>)
        return repr(value);
    else
        return (value);
}

}  // namespace detail

/// Replaces each {} of `text` by an argument and ends the line: print("done: {}", true) writes "done: True".
/// The compiler checks `text` against the arguments.
template <class... Args>
void print(fmt::format_string<decltype(detail::shown(std::declval<const Args&>()))...> text, const Args&... args) {
    fmt::print("{}\n", fmt::format(text, detail::shown(args)...));
}

}  // namespace python

template <> struct fmt::formatter<python::detail::Float> : fmt::formatter<double> {
    constexpr auto parse(fmt::format_parse_context& context) {
        plain_ = context.begin() == context.end() || *context.begin() == '}';
        return fmt::formatter<double>::parse(context);
    }
    template <class Context> auto format(python::detail::Float number, Context& context) const {
        if (plain_) return fmt::format_to(context.out(), "{}", python::repr(number.value));
        return fmt::formatter<double>::format(number.value, context);
    }
  private:
    bool plain_ = true;
};
