// Variables: those of the program, and those of one call of a function.
#pragma once
#include <string>
#include <unordered_map>
#include <utility>

#include "tests/conformance/program.hpp"
#include "tests/conformance/value.hpp"

namespace conformance {

class Scope {
  public:
    /// The global scope.
    Scope() = default;
    /// That of a call.
    Scope(const Function& function, Scope& globals) : locals_(&function.locals), globals_(&globals) {}

    /// Throws RuntimeError(unset) for a variable that was never assigned.
    const Value& get(const std::string& name) const {
        const auto& variables = where(name).variables_;
        const auto found = variables.find(name);
        if (found == variables.end()) throw aio::RuntimeError("unset");
        return found->second;
    }
    void set(const std::string& name, Value value) {
        const_cast<Scope&>(where(name)).variables_.insert_or_assign(name, std::move(value));
    }
    void clear() { variables_.clear(); }
  private:
    const Scope& where(const std::string& name) const {
        return globals_ && !locals_->contains(name) ? *globals_ : *this;
    }

    const std::unordered_set<std::string>* locals_ = nullptr;
    Scope* globals_ = nullptr;
    std::unordered_map<std::string, Value> variables_;
};

}  // namespace conformance
