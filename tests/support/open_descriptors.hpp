// How many descriptors this process holds.
#pragma once
#include <filesystem>
#include <iterator>

namespace aio::test {

inline auto open_descriptors() { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); }

}  // namespace aio::test
