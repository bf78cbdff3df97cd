// Tasks, time, and what stands around other statements.
#include <chrono>
#include <thread>

#include "tests/streams/errors.hpp"
#include "tests/streams/statements.hpp"

namespace streams {

namespace {

void spawn(Lane& lane, const Json& st) {
    const std::string name = st.at("as");
    const Json& body = lane.run.function(st.at("fn"));
    const auto task =
        aio::create_task(lane.run.whole(Lane{lane.run, lane.name + "/" + name, lane.scope, lane.quiet}, body));
    lane.scope.tasks.insert_or_assign(name, task);
}

void cancel(Lane& lane, const Json& st) { lane.task(st).cancel(); }

aio::Coroutine<std::string> join(Lane& lane, const Json& st) {
    const aio::Task<> task = lane.task(st);
    const std::vector tasks{task};
    co_await aio::wait(tasks);
    std::string end = " ok";
    if (task.cancelled())
        end = " !CancelledError";
    else if (task.exception())
        end = " !" + describe(task.exception());
    co_return st["what"].get<std::string>() + end;
}

std::string done(Lane& lane, const Json& st) {
    return st.at("what").get<std::string>() + (lane.task(st).done() ? " True" : " False");
}

aio::Coroutine<void> sleep(Lane&, const Json& st) { co_await aio::sleep(milliseconds(st.at("ms"))); }

void block(Lane&, const Json& st) { std::this_thread::sleep_for(milliseconds(st.at("ms"))); }

aio::Coroutine<std::string> timeout(Lane& lane, const Json& st) {
    const auto body = [&] { return run_block(lane, st.at("body")); };
    co_await aio::with(aio::timeout(milliseconds(st.at("ms"))), body);
    co_return "ok";
}

aio::Coroutine<std::string> wait_for(Lane& lane, const Json& st) {
    co_await aio::wait_for(run_block(lane, st.at("body")), milliseconds(st.at("ms")));
    co_return "ok";
}

aio::Coroutine<void> loop(Lane& lane, const Json& st) {
    for (int i = 0; i < st.at("times"); ++i) co_await run_block(lane, st.at("body"));
}

void post(Lane& lane, const Json& st) { lane.run.post(st.at("event")); }

aio::Coroutine<void> wait(Lane& lane, const Json& st) { co_await lane.run.happened(st.at("event")); }

void log(Lane& lane, const Json& st) { lane.log(st.at("text")); }

void raise(Lane&, const Json& st) { throw Raised{make_error(st.at("kind"))}; }

void return_(Lane&, const Json&) { throw Returned(); }

}  // namespace

Statements task_statements() {
    return {
        {"spawn", now<spawn>()},          {"cancel", now<cancel>()},
        {"join", unlogged<join>()},       {"done", now<done>()},
        {"sleep", unlogged<sleep>()},     {"block", now<block>()},
        {"timeout", unlogged<timeout>()}, {"wait_for", unlogged<wait_for>()},
        {"loop", unlogged<loop>()},       {"post", now<post>()},
        {"wait", unlogged<wait>()},       {"log", now<log>()},
        {"raise", now<raise>()},          {"return", now<return_>()},
    };
}

}  // namespace streams
