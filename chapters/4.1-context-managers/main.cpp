// 4.1: a context manager does something before a block and after it, and may wait in both: a class, a generator, one
// in the block of another, and a group of them.
#include <chrono>
#include <exception>
#include <filesystem>
#include <string>

#include "chapters/4.1-context-managers/tutorial.hpp"
#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;
using tutorial::AsyncContextManagerGroup;
using tutorial::AsyncDatabaseConnection;

void beyond_the_tutorial();  // beyond.cpp

// [class]
aio::Coroutine<void> use_async_context_manager() {
    print("=== Async Context Manager ===");

    co_await aio::with(AsyncDatabaseConnection("mydb"), [&](AsyncDatabaseConnection& db) -> aio::Coroutine<void> {
        const std::string result1 = co_await db.execute("SELECT * FROM users");
        const std::string result2 = co_await db.execute("INSERT INTO users VALUES (1, 'Alice')");
        print("Results: {}, {}", result1, result2);
    });
}
// [/class]

// [generator]
aio::AsyncGenerator<const aio::File&> async_file_manager(std::string filename, std::string mode) {
    print("Opening {}...", filename);
    const aio::File file = co_await aio::open_file(filename, mode);
    std::exception_ptr error;
    try {
        co_yield file;  // the block runs here
    } catch (...) { error = std::current_exception(); }
    print("Closing {}...", filename);
    co_await file.close();
    if (error) std::rethrow_exception(error);
}

aio::Coroutine<void> use_async_context_manager_decorator() {
    print("\n=== Async Context Manager Decorator ===");

    co_await aio::with(aio::context_manager(async_file_manager("test.txt", "w")),
                       [](const aio::File& f) -> aio::Coroutine<void> { co_await f.write("Hello, Async World!"); });

    co_await aio::with(aio::context_manager(async_file_manager("test.txt", "r")),
                       [](const aio::File& f) -> aio::Coroutine<void> {
                           const std::string content = co_await f.read();
                           print("Read: {}", content);
                       });

    std::filesystem::remove("test.txt");
}
// [/generator]

// [nested]
aio::AsyncGenerator<std::string> transaction_manager(std::string db_name) {
    print("Starting transaction on {}", db_name);
    co_await aio::sleep(100ms);
    std::exception_ptr error;
    try {
        co_yield db_name;
        print("Committing transaction on {}", db_name);
        co_await aio::sleep(100ms);
    } catch (const std::exception& e) {
        print("Rolling back transaction on {}: {}", db_name, e.what());
        error = std::current_exception();
    }
    if (!error) co_return;
    co_await aio::sleep(100ms);
    std::rethrow_exception(error);
}

aio::Coroutine<void> nested_async_context_managers(bool simulate_error) {
    print("\n=== Nested Async Context Managers ===");

    const auto block = [&](AsyncDatabaseConnection& db) -> aio::Coroutine<void> {
        const std::string result = co_await db.execute("UPDATE users SET active = true");
        print("Transaction result: {}", result);
        if (simulate_error) throw aio::ValueError("Simulated error");
    };
    co_await aio::with(AsyncDatabaseConnection("main_db"), [&](auto& db) -> aio::Coroutine<void> {
        co_await aio::with(aio::context_manager(transaction_manager("main_db")), [&] { return block(db); });
    });
}
// [/nested]

// [combined]
aio::Coroutine<void> combined_async_context_managers() {
    print("\n=== Combined Async Context Managers ===");

    AsyncDatabaseConnection db1("db1"), db2("db2");
    AsyncContextManagerGroup<AsyncDatabaseConnection> group({&db1, &db2});

    co_await aio::with(group, [&]() -> aio::Coroutine<void> {
        const std::string result1 = co_await db1.execute("SELECT 1");
        const std::string result2 = co_await db2.execute("SELECT 2");
        print("Results: {}, {}", result1, result2);
    });
}
// [/combined]

aio::Coroutine<void> run_all_context_manager_demos() {
    co_await use_async_context_manager();
    co_await use_async_context_manager_decorator();
    co_await nested_async_context_managers(false);
    co_await combined_async_context_managers();
}

int main(int argc, char** argv) {
    accept_no_arguments(argc, argv);
    aio::run(run_all_context_manager_demos());
    beyond_the_tutorial();
}
