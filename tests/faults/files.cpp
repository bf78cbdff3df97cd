// One fault of the kernel at a time: what it does to files, and to what they replace.
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/aio.hpp"
#include "tests/faults/faults.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using aio::Coroutine;
using aio::File;
using namespace aio::test;
using faults::Kind;
using faults::Plan;

/// Every operation once. Calls open, write, lseek, then lseek and read twice, lseek, ftruncate, fsync, close.
Coroutine<std::string> uses(std::filesystem::path path) {
    try {
        co_return co_await aio::with(aio::open_file(path, "w+"), [](File& file) -> Coroutine<std::string> {
            co_await file.write("hello world");
            co_await file.seek(0);
            const std::string text = co_await file.read();
            co_await file.truncate(5);
            co_await file.fsync();
            co_return text;
        });
    } catch (...) { co_return aio::describe(std::current_exception()); }
}

Coroutine<std::string> replaces(std::filesystem::path path) {
    try {
        co_await aio::with(aio::atomic_write(path), [](File& file) -> Coroutine<> { co_await file.write("new"); });
        co_return "replaced";
    } catch (...) { co_return aio::describe(std::current_exception()); }
}

/// Runs `function` with one fault and once more without, in the same loop: that is alive, and no descriptor is lost.
template <class F> std::string ending_with(F function, const std::filesystem::path& path, const std::string& call,
                                           Kind kind, int error = 0, int skip = 0) {
    const auto before = open_descriptors();
    std::string ending;
    const auto program = [&]() -> Coroutine<> {
        const auto in_loop = open_descriptors();
        {
            const Plan plan(call, kind, error, skip);
            ending = co_await function(path);
        }
        EXPECT_EQ(open_descriptors(), in_loop) << call;
        const std::string again = co_await function(path);
        EXPECT_TRUE(again == "hello world" || again == "replaced") << again;
    };
    run_virtually(program());
    EXPECT_EQ(open_descriptors(), before) << call;
    return ending;
}

std::string said(const std::string& type, const std::string& call, int error, const std::string& path) {
    return type + ": " + call + " " + path + ": " + std::strerror(error);
}
const std::string any_other = "std::system_error";

TEST(FileFaults, what_a_signal_interrupts_goes_on) {
    const TemporaryFolder folder;
    for (const char* call : {"open", "read", "write", "ftruncate", "fsync", "close"})
        EXPECT_EQ(ending_with(uses, folder / "f", call, Kind::error, EINTR), "hello world") << call;
    EXPECT_EQ(contents(folder / "f"), "hello");
}

TEST(FileFaults, short_reads_and_writes_are_completed) {
    const TemporaryFolder folder;
    for (const char* call : {"read", "write"})
        EXPECT_EQ(ending_with(uses, folder / "f", call, Kind::shorter), "hello world") << call;
}

TEST(FileFaults, what_fails_says_which_call_and_on_what) {
    const TemporaryFolder folder;
    const std::string path = folder / "f";
    struct Case {
        const char* call;
        int error;
        std::string type;
    };
    const std::vector<Case> cases = {
        {"open", EMFILE, any_other},
        {"open", ENFILE, any_other},
        {"open", ENOSPC, any_other},
        {"open", EACCES, "aio::PermissionError"},
        {"open", EPERM, "aio::PermissionError"},
        {"open", ENOENT, "aio::FileNotFoundError"},
        {"write", ENOSPC, any_other},
        {"write", EIO, any_other},
        {"write", EDQUOT, any_other},
        {"read", EIO, any_other},
        {"lseek", EIO, any_other},
        {"ftruncate", EIO, any_other},
        {"fsync", EIO, any_other},
        {"fsync", ENOSPC, any_other},
        {"close", EIO, any_other},
        {"close", ENOSPC, any_other},
    };
    for (const Case& fault : cases)
        EXPECT_EQ(ending_with(uses, path, fault.call, Kind::error, fault.error),
                  said(fault.type, fault.call, fault.error, path));
}

TEST(FileFaults, a_disk_that_is_full_half_way_fails_the_write) {
    const TemporaryFolder folder;
    const std::string path = folder / "f";
    run_virtually([](std::string p) -> Coroutine<> {
        const File file = co_await aio::open_file(p, "w");
        {
            const Plan shorter("write", Kind::shorter);
            co_await file.write("ab");
        }
        const Plan full("write", Kind::error, ENOSPC);
        const std::string ending = co_await ending_of(file.write("cd"));
        EXPECT_EQ(ending, said(any_other, "write", ENOSPC, p));
    }(path));
    EXPECT_EQ(contents(path), "ab");
}

TEST(FileFaults, a_replacement_that_fails_leaves_the_old_file_alone) {
    const TemporaryFolder folder;
    const std::string path = folder / "settings";
    struct Case {
        const char* call;
        int error;
    };
    for (const Case& fault :
         {Case{"open", EMFILE}, Case{"open", EACCES}, Case{"open", ENOSPC}, Case{"write", ENOSPC}, Case{"write", EIO},
          Case{"fsync", EIO}, Case{"close", EIO}, Case{"rename", EACCES}, Case{"rename", EIO}}) {
        const auto replaces_or_keeps = [&](std::filesystem::path p) -> Coroutine<std::string> {
            put_file(p, "old");
            const std::string ending = co_await replaces(p);
            EXPECT_EQ(contents(p), ending == "replaced" ? "new" : "old") << fault.call;
            EXPECT_EQ(folder.size(), 1) << fault.call;
            co_return ending;
        };
        const std::string ending = ending_with(replaces_or_keeps, path, fault.call, Kind::error, fault.error);
        EXPECT_NE(ending.find(std::string(": ") + fault.call + " "), ending.npos) << ending;
        EXPECT_TRUE(ending.ends_with(std::string(": ") + std::strerror(fault.error))) << ending;
    }
}

TEST(FileFaults, a_folder_that_can_not_be_brought_to_the_disk_is_an_error_after_the_rename) {
    const TemporaryFolder folder;
    const std::string path = folder / "settings";
    put_file(path, "old");
    const std::string ending = ending_with(replaces, path, "fsync", Kind::error, EIO, 1);
    EXPECT_EQ(ending, said(any_other, "fsync", EIO, folder.path()));
    EXPECT_EQ(contents(path), "new");
    EXPECT_EQ(folder.size(), 1);
}

TEST(FileFaults, a_fault_of_a_cancelled_operation_hurts_nobody) {
    const TemporaryFolder folder;
    const auto before = open_descriptors();
    run_virtually([](std::string path) -> Coroutine<> {
        const Reports reports;
        const File file = co_await aio::open_file(path, "w");
        const Plan plan("write", Kind::error, EIO);
        const auto task = aio::create_task(file.write("lost"));
        co_await turns(1);
        task.cancel();
        EXPECT_EQ(co_await ending_of(task), "aio::CancelledError");
        co_await ending_of(file.write("whether the first was begun or not"));
        co_await file.write("fine");
        EXPECT_EQ(reports.text(), "");
    }(folder / "f"));
    EXPECT_EQ(open_descriptors(), before);
}

TEST(FileFaults, ten_chunks_cost_two_reads) {
    const TemporaryFolder folder;
    const std::string path = folder / "f";
    put_file(path, std::string(10'000, 'x'));
    run_virtually([](std::string p) -> Coroutine<> {
        const File file = co_await aio::open_file(p);
        faults::count("read");
        auto chunks = file.chunks(1000);
        int count = 0;
        while (const auto chunk = co_await chunks.next()) ++count;
        EXPECT_EQ(count, 10);
        EXPECT_EQ(faults::count("read"), 2);
    }(path));
}

}  // namespace
