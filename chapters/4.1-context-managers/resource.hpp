// A manager for the demonstrations: it can fail on either way, and swallow.
#pragma once
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

class Resource {
  public:
    enum class Fault { none, on_entry, on_exit, swallows };

    explicit Resource(std::string name, Fault fault = Fault::none) : name_(std::move(name)), fault_(fault) {}

    aio::Coroutine<void> aenter() {
        co_await aio::sleep(std::chrono::milliseconds(10));
        if (fault_ == Fault::on_entry) throw aio::ValueError("can't enter " + name_);
        print_with_name("enter", nullptr);
    }
    aio::Coroutine<bool> aexit(std::exception_ptr error) {
        print_with_name("exit", error);
        co_await aio::sleep(std::chrono::milliseconds(10));
        if (fault_ == Fault::on_exit) throw aio::ValueError("can't exit " + name_);
        co_return fault_ == Fault::swallows;
    }
  private:
    void print_with_name(const char* what, const std::exception_ptr& error) const {
        python::print("    {} {}{}", what, name_, error ? ", told of " + aio::describe(error) : "");
    }
    std::string name_;
    Fault fault_;
};
