// `inspect`: Python's methods without arguments, asked of whatever has them.
#include <chrono>
#include <optional>

#include "tests/conformance/errors.hpp"
#include "tests/conformance/value.hpp"

namespace conformance {

namespace {

template <class T> const T& object_in(const T& held) { return held; }
template <class T> const T& object_in(const std::shared_ptr<T>& held) { return *held; }

Value answer(bool value) { return value; }
Value answer(std::string value) { return value; }
template <std::integral N> Value answer(N number) { return static_cast<std::int64_t>(number); }
Value answer(std::exception_ptr error) { return error ? Value(error) : Value(); }
Value answer(aio::TimePoint when) {
    return answer(std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count());
}
Value answer(std::optional<aio::TimePoint> when) { return when ? answer(*when) : Value(); }
Value answer(const Value& result) { return result; }
Value answer(const List& results) { return to_value(results); }
Value answer(const Outcomes& results) { return to_value(results); }

}  // namespace

// An object has a method if asking it compiles.
#define ANSWERS_TO(name, method)                 \
    if constexpr (requires { object.method(); }) \
        if (question == name) return answer(object.method());

Value query(const Value& value, const std::string& question) {
    // The shield of a task that is done is that task, by another type.
    if (const auto* future = std::get_if<aio::Future<Value>>(&value); future && future->state().as_task())
        return query(aio::Task<Value>(aio::Ref(&future->state())), question);
    return std::visit(
        [&](const auto& held) -> Value {
            const auto& object = object_in(held);
            ANSWERS_TO("done", done)
            ANSWERS_TO("cancelled", cancelled)
            ANSWERS_TO("result", result)
            ANSWERS_TO("exception", exception)
            ANSWERS_TO("name", get_name)
            ANSWERS_TO("cancelling", cancelling)
            ANSWERS_TO("locked", locked)
            ANSWERS_TO("is_set", is_set)
            ANSWERS_TO("qsize", qsize)
            ANSWERS_TO("empty", empty)
            ANSWERS_TO("full", full)
            ANSWERS_TO("n_waiting", n_waiting)
            ANSWERS_TO("broken", broken)
            ANSWERS_TO("parties", parties)
            ANSWERS_TO("expired", expired)
            ANSWERS_TO("when", when)
            std::rethrow_exception(make_error("AttributeError"));
        },
        value);
}

}  // namespace conformance
