#include "runtime/io/atomic_write.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "runtime/context/with.hpp"
#include "runtime/io/to_thread.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace aio::test;
using aio::atomic_write;
using aio::Coroutine;
using aio::create_task;
using aio::File;

TEST_ON_LOOP(AtomicWrite, the_new_contents_come_all_at_once) {
    const TemporaryFolder folder;
    const auto path = folder / "settings";
    put_file(path, "old");
    chmod(path.c_str(), 0640);
    const auto before = open_descriptors();
    co_await aio::with(atomic_write(path), [&](File& file) -> Coroutine<> {
        co_await file.write("new ");
        EXPECT_EQ(contents(path), "old");
        co_await file.write("settings");
        EXPECT_EQ(contents(path), "old");
    });
    EXPECT_EQ(contents(path), "new settings");
    EXPECT_EQ(folder.size(), 1);
    EXPECT_EQ(open_descriptors(), before);
    struct stat status {};
    stat(path.c_str(), &status);
    EXPECT_EQ(status.st_mode & 0777u, 0640u);
}

TEST_ON_LOOP(AtomicWrite, makes_a_file_that_was_not_there) {
    const TemporaryFolder folder;
    co_await aio::with(atomic_write(folder / "fresh"), [](File& file) -> Coroutine<> { co_await file.write("x"); });
    EXPECT_EQ(contents(folder / "fresh"), "x");
    EXPECT_EQ(folder.size(), 1);
}

TEST_ON_LOOP(AtomicWrite, replaces_a_symbolic_link_and_not_what_it_points_to) {
    const TemporaryFolder folder;
    put_file(folder / "real", "old");
    std::filesystem::create_symlink("real", folder / "link");
    co_await aio::with(atomic_write(folder / "link"), [](File& file) -> Coroutine<> { co_await file.write("new"); });
    EXPECT_FALSE(std::filesystem::is_symlink(folder / "link"));
    EXPECT_EQ(contents(folder / "link"), "new");
    EXPECT_EQ(contents(folder / "real"), "old");
}

TEST_ON_LOOP(AtomicWrite, an_exception_leaves_the_old_file_and_no_other) {
    const TemporaryFolder folder;
    put_file(folder / "settings", "old");
    const auto before = open_descriptors();
    const auto fails = [](File& file) -> Coroutine<> {
        co_await file.write("half");
        throw std::runtime_error("no more");
    };
    const auto writes = [&]() -> Coroutine<> { co_await aio::with(atomic_write(folder / "settings"), fails); };
    EXPECT_EQ(co_await ending_of(writes()), "std::runtime_error: no more");
    EXPECT_EQ(contents(folder / "settings"), "old");
    EXPECT_EQ(folder.size(), 1);
    EXPECT_EQ(open_descriptors(), before);
}

TEST_ON_LOOP(AtomicWrite, a_folder_that_is_not_there_is_an_error_that_names_it) {
    const TemporaryFolder folder;
    const auto writes = [&]() -> Coroutine<> {
        co_await aio::with(atomic_write(folder / "no/settings"), [](File&) -> Coroutine<> { co_return; });
    };
    const std::string error = co_await ending_of(writes());
    EXPECT_TRUE(error.starts_with("aio::FileNotFoundError: open " + (folder / "no/.settings.").string())) << error;
}

TEST_ON_LOOP(AtomicWrite, does_not_replace_a_folder) {
    const TemporaryFolder folder;
    const auto before = open_descriptors();
    const auto writes = [&](std::filesystem::path target) -> Coroutine<> {
        co_await aio::with(atomic_write(target), [](File& file) -> Coroutine<> { co_await file.write("new"); });
    };
    std::filesystem::create_directory(folder / "taken");
    const std::string taken = folder / "taken";
    EXPECT_EQ(co_await ending_of(writes(taken)), "aio::IsADirectoryError: rename to " + taken + ": Is a directory");
    EXPECT_EQ(co_await ending_of(writes(taken + "/")),
              "aio::NotADirectoryError: rename to " + taken + "/: Not a directory");
    EXPECT_EQ(folder.size(), 1);
    EXPECT_TRUE(std::filesystem::is_empty(folder / "taken"));
    EXPECT_EQ(open_descriptors(), before);
}

TEST_ON_LOOP(AtomicWrite, refuses_a_name_with_a_nul) {
    const TemporaryFolder folder;
    put_file(folder / "settings", "old");
    const auto writes = [&](std::string target) -> Coroutine<> {
        co_await aio::with(atomic_write(target), [](File& file) -> Coroutine<> { co_await file.write("new"); });
    };
    const std::vector<std::string> endings{{"\0", 1}, {"\0.txt", 5}, {"\0/more", 6}};
    for (const std::string& rest : endings)
        EXPECT_EQ(co_await ending_of(writes((folder / "settings").string() + rest)),
                  "aio::ValueError: embedded null byte");
    EXPECT_EQ(contents(folder / "settings"), "old");
    EXPECT_EQ(folder.size(), 1);
}

TEST(AtomicWrite, cancelled_at_any_moment_the_file_is_whole_and_alone) {
    const TemporaryFolder folder;
    const auto path = folder / "settings";
    const auto before = open_descriptors();
    int replaced = 0, kept = 0;
    for (int i = 0; i < 300; ++i) {
        put_file(path, "old");
        run_virtually([](std::filesystem::path p, int moment) -> Coroutine<> {
            const auto writes = [&]() -> Coroutine<> {
                co_await aio::with(atomic_write(p), [](File& file) -> Coroutine<> {
                    co_await file.write("new ");
                    co_await file.write("settings");
                });
            };
            const auto task = create_task(writes);
            for (int turn = 0; turn < moment; ++turn) {
                if (turn % 2)
                    co_await aio::to_thread(std::this_thread::yield);
                else
                    co_await turns(1);
            }
            task.cancel();
            const std::string ending = co_await ending_of(task);
            EXPECT_TRUE(ending == "returned" || ending == "aio::CancelledError") << ending;
        }(path, i % 15));
        const std::string text = contents(path);
        EXPECT_TRUE(text == "old" || text == "new settings") << text;
        ++(text == "old" ? kept : replaced);
        EXPECT_EQ(folder.size(), 1);
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_GT(kept, 0);
    EXPECT_GT(replaced, 0);
}

}  // namespace
