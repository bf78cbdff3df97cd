// 4.1, second part: the variant with an error, and then what the tutorial's group, transaction and connection get
// wrong, each beside the right way.
#include <chrono>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "chapters/4.1-context-managers/connection.hpp"
#include "chapters/4.1-context-managers/group.hpp"
#include "chapters/4.1-context-managers/resource.hpp"
#include "chapters/4.1-context-managers/tutorial.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;
using tutorial::AsyncContextManagerGroup;
using tutorial::AsyncDatabaseConnection;

aio::Coroutine<void> nested_async_context_managers(bool simulate_error);  // main.cpp
aio::AsyncGenerator<std::string> transaction_manager(std::string db_name);

namespace {

/// Awaits it, and prints how it ended.
aio::Coroutine<void> ending_of(aio::Coroutine<void> coroutine) {
    try {
        co_await std::move(coroutine);
        print("    no error came out");
    } catch (const aio::ExceptionGroup& group) {
        print("    came out: {}", group.what());
        for (const std::exception_ptr& error : group.exceptions()) print("        {}", aio::describe(error));
    } catch (...) { print("    came out: {}", aio::describe(std::current_exception())); }
}

aio::Coroutine<void> the_simulated_error() {
    print("\n--- The tutorial's variant: an error in the block, caught here ---");
    co_await ending_of(nested_async_context_managers(true));
}

// ---- The group

template <class Group> aio::Coroutine<void> use(Group& group, bool fails) {
    const auto block = [&]() -> aio::Coroutine<void> {
        print("    the block");
        if (fails) throw aio::ValueError("the block failed");
        co_return;
    };
    co_await aio::with(group, block);
}

template <template <class> class Group> aio::Coroutine<void> use_once(std::vector<Resource> resources, bool fails) {
    std::vector<Resource*> managers;
    for (Resource& resource : resources) managers.push_back(&resource);
    Group<Resource> group(managers);
    co_await ending_of(use(group, fails));
}

aio::Coroutine<void> both_ways(std::vector<Resource> resources, bool fails) {
    print("the tutorial's group:");
    co_await use_once<AsyncContextManagerGroup>(resources, fails);
    print("done right:");
    co_await use_once<ManagerGroup>(std::move(resources), fails);
}

aio::Coroutine<void> the_group() {
    using enum Resource::Fault;
    print("\n--- The second enter fails: the first must be left ---");
    std::vector<Resource> resources = {Resource("a"), Resource("b", on_entry)};
    co_await both_ways(resources, false);

    print("\n--- An exit throws: the others must be left all the same ---");
    resources = {Resource("a"), Resource("b"), Resource("c", on_exit)};
    co_await both_ways(resources, true);

    print("\n--- One swallows the error: those before it must not hear of it ---");
    resources = {Resource("a"), Resource("b", swallows)};
    co_await both_ways(resources, true);

    print("\n--- The group is used twice: nothing may be left twice ---");
    Resource a("a");
    AsyncContextManagerGroup<Resource> wrong({&a});
    print("the tutorial's group:");
    co_await ending_of(use(wrong, false));
    co_await ending_of(use(wrong, false));
    ManagerGroup<Resource> right({&a});
    print("done right:");
    co_await ending_of(use(right, false));
    co_await ending_of(use(right, false));
}

// [ready-made]
aio::Coroutine<void> what_the_runtime_has() {
    print("\n--- The runtime has this: several managers in one with(), or an ExitStack ---");
    Resource a("a"), b("b", Resource::Fault::on_entry);
    const auto block = []() -> aio::Coroutine<void> { co_return; };
    const auto in_one_with = [&]() -> aio::Coroutine<void> { co_await aio::with(a, b, block); };
    co_await ending_of(in_one_with());

    co_await aio::with(aio::ExitStack(), [&](aio::ExitStack& stack) -> aio::Coroutine<void> {
        for (const char* name : {"c", "d"}) co_await stack.enter_async_context(Resource(name));
        stack.callback([] { print("    a callback"); });
        print("    the block");
    });
}
// [/ready-made]

// ---- The transaction

/// Runs it as a task, and cancels that after a time, and again each 20 ms.
aio::Coroutine<void> cancelled_after(std::chrono::milliseconds time, aio::Coroutine<void> coroutine, int cancels = 1) {
    auto task = aio::create_task(ending_of(std::move(coroutine)));
    for (int i = 0; i < cancels; ++i) aio::get_running_loop().call_later(time + i * 20ms, [task] { task.cancel(); });
    co_await task;
}

aio::Coroutine<void> tutorials_transaction() {
    const auto block = []() -> aio::Coroutine<void> { co_await aio::sleep(10s); };
    co_await aio::with(aio::context_manager(transaction_manager("db")), block);
}

aio::Coroutine<void> transaction(std::chrono::milliseconds length, bool commit_fails = false) {
    co_await aio::with(Connection("db"), [&](Connection& db) -> aio::Coroutine<void> {
        Transaction tx = begin(db);
        tx.commit_fails = commit_fails;
        const auto block = [&]() -> aio::Coroutine<void> { co_await aio::sleep(length); };
        co_await aio::with(tx, block);
    });
}

aio::Coroutine<void> the_transaction() {
    print("\n--- The task is cancelled: neither committed nor rolled back ---");
    co_await cancelled_after(200ms, tutorials_transaction());
    print("\n--- Done right: rolled back, even if it is cancelled again meanwhile ---");
    co_await cancelled_after(700ms, transaction(10s), 3);
    print("\n--- A commit that fails is no reason to roll back: nobody knows what it has done ---");
    co_await ending_of(transaction(0s, true));
    print("\n--- A transaction belongs to a connection, which must be open ---");
    const auto closed = []() -> aio::Coroutine<void> {
        Connection db("db");
        Transaction tx = begin(db);
        const auto block = []() -> aio::Coroutine<void> { co_return; };
        co_await aio::with(tx, block);
    };
    co_await ending_of(closed());
}

// ---- The connection

template <class C> aio::Coroutine<void> use_connection(C& connection, std::chrono::milliseconds length) {
    const auto block = [&]() -> aio::Coroutine<void> { co_await aio::sleep(length); };
    co_await aio::with(connection, block);
}

template <class C> aio::Coroutine<void> cancelled_on_its_way_out() {
    C db("db");
    co_await cancelled_after(700ms, use_connection(db, 100ms));  // connected at 500 ms, left at 600 ms
    print("    connected: {}", db.connected());
}

template <class C> aio::Coroutine<void> entered_twice() {
    C db("db");
    const auto first = aio::create_task(use_connection(db, 1s));
    co_await aio::sleep(600ms);
    co_await ending_of(use_connection(db, 10ms));
    print("    connected, while the first block still runs: {}", db.connected());
    co_await first;
}

aio::Coroutine<void> the_connection() {
    print("\n--- Disconnecting is cancelled: the tutorial's connection stays open ---");
    co_await cancelled_on_its_way_out<AsyncDatabaseConnection>();
    print("\n--- Done right: it is closed at once, and says goodbye to the end ---");
    co_await cancelled_on_its_way_out<Connection>();
    print("\n--- One connection in two blocks at once: the first to leave closes it for both ---");
    co_await entered_twice<AsyncDatabaseConnection>();
    print("\n--- Done right: the second is refused ---");
    co_await entered_twice<Connection>();
}

// ---- The file

// [remove-at-end]
/// Removes a file, however the block ends. This needs no await, so a destructor serves.
struct RemoveAtEnd {
    explicit RemoveAtEnd(std::filesystem::path p) : path(std::move(p)) {}
    ~RemoveAtEnd() { std::filesystem::remove(path); }
    RemoveAtEnd(const RemoveAtEnd&) = delete;
    RemoveAtEnd& operator=(const RemoveAtEnd&) = delete;
    std::filesystem::path path;
};

aio::Coroutine<void> fail_with_a_file(std::filesystem::path path) {
    const RemoveAtEnd remove(path);
    co_await aio::with(aio::open_file(path, "w"), [](const aio::File& file) -> aio::Coroutine<void> {
        co_await file.write("half of it");
        throw aio::ValueError("the block failed");
    });
}
// [/remove-at-end]

aio::Coroutine<void> the_file() {
    print("\n--- The block fails: the file is removed all the same ---");
    co_await ending_of(fail_with_a_file("test.txt"));
    print("    test.txt exists: {}", std::filesystem::exists("test.txt"));
}

}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    aio::run(the_simulated_error());
    aio::run(the_group());
    aio::run(what_the_runtime_has());
    aio::run(the_transaction());
    aio::run(the_connection());
    aio::run(the_file());
}
