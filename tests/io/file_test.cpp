#include "runtime/io/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "runtime/context/timeout.hpp"
#include "runtime/context/with.hpp"
#include "runtime/io/socket_address.hpp"
#include "runtime/io/to_thread.hpp"
#include "runtime/tasks/gather.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::File;
using aio::open_file;

TEST_ON_LOOP(File, what_is_written_can_be_read) {
    const TemporaryFolder folder;
    const auto path = folder / "notes.txt";
    const File out = co_await open_file(path, "w");
    const std::size_t written = co_await out.write(
        "Gr\xc3\xbc\xc3\x9f"
        "e\n");
    EXPECT_EQ(written, 8u);  // bytes
    EXPECT_EQ(contents(path),
              "Gr\xc3\xbc\xc3\x9f"
              "e\n");  // the kernel has it before the file is closed
    co_await out.close();

    const File in = co_await open_file(path);
    EXPECT_EQ(co_await in.read(),
              "Gr\xc3\xbc\xc3\x9f"
              "e\n");
    EXPECT_EQ(co_await in.read(), "");
    EXPECT_EQ(in.name(), path);
}

TEST_ON_LOOP(File, with_opens_it_and_closes_it_however_the_block_ends) {
    const TemporaryFolder folder;
    const auto before = open_descriptors();
    const std::size_t size = co_await aio::with(open_file(folder / "a", "w"), [](File& file) -> Coroutine<std::size_t> {
        co_return co_await file.write("abc");
    });
    EXPECT_EQ(size, 3u);
    EXPECT_EQ(open_descriptors(), before);

    const auto fails = [](File& file) -> Coroutine<> {
        co_await file.write("d");
        throw std::runtime_error("no more");
    };
    const auto uses = [&]() -> Coroutine<> { co_await aio::with(open_file(folder / "a", "a"), fails); };
    EXPECT_EQ(co_await ending_of(uses()), "std::runtime_error: no more");
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(contents(folder / "a"), "abcd");

    File file = co_await open_file(folder / "a");
    co_await aio::with(file, [](const File& f) -> Coroutine<> { EXPECT_EQ(co_await f.read(2), "ab"); });
    EXPECT_TRUE(file.closed());
}

TEST_ON_LOOP(File, reads_line_by_line) {
    const TemporaryFolder folder;
    const std::string long_line = std::string(200'000, 'x') + "\n";
    put_file(folder / "lines", "one\n\n" + long_line + "\r\nlast");
    const File file = co_await open_file(folder / "lines");
    std::vector<std::string> lines;
    while (auto line = co_await file.next()) lines.push_back(*line);
    EXPECT_EQ(lines, (std::vector<std::string>{"one\n", "\n", long_line, "\r\n", "last"}));
    EXPECT_EQ(co_await file.readline(), "");

    co_await file.seek(0);
    EXPECT_EQ(co_await file.readline(), "one\n");
    const std::vector<std::string> rest = co_await file.readlines();
    EXPECT_EQ(rest, std::vector<std::string>(lines.begin() + 1, lines.end()));
}

TEST_ON_LOOP(File, reads_in_chunks) {
    const TemporaryFolder folder;
    const std::string text(10'000, 'x');
    put_file(folder / "large", text);
    const File file = co_await open_file(folder / "large", "rb");
    auto chunks = file.chunks(3000);
    std::vector<std::size_t> sizes;
    while (auto chunk = co_await chunks.next()) sizes.push_back(chunk->size());
    EXPECT_EQ(sizes, (std::vector<std::size_t>{3000, 3000, 3000, 1000}));
    EXPECT_EQ(thrown_by([&] { static_cast<void>(file.chunks(0)); }), "aio::ValueError: a chunk has at least one byte");
}

TEST_ON_LOOP(File, reads_sizes_around_what_it_reads_ahead) {
    const TemporaryFolder folder;
    std::string text;
    for (int i = 0; i < 300'000; ++i) text += static_cast<char>('a' + i % 23);
    put_file(folder / "large", text);
    for (const int size : {1, 65'535, 65'536, 65'537, 131'072, 299'999, 300'000, 300'001}) {
        const File file = co_await open_file(folder / "large");
        std::string all;
        if (size == 1) {
            all = co_await file.read(1);
            all += co_await file.read();
        } else {
            auto chunks = file.chunks(static_cast<std::size_t>(size));
            while (auto chunk = co_await chunks.next()) all += *chunk;
        }
        EXPECT_EQ(all, text) << size;
    }
}

TEST_ON_LOOP(File, a_file_without_a_size_is_read_to_its_end) {
    const File file = co_await open_file("/proc/self/status");
    const std::string text = co_await file.read();
    EXPECT_NE(text.find("Name:"), text.npos);
    EXPECT_NE(text.find("nonvoluntary"), text.npos);
}

TEST_ON_LOOP(File, an_empty_file_is_no_error) {
    const TemporaryFolder folder;
    put_file(folder / "empty", "");
    const File file = co_await open_file(folder / "empty");
    EXPECT_EQ(co_await file.read(), "");
    EXPECT_EQ(co_await file.next(), std::nullopt);
}

TEST_ON_LOOP(File, each_mode_does_what_it_does_in_python) {
    const TemporaryFolder folder;
    const auto path = folder / "f";
    put_file(path, "old");
    const File append = co_await open_file(path, "a");
    EXPECT_EQ(co_await append.tell(), 3);
    co_await append.write("er");
    EXPECT_EQ(contents(path), "older");

    const File both = co_await open_file(path, "r+b");
    EXPECT_EQ(co_await both.read(2), "ol");
    co_await both.write("DER");  // where reading stopped, not where reading ahead did
    EXPECT_EQ(contents(path), "olDER");
    EXPECT_EQ(co_await both.tell(), 5);

    const File emptied = co_await open_file(path, "w+");
    EXPECT_EQ(contents(path), "");
    const std::vector<std::string> lines = {"a\n", "b\n"};
    co_await emptied.writelines(lines);
    EXPECT_EQ(co_await emptied.seek(2), 2);
    EXPECT_EQ(co_await emptied.read(), "b\n");

    EXPECT_EQ(co_await ending_of(open_file(path, "x")),
              "aio::FileExistsError: open " + path.string() + ": File exists");
    const File fresh = co_await open_file(folder / "g", "x");
    co_await fresh.write("new");
    EXPECT_EQ(contents(folder / "g"), "new");
    for (const char* mode : {"", "q", "rw", "r++", "rbt", "wr", "+", "b"}) {
        const std::string error = thrown_by([&] { static_cast<void>(open_file(path, mode)); });
        EXPECT_TRUE(error.starts_with("aio::ValueError: invalid mode '" + std::string(mode) + "'")) << error;
    }
}

TEST_ON_LOOP(File, seeks_tells_and_truncates) {
    const TemporaryFolder folder;
    const auto path = folder / "f";
    put_file(path, "0123456789");
    const File file = co_await open_file(path, "r+");
    EXPECT_EQ(co_await file.read(3), "012");
    EXPECT_EQ(co_await file.tell(), 3);
    EXPECT_EQ(co_await file.seek(2, SEEK_CUR), 5);
    EXPECT_EQ(co_await file.read(1), "5");
    EXPECT_EQ(co_await file.seek(-2, SEEK_END), 8);
    EXPECT_EQ(co_await file.truncate(), 8);
    EXPECT_EQ(contents(path), "01234567");
    EXPECT_EQ(co_await file.truncate(2), 2);
    EXPECT_EQ(co_await file.tell(), 8);
    EXPECT_EQ(co_await ending_of(file.seek(-1)), "std::system_error: lseek " + path.string() + ": Invalid argument");
    co_await file.flush();
    co_await file.fsync();
}

TEST_ON_LOOP(File, errors_name_the_operation_and_the_path) {
    const TemporaryFolder folder;
    const std::string missing = folder / "missing", file = folder / "file", dir = folder.path();
    put_file(file, "");
    EXPECT_EQ(co_await ending_of(open_file(missing)),
              "aio::FileNotFoundError: open " + missing + ": No such file or directory");
    EXPECT_EQ(co_await ending_of(open_file(dir, "w")), "aio::IsADirectoryError: open " + dir + ": Is a directory");
    EXPECT_EQ(co_await ending_of(open_file(file + "/below")),
              "aio::NotADirectoryError: open " + file + "/below: Not a directory");
    const File reads = co_await open_file(file);
    EXPECT_EQ(co_await ending_of(reads.write("x")),
              "aio::ValueError: " + file + " was not opened for writing, but with mode 'r'");
    const File writes = co_await open_file(file, "w");
    EXPECT_EQ(co_await ending_of(writes.read()),
              "aio::ValueError: " + file + " was not opened for reading, but with mode 'w'");
    if (geteuid() != 0) {
        chmod(file.c_str(), 0);
        EXPECT_EQ(co_await ending_of(open_file(file)), "aio::PermissionError: open " + file + ": Permission denied");
    }
}

TEST_ON_LOOP(File, what_is_no_file_is_an_error_when_it_is_opened) {
    const TemporaryFolder folder;
    const std::string dir = folder.path(), socket = folder / "socket";
    const auto address = aio::SocketAddress::of_path(socket);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(fd, address.data(), address.size()), 0);
    const auto before = open_descriptors();
    for (const char* mode : {"r", "rb", "r+", "w", "a"})
        EXPECT_EQ(co_await ending_of(open_file(dir, mode)), "aio::IsADirectoryError: open " + dir + ": Is a directory");
    EXPECT_EQ(co_await ending_of(open_file(socket)),
              "std::system_error: open " + socket + ": No such device or address");
    EXPECT_EQ(co_await ending_of(open_file("")), "aio::FileNotFoundError: open : No such file or directory");
    EXPECT_EQ(open_descriptors(), before);
    ::close(fd);
}

TEST_ON_LOOP(File, a_name_with_a_nul_is_refused_and_not_cut) {
    const TemporaryFolder folder;
    put_file(folder / "secret.txt", "text");
    const std::string name = (folder / "secret.txt").string() + std::string("\0.png", 5);
    for (const char* mode : {"r", "w", "a", "x", "r+"})
        EXPECT_EQ(co_await ending_of(open_file(name, mode)), "aio::ValueError: embedded null byte") << mode;
    EXPECT_EQ(contents(folder / "secret.txt"), "text");
}

// As Python's binary files: the error comes from the call itself, and nothing has changed.
TEST_ON_LOOP(File, a_position_or_size_that_can_not_be_is_refused_and_changes_nothing) {
    const TemporaryFolder folder;
    put_file(folder / "f", "0123456789");
    const File file = co_await open_file(folder / "f", "r+");
    EXPECT_EQ(co_await file.read(2), "01");
    constexpr off_t lowest = std::numeric_limits<off_t>::min();
    for (const auto& [offset, whence] : std::vector<std::pair<off_t, int>>{
             {-1, SEEK_SET}, {lowest, SEEK_SET}, {-3, SEEK_CUR}, {lowest, SEEK_CUR}, {-11, SEEK_END}, {0, 9}}) {
        EXPECT_EQ(co_await ending_of(file.seek(offset, whence)),
                  "std::system_error: lseek " + (folder / "f").string() + ": Invalid argument")
            << offset << " " << whence;
        EXPECT_EQ(co_await file.tell(), 2);
    }
    EXPECT_EQ(co_await ending_of(file.truncate(-1)),
              "std::system_error: ftruncate " + (folder / "f").string() + ": Invalid argument");
    EXPECT_EQ(co_await file.read(3), "234");
    EXPECT_EQ(co_await file.seek(100), 100);  // beyond the end is no error
    EXPECT_EQ(co_await file.read(3), "");
    EXPECT_EQ(contents(folder / "f"), "0123456789");
}

TEST_ON_LOOP(File, a_closed_file_refuses_everything_but_close) {
    const TemporaryFolder folder;
    const File file = co_await open_file(folder / "f", "w+");
    co_await file.close();
    EXPECT_TRUE(file.closed());
    co_await file.close();
    const std::string refused = "aio::ValueError: I/O operation on closed file: " + (folder / "f").string();
    EXPECT_EQ(co_await ending_of(file.read()), refused);
    EXPECT_EQ(co_await ending_of(file.next()), refused);
    EXPECT_EQ(co_await ending_of(file.write("x")), refused);
    EXPECT_EQ(co_await ending_of(file.seek(0)), refused);
    EXPECT_EQ(co_await ending_of(file.tell()), refused);
    EXPECT_EQ(co_await ending_of(file.truncate()), refused);
    EXPECT_EQ(co_await ending_of(file.fsync()), refused);
    EXPECT_EQ(co_await ending_of(file.flush()), refused);
}

TEST_ON_LOOP(File, operations_of_one_file_run_one_after_the_other) {
    const TemporaryFolder folder;
    const File file = co_await open_file(folder / "f", "w");
    std::vector<Coroutine<std::size_t>> writes;
    std::string all;
    for (int i = 0; i < 50; ++i) {
        const std::string piece(1000, static_cast<char>('a' + i % 26));
        writes.push_back(file.write(piece));
        all += piece;
    }
    co_await aio::gather(std::move(writes));
    EXPECT_EQ(contents(folder / "f"), all);
}

TEST_ON_LOOP(File, what_was_read_ahead_needs_no_thread) {
    const TemporaryFolder folder;
    put_file(folder / "f", "one\ntwo\nthree\n");
    const File file = co_await open_file(folder / "f");
    EXPECT_EQ(co_await file.readline(), "one\n");
    Log log;
    aio::get_running_loop().call_soon([&] { log("a turn"); });
    EXPECT_EQ(co_await file.readline(), "two\n");
    EXPECT_EQ(co_await file.read(3), "thr");
    EXPECT_EQ(co_await file.tell(), 11);
    EXPECT_EQ(log.text(), "");
    co_await turns(1);
}

/// A pipe with a name: opening it waits for the other end, and so does reading.
struct Fifo {
    explicit Fifo(std::filesystem::path p) : path(std::move(p)) { mkfifo(path.c_str(), 0600); }
    int open_for_writing() const { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC); }
    std::filesystem::path path;
};

TEST(File, cancelled_while_it_opens_the_descriptor_is_closed_again) {
    const TemporaryFolder folder;
    const Fifo fifo(folder / "fifo");
    const auto before = open_descriptors();
    int other_end = -1;
    run_virtually([](const Fifo& f, int& other) -> Coroutine<> {
        const auto opening = create_task(open_file(f.path));
        co_await turns(3);
        co_await aio::to_thread(std::this_thread::yield);  // the first thread is at work by now
        opening.cancel();
        EXPECT_EQ(co_await ending_of(opening), "aio::CancelledError");
        other = ::open(f.path.c_str(), O_RDWR | O_CLOEXEC);  // lets it get its descriptor, which nobody wants now
    }(fifo, other_end));
    EXPECT_EQ(open_descriptors(), before + 1);
    ::close(other_end);
}

TEST_ON_LOOP(File, cancelled_while_it_reads_the_next_operation_waits_for_the_thread) {
    const TemporaryFolder folder;
    const Fifo fifo(folder / "fifo");
    const auto opening = create_task(open_file(fifo.path));
    const int other_end = co_await aio::to_thread(&Fifo::open_for_writing, &fifo);
    const File file = co_await opening;
    const auto before = open_descriptors();

    const auto reading = create_task(file.read(3));
    EXPECT_EQ(::write(other_end, "a", 1), 1);
    for (int waiting = 1; waiting > 0; ioctl(other_end, FIONREAD, &waiting)) co_await turns(1);  // a thread takes it
    const auto limited = [&]() -> Coroutine<> { co_await reading; };
    EXPECT_EQ(co_await ending_of(aio::with(aio::timeout(0s), limited)), "aio::TimeoutError: timed out");
    const auto closing = create_task(file.close());
    co_await turns(20);
    EXPECT_FALSE(closing.done());  // a thread still uses the descriptor
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(::write(other_end, "bc", 2), 2);
    co_await closing;
    EXPECT_EQ(open_descriptors(), before - 1);
    ::close(other_end);
}

TEST(File, dropped_while_a_thread_reads_it_is_closed_when_that_ends) {
    const TemporaryFolder folder;
    const Fifo fifo(folder / "fifo");
    const auto before = open_descriptors();
    run_virtually([](const Fifo& f) -> Coroutine<> {
        const auto opening = create_task(open_file(f.path));
        const int other_end = co_await aio::to_thread(&Fifo::open_for_writing, &f);
        {
            const File file = co_await opening;
            const auto reading = create_task(file.read(3));
            co_await turns(2);
            reading.cancel();
            EXPECT_EQ(co_await ending_of(reading), "aio::CancelledError");
        }
        ::close(other_end);
    }(fifo));
    EXPECT_EQ(open_descriptors(), before);
}

TEST(File, cancelled_at_random_moments_leaks_no_descriptor) {
    const TemporaryFolder folder;
    put_file(folder / "f", std::string(100'000, 'x'));
    const auto before = open_descriptors();
    run_virtually([](std::filesystem::path path) -> Coroutine<> {
        const auto uses = [&]() -> Coroutine<> {
            co_await aio::with(open_file(path, "r+"), [](File& file) -> Coroutine<> {
                co_await file.read(10);
                co_await file.write("y");
                co_await file.read();
            });
        };
        for (int i = 0; i < 300; ++i) {
            const auto task = create_task(uses);
            for (int turn = 0; turn < i % 13; ++turn) {
                if (turn % 3 == 2)
                    co_await aio::to_thread(std::this_thread::yield);
                else
                    co_await turns(1);
            }
            task.cancel();
            const std::string ending = co_await ending_of(task);
            EXPECT_TRUE(ending == "returned" || ending == "aio::CancelledError") << ending;
        }
    }(folder / "f"));
    EXPECT_EQ(open_descriptors(), before);
}

TEST_ON_LOOP(File, can_be_moved_while_it_is_used) {
    const TemporaryFolder folder;
    put_file(folder / "f", "one\ntwo\n");
    File file = co_await open_file(folder / "f");
    auto reading = file.readline();
    File moved = std::move(file);
    EXPECT_EQ(co_await reading, "one\n");
    EXPECT_EQ(co_await moved.readline(), "two\n");
}

}  // namespace
