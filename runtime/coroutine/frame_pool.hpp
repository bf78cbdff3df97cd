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
/// One list of free blocks for each size, in every thread. Blocks are cut from slabs, with no word of malloc's between
/// them, and may be freed in another thread than the one that took them. What a thread has freed it keeps until it
/// ends.
class FramePool {
  public:
    /// Aligned as an object of `size` bytes may ask for, up to std::max_align_t: a size that is no multiple of 16 has
    /// nothing in it that is aligned to 16.
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
    bool open_ = false;  // from the first allocation to the end of the thread
};

inline thread_local constinit FramePool FramePool::pool;

/// Base of what is made and destroyed all the time: frames, tasks, futures.
struct Pooled {
    static void* operator new(std::size_t size) { return FramePool::allocate(size); }
    static void operator delete(void* memory, std::size_t size) noexcept { FramePool::deallocate(memory, size); }
};
}  // namespace aio::detail
