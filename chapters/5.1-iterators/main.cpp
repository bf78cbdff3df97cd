// 5.1: what can be iterated over by `while (auto item = co_await iterator.next())`: a class with a next(), a file, and
// a class that hands out a generator.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "chapters/5.1-iterators/async_range.hpp"
#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "chapters/temporary_folder.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

void beyond_the_tutorial();  // beyond.cpp

std::string strip(std::string line) {
    const char* const blank = " \t\r\n";
    line.erase(line.find_last_not_of(blank) + 1);
    return line.erase(0, line.find_first_not_of(blank));
}

// [iterate]
aio::Coroutine<void> async_iterator_demo() {
    print("=== Async Iterator Demo ===");

    print("AsyncRange:");
    auto numbers = AsyncRange(5).aiter();
    while (auto i = co_await numbers.next()) print(" {}", *i);

    const TemporaryFolder folder;
    const auto path = folder / "test_lines.txt";
    const std::string test_content = "Line 1\nLine 2\nLine 3\nLine 4\nLine 5";
    co_await aio::with(aio::open_file(path, "w"), [&](aio::File& file) -> aio::Coroutine<void> {  //
        co_await file.write(test_content);
    });

    print("\nAsync file reading:");
    const aio::File file = co_await aio::open_file(path, "r");
    while (auto line = co_await file.next()) print(" {}", strip(*line));
}
// [/iterate]

// [pipeline]
class AsyncDataPipeline {
  public:
    explicit AsyncDataPipeline(std::vector<std::string> data_sources) : data_sources_(std::move(data_sources)) {}

    aio::AsyncGenerator<std::string> aiter() const { return process_data(data_sources_); }
  private:
    static aio::AsyncGenerator<std::string> process_data(std::vector<std::string> data_sources) {
        for (const std::string& source : data_sources) {
            print("Processing source: {}", source);
            co_await aio::sleep(500ms);  // as if it took some time to process
            co_yield "Processed data from " + source;
        }
    }
    std::vector<std::string> data_sources_;
};

aio::Coroutine<void> use_async_pipeline() {
    print("\n=== Async Data Pipeline ===");

    const AsyncDataPipeline pipeline({"API 1", "Database", "File System", "Cache"});
    auto items = pipeline.aiter();
    while (auto data = co_await items.next()) print("Received: {}", *data);
}
// [/pipeline]

int main(int argc, char** argv) {
    accept_no_arguments(argc, argv);
    aio::run(async_iterator_demo());
    aio::run(use_async_pipeline());
    beyond_the_tutorial();
}
