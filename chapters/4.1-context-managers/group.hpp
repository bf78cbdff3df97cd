// Several managers that are entered and left as one, done right.
#pragma once
#include <exception>
#include <utility>
#include <vector>

#include "runtime/aio.hpp"

/// If one of them can't be entered, those before are left. On the way out all are left, whatever the others throw, and
/// all errors come out together, that of the block first. One that swallows the block's error does so for those before.
// [group]
template <class Manager> class ManagerGroup {
  public:
    explicit ManagerGroup(std::vector<Manager*> managers) : managers_(std::move(managers)) {}

    aio::Coroutine<void> aenter() {
        std::exception_ptr error;
        try {
            for (Manager* manager : managers_) {
                co_await manager->aenter();
                entered_.push_back(manager);
            }
        } catch (...) { error = std::current_exception(); }
        if (!error) co_return;
        const bool swallowed = co_await aexit(error);
        if (swallowed) throw aio::RuntimeError("a manager can't swallow that the group was not entered");
        std::rethrow_exception(error);
    }

    aio::Coroutine<bool> aexit(std::exception_ptr error) {
        const bool failed = error != nullptr;
        std::vector<std::exception_ptr> errors;
        while (!entered_.empty()) {
            Manager& manager = *std::exchange(entered_.back(), nullptr);
            entered_.pop_back();
            try {
                const bool swallowed = co_await manager.aexit(error);
                if (swallowed) error = nullptr;
            } catch (...) { errors.push_back(std::current_exception()); }
        }
        if (!errors.empty()) {
            if (error) errors.insert(errors.begin(), error);
            std::rethrow_exception(aio::make_exception_group("errors on the way out", std::move(errors)));
        }
        co_return failed && !error;
    }
  private:
    std::vector<Manager*> managers_, entered_;
};
// [/group]
