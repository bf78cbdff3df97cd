#include "tests/conformance/program.hpp"

#include "tests/conformance/statements.hpp"

namespace conformance {

namespace {

/// Looks for statements in all that is nested, wherever it is nested.
void require_supported(const Json& json) {
    if (json.is_object() && json.contains("op")) {
        const std::string& op = json["op"].get_ref<const std::string&>();
        if (!find_statement(op)) throw ProgramError("statement " + op + " is not supported");
    }
    if (json.is_structured())
        for (const Json& inner : json) require_supported(inner);
}

Function read_function(const Json& json, const char* body) {
    Function function;
    function.params = json.value("params", function.params);
    function.locals = json.value("locals", function.locals);
    function.locals.insert(function.params.begin(), function.params.end());
    function.body = part(json, body);
    return function;
}

ContextManager read_context_manager(const Json& json) {
    const std::string swallow = json.contains("swallow") && !json["swallow"].is_null() ? json["swallow"] : "";
    return {read_function(json, "enter"), part(json, "exit"), swallow};
}

}  // namespace

Program::Program(const Json& document) {
    require_supported(document);
    for (const auto& [name, json] : document.at("functions").items())
        functions_.emplace(name, read_function(json, "body"));
    for (const auto& [name, json] : part(document, "cms").items())
        context_managers_.emplace(name, read_context_manager(json));
    if (!functions_.contains("main")) throw ProgramError("there is no function main");
}

const Json& part(const Json& statement, const char* name) {
    static const Json nothing = Json::array();
    const auto found = statement.find(name);
    return found == statement.end() ? nothing : *found;
}

}  // namespace conformance
