// The interpreter of the streams language (SPEC.md): plays one end of a program on this project's runtime.
//
//     streams --batch     orders on stdin, answers on stdout
#include <iostream>
#include <string_view>

#include "tests/streams/errors.hpp"
#include "tests/streams/run.hpp"
#include "tests/support/open_descriptors.hpp"

namespace {

using streams::Json, streams::say;

/// In a loop of its own. The other end is another process, so on the real clock.
void play(const Json& order, streams::Orders& orders) {
    streams::Run run(order, orders);
    aio::Runner runner(aio::ClockKind::real);
    aio::EventLoop& loop = runner.get_loop();
    loop.set_exception_handler([](const aio::ExceptionContext&) {});
    runner.finish(run.main());
    runner.close();
    // In the loop, whose handler is told of the errors that nobody has retrieved.
    loop.call_soon([&] {
        run.forget();
        loop.stop();
    });
    loop.run_forever();
}

void play_and_answer(const Json& order, streams::Orders& orders) {
    const Json id = order.value("id", Json());
    try {
        play(order, orders);
        say({{"id", id}, {"done", true}, {"fds", aio::test::open_descriptors()}});
    } catch (const streams::ProgramError& error) {
        say({{"id", id}, {"error", error.text}});
    } catch (const std::exception& error) { say({{"id", id}, {"error", error.what()}}); }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 || std::string_view(argv[1]) != "--batch") {
        std::cerr << "usage: streams --batch < orders\n";
        return 2;
    }
    try {
        for (streams::Orders orders; !orders.ended();) {
            const auto order = orders.take();
            if (!order)
                orders.receive();
            else if (order->contains("run"))  // anything else is an event that came too late
                play_and_answer(order->at("run"), orders);
        }
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
