#include "runtime/io/stream_writer.hpp"

#include <sys/ioctl.h>

#include <cerrno>
#include <thread>

#include "runtime/io/os_errors.hpp"
#include "runtime/tasks/wait.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/streams.hpp"

namespace {

using aio::Coroutine;
using aio::StreamWriter;
using aio::test::ending_of;
using aio::test::put;
using aio::test::run_virtually;
using aio::test::settle;
using aio::test::StreamAndPeer;
using aio::test::take;
using namespace std::chrono_literals;

/// More than a socket takes at once.
const std::string much(4 << 20, 'm');

/// Reads the other end until nothing more comes.
Coroutine<std::size_t> take_all(int peer) {
    std::size_t all = 0;
    for (bool silent = false; !silent;) {
        co_await settle();
        const std::size_t before = all;
        while (const std::size_t some = take(peer, 1 << 16).size()) all += some;
        silent = all == before;
    }
    co_return all;
}

TEST_ON_LOOP(StreamWriter, sends_at_once_what_the_socket_takes) {
    StreamAndPeer s;
    s.writer.write("hello");
    EXPECT_EQ(take(s.peer), "hello");
    s.writer.write("");
    co_await s.writer.drain();
}

TEST_ON_LOOP(StreamWriter, sends_many_pieces_together) {
    StreamAndPeer s;
    s.writer.writelines({"a", "", "bc"});
    const std::vector<std::string> pieces(3000, "0123456789");
    s.writer.writelines(pieces);
    EXPECT_EQ(take(s.peer, 3), "abc");
    EXPECT_EQ(co_await take_all(s.peer), 30'000u);
}

TEST_ON_LOOP(StreamWriter, sends_the_rest_by_itself) {
    StreamAndPeer s;
    s.writer.writelines({much, "and", " more"});
    s.writer.write("!");
    EXPECT_EQ(co_await take_all(s.peer), much.size() + 9);
}

TEST_ON_LOOP(StreamWriter, keeps_the_order_of_what_it_could_not_send_at_once) {
    StreamAndPeer s;
    std::string expected, got;
    for (int i = 0; i < 2000; ++i) {
        const std::string piece(static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
        expected += piece;
        s.writer.write(piece);
        if (i % 3 == 0) got += take(s.peer, 1000);
    }
    s.writer.close();
    for (int i = 0; got.size() < expected.size() && i < 100'000; ++i) {
        got += take(s.peer, 50'000);
        co_await settle();
    }
    EXPECT_TRUE(got == expected);
}

TEST_ON_LOOP(StreamWriter, holds_up_a_writer_whose_reader_is_slow) {
    StreamAndPeer s;
    s.writer.write(much);
    const auto drain = aio::create_task(s.writer.drain());
    co_await settle();
    EXPECT_FALSE(drain.done());
    const std::size_t some = take(s.peer, 1 << 16).size();
    co_await settle();
    EXPECT_FALSE(drain.done());
    EXPECT_EQ(some + co_await take_all(s.peer), much.size());
    co_await drain;
}

TEST_ON_LOOP(StreamWriter, holds_up_a_writer_until_less_than_a_quarter_of_the_mark_is_kept) {
    StreamAndPeer s;
    const std::size_t mark = 1 << 20;
    s.writer.set_write_buffer_limits(mark);
    s.writer.write(much);
    const auto drain = aio::create_task(s.writer.drain());
    std::size_t taken = 0, kept = much.size();
    while (!drain.done() && kept > 0) {
        EXPECT_GT(kept, mark / 4);
        taken += take(s.peer, 10'000).size();
        co_await settle();
        int in_the_socket = 0;
        ioctl(s.peer, FIONREAD, &in_the_socket);
        kept = much.size() - taken - static_cast<std::size_t>(in_the_socket);
    }
    EXPECT_GT(kept, 0u);
    EXPECT_LE(kept, mark / 4);
    co_await take_all(s.peer);
}

TEST_ON_LOOP(StreamWriter, is_drained_at_once_below_the_mark) {
    StreamAndPeer s;
    s.writer.set_write_buffer_limits(much.size());
    s.writer.write(much);
    co_await s.writer.drain();
    s.writer.set_write_buffer_limits(0);
    const auto drain = aio::create_task(s.writer.drain());
    co_await settle();
    EXPECT_FALSE(drain.done());
    co_await take_all(s.peer);
    co_await drain;
}

TEST_ON_LOOP(StreamWriter, may_be_drained_by_several_tasks) {
    StreamAndPeer s;
    s.writer.write(much);
    const auto one = aio::create_task(s.writer.drain()), two = aio::create_task(s.writer.drain());
    co_await settle();
    one.cancel();
    co_await settle();
    EXPECT_TRUE(one.cancelled());
    co_await take_all(s.peer);
    co_await two;
}

TEST_ON_LOOP(StreamWriter, loses_nothing_when_drain_is_cancelled) {
    StreamAndPeer s;
    s.writer.write(much);
    EXPECT_EQ(co_await ending_of(aio::wait_for(s.writer.drain(), 1s)), "aio::TimeoutError: timed out");
    EXPECT_EQ(co_await take_all(s.peer), much.size());
}

// ---- half a close

TEST_ON_LOOP(StreamWriter, ends_its_half_after_what_was_written) {
    StreamAndPeer s;
    s.writer.write(much);
    s.writer.write_eof();
    EXPECT_THROW(s.writer.write("x"), aio::RuntimeError);
    EXPECT_EQ(co_await take_all(s.peer), much.size());
    char byte;
    EXPECT_EQ(::read(s.peer, &byte, 1), 0);
    put(s.peer, "still");
    EXPECT_EQ(co_await s.reader.read(10), "still");
    EXPECT_FALSE(s.writer.is_closing());
}

// ---- close

TEST_ON_LOOP(StreamWriter, closes_after_what_was_written) {
    const auto before = aio::test::open_descriptors();
    StreamAndPeer s;
    s.writer.write(much);
    s.writer.close();
    s.writer.close();
    EXPECT_TRUE(s.writer.is_closing());
    const auto closed = aio::create_task(s.writer.wait_closed());
    co_await settle();
    EXPECT_FALSE(closed.done());
    EXPECT_EQ(co_await take_all(s.peer), much.size());
    co_await closed;
    EXPECT_EQ(aio::test::open_descriptors(), before + 1);
    char byte;
    EXPECT_EQ(::read(s.peer, &byte, 1), 0);
}

TEST_ON_LOOP(StreamWriter, sends_what_was_written_even_when_all_handles_are_gone) {
    auto ends = aio::test::make_sockets();
    {
        StreamWriter writer(aio::Ref(new aio::detail::Stream(ends.release(0), {}, 100, nullptr)));
        writer.write(much);
    }
    EXPECT_EQ(co_await take_all(ends[1]), much.size());
    char byte;
    EXPECT_EQ(::read(ends[1], &byte, 1), 0);
}

TEST_ON_LOOP(StreamWriter, wakes_a_reader_when_it_closes) {
    StreamAndPeer s;
    const auto read = aio::create_task(s.reader.read(10));
    co_await settle();
    s.writer.close();
    EXPECT_EQ(co_await read, "");
    co_await s.writer.wait_closed();
}

TEST_ON_LOOP(StreamWriter, that_was_closed_says_so_to_drain) {
    StreamAndPeer s;
    s.writer.close();
    s.writer.write("nobody gets this");
    EXPECT_TRUE((co_await ending_of(s.writer.drain())).starts_with("aio::ConnectionResetError"));
}

TEST_ON_LOOP(StreamWriter, wait_closed_can_begin_before_close_and_be_cancelled) {
    StreamAndPeer s;
    EXPECT_EQ(co_await ending_of(aio::wait_for(s.writer.wait_closed(), 1s)), "aio::TimeoutError: timed out");
    const auto closed = aio::create_task(s.writer.wait_closed());
    co_await settle();
    s.writer.close();
    co_await closed;
}

// ---- the other end is gone

TEST_ON_LOOP(StreamWriter, gets_no_signal_but_an_error_when_the_other_end_is_gone) {
    StreamAndPeer s;
    s.close_peer();
    s.writer.write("nobody reads this");
    EXPECT_TRUE(s.writer.is_closing());
    co_await aio::sleep(0s);  // it is known in the next turn
    const std::string error = "aio::BrokenPipeError: write to a unix socket without a name: Broken pipe";
    EXPECT_EQ(co_await ending_of(s.writer.drain()), error);
    EXPECT_EQ(co_await ending_of(s.reader.read(10)), error);
    EXPECT_EQ(co_await ending_of(s.writer.wait_closed()), error);
    EXPECT_EQ(aio::describe(s.reader.exception()), error);
    s.writer.write("and is swallowed");
}

TEST_ON_LOOP(StreamWriter, wakes_all_who_wait_when_the_connection_breaks) {
    StreamAndPeer s;
    s.writer.write(much);
    const auto drain = aio::create_task(s.writer.drain());
    const auto closed = aio::create_task(s.writer.wait_closed());
    const auto read = aio::create_task(s.reader.read(10));
    co_await settle();
    s.close_peer();
    const std::string at_drain = co_await ending_of(drain), at_close = co_await ending_of(closed);
    EXPECT_EQ(at_drain, "aio::ConnectionResetError: read from a unix socket without a name: Connection reset by peer");
    EXPECT_EQ(at_close, at_drain);
    EXPECT_EQ(co_await ending_of(read), at_drain);
}

TEST(StreamWriter, leaks_nothing_when_the_loop_ends_before_all_is_sent) {
    const auto before = aio::test::open_descriptors();
    const auto program = []() -> Coroutine<> {
        auto ends = aio::test::make_sockets();
        StreamWriter writer(aio::Ref(new aio::detail::Stream(ends.release(0), {}, 100, nullptr)));
        writer.write(much);
        writer.close();
        co_await settle();
    };
    run_virtually(program());
    EXPECT_EQ(aio::test::open_descriptors(), before);
}

// ---- the end

/// Reads a blocking descriptor to its end, in pieces, and lets the loop run in between. "!" at the end: it was reset.
Coroutine<std::string> all_of(int peer) {
    std::string all(2 << 20, '\0');
    std::size_t size = 0;
    while (true) {
        const ssize_t got = recv(peer, all.data() + size, 10'000, MSG_DONTWAIT);
        if (got == 0) break;
        if (got < 0 && errno != EAGAIN) {
            all.resize(size);
            co_return all + "!";
        }
        if (got > 0) size += static_cast<std::size_t>(got);
        co_await settle();
    }
    all.resize(size);
    co_return all;
}

TEST_ON_LOOP(StreamWriter, delivers_all_though_the_other_end_has_said_more_than_was_read) {
    const std::string answer(1'000'000, 'a');
    for (const std::string more : {"a line\n", "", "many lines\n"}) {
        auto s = co_await aio::test::connect_tcp();
        put(s.peer, "question\n");
        EXPECT_EQ(co_await s.reader.readline(), "question\n");
        put(s.peer, more);
        s.writer.write(answer);
        if (more.size() > 7) put(s.peer, std::string(100'000, 'x'));
        s.writer.close();
        const std::string got = co_await all_of(s.peer);
        EXPECT_EQ(got.size(), answer.size());
        EXPECT_TRUE(got == answer);
    }
}

TEST_ON_LOOP(StreamWriter, delivers_all_when_its_handles_are_just_dropped) {
    int peer = -1;
    {
        auto s = co_await aio::test::connect_tcp();
        peer = std::exchange(s.peer, -1);
        put(peer, "more than is read");
        s.writer.write("answer");
    }
    EXPECT_EQ(co_await all_of(peer), "answer");
    close(peer);
}

TEST(StreamWriter, delivers_all_when_the_loop_ends) {
    int peer = -1;
    const auto main = [&]() -> Coroutine<> {
        const auto handler = [&]() -> Coroutine<> {
            auto s = co_await aio::test::connect_tcp();
            peer = std::exchange(s.peer, -1);
            put(peer, "more than is read");
            s.writer.write("answer");
            co_await aio::sleep(1h);
        };
        const auto task = aio::create_task(handler);
        co_await settle();
    };
    run_virtually(main());
    EXPECT_EQ(take(peer), "answer");
    EXPECT_EQ(recv(peer, nullptr, 0, 0), 0);  // an end, and no reset
    close(peer);
}

TEST_ON_LOOP(StreamWriter, wait_closed_sees_a_reset_though_nobody_reads_or_writes) {
    const auto before = aio::test::open_descriptors();
    auto s = co_await aio::test::connect_tcp();
    const int peer = std::exchange(s.peer, -1);
    aio::get_running_loop().call_later(1s, [&] { aio::test::reset(peer); });
    EXPECT_EQ((co_await ending_of(s.writer.wait_closed())).substr(0, 25), "aio::ConnectionResetError");
    EXPECT_EQ(aio::test::open_descriptors(), before);  // the socket does not wait for its handles
}

TEST_ON_LOOP(StreamWriter, that_failed_says_so_to_the_first_drain_as_a_reset_and_then_with_its_error) {
    StreamAndPeer s;
    s.close_peer();
    s.writer.write("x");
    EXPECT_EQ((co_await ending_of(s.writer.drain())).substr(0, 25), "aio::ConnectionResetError");
    EXPECT_EQ((co_await ending_of(s.writer.drain())).substr(0, 20), "aio::BrokenPipeError");
    EXPECT_EQ((co_await ending_of(s.reader.read(1))).substr(0, 20), "aio::BrokenPipeError");
    EXPECT_EQ((co_await ending_of(s.writer.wait_closed())).substr(0, 20), "aio::BrokenPipeError");

    StreamAndPeer later;
    later.close_peer();
    later.writer.write("x");
    co_await aio::sleep(0s);
    EXPECT_EQ((co_await ending_of(later.writer.drain())).substr(0, 20), "aio::BrokenPipeError");
}

TEST_ON_LOOP(StreamWriter, knows_both_names_after_the_end) {
    auto s = co_await aio::test::connect_tcp();
    const auto name = s.writer.get_extra_info("sockname"), peer = s.writer.get_extra_info("peername");
    EXPECT_EQ(name->host(), "127.0.0.1");
    s.writer.close();
    co_await s.writer.wait_closed();
    EXPECT_TRUE(s.writer.get_extra_info("sockname") == name);
    EXPECT_TRUE(s.writer.get_extra_info("peername") == peer);
}

TEST_ON_LOOP(StreamWriter, is_refused_in_a_wrong_thread) {
    StreamAndPeer s;
    const std::string refused =
        "aio::RuntimeError: another thread runs this event loop: use call_soon_threadsafe or run_coroutine_threadsafe";
    std::thread([&] {
        EXPECT_EQ(aio::test::thrown_by([&] { s.writer.write("x"); }), refused);
        EXPECT_EQ(aio::test::thrown_by([&] { s.writer.write_eof(); }), refused);
        EXPECT_EQ(aio::test::thrown_by([&] { s.writer.close(); }), refused);
    }).join();
    EXPECT_FALSE(s.writer.is_closing());
    s.writer.write("y");
    EXPECT_EQ(take(s.peer), "y");
    co_return;
}

}  // namespace
