#include "tests/conformance/errors.hpp"

#include <map>
#include <utility>

#include "runtime/aio.hpp"

namespace conformance {

namespace {

/// The kinds of which the runtime has no class, or one without a text.
class KeyError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};
class AttributeError : public std::exception {};
class TimeoutWithText : public aio::TimeoutError {
  public:
    explicit TimeoutWithText(std::string text) : text_(std::move(text)) {}
    const char* what() const noexcept override { return text_.c_str(); }
  private:
    std::string text_;
};

/// A kind, and what is written behind it.
using Described = std::pair<std::string, std::string>;

std::string in_brackets(const std::string& text) {
    return text.empty() || text.find(' ') != std::string::npos ? "" : "(" + text + ")";
}

/// Groups in the group are replaced by their leaves.
std::string leaves(const aio::BaseExceptionGroup& group) {
    std::string text;
    for (const std::exception_ptr& error : group.exceptions()) {
        if (!text.empty()) text += ", ";
        try {
            std::rethrow_exception(error);
        } catch (const aio::BaseExceptionGroup& inner) { text += leaves(inner); } catch (...) {
            text += show(error);
        }
    }
    return text;
}

Described describe(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const aio::CancelledError&) { return {"CancelledError", ""}; } catch (const aio::GeneratorExit&) {
        return {"GeneratorExit", ""};
    } catch (const aio::ValueError& e) {
        return {"ValueError", in_brackets(e.what())};
    } catch (const aio::BrokenBarrierError&) { return {"BrokenBarrierError", ""}; } catch (const aio::QueueFull&) {
        return {"QueueFull", ""};
    } catch (const aio::QueueEmpty&) { return {"QueueEmpty", ""}; } catch (const aio::RuntimeError& e) {
        return {"RuntimeError", in_brackets(e.what())};
    } catch (const KeyError& e) { return {"KeyError", in_brackets(e.what())}; } catch (const aio::TimeoutError& e) {
        return {"TimeoutError", in_brackets(e.what())};
    } catch (const aio::InvalidStateError& e) {
        return {"InvalidStateError", in_brackets(e.what())};
    } catch (const AttributeError&) { return {"AttributeError", ""}; } catch (const aio::ExceptionGroup& group) {
        return {"ExceptionGroup", "[" + leaves(group) + "]"};
    } catch (const aio::BaseExceptionGroup& group) {
        return {"BaseExceptionGroup", "[" + leaves(group) + "]"};
    } catch (...) { return {aio::describe(error), ""}; }
}

template <class E> std::exception_ptr error_of(const std::string& text) {
    if constexpr (std::constructible_from<E, std::string>)
        return std::make_exception_ptr(E(text));
    else
        return std::make_exception_ptr(E());
}

}  // namespace

std::exception_ptr make_error(const std::string& kind, const std::string& text) {
    static const std::map<std::string, std::exception_ptr (*)(const std::string&)> makers = {
        {"ValueError", error_of<aio::ValueError>},
        {"RuntimeError", error_of<aio::RuntimeError>},
        {"KeyError", error_of<KeyError>},
        {"TimeoutError", error_of<TimeoutWithText>},
        {"CancelledError", error_of<aio::CancelledError>},
        {"AttributeError", error_of<AttributeError>},
    };
    return makers.at(kind)(text);
}

bool matches(const std::exception_ptr& error, const std::string& kind) {
    if (kind == "BaseException") return true;
    const std::string is = describe(error).first;
    if (kind == "Exception") return is != "CancelledError" && is != "GeneratorExit" && is != "BaseExceptionGroup";
    return kind == is || (kind == "RuntimeError" && is == "BrokenBarrierError") ||
           (kind == "BaseExceptionGroup" && is == "ExceptionGroup");
}

std::string show(const std::exception_ptr& error) {
    if (!error) return "None";
    const auto [kind, text] = describe(error);
    return kind + text;
}

}  // namespace conformance
