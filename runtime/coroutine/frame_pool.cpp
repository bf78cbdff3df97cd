#include "runtime/coroutine/frame_pool.hpp"
#include <sys/mman.h>
#include <atomic>
#include <cstdint>

namespace aio::detail {
namespace {
constexpr std::size_t slab_size = 1 << 16;  // and its alignment. Nowhere are pages larger.

/// From the kernel, for malloc leaves gaps between pieces that are aligned so.
std::byte* allocate_slab() {
    void* mapped = mmap(nullptr, 2 * slab_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    auto* memory = static_cast<std::byte*>(mapped);
    const std::size_t before = -reinterpret_cast<std::uintptr_t>(mapped) % slab_size;
    if (before > 0) munmap(memory, before);
    munmap(memory + before + slab_size, slab_size - before);
    return memory + before;
}
}  // namespace

/// Memory for blocks of one size, which follow it. It is freed when all are given back, by whatever threads have them
/// at their end.
struct alignas(std::max_align_t) FramePool::Slab {
    static Slab& of(void* block) noexcept {
        return *reinterpret_cast<Slab*>(reinterpret_cast<std::uintptr_t>(block) & ~(slab_size - 1));
    }
    void give_back_one() noexcept {
        if (out.fetch_sub(1, std::memory_order_acq_rel) == 1) munmap(this, slab_size);
    }
    std::atomic<std::size_t> out;  // how many are not given back
};

// Apart from the pool, which so needs no destructor: a thread_local with one is checked at every access.
struct FramePool::AtThreadEnd {
    AtThreadEnd() { pool.open_ = true; }
    ~AtThreadEnd() {
        pool.open_ = false;  // static objects may still free frames
        for (Block*& list : pool.free_)
            while (Block* block = list) list = block->next, Slab::of(block).give_back_one();
    }
};

void* FramePool::allocate_new(std::size_t size) {
    const std::size_t c = class_of(size);
    if (c >= classes || !AIO_FRAME_POOL) return ::operator new(size);
    thread_local const AtThreadEnd at_thread_end;
    std::byte* memory = allocate_slab();
    const std::size_t block_size = c * step, blocks = (slab_size - sizeof(Slab)) / block_size;
    new (memory) Slab{blocks};
    // Each size begins at another place: a processor takes a read for one of what was just written, for a while, where
    // the two addresses differ by a multiple of 4096.
    const std::size_t first = c * 1216 % slab_size / block_size;
    for (std::size_t i = blocks; i-- > 0;)
        pool.free_[c] = new (memory + sizeof(Slab) + (first + i) % blocks * block_size) Block{pool.free_[c]};
    return std::exchange(pool.free_[c], pool.free_[c]->next);
}

void FramePool::deallocate_closed(void* memory, std::size_t size) noexcept {
    if (class_of(size) >= classes || !AIO_FRAME_POOL) return ::operator delete(memory);
    Slab::of(memory).give_back_one();
}
}  // namespace aio::detail
