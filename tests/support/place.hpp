// How a report names a place of the test's own source.
#pragma once
#include <source_location>
#include <string>

namespace aio::test {

/// "tests/observe/debug_test.cpp:12, in f"
inline std::string place(unsigned line, const std::string& function,
                         const std::source_location& here = std::source_location::current()) {
    return std::string(here.file_name()) + ":" + std::to_string(line) + ", in " + function;
}

}  // namespace aio::test
