#!/usr/bin/env python3
"""The stored programs find faults: each one below, planted in a copy of the runtime, turns them red.

A fault is a text that must stand in its file exactly once, and what takes its place. Only the files that it reaches are
compiled anew; all else comes from the objects of BUILD, which `make test` has made before.
Environment: BUILD, CXX, FLAGS, FEATURES as `make` sets them.
"""
# Once: it plants its faults in a build of its own.
import concurrent.futures
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import BUILD, ROOT, check, end  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
COMPILE = [*shlex.split(os.environ.get("CXX", "g++")),
           *shlex.split(os.environ.get("FLAGS", "-std=c++20 -O2 -g -I. -pthread")), "-O0", "-g0", "-Wno-subobject-linkage"]
FEATURES = ["--features", os.environ["FEATURES"]] if os.environ.get("FEATURES") else []

# Where the templates and inline functions of locks and queues are compiled. There is a queue in as_completed().
LOCKS = ["tests/conformance/statements_locks.cpp", "floors/sync.cpp"]
COMBINATORS = ["tests/conformance/statements_combinators.cpp"]
QUEUES = ["tests/conformance/statements_queues.cpp", *COMBINATORS]

# (what is wrong, file, text, what takes its place[, the sources that must be compiled anew])
FAULTS = [
    ("a future takes one hop more", "runtime/tasks/future.cpp",
     "    own->ready().append(callbacks_);",
     "    own->call_soon([self = Ref(this)] { self->loop()->ready().append(self->callbacks_); });"),
    ("who waits for a future is woken last-in first-out", "runtime/tasks/future.cpp",
     "    own->ready().append(callbacks_);",
     "    EntryList reversed;\n"
     "    while (Entry* entry = callbacks_.pop_front()) {\n"
     "        EntryList later;\n"
     "        later.append(reversed);\n"
     "        reversed.push_back(*entry);\n"
     "        reversed.append(later);\n"
     "    }\n"
     "    own->ready().append(reversed);"),
    ("who waits for a semaphore is woken last-in first-out", "runtime/sync/semaphore.cpp",
     "    detail::QueuedWaiter waiter(waiters_);",
     "    detail::WaiterQueue others;\n"
     "    others.append(waiters_);\n"
     "    detail::QueuedWaiter waiter(waiters_);\n"
     "    waiters_.append(others);"),
    ("a lock is free for anybody while one who was woken is on its way", "runtime/sync/lock.hpp",
     "return !locked() && !waiters_.any_not_cancelled();", "return !locked();", LOCKS),
    ("a lock whose woken waiter is cancelled wakes nobody else", "runtime/sync/lock.cpp",
     "if (!locked()) wake_first();", "static_cast<void>(this);"),
    ("a condition lets a cancellation through before it has its lock again", "runtime/sync/condition.cpp",
     "catch (const CancelledError&) { cancelled = true; }\n    for",
     "catch (const CancelledError&) { throw; }\n    for"),
    ("a condition gives up its lock when it is cancelled once more", "runtime/sync/condition.cpp",
     "acquired = true;\n        } catch (const CancelledError&) { cancelled = true; }",
     "acquired = true;\n        } catch (const CancelledError&) { throw; }"),
    ("a condition hands the notification of one who is cancelled to the next, as 3.13 does", "runtime/sync/condition.cpp",
     "if (cancelled) throw CancelledError();", "if (cancelled) throw (notify(1), CancelledError());"),
    ("a condition notifies one more than it was told to", "runtime/sync/condition.cpp",
     "waiters_.wake(n);", "waiters_.wake(n + (n > 0));"),
    ("an event wakes the first alone", "runtime/sync/event.hpp",
     "if (!value_) waiters_.wake_all();", "value_ = true, waiters_.wake(1);", LOCKS),
    ("a queue whose woken waiter is cancelled wakes nobody else", "runtime/sync/queue.hpp",
     "if (!(this->*blocked)() && !waiter.cancelled()) wake_next(waiters);", "static_cast<void>(blocked);", QUEUES),
    ("who waits at a queue is woken last-in first-out", "runtime/sync/queue.hpp",
     "            detail::QueuedWaiter waiter(waiters);",
     "            detail::WaiterQueue others;\n"
     "            others.append(waiters);\n"
     "            detail::QueuedWaiter waiter(waiters);\n"
     "            waiters.append(others);", QUEUES),
    ("a queue is joined when its last item is got", "runtime/sync/queue.hpp",
     "        T item = items_.pop();\n        wake_next(putters_);",
     "        T item = items_.pop();\n        if (empty()) finished_.set();\n        wake_next(putters_);", QUEUES),
    ("the greatest item of a priority queue comes out first", "runtime/sync/queue_items.hpp",
     "return b < a;", "return a < b;", QUEUES),
    ("as_completed gives first what came last", "runtime/sync/as_completed.hpp",
     "Queue<std::optional<F>> done_;", "LifoQueue<std::optional<F>> done_;", QUEUES),
    ("a barrier counts the tasks of the next round with those that still leave", "runtime/sync/barrier.cpp",
     "while (state_ == State::draining || state_ == State::resetting)", "while (state_ == State::resetting)"),
    ("who is cancelled at a barrier is still counted", "runtime/sync/barrier.cpp",
     "    } catch (...) {\n        leave();\n        throw;", "    } catch (...) {\n        throw;"),
    ("a barrier that is reset lets those who wait go on", "runtime/sync/barrier.cpp",
     "if (state_ != State::draining) throw", "if (broken()) throw"),
    ("gather does not pass cancel on", "runtime/tasks/cancel.cpp",
     "target = &asking->next_to_ask();", "asking->any_accepts = !asking->next_to_ask().done();\n        target = nullptr;"),
    ("wait returns without a hop if all are done", "runtime/tasks/wait.cpp",
     "    co_await countdown.waiter;",
     "    std::size_t done = 0;\n"
     "    for (const FutureBase& future : futures) done += future.done();\n"
     "    if (done < futures.size()) co_await countdown.waiter;"),
    ("wait_for does not wait for what it cancelled", "runtime/tasks/wait.hpp",
     "    future.cancel();", "    if (future.cancel()) throw TimeoutError();", COMBINATORS),
    ("a cancelled task does not ask what it waits for", "runtime/tasks/cancel.cpp",
     "answer(task, target && !gathering && target->cancel());",
     "answer(task, !task && target && !gathering && target->cancel());"),
    ("the end of the run closes no generator", "runtime/context/generator.cpp",
     "while (GeneratorFrame* generator = started.pop_front()) {",
     "for (GeneratorFrame* generator = nullptr; generator;) {"),
    ("the generator that was started last is closed first", "runtime/context/generator.cpp",
     "            closing.push_back(*generator);",
     "            IntrusiveList<GeneratorFrame> earlier;\n"
     "            earlier.append(closing);\n"
     "            closing.push_back(*generator);\n"
     "            closing.append(earlier);"),
    ("generators are closed one after the other", "runtime/context/generator.cpp",
     "    const auto outcomes = co_await gather(return_exceptions, std::move(closers));",
     "    for (Coroutine<void>& closer : closers) co_await create_task(std::move(closer));\n"
     "    const std::vector<Outcome<void>> outcomes;"),
    ("a task group that fails lets its tasks run on", "runtime/context/task_group.cpp",
     "member->task.cancel();", "static_cast<void>(member);"),
    ("a timeout does not take its cancellation back", "runtime/context/timeout.cpp",
     "TaskBase(task_).uncancel() == 0", "TaskBase(task_).cancelling() == 1"),
    ("with does not let a manager swallow", "runtime/context/with.hpp",
     "    if (swallowed && error) return std::nullopt;\n", "    static_cast<void>(swallowed);\n"),
    ("with does not tell the way out of the exception", "runtime/context/with.hpp",
     "co_await manager.aexit(result.error);\n        co_return take_unless",
     "co_await manager.aexit(nullptr);\n        co_return take_unless"),
    ("an exit stack is left first-in first-out", "runtime/context/exit_stack.cpp",
     "std::move(exits_.back());\n        exits_.pop_back();", "std::move(exits_.front());\n        exits_.erase(exits_.begin());"),
    ("an exit stack tells the exits below of what one has swallowed", "runtime/context/exit_stack.cpp",
     "                error = nullptr;\n", ""),
    ("an exit stack stops at an exit that throws", "runtime/context/exit_stack.cpp",
     "            raised = true;\n", "            throw;\n"),
]

def made():
    """What the interpreter is linked from: (source, object) each. A floor of the runtime is one source."""
    objects = [o for folder in ("floors", "tests/conformance") for o in (BUILD / "obj" / folder).glob("*.o")]
    return [(str(o.relative_to(BUILD / "obj").with_suffix(".cpp")), o) for o in sorted(objects)]


def sources_reached_by(path):
    """The sources that must be compiled anew when `path` changes."""
    return [source for source, o in made() if path in o.with_suffix(".d").read_text().replace(":", " ").split()]


class NotFound(Exception):
    """Why a fault counts as one that the programs don't find."""


def call(tree, command):
    run = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    if run.returncode:
        raise NotFound(f"it does not build:\n{run.stderr[-4000:]}")


def build(tree, sources):
    """The interpreter of `tree`, a copy of the tree in which `sources` differ."""
    for source in sources:
        call(tree, COMPILE + ["-c", source, "-o", f"{source}.o"])
    others = [str(o) for source, o in made() if source not in sources]
    call(tree, COMPILE + ["-s", "-o", "interpreter", *[f"{source}.o" for source in sources], *others])
    return tree / "interpreter"


def check_programs(path, text, replacement, compiled_anew=None):
    """What the programs say of the tree with this fault. Some must fail, not all, and not by a crash."""
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder)
        for sources in ("runtime", "tests/conformance"):
            shutil.copytree(ROOT / sources, tree / sources, ignore=shutil.ignore_patterns("cases", "random"))
        shutil.copytree(BUILD / "floors", tree / "floors")
        found = (tree / path).read_text().count(text) if (tree / path).exists() else 0
        if found != 1:
            raise NotFound(f"it no longer applies: its text stands {found} times in {path}")
        (tree / path).write_text((tree / path).read_text().replace(text, replacement))
        interpreter = build(tree, compiled_anew or sources_reached_by(path))
        run = subprocess.run([sys.executable, HERE / "check.py", interpreter, "--cases", "--random", "--timeout", "2", *FEATURES],
                             capture_output=True, text=True)
        said = re.search(r"^(\d+) passed, (\d+) failed$", run.stdout, re.M)
        if not (run.returncode == 1 and said and int(said[1]) > 0 and re.search(r"^    line \d+ expected", run.stdout, re.M)):
            raise NotFound(f"the programs don't find it:\n{run.stdout}{run.stderr}")
        return said[0]


def outcome(fault):
    """(what the programs said or why that is not good enough, whether they found it)"""
    try:
        return check_programs(*fault[1:]), True
    except NotFound as why:
        return str(why), False


# Side by side, for much of each is waiting: for the linker, and for programs that hang.
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for fault, (said, found) in zip(FAULTS, pool.map(outcome, FAULTS)):
        check(fault[0], found, said)
        if found:
            print(f"{fault[0]}: {said}", flush=True)
end()
