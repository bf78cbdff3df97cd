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
/// One list of free blocks for each size class, in every thread. All blocks come from operator new, so one may be freed
/// in another thread than the one that took it. What a thread has freed it keeps until it ends.
class FramePool {
  public:
    static void* allocate(std::size_t size) {
        const std::size_t c = class_of(size);
        if (c >= classes || !pool.free_[c]) return allocate_new(size);
        return std::exchange(pool.free_[c], pool.free_[c]->next);
    }
    static void deallocate(void* memory, std::size_t size) noexcept {
        const std::size_t c = class_of(size);
        if (c >= classes || !pool.open_) return ::operator delete(memory);
        pool.free_[c] = new (memory) Block{pool.free_[c]};
    }
  private:
    struct Block {
        Block* next;
    };
    struct AtThreadEnd;
    // Blocks are 8 bytes short of a multiple of 32, for malloc puts a word of its own before each.
    static constexpr std::size_t step = 32, word = 8, classes = 32;
    static constexpr std::size_t class_of(std::size_t size) { return (size + word - 1) / step; }
    static void* allocate_new(std::size_t size);

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
