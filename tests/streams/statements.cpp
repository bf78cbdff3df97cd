#include "tests/streams/statements.hpp"

#include <chrono>

#include "tests/streams/errors.hpp"

namespace streams {

namespace {

aio::Coroutine<void> run_statement(Lane lane, const Json& json) {
    const std::string& op = json["op"].get_ref<const std::string&>();
    const Statement& statement = *find_statement(op);
    lane.quiet |= json.value("quiet", false);
    try {
        Result result;
        if (statement.later)
            result = co_await statement.later(lane, json);
        else
            result = statement.now(lane, json);
        if (result) lane.log(op + " " + *result);
    } catch (const aio::CancelledError&) {
        if (statement.logs_cancellation) lane.log(op + " !CancelledError");
        throw;
    } catch (const Json::exception& error) {
        throw ProgramError{op + ": " + error.what()};
    } catch (const std::exception&) { lane.log(op + " !" + describe(std::current_exception())); }
}

}  // namespace

const Statement* find_statement(std::string_view name) {
    static const Statements all = [] {
        Statements statements;
        for (const auto& table : {reading_statements(), writing_statements(), connection_statements(),
                                  server_statements(), task_statements(), folder_statements()})
            statements.insert(table.begin(), table.end());
        return statements;
    }();
    const auto found = all.find(name);
    return found == all.end() ? nullptr : &found->second;
}

aio::Coroutine<void> run_block(Lane& lane, const Json& body) {
    for (const Json& statement : body) co_await run_statement(lane, statement);
}

aio::Duration milliseconds(const Json& number) {
    return std::chrono::duration<double, std::milli>(number.get<double>());
}

}  // namespace streams
