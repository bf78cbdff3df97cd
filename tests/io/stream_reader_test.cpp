#include "runtime/io/stream_reader.hpp"

#include <cstring>

#include "runtime/io/os_errors.hpp"
#include "runtime/tasks/gather.hpp"
#include "runtime/tasks/wait.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/streams.hpp"

namespace {

using aio::Coroutine;
using aio::StreamReader;
using aio::test::ending_of;
using aio::test::put;
using aio::test::run_virtually;
using aio::test::settle;
using aio::test::StreamAndPeer;
using namespace std::chrono_literals;

// ---- what a read stops at

TEST_ON_LOOP(StreamReader, reads_on_behind_an_urgent_byte) {
    auto s = co_await aio::test::connect_tcp();
    put(s.peer, "abc");
    send(s.peer, "!", 1, MSG_OOB);
    put(s.peer, "def");
    co_await settle();
    EXPECT_EQ(co_await s.reader.readexactly(6), "abcdef");
    send(s.peer, "!", 1, MSG_OOB);  // and nothing behind it, which must not keep the loop at work
    put(s.peer, "g");
    EXPECT_EQ(co_await s.reader.readexactly(1), "g");
}

/// A message with a descriptor, which a reader that does not ask for it throws away.
void send_with_a_descriptor(int socket, std::string_view text) {
    iovec part{const_cast<char*>(text.data()), text.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &socket, sizeof socket);
    EXPECT_EQ(sendmsg(socket, &message, 0), std::ssize(text));
}

TEST_ON_LOOP(StreamReader, reads_on_behind_a_message_with_a_descriptor) {
    StreamAndPeer s;
    send_with_a_descriptor(s.peer, "abc");
    put(s.peer, "def");
    co_await settle();
    EXPECT_EQ(co_await s.reader.readexactly(6), "abcdef");
}

// ---- reading ahead

TEST_ON_LOOP(StreamReader, reads_ahead_up_to_twice_the_limit_and_then_holds_the_other_end_up) {
    StreamAndPeer s(1000);
    const std::string block(4096, 'x');
    std::size_t sent = 0;
    while (true) {
        const ssize_t put = send(s.peer, block.data(), block.size(), MSG_DONTWAIT);
        if (put > 0) sent += static_cast<std::size_t>(put);
        if (put < 0) break;
    }
    co_await settle();
    EXPECT_GT(send(s.peer, "x", 1, MSG_DONTWAIT), 0);  // there is room again, though nobody reads
    while (send(s.peer, block.data(), block.size(), MSG_DONTWAIT) > 0) {}
    co_await settle();
    EXPECT_LT(send(s.peer, "x", 1, MSG_DONTWAIT), 0);  // and no more
    EXPECT_EQ((co_await s.reader.readexactly(sent)).size(), sent);
}

TEST_ON_LOOP(StreamReader, reads_more_than_twice_the_limit_for_somebody_who_waits_for_it) {
    StreamAndPeer s(1000);
    const auto task = aio::create_task(s.reader.readexactly(100'000));
    for (int i = 0; i < 100; ++i) {
        co_await settle();
        EXPECT_FALSE(task.done());
        put(s.peer, std::string(1000, 'x'));
    }
    co_await settle();
    EXPECT_TRUE(task.done());
    task.cancel();
}

TEST_ON_LOOP(StreamReader, sees_the_end_and_a_reset_though_nobody_reads) {
    auto ended = co_await aio::test::connect_tcp();
    put(ended.peer, "x");
    ended.close_peer();
    co_await settle();
    EXPECT_FALSE(ended.reader.at_eof());  // "x" is left
    EXPECT_EQ(co_await ended.reader.read(), "x");
    EXPECT_TRUE(ended.reader.at_eof());

    auto broken = co_await aio::test::connect_tcp();
    aio::test::reset(std::exchange(broken.peer, -1));
    co_await settle();
    EXPECT_FALSE(broken.reader.at_eof());
    EXPECT_TRUE(broken.writer.is_closing());
    EXPECT_TRUE(aio::holds<aio::ConnectionResetError>(broken.reader.exception()));
}

// ---- read

// ---- read

TEST_ON_LOOP(StreamReader, gives_what_is_there_but_no_more_than_was_asked_for) {
    StreamAndPeer s;
    put(s.peer, "abcdef");
    EXPECT_EQ(co_await s.reader.read(4), "abcd");
    EXPECT_EQ(co_await s.reader.read(4), "ef");
    EXPECT_EQ(co_await s.reader.read(0), "");
}

TEST_ON_LOOP(StreamReader, waits_for_the_first_byte) {
    StreamAndPeer s;
    const auto task = aio::create_task(s.reader.read(100));
    co_await settle();
    EXPECT_FALSE(task.done());
    put(s.peer, "late");
    EXPECT_EQ(co_await task, "late");
}

TEST_ON_LOOP(StreamReader, gives_five_bytes_and_the_end_that_came_under_one_edge) {
    StreamAndPeer s;
    put(s.peer, "12345");
    s.close_peer();
    EXPECT_EQ(co_await s.reader.read(2), "12");
    EXPECT_FALSE(s.reader.at_eof());
    EXPECT_EQ(co_await s.reader.read(100), "345");
    EXPECT_TRUE(s.reader.at_eof());
    EXPECT_EQ(co_await s.reader.read(100), "");
}

TEST_ON_LOOP(StreamReader, sees_an_end_that_comes_while_it_waits) {
    StreamAndPeer s;
    const auto task = aio::create_task(s.reader.read(100));
    co_await settle();
    s.close_peer();
    EXPECT_EQ(co_await task, "");
    EXPECT_TRUE(s.reader.at_eof());
}

TEST_ON_LOOP(StreamReader, reads_all_to_the_end) {
    StreamAndPeer s(4);
    put(s.peer, std::string(100'000, 'x'));
    const auto task = aio::create_task(s.reader.read());
    co_await settle();
    EXPECT_FALSE(task.done());
    s.close_peer();
    EXPECT_EQ((co_await task).size(), 100'000u);
}

// ---- readexactly

TEST_ON_LOOP(StreamReader, waits_until_all_that_was_asked_for_has_come) {
    StreamAndPeer s;
    const auto task = aio::create_task(s.reader.readexactly(6));
    put(s.peer, "abc");
    co_await settle();
    EXPECT_FALSE(task.done());
    put(s.peer, "defg");
    EXPECT_EQ(co_await task, "abcdef");
    EXPECT_EQ(co_await s.reader.readexactly(1), "g");
    EXPECT_EQ(co_await s.reader.readexactly(0), "");
}

TEST_ON_LOOP(StreamReader, says_what_had_come_when_the_end_comes_too_early) {
    StreamAndPeer s;
    put(s.peer, "abc");
    s.close_peer();
    try {
        co_await s.reader.readexactly(5);
        ADD_FAILURE();
    } catch (const aio::IncompleteReadError& error) {
        EXPECT_EQ(error.partial, "abc");
        EXPECT_EQ(error.expected, 5u);
        EXPECT_STREQ(error.what(), "3 bytes read on a total of 5 expected bytes");
    }
    EXPECT_TRUE(s.reader.at_eof());
}

TEST_ON_LOOP(StreamReader, throws_what_broke_the_connection_out_of_every_read) {
    StreamAndPeer s;
    put(s.peer, "line\n");
    co_await s.reader.read(1);  // so that some is there
    s.close_peer();
    s.writer.write("nobody reads this");
    co_await aio::sleep(0s);  // it is known in the next turn
    const std::string error = "aio::BrokenPipeError: write to a unix socket without a name: Broken pipe";
    EXPECT_EQ(co_await ending_of(s.reader.read(1)), error);
    EXPECT_EQ(co_await ending_of(s.reader.read()), error);
    EXPECT_EQ(co_await ending_of(s.reader.readexactly(1)), error);
    EXPECT_EQ(co_await ending_of(s.reader.readuntil("n")), error);
    EXPECT_EQ(co_await ending_of(s.reader.readline()), error);
    EXPECT_EQ(co_await ending_of(s.reader.next()), error);
}

// ---- readuntil, readline, lines

TEST_ON_LOOP(StreamReader, says_what_had_come_when_the_end_comes_before_a_separator) {
    StreamAndPeer s;
    put(s.peer, "abc");
    s.close_peer();
    try {
        co_await s.reader.readuntil("END");
        ADD_FAILURE();
    } catch (const aio::IncompleteReadError& error) {
        EXPECT_EQ(error.partial, "abc");
        EXPECT_EQ(error.expected, std::nullopt);
        EXPECT_STREQ(error.what(), "3 bytes read on a total of undefined expected bytes");
    }
    EXPECT_TRUE(s.reader.at_eof());
}

TEST_ON_LOOP(StreamReader, finds_a_separator_that_comes_in_pieces) {
    StreamAndPeer s;
    const auto task = aio::create_task(s.reader.readuntil("END"));
    for (const char* piece : {"someE", "N", "thingEN", "Drest"}) {
        EXPECT_FALSE(task.done());
        put(s.peer, piece);
        co_await settle();
    }
    EXPECT_EQ(co_await task, "someENthingEND");
    EXPECT_EQ(co_await s.reader.read(10), "rest");
}

TEST_ON_LOOP(StreamReader, refuses_an_empty_separator) {
    StreamAndPeer s;
    EXPECT_EQ(co_await ending_of(s.reader.readuntil("")),
              "aio::ValueError: Separator should be at least one-byte string");
}

TEST_ON_LOOP(StreamReader, leaves_the_data_when_no_separator_comes_within_the_limit) {
    StreamAndPeer s(8);
    put(s.peer, "0123456789abc");
    try {
        co_await s.reader.readuntil("\n");
        ADD_FAILURE();
    } catch (const aio::LimitOverrunError& error) {
        EXPECT_EQ(error.consumed, 13u);
        EXPECT_STREQ(error.what(), "Separator is not found, and chunk exceed the limit");
    }
    put(s.peer, "\n");
    try {
        co_await s.reader.read(0);
        co_await s.reader.readuntil("\n");
        ADD_FAILURE();
    } catch (const aio::LimitOverrunError& error) { EXPECT_EQ(error.consumed, 13u); }
    EXPECT_EQ(co_await s.reader.readexactly(14), "0123456789abc\n");
}

TEST_ON_LOOP(StreamReader, gives_lines_and_the_last_one_without_its_end) {
    StreamAndPeer s;
    put(s.peer, "one\n\ntwo\nthree");
    s.close_peer();
    EXPECT_EQ(co_await s.reader.readline(), "one\n");
    EXPECT_EQ(co_await s.reader.readline(), "\n");
    EXPECT_EQ(co_await s.reader.readline(), "two\n");
    EXPECT_EQ(co_await s.reader.readline(), "three");
    EXPECT_EQ(co_await s.reader.readline(), "");
}

TEST_ON_LOOP(StreamReader, throws_away_a_line_that_is_too_long) {
    StreamAndPeer s(8);
    put(s.peer, "0123456789\nshort\n");
    EXPECT_EQ(co_await ending_of(s.reader.readline()),
              "aio::ValueError: Separator is found, but chunk is longer than limit");
    EXPECT_EQ(co_await s.reader.readline(), "short\n");
    put(s.peer, "0123456789");
    EXPECT_EQ(co_await ending_of(s.reader.readline()),
              "aio::ValueError: Separator is not found, and chunk exceed the limit");
    put(s.peer, "next\n");
    EXPECT_EQ(co_await s.reader.readline(), "next\n");
}

TEST_ON_LOOP(StreamReader, is_walked_through_line_by_line) {
    StreamAndPeer s;
    put(s.peer, "a\nb\n\nc");
    s.close_peer();
    std::string all;
    while (const auto line = co_await s.reader.next()) all += "<" + *line + ">";
    EXPECT_EQ(all, "<a\n><b\n><\n><c>");
}

// ---- who reads

TEST_ON_LOOP(StreamReader, refuses_a_second_reader) {
    StreamAndPeer s;
    const auto first = aio::create_task(s.reader.read(10));
    co_await settle();
    EXPECT_EQ(co_await ending_of(s.reader.read(10)),
              "aio::RuntimeError: read() called while another coroutine is already waiting for incoming data");
    EXPECT_EQ(co_await ending_of(s.reader.readline()),
              "aio::RuntimeError: readuntil() called while another coroutine is already waiting for incoming data");
    put(s.peer, "for the first");
    EXPECT_EQ(co_await first, "for the fi");
}

TEST_ON_LOOP(StreamReader, goes_on_in_a_task_whose_own_handles_are_gone) {
    std::optional<StreamAndPeer> s(std::in_place);
    const auto task = aio::create_task(StreamReader(s->reader).read());
    co_await settle();
    put(s->peer, "x");
    s.reset();
    EXPECT_EQ(co_await task, "x");
}

// ---- cancelled

TEST_ON_LOOP(StreamReader, loses_nothing_when_a_read_is_cancelled) {
    StreamAndPeer s;
    auto task = aio::create_task(s.reader.read(10));
    co_await settle();
    task.cancel();
    co_await settle();
    EXPECT_TRUE(task.cancelled());
    put(s.peer, "kept");
    EXPECT_EQ(co_await s.reader.read(10), "kept");
}

TEST_ON_LOOP(StreamReader, loses_nothing_when_it_is_cancelled_in_the_turn_in_which_the_data_came) {
    StreamAndPeer s;
    const auto task = aio::create_task(s.reader.read(10));
    co_await settle();
    put(s.peer, "kept");
    aio::get_running_loop().selector().poll();  // the task is queued, with data
    task.cancel();
    co_await settle();
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(co_await s.reader.read(10), "kept");
}

TEST_ON_LOOP(StreamReader, wakes_nobody_else_when_it_is_cancelled_after_it_was_woken) {
    StreamAndPeer s;
    aio::EventLoop& loop = aio::get_running_loop();
    const auto first = aio::create_task(s.reader.read(10));
    co_await settle();
    loop.call_soon([&] { first.cancel(); });
    put(s.peer, "x");
    loop.selector().poll();  // the first is queued, behind its cancellation
    EXPECT_EQ(co_await s.reader.read(10), "x");
    loop.call_later(1s, [&] { put(s.peer, "y"); });
    EXPECT_EQ(co_await s.reader.read(10), "y");
    EXPECT_TRUE(first.cancelled());
}

TEST_ON_LOOP(StreamReader, keeps_what_had_come_when_the_rest_is_cancelled) {
    StreamAndPeer s;
    put(s.peer, "abc");
    EXPECT_EQ(co_await ending_of(aio::wait_for(s.reader.readexactly(6), 1s)), "aio::TimeoutError: timed out");
    EXPECT_EQ(co_await ending_of(aio::wait_for(s.reader.readline(), 1s)), "aio::TimeoutError: timed out");
    put(s.peer, "def\n");
    EXPECT_EQ(co_await s.reader.readexactly(6), "abcdef");
    EXPECT_EQ(co_await s.reader.readline(), "\n");
}

// ---- fairness

TEST_ON_LOOP(StreamReader, lets_others_run_even_where_more_has_always_come) {
    StreamAndPeer s;
    const std::string block(1 << 16, 'x');
    put(s.peer, block);
    put(s.peer, block);
    co_await settle();
    bool others_ran = false;
    int reads = 0;
    aio::get_running_loop().call_soon([&] { others_ran = true; });
    for (; !others_ran && reads < 1000; ++reads) {
        put(s.peer, block);
        co_await s.reader.read(1 << 16);
    }
    EXPECT_GT(reads, 1);
    EXPECT_LE(reads, 100);
    others_ran = false;
    aio::get_running_loop().call_soon([&] { others_ran = true; });
    for (reads = 0; !others_ran && reads < 1000; ++reads) {
        put(s.peer, block);
        co_await s.reader.readexactly(1 << 16);
    }
    EXPECT_LE(reads, 100);
}

// ---- the end of the loop

TEST(StreamReader, leaks_no_descriptor_when_the_loop_ends_while_it_waits) {
    const auto before = aio::test::open_descriptors();
    const auto program = []() -> Coroutine<> {
        auto s = std::make_shared<StreamAndPeer>();
        const auto waits = [s]() -> Coroutine<> { co_await s->reader.read(1); };
        aio::create_task(waits);
        co_await settle();
    };
    run_virtually(program());
    EXPECT_EQ(aio::test::open_descriptors(), before);
}

TEST(StreamReader, may_outlive_its_loop) {
    const auto before = aio::test::open_descriptors();
    std::optional<StreamAndPeer> s;
    const auto program = [&]() -> Coroutine<> {
        s.emplace();
        put(s->peer, "abc");
        co_await s->reader.read(1);
    };
    run_virtually(program());
    s.reset();
    EXPECT_EQ(aio::test::open_descriptors(), before);
}

// ---- several readers

TEST_ON_LOOP(StreamReader, gives_nothing_to_nobody_only_at_the_end_though_others_read_what_it_was_woken_for) {
    StreamAndPeer s;
    const auto first = aio::create_task(s.reader.read(100));
    co_await settle();
    put(s.peer, "for the first");
    aio::get_running_loop().selector().poll();  // it is woken, but has not run
    const auto second = aio::create_task(s.reader.read(100));
    co_await settle();
    EXPECT_EQ(first.result(), "for the first");
    EXPECT_FALSE(second.done());
    put(s.peer, "for the second");
    EXPECT_EQ(co_await second, "for the second");
}

TEST_ON_LOOP(StreamReader, keeps_its_bytes_while_it_lets_others_run) {
    StreamAndPeer s;
    std::vector<aio::Task<std::string>> readers;
    std::string expected, got;
    for (int i = 0; i < 100; ++i) expected += static_cast<char>('a' + i % 26);
    put(s.peer, expected);
    co_await settle();
    for (int i = 0; i < 100; ++i) readers.push_back(aio::create_task(s.reader.read(1)));  // some take a turn
    co_await settle();
    for (const auto& reader : readers) got += co_await reader;
    EXPECT_EQ(got, expected);
}

TEST_ON_LOOP(StreamReader, gives_back_what_it_was_woken_for_when_it_is_cancelled_and_wakes_the_next) {
    StreamAndPeer s;
    const auto first = aio::create_task(s.reader.read(100));
    co_await settle();
    put(s.peer, "kept");
    aio::get_running_loop().selector().poll();
    const auto second = aio::create_task(s.reader.read(100));
    aio::get_running_loop().call_soon([&] { first.cancel(); });
    co_await settle();
    EXPECT_TRUE(first.cancelled() || first.done());
    const std::string all = (first.cancelled() ? "" : first.result()) + (second.done() ? second.result() : "");
    EXPECT_EQ(all, "kept");
    second.cancel();
}

}  // namespace
