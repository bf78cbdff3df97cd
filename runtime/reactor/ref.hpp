// A pointer that shares what it points to, by a count inside the object.
#pragma once
#include <cstdint>
#include <utility>

namespace aio {
/// The count, for a class T with a virtual destructor. Not atomic: an object is shared within one thread only.
template <class T> struct RefCounted {
    RefCounted() = default;
    RefCounted(RefCounted&&) = delete;
    void retain() noexcept { ++references_; }
    /// Gives one reference back. The last one destroys the object.
    void release() noexcept {
        if (--references_ == 0) delete static_cast<T*>(this);
    }
  private:
    std::uint32_t references_ = 0;
};

/// std::shared_ptr for one thread: one word, no control block, no atomic.
template <class T> class Ref {
  public:
    Ref(std::nullptr_t = nullptr) noexcept {}
    explicit Ref(T* object) noexcept : object_(object) {
        if (object_) object_->retain();
    }
    Ref(const Ref& other) noexcept : Ref(other.object_) {}
    Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    template <class U> Ref(const Ref<U>& other) noexcept : Ref(other.get()) {}
    ~Ref() {
        if (object_) object_->release();
    }
    Ref& operator=(Ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    T* get() const noexcept { return object_; }
    /// Takes over a reference that was retained by hand.
    static Ref adopt(T* object) noexcept { return Ref(object, 0); }
    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }
  private:
    Ref(T* object, int) noexcept : object_(object) {}
    T* object_ = nullptr;
};
}  // namespace aio
