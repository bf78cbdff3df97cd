#!/usr/bin/env python3
"""notes/08-futures-hop-by-hop counts turns of the loop; CPython's loop needs as many for each event."""
# Once: the hops are those of CPython.
import asyncio
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import BUILD, check, end  # noqa: E402

if sys.version_info[:2] != (3, 11):
    print("it wants Python 3.11: others take a different number of turns")
    sys.exit(77)


class Turns:
    counts = 0

    def event(self):
        self.turns = 0
        self.counts += 1
        self.tick(self.counts)

    def seen(self, event, line):
        printed.append((event, line, str(self.turns)))
        self.counts += 1

    def tick(self, count):
        def run():
            if count == self.counts:
                self.turns += 1
                self.tick(count)
        asyncio.get_running_loop().call_soon(run)


turns, printed = Turns(), []


async def nothing():
    pass


async def first_line():
    turns.seen("create_task", "first line of the task")


async def wait_for_it(future):
    await future
    turns.seen("set_result", "after co_await future")


async def end_later():
    await asyncio.sleep(0.001)
    turns.event()


async def main():
    loop = asyncio.get_running_loop()
    turns.event()
    await nothing()
    turns.seen("coroutine called", "after co_await coroutine")
    done = loop.create_future()
    done.set_result(None)
    turns.event()
    await done
    turns.seen("future already done", "after co_await future")

    turns.event()
    await asyncio.create_task(first_line())
    turns.event()
    await asyncio.sleep(0)
    turns.seen("sleep(0)", "after co_await sleep(0)")
    future = loop.create_future()
    task = asyncio.create_task(wait_for_it(future))
    await asyncio.sleep(0.001)
    turns.event()
    future.set_result(None)
    await task
    other = loop.create_future()
    other.add_done_callback(lambda _: turns.seen("set_result", "in a done callback"))
    turns.event()
    other.set_result(None)
    await asyncio.sleep(0.001)
    await asyncio.create_task(end_later())
    turns.seen("task ends", "after co_await task")

    moment = loop.time() + 0.001
    loop.call_at(moment, turns.event)
    waiter = loop.create_future()  # what asyncio.sleep does, for the very same moment
    loop.call_at(moment, asyncio.futures._set_result_unless_cancelled, waiter, None)
    await waiter
    turns.seen("timer is run", "after co_await sleep(1ms)")
    await asyncio.gather(end_later(), nothing())
    turns.seen("last child ends", "after co_await gather")
    await asyncio.wait([asyncio.create_task(end_later())])
    turns.seen("last task ends", "after co_await wait")
    await asyncio.wait_for(end_later(), 1)
    turns.seen("the awaited ends", "after co_await wait_for")
    await asyncio.shield(end_later())
    turns.seen("the shielded ends", "after co_await shield")
    async with asyncio.TaskGroup() as group:
        group.create_task(end_later())
    turns.seen("last child ends", "after the block of a TaskGroup")


asyncio.run(main())
ours = subprocess.run([BUILD / "notes/08-futures-hop-by-hop"], env=os.environ | {"AIO_CLOCK": "virtual"}, capture_output=True, text=True, check=True)
rows = [tuple(part.strip() for part in (line[:25], line[25:57], line[57:])) for line in ours.stdout.splitlines()[1:]]
check("as many rows", len(rows) == len(printed), f"ours: {len(rows)}\nCPython: {len(printed)}")
for row, cpython in zip(rows, printed):
    check("the same row", row == cpython, f"ours: {row}\nCPython: {cpython}")
end()
