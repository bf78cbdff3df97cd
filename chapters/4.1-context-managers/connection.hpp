// A connection and its transactions, done right.
#pragma once
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

/// Closes for good, even when the task is cancelled meanwhile.
// [connection]
class Connection {
  public:
    explicit Connection(std::string name) : name_(std::move(name)) {}

    aio::Coroutine<void> aenter() {
        if (entered_) throw aio::RuntimeError("the connection to " + name_ + " is in use already");
        entered_ = true;
        try {
            co_await aio::sleep(std::chrono::milliseconds(500));
        } catch (...) {
            entered_ = false;
            throw;
        }
        connected_ = true;
        python::print("connected to {}", name_);
    }
    aio::Coroutine<void> aexit(std::exception_ptr) {
        connected_ = false;  // first: whatever comes, nobody shall use it any more
        entered_ = false;
        co_await aio::defer_cancellation(say_goodbye());
    }

    bool connected() const noexcept { return connected_; }
    const std::string& name() const noexcept { return name_; }
    bool in_transaction = false;
  private:
    aio::Coroutine<void> say_goodbye() {
        co_await aio::sleep(std::chrono::milliseconds(200));
        python::print("disconnected from {}", name_);
    }
    std::string name_;
    bool entered_ = false, connected_ = false;
};
// [/connection]

/// Of one connection; one at a time. Commits if the block ends well, and rolls back if it does not: by an error, or
/// because the task was cancelled.
// [transaction]
class Transaction {
  public:
    explicit Transaction(Connection& connection) : connection_(connection) {}

    aio::Coroutine<void> aenter() {
        if (!connection_.connected()) throw aio::RuntimeError(connection_.name() + " is not connected");
        if (connection_.in_transaction) throw aio::RuntimeError(connection_.name() + " is in a transaction already");
        python::print("begin");
        co_await aio::sleep(std::chrono::milliseconds(100));
        connection_.in_transaction = true;
    }
    aio::Coroutine<void> aexit(std::exception_ptr error) {
        connection_.in_transaction = false;
        auto ending = error ? roll_back(error) : commit();
        co_await aio::defer_cancellation(std::move(ending));
    }
    bool commit_fails = false;  // for the demonstration
  private:
    aio::Coroutine<void> commit() {
        python::print("commit");
        co_await aio::sleep(std::chrono::milliseconds(100));
        if (commit_fails) throw std::runtime_error("the disk is full");
    }
    aio::Coroutine<void> roll_back(std::exception_ptr why) {
        python::print("roll back: {}", aio::describe(why));
        co_await aio::sleep(std::chrono::milliseconds(100));
        python::print("rolled back");
    }
    Connection& connection_;
};

inline Transaction begin(Connection& connection) { return Transaction(connection); }
// [/transaction]
