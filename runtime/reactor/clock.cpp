#include "runtime/reactor/clock.hpp"

#include <cstdlib>
#include <string>

#include "runtime/reactor/errors.hpp"

namespace aio {

ClockKind clock_from_environment() {
    const char* value = std::getenv("AIO_CLOCK");
    const std::string name = value ? value : "real";
    if (name == "real") return ClockKind::real;
    if (name == "virtual") return ClockKind::virtual_time;
    throw ValueError("AIO_CLOCK is '" + name + "': set it to 'real' or 'virtual', or leave it out");
}

}  // namespace aio
