#!/usr/bin/env python3
"""The interpreter on the stored programs, in all pairings with CPython's asyncio, and its protocol (SPEC.md 3).

Environment: BUILD (its interpreter is tested), PYTHON (else /usr/bin/python3), which plays the reference where it is
CPython 3.11. Elsewhere fewer pairings run: check.py says so.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import checks  # noqa: E402
from checks import BUILD, check  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
RUNNER = BUILD / "tests/streams"


def run_check(*arguments):
    """(exit status, what it printed, how many programs passed, how many failed)"""
    run = subprocess.run([sys.executable, HERE / "check.py", RUNNER, *arguments], capture_output=True, text=True)
    said = re.search(r"^(\d+) passed, (\d+) failed$", run.stdout, re.M)
    return run.returncode, run.stdout + run.stderr, int(said[1]) if said else 0, int(said[2]) if said else 0


def check_stored_programs():
    kinds = ["--cases"] if os.environ.get("SAN") else ["--cases", "--random"]  # a sanitizer makes both ends slow
    status, output, passed, failed = run_check(*kinds, "--jobs", "2", "--show", "50")
    check("check.py counts its programs", passed + failed > 0)
    checks.passed += passed
    checks.failed += failed
    if status:
        print(output)
    for why in re.findall(r"^.*no pairings with the reference$", output, re.M):
        print(why)


class Interpreter:
    """A process of our interpreter, with both its ends in our hands."""

    def __init__(self, *options):
        self.process = subprocess.Popen([RUNNER, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def say(self, *orders):
        for order in orders:
            self.process.stdin.write((order if isinstance(order, str) else json.dumps(order)) + "\n")
        self.process.stdin.flush()

    def play(self, number, *main, events=(), functions=None):
        """What it answers to a program of a server, until that is done or in error."""
        program = {"server": {"main": list(main), "functions": functions or {}}}
        self.say({"run": {"id": number, "role": "server", "transport": "tcp", "dir": folder, "program": program}}, *events)
        answers = []
        while not answers or not {"done", "error"} & set(answers[-1]):
            answer = json.loads(self.process.stdout.readline())
            if answer.get("id", number) == number:  # else the end of one that was in error
                answers.append(answer)
        return answers

    def end(self):
        """(exit status, what it wrote to stderr) when its stdin ends."""
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


def lines(answers):
    return [answer["line"] for answer in answers if "line" in answer]


def check_protocol():
    it = Interpreter("--batch")
    said = it.play(1, {"op": "log", "text": "hello"}, {"op": "post", "event": "here"}, {"op": "wait", "event": "there"},
                   events=[{"id": 2, "event": "there"}, {"id": 1, "event": "there", "value": None}])
    check("lines and events are said, and an event of this program is heard", said[:-1] == [
        {"lane": "server", "line": "hello"}, {"id": 1, "event": "here", "value": None}, {"lane": "server", "line": "end ok"}], said)
    check("the end is said", said[-1]["id"] == 1 and said[-1]["done"] is True, said)
    first = said[-1].get("fds", 0)
    said = it.play(2, {"op": "timeout", "ms": 1, "body": [{"op": "wait", "event": "there"}]}, events=[{"id": 1, "event": "there"}])
    check("each program starts afresh, and what comes for another one is ignored",
          lines(said) == ["timeout !TimeoutError", "end ok"], said)
    check("an unknown statement, wherever it stands", it.play(3, {"op": "loop", "times": 0, "body": [{"op": "fly"}]}) ==
          [{"id": 3, "error": "no statement fly"}])
    check("an unknown function", it.play(4, {"op": "spawn", "fn": "f", "as": "t"}) == [{"id": 4, "error": "no function f"}])
    said = it.play(5, {"op": "read"})
    check("an unknown connection", {"id": 5, "error": "no connection c"} in said, said)
    said = it.play(6, {"op": "sleep"})
    check("a field that is missing", "ms" in next(answer["error"] for answer in said if "error" in answer), said)
    listens = {"op": "listen", "as": "s", "handlers": ["f"]}
    said = it.play(7, listens, {"op": "raise", "kind": "OSError"}, functions={"f": []})
    check("a program that raises is no failure", lines(said) == ["listen ok", "end !OSError -"] and "done" in said[-1], said)
    check("nothing stays open", first and said[-1].get("fds") == first, said)
    check("it ends with its stdin", it.end() == (0, ""))

    it = Interpreter("--batch")
    it.say("{")
    status, errors = it.end()
    check("no JSON: an error", status == 2 and "parse error" in errors, errors)
    status, errors = Interpreter().end()
    check("it says how it is used", status == 2 and errors.startswith("usage"), errors)


def check_the_checker():
    """It fails where a log is another one than expected, or where a program has no end."""
    def fails(why, program, expected):
        name = pathlib.Path(folder) / "case"
        name.with_suffix(".json").write_text(json.dumps({"transports": ["unix"], **program}))
        name.with_suffix(".expected").write_text(expected)
        status, output, passed, failed = run_check("--cases", folder, "--pairs", "oo", "--timeout", "1", "--retries", "0")
        check(f"check.py: {why}", (status, passed, failed) == (1, 0, 1) and why in output, output)

    hello = {"server": {"main": [{"op": "log", "text": "hello"}]}, "client": {}}
    stuck = {"server": {"main": [{"op": "wait", "event": "never"}]}, "client": {}}
    fails("the logs differ", hello, "[client]\nend ok\n[server]\nbye\nend ok\n")
    fails("server not done after 1 s", stuck, "[client]\nend ok\n[server]\nend ok\n")


with tempfile.TemporaryDirectory() as folder:
    check_protocol()
    check_the_checker()
check_stored_programs()
checks.end()
