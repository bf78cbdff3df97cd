// 3.1: files, read and written without blocking the loop: several at once, and a large one piece by piece.
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "chapters/temporary_folder.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;
using std::filesystem::path;

void beyond_the_tutorial();  // beyond.cpp

// [read-and-write]
/// The contents, or nothing if there is no such file: an empty file is not a missing one.
aio::Coroutine<std::optional<std::string>> read_file(path file_path) {
    const std::string name = file_path.filename();
    try {
        const aio::File file = co_await aio::open_file(file_path, "r");
        std::string content = co_await file.read();
        print("Read {} characters from {}", content.size(), name);  // bytes; for ASCII it is the same
        co_return content;
    } catch (const aio::FileNotFoundError&) { print("File {} not found", name); }
    co_return std::nullopt;
}

aio::Coroutine<void> write_file(path file_path, std::string content) {
    co_await aio::with(aio::open_file(file_path, "w"), [&](aio::File& file) -> aio::Coroutine<void> {  //
        co_await file.write(content);
    });
    // The file is closed: had something gone wrong on the way to the disk, we would not get here.
    print("Written {} characters to {}", content.size(), file_path.filename().string());
}
// [/read-and-write]

// [large-file]
aio::Coroutine<void> process_large_file(path file_path, std::size_t chunk_size) {
    const aio::File file = co_await aio::open_file(file_path, "rb");
    auto chunks = file.chunks(chunk_size);
    int count = 0;
    while (const auto chunk = co_await chunks.next()) {
        co_await aio::sleep(10ms);  // as if it took some time to process
        print("Processed chunk {} ({} bytes)", ++count, chunk->size());
    }
    print("Finished processing {} chunks", count);
}
// [/large-file]

// [demo]
aio::Coroutine<void> file_operations_demo() {
    const TemporaryFolder folder;  // in the coroutine: Ctrl-C cancels that, and its locals go
    print("=== Async File Operations ===");

    const std::vector<std::string> names = {"test1.txt", "test2.txt", "test3.txt"};
    const std::vector<std::string> contents = {"Hello World", "Python Async", "File Operations"};

    std::vector<aio::Coroutine<void>> writes;
    for (std::size_t i = 0; i < names.size(); ++i) writes.push_back(write_file(folder / names[i], contents[i]));
    co_await aio::gather(std::move(writes));

    std::vector<aio::Coroutine<std::optional<std::string>>> reads;
    for (const std::string& name : names) reads.push_back(read_file(folder / name));
    const auto results = co_await aio::gather(std::move(reads));
    for (std::size_t i = 0; i < names.size(); ++i)
        if (results[i]) print("{}: {}...", names[i], results[i]->substr(0, 20));

    co_await write_file(folder / "large_file.txt", std::string(10000, 'x'));
    co_await process_large_file(folder / "large_file.txt", 1000);

    for (const std::string name : {"test1.txt", "test2.txt", "test3.txt", "large_file.txt"}) {
        const auto remove = [file = folder / name] { return std::filesystem::remove(file); };  // false: no such file
        const bool removed = co_await aio::to_thread(remove);
        if (removed) print("Removed {}", name);
    }
}
// [/demo]

int main(int argc, char** argv) {
    accept_no_arguments(argc, argv);
    aio::run(file_operations_demo());
    beyond_the_tutorial();
}
