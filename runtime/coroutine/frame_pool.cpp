#include "runtime/coroutine/frame_pool.hpp"
#include <sys/mman.h>
#include <atomic>
#include <cstdint>

namespace aio::detail {
/// 64 KB of blocks, aligned to their size, so that each block finds its slab. Freed when all have given it back: the
/// thread that cut it, and whatever threads have its blocks at their end.
struct alignas(std::max_align_t) FramePool::Slab {
    static constexpr std::size_t size = 1 << 16;  // nowhere are pages larger

    static Slab* map() {
        void* mapped = mmap(nullptr, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapped == MAP_FAILED) throw std::bad_alloc();
        auto* const memory = static_cast<std::byte*>(mapped);
        const std::size_t before = -reinterpret_cast<std::uintptr_t>(mapped) % size;
        if (before > 0) munmap(memory, before);
        munmap(memory + before + size, size - before);
        return new (memory + before) Slab;
    }
    static Slab* of(void* block) noexcept {
        return reinterpret_cast<Slab*>(reinterpret_cast<std::uintptr_t>(block) & ~(size - 1));
    }
    void give_back() noexcept {
        if (users.fetch_sub(1, std::memory_order_acq_rel) == 1) munmap(this, size);
    }
    std::atomic<std::size_t> users = 1;
};

// Apart from the pool, which so needs no destructor: a thread_local with one is checked at every access.
struct FramePool::AtThreadEnd {
    AtThreadEnd() { pool.open_ = true; }
    ~AtThreadEnd() {
        pool.open_ = false;  // static objects may still free frames
        for (Block*& list : pool.free_)
            while (Block* block = list) list = block->next, Slab::of(block)->give_back();
        pool.left_ = 0;
        if (pool.slab_) std::exchange(pool.slab_, nullptr)->give_back();
    }
};

void* FramePool::allocate_new(std::size_t size) {
    const std::size_t bytes = class_of(size) * step;
    if (bytes >= classes * step || !AIO_FRAME_POOL) return ::operator new(size);
    thread_local const AtThreadEnd at_thread_end;
    if (pool.left_ < sizeof(Slab) + bytes + step) {
        Slab* const slab = Slab::map();
        if (pool.slab_) pool.slab_->give_back();
        pool.slab_ = slab, pool.left_ = Slab::size;
    }
    if (bytes % alignof(std::max_align_t) == 0) pool.left_ -= pool.left_ % alignof(std::max_align_t);
    pool.slab_->users.fetch_add(1, std::memory_order_relaxed);
    return reinterpret_cast<std::byte*>(pool.slab_) + (pool.left_ -= bytes);
}

void FramePool::deallocate_closed(void* memory, std::size_t size) noexcept {
    if (class_of(size) >= classes || !AIO_FRAME_POOL) return ::operator delete(memory);
    Slab::of(memory)->give_back();
}
}  // namespace aio::detail
