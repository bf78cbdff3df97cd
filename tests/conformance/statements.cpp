#include "tests/conformance/statements.hpp"

namespace conformance {

const Statement* find_statement(std::string_view name) {
    static const Statements all = [] {
        Statements statements;
        for (const auto& table : {basic_statements(), task_statements(), combinator_statements(), future_statements(),
                                  lock_statements(), queue_statements(), context_statements(), generator_statements()})
            statements.insert(table.begin(), table.end());
        return statements;
    }();
    const auto found = all.find(name);
    return found == all.end() ? nullptr : &found->second;
}

aio::Coroutine<Flow> run_block(Call& call, const Json& body) {
    for (const Json& json : body) {
        const Statement& statement = *find_statement(json["op"].get_ref<const std::string&>());
        Flow flow;
        if (statement.later)
            flow = co_await statement.later(call, json);
        else
            flow = statement.now(call, json);
        if (flow != Flow::next) co_return flow;
    }
    co_return Flow::next;
}

Flow run_block_now(Call& call, const Json& body) {
    for (const Json& json : body) {
        const Statement& statement = *find_statement(json["op"].get_ref<const std::string&>());
        if (const Flow flow = statement.now(call, json); flow != Flow::next) return flow;
    }
    return Flow::next;
}

}  // namespace conformance
