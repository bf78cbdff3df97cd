// Random faults over an echo server with many connections, and a great many messages.
#include <cstdlib>
#include <set>

#include "runtime/aio.hpp"
#include "tests/faults/faults.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"

namespace {

using aio::Coroutine;
using aio::StreamReader;
using aio::StreamWriter;
using aio::test::open_descriptors;
using aio::test::run_virtually;
using namespace std::chrono_literals;

constexpr int connections = 50, messages = 10;

unsigned seeds() {
    const char* given = std::getenv("FAULT_SEEDS");
    return given ? static_cast<unsigned>(std::atoi(given)) : 40;
}

/// What the server has taken, and said so to the client.
struct Book {
    std::set<std::string> taken, acknowledged;
};

Coroutine<void> serve(Book& book, StreamReader reader, StreamWriter writer) {
    while (const auto line = co_await reader.next()) {
        if (!line->ends_with('\n')) break;
        book.taken.insert(*line);
        writer.writelines({"taken: ", *line});
        co_await writer.drain();
    }
    writer.close();
    co_await writer.wait_closed();
}

/// Sends its messages one by one, over a new connection where the old one broke, until all are acknowledged.
Coroutine<void> client(Book& book, std::uint16_t port, int number) {
    for (int message = 0; message < messages;) {
        try {
            auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port);
            for (; message < messages; ++message) {
                const std::string line = std::to_string(number) + " says " +
                                         std::string(static_cast<std::size_t>(message * 400), 'x') +
                                         std::to_string(message) + "\n";
                writer.write(line);
                co_await writer.drain();
                const std::string answer = co_await reader.readline();
                if (answer != "taken: " + line) {
                    EXPECT_FALSE(answer.ends_with('\n')) << "the answer to another message: " << answer;
                    break;
                }
                book.acknowledged.insert(line);
            }
        } catch (const std::system_error&) {}
    }
}

void run_seed(std::uint32_t seed) {
    const auto before = open_descriptors();
    const auto program = [seed]() -> Coroutine<> {
        Book book;
        aio::get_running_loop().set_exception_handler([](const aio::ExceptionContext& context) {
            if (!context.exception) return;
            try {
                std::rethrow_exception(context.exception);
            } catch (const std::system_error&) {
            } catch (...) { ADD_FAILURE() << context.message << aio::describe(context.exception); }
        });
        const auto handler = [&book](StreamReader reader, StreamWriter writer) { return serve(book, reader, writer); };
        auto server = co_await aio::start_server(handler, "127.0.0.1", 0);
        const std::uint16_t port = server.sockets().front().port();
        const auto in_loop = open_descriptors();
        {
            const faults::AtRandom at_random(seed, 5, 20);
            std::vector<Coroutine<void>> clients;
            for (int i = 0; i < connections; ++i) clients.push_back(client(book, port, i));
            co_await aio::wait_for(aio::gather(std::move(clients)), 1h);
            EXPECT_GT(at_random.fired(), 100);
        }
        EXPECT_EQ(book.acknowledged.size(), static_cast<std::size_t>(connections * messages));
        for (const std::string& line : book.acknowledged) EXPECT_TRUE(book.taken.contains(line)) << line;
        co_await aio::sleep(10s);
        EXPECT_EQ(open_descriptors(), in_loop);
        EXPECT_EQ(aio::all_tasks().size(), 1u) << "all handlers have ended";
    };
    run_virtually(program());
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Soak, of_random_faults_loses_nothing_that_was_acknowledged) {
    for (std::uint32_t seed = 1; seed <= seeds() && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        run_seed(seed);
    }
}

}  // namespace
