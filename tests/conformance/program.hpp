// A program as it was read: its functions, and their bodies as JSON.
#pragma once
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace conformance {

using Json = nlohmann::json;

/// The program can't be run: it is no program, or has a statement that this interpreter lacks.
class ProgramError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Function {
    std::vector<std::string> params;
    std::unordered_set<std::string> locals;  ///< params among them; every other name is global
    Json body;
};

/// The body is what it does on the way in.
struct ContextManager : Function {
    Json exit;
    std::string swallow;  ///< the kind of exception, or nothing
};

class Program {
  public:
    /// Throws ProgramError, or what Json throws.
    explicit Program(const Json& document);

    const Function& function(const std::string& name) const { return functions_.at(name); }
    const ContextManager& context_manager(const std::string& name) const { return context_managers_.at(name); }
  private:
    std::unordered_map<std::string, Function> functions_;
    std::unordered_map<std::string, ContextManager> context_managers_;
};

/// `statement[name]`, a body; empty where there is none.
const Json& part(const Json& statement, const char* name);

}  // namespace conformance
