// What a variable can hold, and how it is written in a log.
#pragma once
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "runtime/aio.hpp"

namespace conformance {

struct Value;
using List = std::vector<Value>;
using Outcomes = std::vector<aio::Outcome<Value>>;

/// The values of the language (SPEC 4) first, then the objects: whatever the runtime hands out that a program can
/// keep in a variable. All tasks and futures end with a Value, but for those of gather.
using ValueBase = std::variant<std::monostate, bool, std::int64_t, std::string, List, std::exception_ptr,  //
                               aio::Task<Value>, aio::Future<Value>, aio::Future<List>, aio::Future<Outcomes>,
                               aio::Handle, std::shared_ptr<aio::Timeout>,
                               std::shared_ptr<aio::TaskGroup>,  //
                               std::shared_ptr<aio::Lock>, std::shared_ptr<aio::Semaphore>, std::shared_ptr<aio::Event>,
                               std::shared_ptr<aio::Condition>, std::shared_ptr<aio::Barrier>,  //
                               std::shared_ptr<aio::Queue<Value>>, std::shared_ptr<aio::LifoQueue<Value>>,
                               std::shared_ptr<aio::PriorityQueue<std::int64_t>>, std::shared_ptr<aio::ExitStack>,
                               std::shared_ptr<aio::AsyncGenerator<Value>>>;
struct Value : ValueBase {
    using ValueBase::ValueBase;
};

/// SPEC 4: `7`, `text`, `True`, `None`, `[a, b]`, `ValueError(e1)`, `<object>`.
std::string show(const Value& value);

/// A gather's results: a list of values, in which an error that was asked for stands as a value too.
Value to_value(List results);
Value to_value(const Outcomes& results);
inline Value to_value(Value value) { return value; }

/// Calls `f` with the task or future that `value` holds.
template <class F> decltype(auto) on_future(const Value& value, F f) {
    using R = decltype(f(std::get<aio::Future<Value>>(value)));
    return std::visit(
        [&]<class T>(const T& held) -> R {
            if constexpr (std::derived_from<T, aio::FutureBase>)
                return f(held);
            else
                throw std::bad_variant_access();
        },
        value);
}

/// `<name>.<query> <value>`, SPEC 5 `inspect`: what the object in `value` answers to one of Python's methods. Throws
/// what that throws, and AttributeError where the object has no such method.
Value query(const Value& value, const std::string& question);

}  // namespace conformance
