// Who may watch a loop at work. The floors here report to it; what it makes of that is up to observe/, which is beside.
#pragma once
#include <memory>
#include <source_location>
#include <string>
#include "runtime/reactor/entry.hpp"

namespace aio {
class EventLoop;
/// Of a co_await, of a create_task. One pointer; as a default argument, Place::current() is where the call stands.
using Place = std::source_location;

namespace detail {
struct Tasks;  // of the floor above

struct Observer {
    virtual ~Observer() = default;
    virtual void run(Entry& entry) noexcept = 0;  ///< runs it
    virtual void deadlocked() noexcept = 0;       ///< nothing can ever become ready
};

// Defined in observe/.
/// Watches `loop` if AIO_DEBUG is 1. Throws ValueError for any other word but 0.
void observe_if_asked(EventLoop& loop);
/// "main.cpp:12, in f", the file as the compiler was given it.
std::string describe(const Place& place);
/// "f", "X::f", "f()::<lambda>": the name alone, whatever the compiler adds to it.
std::string function_name(const Place& place);
}  // namespace detail
}  // namespace aio
