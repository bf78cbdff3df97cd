#include "runtime/io/server.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <filesystem>
#include <set>

#include "runtime/context/with.hpp"
#include "runtime/tasks/gather.hpp"
#include "runtime/tasks/wait.hpp"
#include "tests/support/child.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/streams.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using aio::Coroutine;
using aio::StreamReader;
using aio::StreamWriter;
using aio::test::echo;
using aio::test::ending_of;
using aio::test::open_descriptors;
using aio::test::run_virtually;
using aio::test::settle;
using namespace std::chrono_literals;

std::uint16_t port_of(const aio::Server& server) { return server.sockets().front().port(); }

/// Connects, sends, and returns what comes back until the end.
Coroutine<std::string> ask(std::uint16_t port, std::string question) {
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port);
    writer.write(question);
    writer.write_eof();
    co_return co_await reader.read();
}

TEST_ON_LOOP(Server, has_a_task_made_for_each_connection) {
    std::set<std::string> tasks;
    const auto handle = [&](StreamReader reader, StreamWriter writer) -> Coroutine<> {
        tasks.insert(aio::current_task().get_name());
        co_await echo(reader, writer);
    };
    auto server = co_await aio::start_server(handle, "127.0.0.1", 0);
    EXPECT_TRUE(server.is_serving());
    EXPECT_EQ(server.sockets().front().host(), "127.0.0.1");
    std::vector<Coroutine<std::string>> clients;
    for (int i = 0; i < 90; ++i) clients.push_back(ask(port_of(server), "question " + std::to_string(i)));
    const std::vector<std::string> answers = co_await aio::gather(std::move(clients));
    for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i], "question " + std::to_string(i));
    EXPECT_EQ(tasks.size(), answers.size());
}

TEST_ON_LOOP(Server, listens_at_ipv4_and_ipv6_where_no_host_is_given) {
    auto server = co_await aio::start_server(echo, "", 0);
    std::set<int> families;
    for (const aio::SocketAddress& address : server.sockets()) {
        families.insert(address.family());
        const std::string host = address.family() == AF_INET ? "127.0.0.1" : "::1";
        auto [reader, writer] = co_await aio::open_connection(host, address.port());
        writer.write("hello");
        EXPECT_EQ(co_await reader.readexactly(5), "hello");
        EXPECT_EQ(writer.get_extra_info("peername")->port(), address.port());
    }
    EXPECT_EQ(families, (std::set<int>{AF_INET, AF_INET6}));
}

/// From now on this process has a kernel without IPv6.
void forbid_ipv6() {
    sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
                          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{std::size(code), code};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) aio::test::say("no filter ");
}

TEST(Server, listens_at_ipv4_alone_where_the_kernel_has_no_ipv6) {
    aio::test::Child child(nullptr, [] {
        forbid_ipv6();
        const auto listens = []() -> Coroutine<> {
            auto server = co_await aio::start_server(echo, "", 0);
            for (const aio::SocketAddress& address : server.sockets()) aio::test::say((address.host() + " ").c_str());
            const std::string answer = co_await ask(port_of(server), "hello ");
            aio::test::say(answer.c_str());
        };
        const auto listens_at_ipv6 = []() -> Coroutine<> {
            const aio::ServerOptions ipv6{.family = AF_INET6};
            auto server = co_await aio::start_server(echo, "", 0, ipv6);
        };
        run_virtually(listens());
        aio::test::say(aio::test::thrown_by([&] { run_virtually(listens_at_ipv6()); }).c_str());
    });
    EXPECT_EQ(child.end(),
              "0.0.0.0 hello std::system_error: error while attempting to bind on address [::]:0: Address family not "
              "supported by protocolexit 0");
}

TEST_ON_LOOP(Server, serves_a_unix_socket_and_takes_the_place_of_a_stale_one) {
    const std::string path = std::filesystem::temp_directory_path() / ("aio-" + std::to_string(getpid()));
    for (int i = 0; i < 2; ++i) {
        auto server = co_await aio::start_unix_server(echo, path);
        auto [reader, writer] = co_await aio::open_unix_connection(path);
        writer.write("hello");
        EXPECT_EQ(co_await reader.readexactly(5), "hello");
        EXPECT_EQ(writer.get_extra_info("peername")->text(), path);
        writer.close();
        EXPECT_EQ(writer.get_extra_info("peername")->text(), path);  // the kernel has forgotten it
        server.close();
    }
    std::filesystem::remove(path);
}

TEST_ON_LOOP(Server, serves_an_abstract_name) {
    const std::string id = std::to_string(getpid()), name = std::string("\0aio-test-", 10) + id + std::string("\0b", 2);
    auto server = co_await aio::start_unix_server(echo, name);
    EXPECT_EQ(server.sockets().front().host(), name);
    EXPECT_EQ(server.sockets().front().text(), "@aio-test-" + id + "@b");
    auto [reader, writer] = co_await aio::open_unix_connection(name);
    writer.write("hello");
    EXPECT_EQ(co_await reader.readexactly(5), "hello");
    EXPECT_EQ(writer.get_extra_info("peername")->host(), name);
    EXPECT_EQ(co_await ending_of(aio::open_unix_connection(name + "c")),
              "aio::ConnectionRefusedError: connect to @aio-test-" + id + "@bc: Connection refused");
}

TEST_ON_LOOP(Server, leaves_a_file_alone_that_is_no_socket) {
    const aio::test::TemporaryFolder folder;
    const std::string path = folder / "precious";
    aio::test::put_file(path, "text");
    const auto starts = [&]() -> Coroutine<> { auto server = co_await aio::start_unix_server(echo, path); };
    EXPECT_EQ(co_await ending_of(starts()),
              "std::system_error: error while attempting to bind on address " + path + ": Address already in use");
    EXPECT_EQ(aio::test::contents(path), "text");
}

TEST_ON_LOOP(Server, refuses_a_name_with_a_nul) {
    const aio::test::TemporaryFolder folder;
    const std::string path = folder / "socket", nul(1, '\0'), refused = "aio::ValueError: embedded null byte";
    const auto at_host = [](std::string host) -> Coroutine<> { auto s = co_await aio::start_server(echo, host, 0); };
    const auto at_path = [](std::string p) -> Coroutine<> { auto s = co_await aio::start_unix_server(echo, p); };
    EXPECT_EQ(co_await ending_of(at_host("127.0.0.1" + nul + ".local")), refused);
    EXPECT_EQ(co_await ending_of(at_host(nul)), refused);
    auto server = co_await aio::start_unix_server(echo, path);
    EXPECT_EQ(co_await ending_of(at_path(path + nul + "2")), refused);
    EXPECT_TRUE(std::filesystem::is_socket(path)) << "it is no stale one";
}

TEST_ON_LOOP(Server, and_its_client_look_for_lines_as_long_as_they_were_told) {
    const std::string line(100, 'x');
    std::string at_server;
    const auto read_line = [&](StreamReader reader, StreamWriter writer) -> Coroutine<> {
        at_server = co_await ending_of(reader.readline());
        writer.write(line + "\n");
    };
    const aio::ServerOptions short_lines{.limit = 50};
    auto server = co_await aio::start_server(read_line, "127.0.0.1", 0, short_lines);
    const aio::ConnectionOptions shorter_lines{.limit = 60};
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port_of(server), shorter_lines);
    writer.write(line + "\n");
    const std::string too_long = "aio::ValueError: Separator is found, but chunk is longer than limit";
    EXPECT_EQ(co_await ending_of(reader.readline()), too_long);
    EXPECT_EQ(at_server, too_long);
}

TEST_ON_LOOP(Server, says_of_a_unix_client_that_it_has_no_name) {
    const std::string path = std::filesystem::temp_directory_path() / ("aio-" + std::to_string(getpid()));
    std::string peer;
    const auto note = [&peer](StreamReader, StreamWriter writer) {
        peer = writer.get_extra_info("peername")->text();
        writer.close();
    };
    auto server = co_await aio::start_unix_server(note, path);
    auto [reader, writer] = co_await aio::open_unix_connection(path);
    EXPECT_EQ(co_await reader.read(), "");
    EXPECT_EQ(peer, "a unix socket without a name");
    std::filesystem::remove(path);
}

TEST_ON_LOOP(Server, calls_a_plain_function_as_well) {
    std::string peer;
    const auto greet = [&peer](StreamReader, StreamWriter writer) {
        peer = writer.get_extra_info("peername")->host();
        writer.write("welcome");
        writer.close();
    };
    auto server = co_await aio::start_server(greet, "127.0.0.1", 0);
    EXPECT_EQ(co_await ask(port_of(server), ""), "welcome");
    EXPECT_EQ(peer, "127.0.0.1");
}

TEST_ON_LOOP(Server, names_the_address_that_is_in_use) {
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
    const auto before = open_descriptors();
    const std::string address = server.sockets().front().text();
    const auto again = [&]() -> Coroutine<> {
        auto second = co_await aio::start_server(echo, "127.0.0.1", port_of(server));
    };
    EXPECT_EQ(co_await ending_of(again()),
              "std::system_error: error while attempting to bind on address " + address + ": Address already in use");
    EXPECT_EQ(open_descriptors(), before);
}

TEST_ON_LOOP(Server, shares_its_port_where_both_say_so) {
    const aio::ServerOptions shared{.reuse_port = true};
    auto first = co_await aio::start_server(echo, "127.0.0.1", 0, shared);
    auto second = co_await aio::start_server(echo, "127.0.0.1", port_of(first), shared);
    EXPECT_EQ(port_of(second), port_of(first));
}

TEST_ON_LOOP(Server, reports_what_a_handler_throws_and_goes_on) {
    const aio::test::Reports reports;
    const auto fail = [](StreamReader, StreamWriter) -> Coroutine<> {
        co_await aio::sleep(1s);
        throw std::runtime_error("no");
    };
    const auto fail_at_once = [](StreamReader, StreamWriter) { throw std::runtime_error("never"); };
    auto one = co_await aio::start_server(fail, "127.0.0.1", 0);
    auto two = co_await aio::start_server(fail_at_once, "127.0.0.1", 0);
    EXPECT_EQ(co_await ask(port_of(one), ""), "");
    EXPECT_EQ(co_await ask(port_of(two), ""), "");
    EXPECT_EQ(co_await ask(port_of(one), ""), "");
    EXPECT_NE(reports.text().find("Task exception was never retrieved"), std::string::npos) << reports.text();
    EXPECT_NE(reports.text().find("Error on a new connection: std::runtime_error: never"), std::string::npos);
}

// ---- its end

TEST_ON_LOOP(Server, that_is_closed_refuses_but_keeps_its_connections) {
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
    const std::uint16_t port = port_of(server);
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port);
    co_await settle();
    server.close();
    server.close();
    EXPECT_FALSE(server.is_serving());
    EXPECT_TRUE(server.sockets().empty());
    co_await server.wait_closed();
    EXPECT_EQ(co_await ending_of(aio::open_connection("127.0.0.1", port)),
              "aio::ConnectionRefusedError: connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
    writer.write("still");
    EXPECT_EQ(co_await reader.readexactly(5), "still");
}

TEST_ON_LOOP(Server, keeps_a_handler_alive_as_long_as_its_connections) {
    std::optional<aio::Connection> connection;
    {
        const std::string greeting(100, 'g');
        const auto greet = [greeting](StreamReader reader, StreamWriter writer) -> Coroutine<> {
            co_await reader.readline();
            writer.write(greeting);
        };
        auto server = co_await aio::start_server(greet, "127.0.0.1", 0);
        connection = co_await aio::open_connection("127.0.0.1", port_of(server));
        co_await settle();
        server.close();
    }
    connection->second.write("\n");
    EXPECT_EQ(co_await connection->first.read(), std::string(100, 'g'));
}

TEST_ON_LOOP(Server, wait_closed_waits_for_close_and_for_the_last_connection) {
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
    const auto waits = aio::create_task(server.wait_closed());
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port_of(server));
    co_await settle();
    server.close();
    co_await settle();
    EXPECT_FALSE(waits.done());
    writer.close();
    co_await waits;
}

TEST_ON_LOOP(Server, serves_for_ever_until_it_is_cancelled) {
    const aio::ServerOptions not_yet{.start_serving = false};
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0, not_yet);
    EXPECT_FALSE(server.is_serving());
    const auto forever = aio::create_task(server.serve_forever());
    co_await settle();
    EXPECT_TRUE(server.is_serving());
    EXPECT_EQ(co_await ending_of(server.serve_forever()),
              "aio::RuntimeError: the server is already being awaited on serve_forever()");
    EXPECT_EQ(co_await ask(port_of(server), "hello"), "hello");
    forever.cancel();
    co_await settle();
    EXPECT_TRUE(forever.cancelled());
    EXPECT_FALSE(server.is_serving());
    EXPECT_EQ(co_await ending_of(server.serve_forever()), "aio::RuntimeError: the server is closed");
}

TEST_ON_LOOP(Server, ends_serve_forever_when_it_is_closed) {
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
    const auto forever = aio::create_task(server.serve_forever());
    co_await settle();
    server.close();
    EXPECT_EQ(co_await ending_of(forever), "aio::CancelledError");
}

TEST_ON_LOOP(Server, is_closed_by_with) {
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
    const std::uint16_t port = port_of(server);
    const auto block = [&]() -> Coroutine<> { EXPECT_EQ(co_await ask(port, "hello"), "hello"); };
    co_await aio::with(server, block);
    EXPECT_FALSE(server.is_serving());
}

TEST(Server, leaves_nothing_behind_when_the_loop_ends_while_it_serves) {
    const auto before = open_descriptors();
    const auto program = []() -> Coroutine<> {
        auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
        auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port_of(server));
        writer.write("hello");
        co_await reader.read(10);
    };
    run_virtually(program());
    EXPECT_EQ(open_descriptors(), before);
}

// ---- no descriptors left

#if AIO_FRAME_POOL  // not under UBSan, which needs descriptors itself; tests/faults has the same without a limit

/// A client of `server`, which takes the last descriptor that this process may have while this lives.
class LastDescriptor {
  public:
    explicit LastDescriptor(const aio::Server& server)
        : client(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit none{static_cast<rlim_t>(client) + 1, before_.rlim_max};
        setrlimit(RLIMIT_NOFILE, &none);
        const auto address = server.sockets().front();
        ::connect(client, address.data(), address.size());
    }
    ~LastDescriptor() { ::close(client), lift(); }
    LastDescriptor(const LastDescriptor&) = delete;
    LastDescriptor& operator=(const LastDescriptor&) = delete;
    void lift() const { setrlimit(RLIMIT_NOFILE, &before_); }
    const int client;
  private:
    rlimit before_{};
};

TEST_ON_LOOP(Server, rests_when_the_process_has_no_descriptors_left) {
    aio::test::Reports reports;
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port_of(server));
    co_await settle();

    const LastDescriptor last(server);
    const long began = aio::test::now();
    co_await aio::sleep(2500ms);
    EXPECT_EQ(aio::test::now() - began, 2500);
    // Once when it came, and once a second: it does not spin.
    const std::string report = "socket.accept() out of system resource: std::system_error: accept at " +
                               server.sockets().front().text() + ": Too many open files";
    EXPECT_EQ(reports.text(), report + " " + report + " " + report);
    writer.write("others");  // are served as before
    EXPECT_EQ(co_await reader.readexactly(6), "others");

    last.lift();
    aio::test::put(last.client, "late");
    co_await aio::sleep(1s);
    EXPECT_EQ(aio::test::take(last.client), "late");
}

TEST_ON_LOOP(Server, is_not_started_where_there_is_no_descriptor_for_it) {
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
    const aio::test::Reports reports;
    const LastDescriptor last(server);
    const auto another = []() -> Coroutine<> { auto second = co_await aio::start_server(echo, "127.0.0.1", 0); };
    EXPECT_EQ(co_await ending_of(another()),
              "std::system_error: error while attempting to bind on address 127.0.0.1:0: Too many open files");
}

TEST_ON_LOOP(Server, may_be_closed_while_it_rests) {
    aio::test::Reports reports;
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
    const LastDescriptor last(server);
    co_await settle();
    const std::string reported = reports.text();
    EXPECT_NE(reported, "");
    server.close();
    EXPECT_TRUE(aio::get_running_loop().timers().empty());
    last.lift();
    co_await aio::sleep(3s);
    EXPECT_EQ(reports.text(), reported);
}

#endif

TEST_ON_LOOP(Server, accepts_all_who_wait_before_a_handler_closes_it) {
    std::vector<StreamWriter> writers;
    aio::Server* server = nullptr;
    const auto handle = [&](StreamReader, StreamWriter writer) {
        writer.write("welcome");
        server->close();
        writers.push_back(std::move(writer));
    };
    const aio::ServerOptions not_yet{.start_serving = false};
    auto made = co_await aio::start_server(handle, "127.0.0.1", 0, not_yet);
    server = &made;
    const auto at = made.sockets().front();
    co_await made.start_serving();
    std::vector<int> clients;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(::connect(clients.back(), at.data(), at.size()), 0);
    }
    co_await settle();
    EXPECT_EQ(writers.size(), 5u);
    for (const int client : clients) {
        EXPECT_EQ(aio::test::take(client, 100), "welcome");
        close(client);
    }
}

TEST(Server, may_be_closed_between_two_runs_while_a_task_serves_for_ever) {
    aio::Runner runner(aio::ClockKind::virtual_time);
    std::optional<aio::Server> server;
    std::optional<aio::Task<>> serving;
    const auto main = [&]() -> Coroutine<> {
        server = co_await aio::start_server(echo, "127.0.0.1", 0);
        serving = aio::create_task(server->serve_forever());
        co_await settle();
    };
    runner.run(main());
    server->close();
    runner.run(aio::test::turns(5));
    EXPECT_TRUE(serving->cancelled());
    EXPECT_FALSE(server->is_serving());
}

/// The server's copy of the handler is the last that holds a connection, and goes when that has something to say.
TEST_ON_LOOP(Server, whose_handler_holds_a_connection_is_destroyed_under_the_same_wait) {
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int peer = -1;
    {
        auto held = co_await aio::test::connect_tcp();
        peer = std::exchange(held.peer, -1);
        const auto handle = [held_reader = held.reader](StreamReader reader, StreamWriter) -> Coroutine<> {
            co_await reader.read(1);
        };
        auto server = co_await aio::start_server(handle, "127.0.0.1", 0);
        const auto at = server.sockets().front();
        EXPECT_EQ(::connect(client, at.data(), at.size()), 0);
        co_await settle();
        server.close();
    }
    aio::test::reset(client);
    aio::test::put(peer, "x");
    co_await settle();
    EXPECT_EQ(recv(peer, nullptr, 0, MSG_DONTWAIT), 0);  // it was closed
    close(peer);
}

}  // namespace
