#include "runtime/coroutine/frame_pool.hpp"

namespace aio::detail {
// Apart from the pool, which so needs no destructor: a thread_local with one is checked at every access.
struct FramePool::AtThreadEnd {
    AtThreadEnd() { pool.open_ = AIO_FRAME_POOL; }
    ~AtThreadEnd() {
        pool.open_ = false;  // static objects may still free frames
        for (Block*& block : pool.free_)
            while (block) ::operator delete(std::exchange(block, block->next));
    }
};

void* FramePool::allocate_new(std::size_t size) {
    thread_local const AtThreadEnd at_thread_end;
    return ::operator new(class_of(size) * step + step - word);
}
}  // namespace aio::detail
