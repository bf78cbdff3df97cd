#include "runtime/reactor/descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>

#include "runtime/reactor/errors.hpp"
#include "runtime/reactor/event_loop.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/pipe.hpp"

namespace {

using namespace std::chrono_literals;
using aio::ClockKind;
using aio::Descriptor;
using aio::EventLoop;
using aio::test::Counted;
using aio::test::Log;
using aio::test::make_pipe;
using aio::test::make_sockets;
using aio::test::put;
using aio::test::take;

/// Counts its edges.
struct Heard final : Descriptor {
    using Descriptor::Descriptor;
    int edges_to_read = 0, edges_to_write = 0, closes = 0;
  private:
    void on_edge() noexcept override {
        edges_to_read += readable();
        edges_to_write += writable();
    }
    void on_close() noexcept override { ++closes; }
};

/// A turn that looks at the descriptors and does not wait for them.
void turn(EventLoop& loop) {
    if (loop.ready().empty()) loop.call_later(0s, [] {});
    loop.selector().poll();
    loop.run_once();
}

/// Writes until there is no room.
void fill(Descriptor& descriptor) {
    const std::string block(1 << 16, 'x');
    while (descriptor.writable())
        descriptor.after_write(::write(descriptor.fd(), block.data(), block.size()), block.size());
}

/// A descriptor and the other end of its socket.
struct Connection {
    EventLoop loop{ClockKind::virtual_time};
    aio::test::Ends ends = make_sockets();
    int peer = ends[1];
    Heard descriptor{loop, ends.release(0)};

    /// Reads, and tells the descriptor of it.
    std::string read(std::size_t most) {
        std::string text(most, '\0');
        const ssize_t got = ::read(descriptor.fd(), text.data(), most);
        descriptor.after_read(got, most);
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }
};

// ---- owned: edge-triggered, and remembered

TEST(Descriptor, that_is_owned_knows_what_it_was_told) {
    Connection c;
    EXPECT_FALSE(c.descriptor.readable());
    EXPECT_FALSE(c.descriptor.writable());
    turn(c.loop);
    EXPECT_FALSE(c.descriptor.readable());
    EXPECT_TRUE(c.descriptor.writable());
    ASSERT_TRUE(put(c.peer, "x"));
    turn(c.loop);
    EXPECT_TRUE(c.descriptor.readable());
}

TEST(Descriptor, that_is_owned_hears_once_of_what_comes_and_again_of_more) {
    Connection c;
    ASSERT_TRUE(put(c.peer, "x"));
    turn(c.loop);
    turn(c.loop);
    EXPECT_EQ(c.descriptor.edges_to_read, 1);
    EXPECT_TRUE(c.descriptor.readable());
    ASSERT_TRUE(put(c.peer, "x"));
    turn(c.loop);
    EXPECT_EQ(c.descriptor.edges_to_read, 2);
}

TEST(Descriptor, that_is_owned_is_drained_by_eagain_and_by_a_short_read_only_where_that_means_it) {
    Connection c;
    ASSERT_TRUE(put(c.peer, "abcdef"));
    turn(c.loop);
    EXPECT_EQ(c.read(3), "abc");
    EXPECT_TRUE(c.descriptor.readable());
    EXPECT_EQ(c.read(100), "def");
    EXPECT_TRUE(c.descriptor.readable());
    EXPECT_EQ(c.read(100), "");
    EXPECT_FALSE(c.descriptor.readable());

    Heard drained(c.loop, dup(c.descriptor.fd()), Descriptor::ShortRead::means_drained);
    ASSERT_TRUE(put(c.peer, "abcdef"));
    turn(c.loop);
    drained.after_read(3, 3);
    EXPECT_TRUE(drained.readable());
    drained.after_read(3, 100);
    EXPECT_FALSE(drained.readable());
}

TEST(Descriptor, that_is_owned_stays_readable_after_an_interrupted_read) {
    Connection c;
    ASSERT_TRUE(put(c.peer, "x"));
    turn(c.loop);
    errno = EINTR;
    c.descriptor.after_read(-1, 1);
    EXPECT_TRUE(c.descriptor.readable());
}

TEST(Descriptor, that_is_owned_is_read_on_to_the_end_after_a_hang_up) {
    Connection c;
    ASSERT_TRUE(put(c.peer, "last words"));
    c.ends.close(1);
    turn(c.loop);
    EXPECT_EQ(c.read(100), "last words");  // short, but the end is still to come, and no edge will tell of it
    EXPECT_TRUE(c.descriptor.readable());
    EXPECT_EQ(c.read(100), "");
    EXPECT_TRUE(c.descriptor.readable());
}

TEST(Descriptor, that_is_owned_hears_of_a_hang_up_that_comes_after_the_data_was_read) {
    Connection c;
    ASSERT_TRUE(put(c.peer, "abc"));
    turn(c.loop);
    EXPECT_EQ(c.read(100), "abc");
    EXPECT_EQ(c.read(100), "");
    EXPECT_FALSE(c.descriptor.readable());
    c.ends.close(1);
    turn(c.loop);
    EXPECT_EQ(c.descriptor.edges_to_read, 2);
    EXPECT_TRUE(c.descriptor.readable());
}

TEST(Descriptor, that_is_owned_hears_when_there_is_room_again) {
    Connection c;
    turn(c.loop);
    fill(c.descriptor);
    const int before = c.descriptor.edges_to_write;
    turn(c.loop);
    EXPECT_EQ(c.descriptor.edges_to_write, before);
    while (!take(c.peer).empty()) {}
    turn(c.loop);
    EXPECT_EQ(c.descriptor.edges_to_write, before + 1);
    EXPECT_TRUE(c.descriptor.writable());
}

TEST(Descriptor, that_is_owned_is_full_after_a_short_write) {
    Connection c;
    turn(c.loop);
    c.descriptor.after_write(10, 10);
    EXPECT_TRUE(c.descriptor.writable());
    c.descriptor.after_write(5, 10);
    EXPECT_FALSE(c.descriptor.writable());
}

TEST(Descriptor, that_is_owned_hears_as_a_writer_that_the_other_end_is_gone) {
    EventLoop loop(ClockKind::virtual_time);
    auto pipe = make_pipe();
    Heard descriptor(loop, pipe.release(1));
    turn(loop);
    fill(descriptor);
    const int before = descriptor.edges_to_write;
    pipe.close(0);
    turn(loop);
    EXPECT_EQ(descriptor.edges_to_write, before + 1);
    EXPECT_TRUE(descriptor.writable());
}

TEST(Descriptor, that_is_owned_says_once_that_it_is_closed) {
    Connection c;
    c.descriptor.close();
    EXPECT_EQ(c.descriptor.fd(), -1);
    c.descriptor.close();
    EXPECT_EQ(c.descriptor.closes, 1);
}

TEST(Descriptor, that_is_owned_is_closed_with_its_loop) {
    auto ends = make_sockets();
    std::optional<EventLoop> loop(ClockKind::virtual_time);
    Heard descriptor(*loop, ends.release(0));
    loop.reset();
    EXPECT_EQ(descriptor.fd(), -1);
    EXPECT_EQ(descriptor.closes, 1);
}

TEST(Descriptor, that_is_owned_is_closed_with_its_object) {
    EventLoop loop(ClockKind::virtual_time);
    auto ends = make_sockets();
    { const Descriptor descriptor(loop, ends.release(0)); }
    char byte;
    EXPECT_EQ(::read(ends[1], &byte, 1), 0);  // the end
}

TEST(Descriptor, that_cannot_be_watched_is_refused_and_closed) {
    EventLoop loop(ClockKind::virtual_time);
    const auto before = aio::test::open_descriptors();
    const int regular_file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    ASSERT_GE(regular_file, 0);
    EXPECT_THROW(Descriptor(loop, regular_file), std::system_error);
    EXPECT_EQ(aio::test::open_descriptors(), before);
}

TEST(Descriptor, that_nobody_awaits_cannot_wake_the_loop) {
    Connection c;
    EXPECT_THROW(c.loop.run_forever(), aio::DeadlockError);
}

// ---- borrowed: level-triggered

TEST(Descriptor, that_is_borrowed_is_reported_every_turn_until_it_is_read) {
    EventLoop loop(ClockKind::virtual_time);
    const auto pipe = make_pipe();
    int runs = 0;
    loop.add_reader(pipe[0], [&] { ++runs; });
    ASSERT_TRUE(put(pipe[1], "x"));
    for (int i = 0; i < 3; ++i) loop.run_once();
    EXPECT_EQ(runs, 3);
    take(pipe[0]);
    loop.call_later(0s, [] {});
    loop.run_once();
    EXPECT_EQ(runs, 3);
}

TEST(Descriptor, that_is_borrowed_has_one_callback_a_direction_the_last) {
    EventLoop loop(ClockKind::virtual_time);
    const auto sockets = make_sockets();
    Log log;
    loop.add_reader(sockets[0], [&] { log("first reader"); });
    loop.add_reader(sockets[0], [&] { log("reader"); });
    loop.add_writer(sockets[0], [&] { log("writer"); });
    ASSERT_TRUE(put(sockets[1], "x"));
    loop.run_once();
    EXPECT_EQ(log.text(), "reader writer");
}

TEST(Descriptor, that_is_borrowed_keeps_one_direction_when_the_other_is_removed) {
    EventLoop loop(ClockKind::virtual_time);
    const auto sockets = make_sockets();
    Log log;
    loop.add_reader(sockets[0], [&] { log("reader"); });
    loop.add_writer(sockets[0], [&] { log("writer"); });
    EXPECT_TRUE(loop.remove_writer(sockets[0]));
    EXPECT_FALSE(loop.remove_writer(sockets[0]));
    ASSERT_TRUE(put(sockets[1], "x"));
    loop.run_once();
    EXPECT_EQ(log.text(), "reader");
    EXPECT_TRUE(loop.remove_reader(sockets[0]));
    EXPECT_FALSE(loop.remove_reader(sockets[0]));
    EXPECT_THROW(loop.run_forever(), aio::DeadlockError);
}

TEST(Descriptor, that_is_borrowed_may_be_removed_in_its_own_callback) {
    EventLoop loop(ClockKind::virtual_time);
    const auto pipe = make_pipe();
    ASSERT_TRUE(put(pipe[1], "x"));
    Counted::reset();
    {
        const Counted counted(7);
        loop.add_reader(pipe[0], [&loop, &pipe, counted] {
            EXPECT_TRUE(loop.remove_reader(pipe[0]));
            EXPECT_EQ(counted.value, 7);  // the callback lives until it returns
        });
    }
    loop.run_once();
    EXPECT_EQ(Counted::alive(), 0);
    EXPECT_THROW(loop.run_forever(), aio::DeadlockError);
}

TEST(Descriptor, that_is_borrowed_may_be_replaced_in_its_own_callback) {
    EventLoop loop(ClockKind::virtual_time);
    const auto pipe = make_pipe();
    ASSERT_TRUE(put(pipe[1], "x"));
    Log log;
    loop.add_reader(pipe[0], [&] {
        log("first");
        loop.add_reader(pipe[0], [&] { log("second"); });
    });
    for (int i = 0; i < 2; ++i) loop.run_once();
    EXPECT_EQ(log.text(), "first second");
}

TEST(Descriptor, that_is_borrowed_and_removed_while_its_callback_is_queued_is_not_reported) {
    EventLoop loop(ClockKind::virtual_time);
    const auto first = make_pipe(), second = make_pipe();
    int runs = 0;
    for (const auto* pipe : {&first, &second}) {
        ASSERT_TRUE(put((*pipe)[1], "x"));
        loop.add_reader((*pipe)[0], [&] {  // whoever is first
            ++runs;
            loop.remove_reader(first[0]);
            loop.remove_reader(second[0]);
        });
    }
    EXPECT_EQ(loop.run_once().descriptors, 2u);
    EXPECT_EQ(runs, 1);
}

TEST(Descriptor, that_is_borrowed_tells_its_reader_and_its_writer_that_the_other_end_is_gone) {
    EventLoop loop(ClockKind::virtual_time);
    auto sockets = make_sockets();
    Log log;
    loop.add_reader(sockets[0], [&] { log("reader"); });
    loop.add_writer(sockets[0], [&] { log("writer"); });
    sockets.close(1);
    loop.run_once();
    EXPECT_EQ(log.text(), "reader writer");
}

TEST(Descriptor, that_is_borrowed_goes_on_after_its_callback_has_thrown) {
    EventLoop loop(ClockKind::virtual_time);
    const auto pipe = make_pipe();
    ASSERT_TRUE(put(pipe[1], "x"));
    Log log;
    loop.set_exception_handler([&](const aio::ExceptionContext& c) { log(aio::describe(c.exception)); });
    loop.add_reader(pipe[0], [] { throw aio::ValueError("boom"); });
    for (int i = 0; i < 2; ++i) loop.run_once();
    EXPECT_EQ(log.text(), "aio::ValueError: boom aio::ValueError: boom");
}

TEST(Descriptor, that_is_borrowed_but_cannot_be_watched_is_refused_and_forgotten) {
    EventLoop loop(ClockKind::virtual_time);
    EXPECT_THROW(loop.add_reader(-1, [] {}), std::system_error);
    EXPECT_FALSE(loop.remove_reader(-1));
    loop.call_later(1s, [&] { loop.stop(); });
    loop.run_forever();
    EXPECT_THROW(loop.run_once(), aio::DeadlockError);  // what was refused can wake nobody
}

TEST(Descriptor, that_is_borrowed_stays_open_when_the_loop_goes) {
    const auto pipe = make_pipe();
    {
        EventLoop loop(ClockKind::virtual_time);
        loop.add_reader(pipe[0], [] {});
        loop.add_writer(pipe[1], [] {});
    }
    EXPECT_TRUE(put(pipe[1], "x"));
    EXPECT_EQ(take(pipe[0]), "x");
}

}  // namespace
