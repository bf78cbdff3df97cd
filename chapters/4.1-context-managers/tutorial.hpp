// The connection and the group of 4.1 as the tutorial has them. connection.hpp and group.hpp do it right.
#pragma once
#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

namespace tutorial {

// [connection]
class AsyncDatabaseConnection {
  public:
    explicit AsyncDatabaseConnection(std::string db_name) : db_name_(std::move(db_name)) {}

    aio::Coroutine<void> connect() {
        python::print("Connecting to {}...", db_name_);
        co_await aio::sleep(std::chrono::milliseconds(500));
        connected_ = true;
        python::print("Connected to {}", db_name_);
    }
    aio::Coroutine<void> disconnect() {
        if (!connected_) co_return;
        python::print("Disconnecting from {}...", db_name_);
        co_await aio::sleep(std::chrono::milliseconds(200));
        connected_ = false;
        python::print("Disconnected from {}", db_name_);
    }
    aio::Coroutine<std::string> execute(std::string query) {
        if (!connected_) throw aio::RuntimeError("Not connected to database");
        python::print("Executing: {}", query);
        co_await aio::sleep(std::chrono::milliseconds(300));
        co_return "Result of: " + query;
    }
    bool connected() const noexcept { return connected_; }

    // For with(): what to do on the way into the block, and on the way out.

    aio::Coroutine<void> aenter() { return connect(); }
    aio::Coroutine<void> aexit(std::exception_ptr) { return disconnect(); }
  private:
    std::string db_name_;
    bool connected_ = false;
};
// [/connection]

// [group]
template <class Manager> class AsyncContextManagerGroup {
  public:
    explicit AsyncContextManagerGroup(std::vector<Manager*> managers) : managers_(std::move(managers)) {}

    aio::Coroutine<void> aenter() {
        for (Manager* manager : managers_) {
            co_await manager->aenter();
            entered_.push_back(manager);
        }
    }
    aio::Coroutine<void> aexit(std::exception_ptr error) {
        for (auto manager = entered_.rbegin(); manager != entered_.rend(); ++manager) co_await (*manager)->aexit(error);
    }
  private:
    std::vector<Manager*> managers_, entered_;
};
// [/group]

}  // namespace tutorial
