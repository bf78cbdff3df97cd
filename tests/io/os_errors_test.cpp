#include "runtime/io/os_errors.hpp"

#include <sys/stat.h>

#include <cerrno>

#include "runtime/io/file.hpp"
#include "runtime/io/server.hpp"
#include "tests/support/child.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;

void nothing(aio::StreamReader, aio::StreamWriter) {}
Coroutine<> listen_at(std::string path) { auto server = co_await aio::start_unix_server(nothing, path); }

/// What it throws is an OSError with this errno.
template <class E> void expect_class_of(int error) {
    try {
        aio::detail::throw_os_error(error, "look at something");
    } catch (const aio::OSError& thrown) {
        EXPECT_EQ(thrown.code(), std::error_code(error, std::system_category()));
        EXPECT_EQ(typeid(thrown), typeid(E)) << thrown.what();
        EXPECT_TRUE(std::string(thrown.what()).starts_with("look at something: ")) << thrown.what();
    }
}

TEST(OSErrors, have_the_classes_that_python_has) {
    expect_class_of<aio::ConnectionRefusedError>(ECONNREFUSED);
    expect_class_of<aio::ConnectionResetError>(ECONNRESET);
    expect_class_of<aio::ConnectionAbortedError>(ECONNABORTED);
    expect_class_of<aio::BrokenPipeError>(EPIPE);
    expect_class_of<aio::BrokenPipeError>(ESHUTDOWN);
    expect_class_of<aio::FileNotFoundError>(ENOENT);
    expect_class_of<aio::FileExistsError>(EEXIST);
    expect_class_of<aio::PermissionError>(EACCES);
    expect_class_of<aio::PermissionError>(EPERM);
    expect_class_of<aio::IsADirectoryError>(EISDIR);
    expect_class_of<aio::NotADirectoryError>(ENOTDIR);
    expect_class_of<aio::OSError>(EADDRINUSE);
    EXPECT_THROW(aio::detail::throw_os_error(ETIMEDOUT, "wait"), aio::TimeoutError);
}

TEST_ON_LOOP(OSErrors, of_a_path_are_the_same_for_files_servers_and_clients) {
    const TemporaryFolder folder;
    put_file(folder / "file", "text");
    const auto before = open_descriptors();
    const auto expect = [](std::string start, std::string path, std::string reason) -> Coroutine<> {
        EXPECT_EQ(co_await ending_of(aio::open_file(path)), start + "open " + path + reason);
        EXPECT_EQ(co_await ending_of(aio::open_unix_connection(path)), start + "connect to " + path + reason);
        EXPECT_EQ(co_await ending_of(listen_at(path)),
                  start + "error while attempting to bind on address " + path + reason);
    };
    co_await expect("aio::FileNotFoundError: ", folder / "no/where", ": No such file or directory");
    co_await expect("aio::NotADirectoryError: ", folder / "file/below", ": Not a directory");
    EXPECT_EQ(open_descriptors(), before);
}

TEST_ON_LOOP(OSErrors, of_a_path_that_is_too_long_are_the_same_for_servers_and_clients) {
    const std::string path(200, 'x'), error = "std::system_error: unix socket " + path + ": File name too long";
    EXPECT_EQ(co_await ending_of(aio::open_unix_connection(path)), error);
    EXPECT_EQ(co_await ending_of(listen_at(path)), error);
}

/// In a process that gives up being root, for nothing is forbidden to that: says how each of these ends.
Coroutine<> tries_what_is_forbidden(std::string path, std::uint16_t port) {
    const auto expect_forbidden = [](auto awaitable) -> Coroutine<> {
        const std::string ending = co_await ending_of(std::move(awaitable));
        say(ending.starts_with("aio::PermissionError: ") ? "forbidden " : ending.c_str());
    };
    const auto at_port = [&]() -> Coroutine<> { auto server = co_await aio::start_server(nothing, "127.0.0.1", port); };
    co_await expect_forbidden(aio::open_file(path));
    co_await expect_forbidden(aio::open_unix_connection(path));
    co_await expect_forbidden(listen_at(path));
    co_await expect_forbidden(at_port());
}

TEST(OSErrors, of_what_is_forbidden_are_the_same_for_files_paths_and_ports) {
    int first_free_port = 0;
    std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> first_free_port;
    if (first_free_port < 2) GTEST_SKIP() << "here everybody may listen at any port";
    const TemporaryFolder folder;
    chmod(folder.path().c_str(), 0);
    Child child(nullptr, [&] {
        if (geteuid() == 0 && setuid(65534) < 0) return;
        run_virtually(tries_what_is_forbidden(folder / "f", static_cast<std::uint16_t>(first_free_port - 1)));
    });
    EXPECT_EQ(child.end(), "forbidden forbidden forbidden forbidden exit 0");
    chmod(folder.path().c_str(), 0700);
}

}  // namespace
