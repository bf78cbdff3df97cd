#include "runtime/context/exception_group.hpp"
#include <algorithm>

namespace aio {
BaseExceptionGroup::BaseExceptionGroup(std::string message, std::vector<std::exception_ptr> exceptions)
    : message_(std::move(message)), exceptions_(std::move(exceptions)) {
    if (exceptions_.empty()) throw ValueError("an exception group needs at least one exception");
}

std::exception_ptr BaseExceptionGroup::subgroup(const Predicate& matches) const {
    std::vector<std::exception_ptr> found;
    for (const std::exception_ptr& error : exceptions_) {
        try {
            std::rethrow_exception(error);
        } catch (const BaseExceptionGroup& group) {
            if (std::exception_ptr part = group.subgroup(matches)) found.push_back(part);
        } catch (...) {
            if (matches(error)) found.push_back(error);
        }
    }
    return found.empty() ? nullptr : make_exception_group(message_, std::move(found));
}

ExceptionGroup::ExceptionGroup(std::string message, std::vector<std::exception_ptr> exceptions)
    : BaseExceptionGroup(std::move(message), std::move(exceptions)) {
    const std::size_t count = this->exceptions().size();
    text_ = this->message() + " (" + std::to_string(count) + " sub-exception" + (count == 1 ? ")" : "s)");
}

std::exception_ptr make_exception_group(const std::string& message, std::vector<std::exception_ptr> exceptions) {
    if (std::ranges::all_of(exceptions, holds<std::exception>))
        return std::make_exception_ptr(ExceptionGroup(message, std::move(exceptions)));
    return std::make_exception_ptr(BaseExceptionGroup(message, std::move(exceptions)));
}
}  // namespace aio
