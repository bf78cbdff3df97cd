#include "runtime/coroutine/frame_pool.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "tests/support/allocations.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::detail::FramePool;

TEST(FramePool, gives_every_size_memory_of_its_own) {
    std::vector<std::pair<unsigned char*, std::size_t>> blocks;
    for (std::size_t size = 1; size < 3000; size += 7) {
        auto* memory = static_cast<unsigned char*>(FramePool::allocate(size));
        std::fill_n(memory, size, static_cast<unsigned char>(size));
        blocks.emplace_back(memory, size);
    }
    for (auto [memory, size] : blocks) {
        EXPECT_EQ(memory[0], static_cast<unsigned char>(size));
        EXPECT_EQ(memory[size - 1], static_cast<unsigned char>(size));
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t), 0u);
        FramePool::deallocate(memory, size);
    }
}

#if AIO_FRAME_POOL
TEST(FramePool, gives_what_was_freed_last_first) {
    void* first = FramePool::allocate(100);
    void* second = FramePool::allocate(100);
    FramePool::deallocate(first, 100);
    FramePool::deallocate(second, 100);
    EXPECT_EQ(FramePool::allocate(100), second);
    EXPECT_EQ(FramePool::allocate(100), first);
    FramePool::deallocate(first, 100);
    FramePool::deallocate(second, 100);
}
#endif

TEST(FramePool, takes_back_in_one_thread_what_another_has_allocated) {
    void* memory = nullptr;
    std::thread([&] { memory = FramePool::allocate(100); }).join();
    FramePool::deallocate(memory, 100);
    void* const again = FramePool::allocate(100);
    if (AIO_FRAME_POOL) { EXPECT_EQ(again, memory); }
    memory = again;
    std::thread([&] { FramePool::deallocate(memory, 100); }).join();
}

Coroutine<int> small(int n) { co_return n; }

Coroutine<int> large(int n) {
    std::array<char, 10'000> buffer{};
    buffer[static_cast<std::size_t>(n)] = 1;
    co_await turns(1);
    co_return buffer[static_cast<std::size_t>(n)];
}

TEST_ON_LOOP(FramePool, serves_frames_of_any_size) {
    for (int i = 0; i < 3; ++i) {
        const int found = co_await large(9'999);
        EXPECT_EQ(found, 1);
    }
}

TEST_ON_LOOP(FramePool, makes_awaiting_a_coroutine_free_of_allocations) {
    co_await small(1);
    const std::size_t before = allocations();
    for (int i = 0; i < 100; ++i) co_await small(i);
    EXPECT_EQ(allocations() - before, cost_of_frames(100));
}

}  // namespace
