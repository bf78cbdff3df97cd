#include "tests/conformance/value.hpp"

#include "tests/conformance/errors.hpp"

namespace conformance {

namespace {

std::string show_plain(std::monostate) { return "None"; }
std::string show_plain(bool value) { return value ? "True" : "False"; }
std::string show_plain(std::int64_t value) { return std::to_string(value); }
std::string show_plain(const std::string& value) { return value; }
std::string show_plain(const std::exception_ptr& error) { return show(error); }
std::string show_plain(const List& list) {
    std::string text;
    for (const Value& value : list) text += (text.empty() ? "" : ", ") + show(value);
    return "[" + text + "]";
}

}  // namespace

std::string show(const Value& value) {
    return std::visit(
        []<class T>(const T& held) -> std::string {
            if constexpr (requires { show_plain(held); })
                return show_plain(held);
            else
                return "<object>";
        },
        value);
}

Value to_value(List results) { return results; }

Value to_value(const Outcomes& results) {
    List list;
    for (const aio::Outcome<Value>& result : results)
        list.push_back(result.has_value() ? result.value() : Value(result.error()));
    return list;
}

}  // namespace conformance
