#include "runtime/reactor/errors.hpp"
#include <cxxabi.h>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>

namespace aio {
DeadlockError::DeadlockError(std::vector<std::string> names)
    : std::runtime_error([&] {
          std::string text = "deadlock: nothing is ready and nothing can wake the loop";
          for (const std::string& name : names) text += (&name == &names[0] ? "; still waiting: " : ", ") + name;
          return text;
      }()),
      tasks(std::move(names)) {}

std::string describe(const std::exception_ptr& error) {
    const char* const mangled = error.__cxa_exception_type()->name();
    const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(mangled, nullptr, nullptr, nullptr),
                                                           &std::free);
    const std::string type = name ? name.get() : mangled;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) { return type + ": " + e.what(); } catch (...) {
        return type;
    }
}

void throw_errno(const char* system_call) { throw std::system_error(errno, std::system_category(), system_call); }
}  // namespace aio
