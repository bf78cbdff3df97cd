// 5.1, second part: iterated twice, cancelled, read by chunks, left early.
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chapters/5.1-iterators/async_range.hpp"
#include "chapters/python_print.hpp"
#include "chapters/temporary_folder.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

namespace {

template <class Iterator> aio::Coroutine<std::vector<int>> all_of(Iterator iterator) {
    std::vector<int> items;
    while (auto item = co_await iterator.next()) items.push_back(*item);
    co_return items;
}

// [twice]
aio::Coroutine<void> iterated_twice() {
    print("\n--- The range is no iterator: each loop has an iterator of its own ---");
    const AsyncRange range(3);
    print("the first loop: {}", co_await all_of(range.aiter()));
    print("the second loop: {}", co_await all_of(range.aiter()));

    auto [one, other] = co_await aio::gather(all_of(range.aiter()), all_of(range.aiter()));
    print("two at the same time: {} {}", one, other);
}
// [/twice]

aio::Coroutine<void> steps() {
    print("\n--- Any step but 0 ---");
    print("downwards: {}", co_await all_of(AsyncRange(5, 0, -2).aiter()));
    print("nothing to do: {}", co_await all_of(AsyncRange(5, 0).aiter()));
    try {
        const AsyncRange endless(0, 5, 0);
    } catch (const aio::ValueError& error) { print("{}", error.what()); }
}

// [cancelled]
/// As the tutorial's: the counter moves before the wait.
class MovesFirst {
  public:
    aio::Coroutine<std::optional<int>> next() {
        const int value = current_++;
        co_await aio::sleep(100ms);
        co_return value;
    }
  private:
    int current_ = 0;
};

template <class Iterator> aio::Coroutine<int> after_a_timeout(Iterator iterator) {
    try {
        co_await aio::wait_for(iterator.next(), 50ms);
    } catch (const aio::TimeoutError&) {}  // it is cancelled while it waits
    const std::optional<int> number = co_await iterator.next();
    co_return *number;
}

aio::Coroutine<void> cancelled_in_between() {
    print("\n--- A wait that is cancelled must not lose a number ---");
    print("the counter moves before the wait: the next number is {}", co_await after_a_timeout(MovesFirst()));
    print("the counter moves after the wait: the next number is {}", co_await after_a_timeout(AsyncRange(5).aiter()));
}
// [/cancelled]

// [chunks]
aio::Coroutine<void> a_file_by_chunks() {
    print("\n--- A file by chunks; there is no file that is not open yet ---");
    const TemporaryFolder folder;
    const auto path = folder / "test_lines.txt";
    co_await aio::with(aio::open_file(path, "w"), [&](aio::File& file) -> aio::Coroutine<void> {  //
        co_await file.write("Line 1\nLine 2\nLine 3");
    });
    const aio::File file = co_await aio::open_file(path);
    auto chunks = file.chunks(10);
    while (auto chunk = co_await chunks.next()) print("{} bytes: {}", chunk->size(), python::repr(*chunk));

    co_await file.close();
    try {
        co_await chunks.next();
    } catch (const aio::ValueError&) { print("after close(), the next chunk is a ValueError"); }
}
// [/chunks]

// [early]
aio::AsyncGenerator<int> with_cleanup() {
    bool closing = false;
    try {
        for (int i = 0;; ++i) co_yield i;
    } catch (const aio::GeneratorExit&) { closing = true; }
    if (closing) co_await aio::sleep(100ms);  // a clean-up may take its time
    print("the generator has cleaned up");
}

aio::Coroutine<void> left_early() {
    print("\n--- A loop that is left early: at the end of its scope the generator goes, and its clean-up is run ---");
    {
        auto items = with_cleanup();
        while (auto item = co_await items.next())
            if (*item == 2) break;
        print("the loop was left");
    }
    print("the scope has ended");
    co_await aio::sleep(200ms);
    print("the program goes on");
}
// [/early]

}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    aio::run(iterated_twice());
    aio::run(steps());
    aio::run(cancelled_in_between());
    aio::run(a_file_by_chunks());
    aio::run(left_early());
}
