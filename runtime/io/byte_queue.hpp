// Bytes on their way: in at one end, out at the other.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include "runtime/coroutine/frame_pool.hpp"

namespace aio::detail {
/// What has been received and nobody has read yet, or what could not be sent yet. An empty one is one null pointer: ten
/// thousand silent connections own no buffer.
class ByteQueue {
  public:
    ByteQueue() noexcept = default;
    explicit ByteQueue(std::string bytes) {
        if (!bytes.empty()) content_ = std::make_unique<Content>(std::move(bytes));
    }

    bool empty() const noexcept { return !content_; }
    std::size_t size() const noexcept { return view().size(); }
    std::string_view view() const noexcept {
        return content_ ? std::string_view(content_->bytes).substr(content_->taken) : std::string_view();
    }

    void append(std::string_view more) {
        if (!content_) return void(*this = ByteQueue(std::string(more)));
        std::string& bytes = content_->bytes;
        if (content_->taken > bytes.size() / 2) bytes.erase(0, std::exchange(content_->taken, 0));
        bytes.append(more);
    }
    /// Throws away the first `count` bytes. No more than size().
    void drop(std::size_t count) noexcept {
        if (count == 0) return;
        content_->taken += count;
        if (content_->taken == content_->bytes.size()) content_ = nullptr;
    }
    /// Takes out the first `most` bytes, or all if there are fewer.
    std::string take(std::size_t most) {
        if (content_ && content_->taken == 0 && content_->bytes.size() <= most)
            return std::move(std::exchange(content_, nullptr)->bytes);
        std::string taken(view().substr(0, most));
        drop(taken.size());
        return taken;
    }
    /// The same, still as bytes on their way.
    ByteQueue split(std::size_t most) {
        if (size() <= most) return std::exchange(*this, {});
        return ByteQueue(take(most));
    }
  private:
    struct Content : Pooled {
        explicit Content(std::string all) noexcept : bytes(std::move(all)) {}
        std::string bytes;
        std::size_t taken = 0;  // so many at the front are gone; else each short line would move all that follow it
    };
    std::unique_ptr<Content> content_;  // null when there is nothing
};
}  // namespace aio::detail
