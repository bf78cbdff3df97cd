"""Runs the tests of one build, prints what failed, and ends with the line `N passed, N failed, N skipped`.

    run_tests.py [WORD]              only tests whose names contain WORD
    run_tests.py --ahead N [WORD]    runs none; says how many there are, and how long that and the N files that must be
                                     compiled before take

- BUILD/tests/unit, the GoogleTest program
- each executable tests/**/*_test.py and *_test.sh. One that prints a last line `N passed, N failed[, N skipped]` counts
  for so many; any other counts for one: exit status 0 passed, 77 skipped, else failed. One with a line that begins with
  `# Once:` does not depend on the build: it runs with the default one only, whose folder is build/.

Environment: BUILD, CXX, FLAGS (what the build compiles with), SAN, FEATURES (of the conformance programs); handed on to
the scripts. Sanitizers make programs slow: with SAN they run on the virtual clock where they don't choose one themselves.
"""

import collections
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 1800  # seconds for one program or script
COMPILE, RUN = 6, 300  # seconds for one file on one core, and for all tests of the default build, where both were measured

build = pathlib.Path(os.environ.get("BUILD", "build"))
total = collections.Counter()
started = time.monotonic()

# A script may call make itself: that one shall not take part in this one's job server.
environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
if os.environ.get("SAN"):
    environment.setdefault("AIO_CLOCK", "virtual")


def run(command):
    """(exit status, what it printed)"""
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=LIMIT)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        return 1, (late.stdout or b"").decode(errors="replace") + f"\nno end after {LIMIT} s\n"
    except OSError as error:
        return 1, f"{error}\n"


def count_googletest(status, output):
    """By the lines of the single tests, so that after a crash what was done before it still counts."""
    def lines(kind):
        return len(re.findall(rf"^\[ *{kind} *\] .*\(\d+ ms\)$", output, re.M))

    disabled = re.search(r"YOU HAVE (\d+) DISABLED", output)
    count = collections.Counter(passed=lines("OK"), failed=lines("FAILED"),
                                skipped=lines("SKIPPED") + int(disabled[1] if disabled else 0))
    count["failed"] += status != 0 and count["failed"] == 0
    return count


def count_script(status, output):
    said = re.search(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", output.strip().rpartition("\n")[2])
    if said:
        count = collections.Counter(passed=int(said[1]), failed=int(said[2]), skipped=int(said[3] or 0))
        count["failed"] += status != 0 and count["failed"] == 0
        return count
    return collections.Counter([{0: "passed", 77: "skipped"}.get(status, "failed")])


def without_passed(output):
    """What GoogleTest printed, less the tests that passed."""
    kept = []
    for line in output.splitlines():
        if line.startswith("[       OK"):
            while kept and not kept[-1].startswith("[ RUN"):
                kept.pop()
            if kept:
                kept.pop()
        elif not line.startswith("[---"):
            kept.append(line)
    return "\n".join(kept)


def tests(word):
    """(name, command, how its passed and failed are counted) of each test program."""
    unit = ROOT / build / "tests/unit"
    if unit.exists() or list(ROOT.glob("tests/**/*_test.cpp")):
        yield "unit tests", [str(unit)] + ([f"--gtest_filter=*{word}*"] if word else []), count_googletest
    for script in sorted([*ROOT.glob("tests/**/*_test.py"), *ROOT.glob("tests/**/*_test.sh")]):
        name = str(script.relative_to(ROOT))
        once = str(build) != "build" and re.search(r"^# Once:", script.read_text(), re.M)
        if word in name and os.access(script, os.X_OK) and not once:
            yield name, [name] if script.suffix == ".sh" else [sys.executable, name], count_script


def test(place, name, command, count):
    start = time.monotonic()
    print(f"  {place}  {name:<42} ", end="", flush=True)
    status, output = run(command)
    counted = count(status, output)
    total.update(counted)
    numbers = ", ".join(f"{counted[kind]} {kind}" for kind in ("passed", "failed", "skipped") if counted[kind])
    print(f"{numbers or 'nothing to do'}  ({time.monotonic() - start:.1f} s)", flush=True)
    if counted["failed"] or counted["skipped"]:
        print(without_passed(output) if count is count_googletest else output, flush=True)


def say_ahead(to_compile, word=""):
    def some(number, what):
        return f"{number} {what}{'s' if number != 1 else ''}"

    seconds = to_compile * COMPILE / os.cpu_count() + (0 if word else RUN)
    steps = [some(to_compile, "file") + " to compile"] if to_compile else []
    steps.append(some(len(list(tests(word))), "test program") + " to run")
    print(f"make test: {', '.join(steps)}, about {max(1, round(seconds / 60))} min", flush=True)


def run_all(word=""):
    chosen = list(tests(word))
    for number, one in enumerate(chosen, 1):
        test(f"{number:>2}/{len(chosen)} {time.monotonic() - started:>4.0f} s", *one)
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] else 0


if sys.argv[1:2] == ["--ahead"]:
    say_ahead(int(sys.argv[2]), *sys.argv[3:])
else:
    sys.exit(run_all(*sys.argv[1:]))
