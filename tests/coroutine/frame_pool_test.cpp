#include "runtime/coroutine/frame_pool.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <set>
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
    for (std::size_t size = 1; size < 3000; ++size) {
        auto* memory = static_cast<unsigned char*>(FramePool::allocate(size));
        std::fill_n(memory, size, static_cast<unsigned char>(size));
        blocks.emplace_back(memory, size);
    }
    for (auto [memory, size] : blocks) {
        EXPECT_EQ(memory[0], static_cast<unsigned char>(size));
        EXPECT_EQ(memory[size - 1], static_cast<unsigned char>(size));
        const std::size_t alignment = std::min(size & (~size + 1), alignof(std::max_align_t));  // the most it can need
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignment, 0u);
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

TEST(FramePool, cuts_many_blocks_from_one_slab) {
    std::size_t slabs = 0;
    std::thread([&] {  // which has no blocks from before
        FramePool::deallocate(FramePool::allocate(160), 160);
        std::vector<void*> blocks(1000);
        const std::size_t before = allocations();
        for (void*& block : blocks) block = FramePool::allocate(160);
        slabs = allocations() - before;
        for (void* block : blocks) FramePool::deallocate(block, 160);
    })
        .join();
    EXPECT_EQ(slabs, 2u);  // of 64 kilobytes, beside the first
}

bool exists(void* block) {
    const auto page_size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    void* const page = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(block) / page_size * page_size);
    unsigned char in_memory = 0;
    return mincore(page, 1, &in_memory) == 0;
}

TEST(FramePool, gives_back_what_a_thread_has_when_it_ends) {
    std::vector<void*> blocks(1000);
    std::thread([&] {
        for (void*& block : blocks) block = FramePool::allocate(512);
    }).join();
    EXPECT_TRUE(std::ranges::all_of(blocks, exists));  // they are not its own
    std::thread([&] {
        for (void* block : blocks) FramePool::deallocate(block, 512);
    }).join();
    EXPECT_TRUE(std::ranges::none_of(blocks, exists));
}

TEST(FramePool, takes_back_a_block_in_a_thread_that_has_none) {
    void* block = nullptr;
    std::thread([&] { block = FramePool::allocate(200); }).join();
    EXPECT_TRUE(exists(block));
    std::thread([&] { FramePool::deallocate(block, 200); }).join();
    EXPECT_FALSE(exists(block));
}
#endif

TEST(FramePool, needs_no_more_memory_the_longer_one_thread_frees_what_another_allocates) {
    std::array<void*, 100> blocks{};
    std::set<void*> different;
    for (int round = 0; round < 1000; ++round) {
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            blocks[i] = FramePool::allocate(100 + i);
            if (AIO_FRAME_POOL) different.insert(blocks[i]);
        }
        std::thread([&] {
            for (std::size_t i = 0; i < blocks.size(); ++i) FramePool::deallocate(blocks[i], 100 + i);
        }).join();
    }
    EXPECT_LE(different.size(), 1000u);  // of 100,000: what was freed is looked at when a slab is used up
}

TEST(FramePool, is_used_by_many_threads_at_once_that_free_what_others_allocate_and_end) {
    constexpr int threads = 8, rounds = 2000;
    std::array<std::atomic<void*>, 64> shared{};  // whoever finds a block there frees it, and puts one of its own
    const auto work = [&](unsigned seed) {
        for (int i = 0; i < rounds; ++i) {
            seed = seed * 1664525u + 1013904223u;
            auto* const block = static_cast<unsigned*>(FramePool::allocate(64));
            *block = seed;
            if (void* other = shared[(seed >> 8) % shared.size()].exchange(block)) FramePool::deallocate(other, 64);
        }
    };
    for (int generation = 0; generation < 5; ++generation) {
        std::vector<std::thread> workers;
        for (unsigned t = 0; t < threads; ++t) workers.emplace_back(work, t);
        for (std::thread& worker : workers) worker.join();
    }
    std::set<void*> left;
    for (auto& slot : shared)
        if (void* block = slot.load()) left.insert(block);
    EXPECT_EQ(left.size(), shared.size());  // none was given twice
    for (void* block : left) FramePool::deallocate(block, 64);
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
