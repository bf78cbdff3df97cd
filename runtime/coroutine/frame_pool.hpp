// Where the frames of coroutines live: freed ones are kept and used again.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

// The Makefile switches it off for sanitizers: they find a use after free only if memory is really freed.
#ifndef AIO_FRAME_POOL
#define AIO_FRAME_POOL true
#endif

namespace aio::detail {
/// A list of free blocks for each size, in every thread. Blocks are cut from slabs, with no word of malloc's between
/// them. Any thread may free one: it goes back to the thread that has cut it, or, when that has ended, to its slab.
struct FramePool {
    /// Aligned for any object of `size` bytes: to 16 where that is a multiple of 16, else to 8.
    static void* allocate(std::size_t size) {
        const std::size_t c = class_of(size);
        if (c >= classes || !pool.free_[c]) return allocate_new(size);
        return std::exchange(pool.free_[c], pool.free_[c]->next);
    }
    static void deallocate(void* memory, std::size_t size) noexcept {
        const std::size_t c = class_of(size);
        if (!AIO_FRAME_POOL || c >= classes || Slab::of(memory)->home != pool.home_)
            return deallocate_elsewhere(memory, size);
        pool.free_[c] = new (memory) Block{pool.free_[c], c};
    }
  private:
    struct Block {
        Block* next;
        std::size_t size_class;
    };
    struct Home;
    /// 64 KB of blocks, aligned to their size, so that each block finds its slab. Freed when all have given it back:
    /// the thread that cut it, and whoever frees one of its blocks when that thread has ended.
    struct alignas(std::max_align_t) Slab {
        static constexpr std::size_t size = 1 << 16;  // nowhere are pages larger

        static Slab* of(void* block) noexcept {
            return reinterpret_cast<Slab*>(reinterpret_cast<std::uintptr_t>(block) & ~(size - 1));
        }
        static Slab* map(Home* home);
        void give_back() noexcept;
        Home* const home;  // of the thread that cuts it
        std::atomic<std::size_t> users = 1;
    };
    struct AtThreadEnd;
    static constexpr std::size_t step = 8, classes = 128;
    static constexpr std::size_t class_of(std::size_t size) {
        return size < sizeof(Block) ? sizeof(Block) / step : (size + step - 1) / step;
    }
    static void* allocate_new(std::size_t size);
    static void deallocate_elsewhere(void* memory, std::size_t size) noexcept;
    void look_at_home();
    void start_slab();

    static thread_local constinit FramePool pool;
    std::array<Block*, classes> free_{};
    Home* home_ = nullptr;  // from the first allocation to the end of the thread
    Slab* slab_ = nullptr;  // the one that is being cut
    std::size_t left_ = 0;  // of it, from its beginning
};
inline thread_local constinit FramePool FramePool::pool;

/// Base of what is made and destroyed all the time: frames, tasks, futures.
struct Pooled {
    static void* operator new(std::size_t size) { return FramePool::allocate(size); }
    static void operator delete(void* memory, std::size_t size) noexcept { FramePool::deallocate(memory, size); }
};
}  // namespace aio::detail
