// Pairs: a coroutine that uses something which is gone, and the right way. Without arguments all right ones run;
// `11-lifetime-traps NAME` runs the wrong one of that name. tests/notes/lifetime_traps_test.py sees that it is caught.
#include <fmt/format.h>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using Text = std::string;

Text long_text() { return Text(100, 'x'); }

// [argument]
namespace argument {
aio::Coroutine<std::size_t> length_by_reference(const Text& text) {
    co_await aio::sleep(1s);
    co_return text.size();
}
aio::Coroutine<std::size_t> length_by_value(Text text) {
    co_await aio::sleep(1s);
    co_return text.size();
}

aio::Coroutine<std::size_t> wrong() {
    auto length = length_by_reference(long_text());  // the temporary string dies at the end of this line
    co_return co_await length;
}
aio::Coroutine<std::size_t> right() {
    auto length = length_by_value(long_text());
    co_return co_await length;
}
}  // namespace argument
// [/argument]

// [closure]
namespace closure {
aio::Coroutine<std::size_t> wrong() {
    const Text text = long_text();
    auto length = [text]() -> aio::Coroutine<std::size_t> {
        co_await aio::sleep(1s);
        co_return text.size();  // the closure's text; but the closure dies at the end of the next line
    }();
    co_return co_await length;
}
aio::Coroutine<std::size_t> right() {
    const Text text = long_text();
    const auto length = [text]() -> aio::Coroutine<std::size_t> {
        co_await aio::sleep(1s);
        co_return text.size();
    };
    co_return co_await length();  // the closure has a name, and outlives what it made
}
}  // namespace closure
// [/closure]

// [local]
namespace local {
aio::Coroutine<void> add_one(std::vector<int>& numbers) {
    co_await aio::sleep(1s);
    numbers.push_back(1);
}

aio::Coroutine<void> starts_and_leaves() {
    std::vector<int> numbers;
    aio::create_task(add_one(numbers));  // runs on when numbers is gone
    co_return;
}
aio::Coroutine<std::size_t> wrong() {
    co_await starts_and_leaves();
    co_await aio::sleep(2s);
    co_return 0;
}

aio::Coroutine<std::size_t> right() {
    std::vector<int> numbers;
    co_await aio::with(aio::TaskGroup(), [&](aio::TaskGroup& group) -> aio::Coroutine<void> {
        group.create_task(add_one(numbers));
        co_return;
    });  // waits for all its children
    co_return numbers.size();
}
}  // namespace local
// [/local]

// [element]
namespace element {
aio::Coroutine<void> add_clients(std::vector<Text>& clients) {
    co_await aio::sleep(1s);
    for (int i = 0; i < 100; ++i) clients.push_back("one more");
}

aio::Coroutine<std::size_t> wrong() {
    std::vector<Text> clients{"Ann", "Bob"};
    const auto adding = aio::create_task(add_clients(clients));
    std::size_t letters = 0;
    for (const Text& client : clients) {
        co_await aio::sleep(2s);  // meanwhile the vector grows, and moves
        letters += client.size();
    }
    co_return letters;
}
aio::Coroutine<std::size_t> right() {
    std::vector<Text> clients{"Ann", "Bob"};
    const auto adding = aio::create_task(add_clients(clients));
    std::size_t letters = 0;
    const std::vector<Text> present = clients;  // those who were there when we began
    for (const Text& client : present) {
        co_await aio::sleep(2s);
        letters += client.size();
    }
    co_return letters;
}
}  // namespace element
// [/element]

// [object]
namespace object {
struct Session : std::enable_shared_from_this<Session> {
    aio::Coroutine<std::size_t> talk() {
        co_await aio::sleep(1s);
        co_return name.size();  // this->name
    }
    /// The same; `self` lies in the frame and keeps the session alive.
    aio::Coroutine<std::size_t> talk_and_keep(std::shared_ptr<Session> self) {
        co_await aio::sleep(1s);
        co_return self->name.size();
    }
    Text name = long_text();
};

aio::Coroutine<std::size_t> wrong() {
    auto session = std::make_shared<Session>();
    const auto talking = aio::create_task(session->talk());
    session.reset();  // its task is still under way
    co_return co_await talking;
}
aio::Coroutine<std::size_t> right() {
    auto session = std::make_shared<Session>();
    const auto talking = aio::create_task(session->talk_and_keep(session));
    session.reset();
    co_return co_await talking;
}
}  // namespace object
// [/object]

// [result]
namespace result {
aio::Coroutine<Text> make_text() { co_return long_text(); }
aio::Coroutine<aio::Task<Text>> finished() {
    auto task = aio::create_task(make_text());
    co_await task;
    co_return task;
}

aio::Coroutine<std::size_t> wrong() {
    auto task = co_await finished();
    const Text& text = task.result();      // a reference into the task
    task = aio::create_task(make_text());  // the last handle of the old task goes, and the task with it
    co_return text.size();
}
aio::Coroutine<std::size_t> right() {
    auto task = co_await finished();
    const Text text = task.result();
    task = aio::create_task(make_text());
    co_return text.size();
}
}  // namespace result
// [/result]

using Program = aio::Coroutine<std::size_t> (*)();
const std::vector<std::pair<Text, std::pair<Program, Program>>> pairs = {
    {"argument", {argument::wrong, argument::right}}, {"closure", {closure::wrong, closure::right}},
    {"local", {local::wrong, local::right}},          {"element", {element::wrong, element::right}},
    {"object", {object::wrong, object::right}},       {"result", {result::wrong, result::right}},
};

int main(int argc, char** argv) {
    const Text wanted = argc > 1 ? argv[1] : "";
    for (const auto& [name, programs] : pairs) {
        if (wanted.empty()) fmt::print("{:<9} the right one gives {}\n", name, aio::run(programs.second()));
        if (wanted == name) fmt::print("{:<9} the wrong one gives {}\n", name, aio::run(programs.first()));
    }
}
