// One run of a program: its log, its variables, its calls.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "tests/conformance/program.hpp"
#include "tests/conformance/scope.hpp"

namespace conformance {

/// Runs a program on a fresh loop with the virtual clock, and returns its log. Throws ProgramError.
std::vector<std::string> run(const Program& program);

/// What lives as long as the run. The scopes of calls do, for callbacks may use them when the call has ended.
class Run {
  public:
    explicit Run(const Program& program) : program_(program) {}

    /// Appends `<ms> <task> <text>`.
    void log(const std::string& text);
    /// Appends `<ms> - <text>`.
    void log_end(aio::EventLoop& loop, const std::string& text);
    const std::vector<std::string>& lines() const noexcept { return lines_; }

    const Program& program() const noexcept { return program_; }

    /// The variables of a call of a function.
    Scope& open_scope(const Function& function, std::vector<Value> arguments);
    /// The coroutine of a call of a function of the program.
    aio::Coroutine<Value> call(const std::string& function, std::vector<Value> arguments) {
        return call(program_.function(function), std::move(arguments));
    }
    /// A call of a function with `yield`. Kept until the end of the run: nothing is dropped before, SPEC 2.4.
    std::shared_ptr<aio::AsyncGenerator<Value>> make_generator(const std::string& function,
                                                               std::vector<Value> arguments);
    /// Calls `main` in the task that runs, and keeps that in the global `main`.
    aio::Coroutine<Value> main();

    /// Empties all variables.
    void forget();
  private:
    aio::Coroutine<Value> call(const Function& function, std::vector<Value> arguments);
    aio::AsyncGenerator<Value> generate(Scope& scope, const Function& function);

    const Program& program_;
    std::vector<std::string> lines_;
    Scope globals_;
    std::deque<Scope> scopes_;
    std::vector<std::shared_ptr<aio::AsyncGenerator<Value>>> generators_;
};

/// What runs now: the body of a function, or that of a callback.
struct Call {
    Run& run;
    Scope& scope;
    Value result{};                   ///< what `return` gave
    std::exception_ptr handling{};    ///< what the innermost handler that runs has caught
    std::exception_ptr leaving{};     ///< in the exit body of a context manager: the exception that leaves the block
    struct Yields* yields = nullptr;  ///< in a generator

    void log(const std::string& text) { run.log(text); }

    const Value& variable(const Json& name) const { return scope.get(name.get_ref<const std::string&>()); }
    void assign(const Json& name, Value value) { scope.set(name.get_ref<const std::string&>(), std::move(value)); }
    /// The object in a variable, which holds a T.
    template <class T> T object(const Json& name) const { return std::get<T>(variable(name)); }

    /// A VALUE: a JSON scalar or a variable.
    Value value(const Json& json) const;
    /// `args` of a statement or item.
    std::vector<Value> arguments(const Json& statement) const;
    /// A call of `fn` with `args`.
    aio::Coroutine<Value> function(const Json& statement) { return run.call(statement["fn"], arguments(statement)); }
    /// Whether a COND holds.
    bool holds(const Json& condition) const;

    /// What a statement with a result does with it: `var` and `label`.
    void store(const Json& statement, Value value);
};

}  // namespace conformance
