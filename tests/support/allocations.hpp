// How often this thread has asked for memory.
#pragma once
#include <cstddef>

#include "runtime/coroutine/frame_pool.hpp"

namespace aio::test {

/// Since the thread began: operator new and mmap, or under a sanitizer every malloc.
std::size_t allocations() noexcept;

/// What so many coroutine frames cost in the steady state: nothing, but where a sanitizer has the pool off.
constexpr std::size_t cost_of_frames(std::size_t frames) { return AIO_FRAME_POOL ? 0 : frames; }

}  // namespace aio::test
