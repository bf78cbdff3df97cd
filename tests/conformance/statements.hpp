// The statements of the language, by name. To add some: write them in a file of their own, name them in its table,
// and add that to find_statement().
#pragma once
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "tests/conformance/run.hpp"

namespace conformance {

/// How a statement ended, unless by an exception.
enum class Flow : char { next, broke, returned };

/// A statement runs at once, and then may stand in a callback; or it awaits; or it has a form for either.
struct Statement {
    Flow (*now)(Call&, const Json&) = nullptr;
    aio::Coroutine<Flow> (*later)(Call&, const Json&) = nullptr;
};
using Statements = std::unordered_map<std::string_view, Statement>;

/// Null where there is none of that name.
const Statement* find_statement(std::string_view name);

/// The tables of the files.
Statements basic_statements();
Statements task_statements();
Statements combinator_statements();
Statements future_statements();
Statements lock_statements();
Statements queue_statements();
Statements context_statements();
Statements generator_statements();

/// Runs the statements of a body, up to one that ends it; the second form that of a callback.
aio::Coroutine<Flow> run_block(Call& call, const Json& body);
Flow run_block_now(Call& call, const Json& body);

namespace detail {

template <auto f> Flow run_now(Call& call, const Json& statement) {
    if constexpr (std::is_void_v<decltype(f(call, statement))>)
        return f(call, statement), Flow::next;
    else
        return f(call, statement);
}

template <auto f> aio::Coroutine<Flow> run_later(Call& call, const Json& statement) {
    co_await f(call, statement);
    co_return Flow::next;
}

template <auto f> constexpr auto later_form() {
    if constexpr (std::is_same_v<decltype(f(std::declval<Call&>(), Json())), aio::Coroutine<Flow>>)
        return f;
    else
        return run_later<f>;
}

}  // namespace detail

/// An entry of a table. F: a function that returns nothing or a Flow, plain for now(), as a coroutine for later().
template <auto f> constexpr Statement now() { return {detail::run_now<f>, nullptr}; }
template <auto f> constexpr Statement later() { return {nullptr, detail::later_form<f>()}; }
template <auto f, auto awaiting> constexpr Statement both() {
    return {detail::run_now<f>, detail::later_form<awaiting>()};
}

}  // namespace conformance
