// 3.1, second part: what the tutorial's code gets wrong about files, and what happens in the threads behind them.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "chapters/python_print.hpp"
#include "chapters/temporary_folder.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;
using std::filesystem::path;

namespace {

aio::Coroutine<std::string> contents(path file_path) {
    const aio::File file = co_await aio::open_file(file_path);
    co_return co_await file.read();
}

aio::Coroutine<void> write(path file_path, std::string text) {
    co_await aio::with(aio::open_file(file_path, "w"), [&](aio::File& file) -> aio::Coroutine<void> {  //
        co_await file.write(text);
    });
}

aio::Coroutine<void> who_reads() {
    print("\n--- A regular file is always ready, so it is a thread that waits for the disk ---");
    const auto thread = co_await aio::to_thread(std::this_thread::get_id);
    print("to_thread ran in the loop's thread: {}", thread == std::this_thread::get_id());
}

aio::Coroutine<void> the_loop_goes_on() {
    print("\n--- A call that blocks for a while holds up nobody else ---");
    const auto slow = [] {
        std::this_thread::sleep_for(20ms);
        return 42;
    };
    auto answer = aio::create_task(aio::to_thread(slow));
    co_await aio::sleep(0s);
    print("the task goes on while the thread works, answer there: {}", answer.done());
    print("the answer: {}", co_await answer);
}

aio::Coroutine<void> missing_or_empty(const TemporaryFolder& folder) {
    print("\n--- A missing file is an error with a name; an empty file is no error ---");
    co_await write(folder / "empty.txt", "");
    print("empty.txt: {} bytes", (co_await contents(folder / "empty.txt")).size());
    try {
        co_await contents(folder / "missing.txt");
    } catch (const aio::FileNotFoundError& error) { print("missing.txt: {}", error.code().message()); }
    try {
        co_await write(folder / "no-folder" / "notes.txt", "text");
    } catch (const aio::OSError& error) { print("writing: {}", error.code().message()); }

    const auto remove = [file = folder / "empty.txt"] { return std::filesystem::remove(file); };
    const bool removed = co_await aio::to_thread(remove), again = co_await aio::to_thread(remove);
    print("removed: {}, and again: {}", removed, again);
}

aio::Coroutine<void> bytes_and_characters(const TemporaryFolder& folder) {
    print("\n--- Text is UTF-8, whatever the locale says; sizes count bytes ---");
    co_await write(folder / "word.txt", "Größe");
    const std::string word = co_await contents(folder / "word.txt");
    const auto continues = [](char byte) { return (byte & 0xC0) == 0x80; };
    const auto characters = word.size() - static_cast<std::size_t>(std::ranges::count_if(word, continues));
    print("{}: {} characters, {} bytes", word, characters, word.size());
}

aio::Coroutine<void> line_by_line(const TemporaryFolder& folder) {
    print("\n--- Line by line: only when nothing is left in memory does a thread read on ---");
    co_await write(folder / "lines.txt", "one\ntwo\nthree");
    const aio::File file = co_await aio::open_file(folder / "lines.txt");
    while (const auto line = co_await file.next()) print("{}", python::repr(*line));
}

// [atomic]
aio::Coroutine<void> replaced_whole(const TemporaryFolder& folder) {
    print("\n--- A program that dies while it writes leaves half a file; atomic_write leaves the old one ---");
    const path settings = folder / "settings.txt";
    co_await write(settings, "old settings");
    const auto fails_half_way = [](aio::File& file) -> aio::Coroutine<void> {
        co_await file.write("new sett");
        throw std::runtime_error("something went wrong");
    };

    try {
        co_await aio::with(aio::open_file(settings, "w"), fails_half_way);
    } catch (const std::runtime_error& error) { print("open_file: {}", error.what()); }
    print("left: {}", python::repr(co_await contents(settings)));

    co_await write(settings, "old settings");
    try {
        co_await aio::with(aio::atomic_write(settings), fails_half_way);
    } catch (const std::runtime_error& error) { print("atomic_write: {}", error.what()); }
    print("left: {}", python::repr(co_await contents(settings)));

    co_await aio::with(aio::atomic_write(settings), [](aio::File& file) -> aio::Coroutine<void> {  //
        co_await file.write("new settings");
    });
    print("when all goes well: {}", python::repr(co_await contents(settings)));
}
// [/atomic]

aio::Coroutine<void> a_full_disk() {
    print("\n--- What can't be written is an error at the write, and nobody is told that it was written ---");
    try {
        co_await write("/dev/full", "text");  // a file on a disk that is always full
        print("Written 4 bytes to /dev/full");
    } catch (const aio::OSError& error) { print("{}", error.what()); }
}

// [cancelled]
struct Progress {
    std::atomic<bool> begun{false}, ended{false};
};

// Shared, for the function may outlive the frame that awaits it.
aio::Coroutine<void> cancel_at_work(std::shared_ptr<Progress> progress) {
    const auto work = [progress] {
        progress->begun = true;
        std::this_thread::sleep_for(50ms);
        progress->ended = true;
    };
    auto task = aio::create_task(aio::to_thread(work));
    while (!progress->begun) co_await aio::sleep(0s);
    task.cancel();
    try {
        co_await task;
    } catch (const aio::CancelledError&) { print("cancelled; the function has ended: {}", progress->ended.load()); }
}

void cancelled_while_a_thread_works() {
    print("\n--- A thread can't be cancelled: the await ends at once, and run() waits for the function ---");
    const auto progress = std::make_shared<Progress>();
    aio::run(cancel_at_work(progress));
    print("run() has returned; the function has ended: {}", progress->ended.load());
}
// [/cancelled]

aio::Coroutine<void> works_in_a_folder(path& where) {
    const TemporaryFolder folder;
    where = folder.path();
    co_await write(folder / "notes.txt", "text");
    throw std::runtime_error("an error half way");
}

void the_folder_is_gone() {
    print("\n--- Whatever happens to the program, its folder is removed: a destructor does it ---");
    path folder;
    try {
        aio::run(works_in_a_folder(folder));
    } catch (const std::runtime_error& error) {
        print("{}; the folder is there: {}", error.what(), std::filesystem::exists(folder));
    }
}

aio::Coroutine<void> with_a_folder() {
    const TemporaryFolder folder;
    co_await who_reads();
    co_await the_loop_goes_on();
    co_await missing_or_empty(folder);
    co_await bytes_and_characters(folder);
    co_await line_by_line(folder);
    co_await replaced_whole(folder);
    co_await a_full_disk();
}
}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    aio::run(with_a_folder());
    cancelled_while_a_thread_works();
    the_folder_is_gone();
}
