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

/// What is left of the slab that a thread cuts now, for each size.
struct Fresh {
    std::byte* next;
    std::size_t blocks;
};
thread_local constinit std::array<Fresh, 128> fresh_of_size{};
}  // namespace

/// Memory for blocks of one size, which follow it. It is freed when all are given back, by whatever threads have them
/// at their end.
struct alignas(std::max_align_t) FramePool::Slab {
    static Slab& of(void* block) noexcept {
        return *reinterpret_cast<Slab*>(reinterpret_cast<std::uintptr_t>(block) & ~(slab_size - 1));
    }
    void give_back(std::size_t blocks) noexcept {
        if (out.fetch_sub(blocks, std::memory_order_acq_rel) == blocks) munmap(this, slab_size);
    }
    std::atomic<std::size_t> out;  // how many are not given back
};

// Apart from the pool, which so needs no destructor: a thread_local with one is checked at every access.
struct FramePool::AtThreadEnd {
    AtThreadEnd() { pool.open_ = true; }
    ~AtThreadEnd() {
        pool.open_ = false;  // static objects may still free frames
        for (Block*& list : pool.free_)
            while (Block* block = list) list = block->next, Slab::of(block).give_back(1);
        for (Fresh& fresh : fresh_of_size)
            if (fresh.blocks > 0) Slab::of(fresh.next).give_back(std::exchange(fresh.blocks, 0));
    }
};

void* FramePool::allocate_new(std::size_t size) {
    const std::size_t c = class_of(size);
    if (c >= classes || !AIO_FRAME_POOL) return ::operator new(size);
    thread_local const AtThreadEnd at_thread_end;
    Fresh& fresh = fresh_of_size.at(c);
    if (fresh.blocks == 0) {
        // Each size begins at another place: a processor takes a read for one of what was just written, for a while,
        // where the two addresses differ by a multiple of 4096.
        const std::size_t first = sizeof(Slab) + c % 16 * 64;
        std::byte* memory = allocate_slab();
        fresh = {memory + first, (slab_size - first) / (c * step)};
        new (memory) Slab{fresh.blocks};
    }
    --fresh.blocks;
    return std::exchange(fresh.next, fresh.next + c * step);
}

void FramePool::deallocate_closed(void* memory, std::size_t size) noexcept {
    if (class_of(size) >= classes || !AIO_FRAME_POOL) return ::operator delete(memory);
    Slab::of(memory).give_back(1);
}
}  // namespace aio::detail
