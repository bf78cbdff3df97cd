// Where the frames of coroutines live: freed ones are kept and used again.
#pragma once
#include <array>
#include <cstddef>
#include <new>
#include <utility>

// The Makefile switches it off for sanitizers: they find a use after free only if memory is really freed.
#ifndef AIO_FRAME_POOL
#define AIO_FRAME_POOL true
#endif

namespace aio::detail {
/// A list of free blocks for each size, in every thread. Blocks are cut from slabs, with no word of malloc's between
/// them. Any thread may free one, and keeps it until it ends.
struct FramePool {
    /// Aligned for any object of `size` bytes: to 16 where that is a multiple of 16, else to 8.
    static void* allocate(std::size_t size) {
        const std::size_t c = class_of(size);
        if (c >= classes || !pool.free_[c]) return allocate_new(size);
        return std::exchange(pool.free_[c], pool.free_[c]->next);
    }
    static void deallocate(void* memory, std::size_t size) noexcept {
        const std::size_t c = class_of(size);
        if (c >= classes || !pool.open_) return deallocate_closed(memory, size);
        pool.free_[c] = new (memory) Block{pool.free_[c]};
    }
  private:
    struct Block {
        Block* next;
    };
    struct Slab;
    struct AtThreadEnd;
    static constexpr std::size_t step = 8, classes = 128;
    static constexpr std::size_t class_of(std::size_t size) { return (size + step - 1) / step; }
    static void* allocate_new(std::size_t size);
    static void deallocate_closed(void* memory, std::size_t size) noexcept;

    static thread_local constinit FramePool pool;
    std::array<Block*, classes> free_{};
    Slab* slab_ = nullptr;  // the one that is being cut
    std::size_t left_ = 0;  // of it, from its beginning
    bool open_ = false;     // from the first allocation to the end of the thread
};
inline thread_local constinit FramePool FramePool::pool;

/// Base of what is made and destroyed all the time: frames, tasks, futures.
struct Pooled {
    static void* operator new(std::size_t size) { return FramePool::allocate(size); }
    static void operator delete(void* memory, std::size_t size) noexcept { FramePool::deallocate(memory, size); }
};
}  // namespace aio::detail
