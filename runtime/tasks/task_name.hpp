// What a task is called.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace aio::detail {
/// "Task-<number>" until it is given a name of its own, which most tasks never are. It takes one word.
class TaskName {
  public:
    explicit TaskName(std::uint64_t number) noexcept : word_(number << 1 | 1) {}
    TaskName(TaskName&&) = delete;
    ~TaskName() { delete given(); }

    std::uint64_t number() const noexcept { return given() ? given()->number : word_ >> 1; }
    std::string text() const { return given() ? given()->name : "Task-" + std::to_string(number()); }
    void set(std::string_view name) {
        const auto* next = new Given{number(), std::string(name)};
        delete given();
        word_ = reinterpret_cast<std::uintptr_t>(next);
    }
  private:
    struct Given {
        std::uint64_t number;
        std::string name;
    };
    const Given* given() const noexcept { return word_ & 1 ? nullptr : reinterpret_cast<const Given*>(word_); }

    std::uint64_t word_;  // twice the number and one, or a Given*, which is even
};
}  // namespace aio::detail
