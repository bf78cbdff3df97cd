#include "runtime/coroutine/frame_pool.hpp"
#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace aio::detail {
namespace {
// A word short of its alignment: there malloc keeps what it notes of the next one, and slabs lie side by side.
constexpr std::size_t slab_alignment = 1 << 14, slab_size = slab_alignment - sizeof(std::size_t);
}  // namespace

/// Memory for blocks of one size, which follow it. It is freed when all are given back, by whatever threads have them
/// at their end.
struct alignas(std::max_align_t) FramePool::Slab {
    static Slab& of(void* block) noexcept {
        return *reinterpret_cast<Slab*>(reinterpret_cast<std::uintptr_t>(block) & ~(slab_alignment - 1));
    }
    void give_back_one() noexcept {
        if (out.fetch_sub(1, std::memory_order_acq_rel) == 1) std::free(this);
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
    auto* memory = static_cast<std::byte*>(std::aligned_alloc(slab_alignment, slab_size));
    if (!memory) throw std::bad_alloc();
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
