// The statements of the language, by name. To add some: write them in a file of their own, name them in its table, and
// add that to find_statement().
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "tests/streams/run.hpp"

namespace streams {

/// How `return` and `raise` leave a lane. No std::exception: they are not failures of a statement.
struct Returned {};
struct Raised {
    std::exception_ptr error;
};

/// What is logged behind the name of the statement; nothing where it logs nothing.
using Result = std::optional<std::string>;

/// A statement is done at once, or awaits.
struct Statement {
    Result (*now)(Lane&, const Json&) = nullptr;
    aio::Coroutine<Result> (*later)(Lane&, const Json&) = nullptr;
    bool logs_cancellation = true;
};
using Statements = std::unordered_map<std::string_view, Statement>;

/// Null where there is none of that name.
const Statement* find_statement(std::string_view name);

/// The tables of the files.
Statements reading_statements();
Statements writing_statements();
Statements connection_statements();
Statements server_statements();
Statements task_statements();
Statements folder_statements();

/// Runs the statements of a body. What they throw is logged; Returned, Raised, CancelledError and ProgramError get out.
aio::Coroutine<void> run_block(Lane& lane, const Json& body);

/// Fields of a statement that count milliseconds, whole or not.
aio::Duration milliseconds(const Json& number);

namespace detail {

template <auto f> Result run_now(Lane& lane, const Json& statement) {
    if constexpr (std::is_void_v<decltype(f(lane, statement))>)
        return f(lane, statement), std::nullopt;
    else
        return f(lane, statement);
}

template <auto f> aio::Coroutine<Result> run_later(Lane& lane, const Json& statement) {
    if constexpr (std::is_same_v<decltype(f(lane, statement)), aio::Coroutine<void>>) {
        co_await f(lane, statement);
        co_return std::nullopt;
    } else {
        co_return co_await f(lane, statement);
    }
}

}  // namespace detail

/// An entry of a table. F: a function that returns nothing or what is logged, plain for now(), as a coroutine for
/// later(). unlogged(): the same, but its cancellation is not logged.
template <auto f> constexpr Statement now() { return {detail::run_now<f>, nullptr}; }
template <auto f> constexpr Statement later() { return {nullptr, detail::run_later<f>}; }
template <auto f> constexpr Statement unlogged() { return {nullptr, detail::run_later<f>, false}; }

}  // namespace streams
