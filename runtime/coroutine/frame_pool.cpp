#include "runtime/coroutine/frame_pool.hpp"
#include <sys/mman.h>

namespace aio::detail {
/// Where other threads put what they free of a thread's blocks. It lives as long as the thread and its slabs.
struct FramePool::Home {
    void release() noexcept {
        if (users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }
    std::atomic<Block*> returned = nullptr;  // &closed when the thread has ended
    std::atomic<std::size_t> users = 1;
    static inline Block closed{};
};

FramePool::Slab* FramePool::Slab::map(Home* home) {
    void* mapped = mmap(nullptr, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    auto* const memory = static_cast<std::byte*>(mapped);
    const std::size_t before = -reinterpret_cast<std::uintptr_t>(mapped) % size;
    if (before > 0) munmap(memory, before);
    munmap(memory + before + size, size - before);
    home->users.fetch_add(1, std::memory_order_relaxed);
    return new (memory + before) Slab{home};
}

void FramePool::Slab::give_back() noexcept {
    if (users.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    home->release();
    munmap(this, size);
}

// Apart from the pool, which so needs no destructor: a thread_local with one is checked at every access.
struct FramePool::AtThreadEnd {
    AtThreadEnd() { pool.home_ = new Home; }
    ~AtThreadEnd() {
        Home* const home = std::exchange(pool.home_, nullptr);  // static objects may still free frames
        for (Block*& list : pool.free_) give_back(std::exchange(list, nullptr));
        give_back(home->returned.exchange(&Home::closed, std::memory_order_acquire));
        pool.left_ = 0;
        if (pool.slab_) std::exchange(pool.slab_, nullptr)->give_back();
        home->release();
    }
    static void give_back(Block* list) noexcept {
        while (Block* block = list) {
            list = block->next;
            Slab::of(block)->give_back();
        }
    }
};

/// Puts what other threads have freed where this one looks first. The first time, and when other thread_locals still
/// allocate at the end of the thread, it makes the home.
void FramePool::look_at_home() {
    thread_local const AtThreadEnd at_thread_end;
    if (!home_) home_ = new Home;
    Block* returned = home_->returned.exchange(nullptr, std::memory_order_acquire);
    while (Block* block = returned) {
        returned = block->next;
        block->next = std::exchange(free_[block->size_class], block);
    }
}

void FramePool::start_slab() {
    Slab* const slab = Slab::map(home_);
    if (slab_) slab_->give_back();
    slab_ = slab;
    left_ = Slab::size;
}

void* FramePool::allocate_new(std::size_t size) {
    const std::size_t c = class_of(size), bytes = c * step;
    if (c >= classes || !AIO_FRAME_POOL) return ::operator new(size);
    if (pool.left_ < sizeof(Slab) + bytes + step) {
        pool.look_at_home();  // once a slab, so that a block that is cut does not pay for it
        if (pool.free_[c]) return allocate(size);
        pool.start_slab();
    }
    if (bytes % alignof(std::max_align_t) == 0) pool.left_ -= pool.left_ % alignof(std::max_align_t);
    pool.slab_->users.fetch_add(1, std::memory_order_relaxed);
    return reinterpret_cast<std::byte*>(pool.slab_) + (pool.left_ -= bytes);
}

void FramePool::deallocate_elsewhere(void* memory, std::size_t size) noexcept {
    const std::size_t c = class_of(size);
    if (c >= classes || !AIO_FRAME_POOL) return ::operator delete(memory);
    Slab* const slab = Slab::of(memory);
    std::atomic<Block*>& returned = slab->home->returned;
    Block* const block = new (memory) Block{returned.load(std::memory_order_relaxed), c};
    do
        if (block->next == &Home::closed) return slab->give_back();
    while (!returned.compare_exchange_weak(block->next, block, std::memory_order_release, std::memory_order_relaxed));
}
}  // namespace aio::detail
