#include "runtime/reactor/errors.hpp"
#include <cxxabi.h>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>

namespace aio {
DeadlockError::DeadlockError(std::vector<std::string> tasks)
    : tasks_(std::move(tasks)), text_("deadlock: nothing is ready and nothing can wake the loop") {
    for (std::size_t i = 0; i < tasks_.size(); ++i) text_ += (i ? ", " : "; still waiting: ") + tasks_[i];
}

std::string describe(const std::exception_ptr& error) {
    const auto type_name = [] {
        const char* mangled = abi::__cxa_current_exception_type()->name();
        int status = 0;
        const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(mangled, nullptr, nullptr, &status),
                                                               &std::free);
        return std::string(status == 0 ? name.get() : mangled);
    };
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) { return type_name() + ": " + e.what(); } catch (...) {
        return type_name();
    }
}

void throw_errno(const char* system_call) { throw std::system_error(errno, std::system_category(), system_call); }
}  // namespace aio
