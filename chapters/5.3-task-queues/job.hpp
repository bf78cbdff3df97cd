// A job as both of the tutorial's queues keep it, and its id.
#pragma once
#include <fstream>
#include <functional>
#include <string>

#include "runtime/aio.hpp"

using JobFunction = std::function<aio::Coroutine<std::string>()>;

/// A random UUID, made by the kernel: random(4). Throws RuntimeError where /proc is not mounted.
inline std::string uuid4() {
    std::string id;
    if (!(std::ifstream("/proc/sys/kernel/random/uuid") >> id))
        throw aio::RuntimeError("can't read /proc/sys/kernel/random/uuid: is /proc mounted?");
    return id;
}
