// Places in the source, functions and errors, as a reader writes them.
#include <cxxabi.h>
#include <algorithm>
#include <cstdlib>
#include <string_view>
#include "runtime/reactor/errors.hpp"
#include "runtime/reactor/observer.hpp"

namespace aio::detail {
namespace {

constexpr std::string_view open = "(<{[", close = ")>}]";

bool opens(char c) { return open.find(c) != open.npos; }
bool closes(char c) { return close.find(c) != close.npos; }

/// Where the bracket opens that closes at `end`.
std::size_t opening_of(std::string_view text, std::size_t end) {
    int depth = 0;
    for (std::size_t i = end + 1; i-- > 0;)
        if ((depth += closes(text[i]) - opens(text[i])) == 0) return i;
    return 0;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
        text.replace(at, from.size(), to);
}

/// "f(int) const [with T = int]" -> "f"
std::string_view without_parameters(std::string_view text) {
    if (text.ends_with(']')) text = text.substr(0, std::min(text.rfind(" ["), opening_of(text, text.size() - 1) - 1));
    for (const std::string_view qualifier : {" noexcept", " &&", " &", " const"})
        if (text.ends_with(qualifier)) text.remove_suffix(qualifier.size());
    return text.ends_with(')') ? text.substr(0, opening_of(text, text.size() - 1)) : text;
}

/// "Coroutine<int> X::f" -> "X::f"
std::string_view without_return_type(std::string_view text) {
    for (std::size_t i = text.size(); i-- > 0;) {
        if (text[i] == ' ') return text.substr(i + 1);
        if (closes(text[i])) i = opening_of(text, i);
    }
    return text;
}
}  // namespace

std::string function_name(const Place& place) {
    std::string name(without_return_type(without_parameters(place.function_name())));
    for (const std::string_view unnamed : {"{anonymous}::", "(anonymous namespace)::"}) replace_all(name, unnamed, "");
    replace_all(name, "(anonymous class)", "<lambda>");
    for (std::size_t i = 0; i < name.size(); ++i) {  // the parameters of what is around it, or of a lambda itself
        if (name[i] != ')') continue;
        const std::size_t from = opening_of(name, i) + 1;
        name.erase(from, i - from);
        i = from;
    }
    replace_all(name, "<lambda()>", "<lambda>");
    replace_all(name, "<lambda>::operator()", "<lambda>");
    return name;
}

std::string describe(const Place& place) {
    std::string_view file = place.file_name();
    if (file.starts_with("./")) file.remove_prefix(2);  // of a header that -I. has found
    return std::string(file) + ":" + std::to_string(place.line()) + ", in " + function_name(place);
}
}  // namespace aio::detail

std::string aio::describe(const std::exception_ptr& error) {
    const char* const mangled = error.__cxa_exception_type()->name();
    const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(mangled, nullptr, nullptr, nullptr),
                                                           &std::free);
    const std::string type = name ? name.get() : mangled;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) { return type + ": " + e.what(); } catch (...) {
        return type;
    }
}
