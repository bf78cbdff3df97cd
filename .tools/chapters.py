"""Runs the chapters and compares what they print with their expected.txt.

    chapters.py run         all of them, in order, on the virtual clock; then a table
    chapters.py expected    writes each expected.txt anew
    chapters.py normalised 2.2     what chapter 2.2 prints on the virtual clock, normalised

Environment: BUILD, the folder whose chapters/ holds the programs. tests/chapters/output_test.py uses this file too.
"""

import difflib
import os
import pathlib
import pty
import select
import subprocess
import sys
import time
import tty

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "chapters"))
from normalise import normalise  # noqa: E402

BEYOND = "=== Beyond the tutorial ==="
LIMIT = 120  # seconds after which a chapter counts as hanging

# What each chapter shows, and the seconds that its section takes in Python: a number where they are the same in each run
# (tests/chapters/output_test.py finds them for a run of 5.2 and of 5.3).
SHOWS = {
    "1.1": ("an event loop, bare: timers and a pipe on one epoll", "-"),
    "1.2": ("waiting one after the other, and together", 6.0),
    "2.1": ("a coroutine: made, run, awaited", 4.0),
    "2.2": ("tasks: done, cancelled, limited in time; futures", 7.0),
    "2.3": ("all results, all done, first done, at most N at once", 9.0),
    "3.1": ("files, read and written without blocking the loop", 0.1),
    "3.2": ("many requests over HTTP", 11.2),
    "3.3": ("two databases, side by side", "0.6"),
    "4.1": ("context managers", 4.5),
    "5.1": ("iterators", 2.5),
    "5.2": ("generators and pipelines", "5.3 + random"),
    "5.3": ("queues of jobs and their workers", "about 6"),
    "6.1": ("errors, and what becomes of the others", 2.85),
    "6.2": ("connections, batches, caches", 5.5),
    "6.3": ("debugging and watching tasks", 0.8),
}


class Chapter:
    def __init__(self, folder):
        self.folder = folder
        self.name = folder.name
        self.number = folder.name.split("-")[0]
        self.key = "s" + self.number.replace(".", "_")
        self.shows, self.tutorial = SHOWS.get(self.number, ("", "-"))
        self.program = ROOT / os.environ.get("BUILD", "build") / "chapters" / self.name

    def command(self):
        return [str(self.program)]

    def expected(self):
        path = self.folder / "expected.txt"
        return path.read_text() if path.exists() else ""

    def stderr_file(self):
        """What it is expected to write to stderr; None where that is not compared."""
        path = self.folder / "expected_stderr.txt"
        return path if path.exists() else None

    def difference(self, output, errors=""):
        """A unified diff of what is expected and this output, normalised; empty when they are equal."""
        difference = diff(self.expected(), normalise(self.key, output), f"chapters/{self.name}/expected.txt")
        if path := self.stderr_file():
            difference += diff(path.read_text(), normalise(self.key + ".err", errors), f"chapters/{self.name}/{path.name}")
        return difference


def diff(expected, printed, name):
    return "".join(difflib.unified_diff(expected.splitlines(keepends=True), printed.splitlines(keepends=True), name, "printed"))


def all_chapters():
    return [Chapter(main.parent) for main in sorted(ROOT.glob("chapters/*/main.cpp"))]


def run_virtual(chapter):
    """(what it printed, what it wrote to stderr if that is compared, what went wrong or "") on the virtual clock."""
    try:
        run = subprocess.run(chapter.command(), env=os.environ | {"AIO_CLOCK": "virtual"}, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE if chapter.stderr_file() else None,
                             text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return "", "", f"no end after {LIMIT} s"
    except OSError as error:
        return "", "", f"{error.strerror}: {chapter.program}"
    return run.stdout, run.stderr or "", f"exit status {run.returncode}" if run.returncode else ""


def run_real(chapter):
    """(what its first part printed, the second in which each of its lines came, seconds until it was done) of a run in
    real time. The program writes to a terminal, so that each line comes when it is printed."""
    ours, its = pty.openpty()
    tty.setraw(its)
    env = {name: value for name, value in os.environ.items() if name != "AIO_CLOCK"}
    start = time.monotonic()
    process = subprocess.Popen(chapter.command(), env=env, stdin=subprocess.DEVNULL, stdout=its)
    os.close(its)
    printed, times = b"", []
    while BEYOND.encode() not in printed:
        ready, _, _ = select.select([ours], [], [], max(0, start + LIMIT - time.monotonic()))
        try:
            data = os.read(ours, 1 << 16) if ready else b""
        except OSError:  # EIO: the program has closed its end
            data = b""
        if not data:
            break
        printed += data
        times += [time.monotonic() - start] * data.count(b"\n")
    seconds = time.monotonic() - start
    process.kill()
    process.wait()
    os.close(ours)
    output = printed.decode().split(BEYOND)[0]
    return output, times[:output.count("\n")], seconds


def run_all():
    rows, bad = [], 0
    for chapter in all_chapters():
        print(f"\n##### {chapter.name}\n", flush=True)
        start = time.monotonic()
        output, errors, error = run_virtual(chapter)
        seconds = time.monotonic() - start
        print(output, end="", flush=True)
        difference = chapter.difference(output, errors)
        if error or difference:
            print(f"\nNOT AS EXPECTED: {error}\n{difference}")
        bad += bool(error or difference)
        tutorial = f"{chapter.tutorial} s" if chapter.tutorial != "-" else "-"
        rows.append((chapter.number, chapter.shows, tutorial, f"{seconds:.2f} s", error or ("NO" if difference else "yes")))
    rows.insert(0, ("", "what it shows", "in the tutorial", "here", "as expected"))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    print("\n##### all chapters, on the virtual clock\n")
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    return 1 if bad else 0


def write_expected():
    for chapter in all_chapters():
        output, errors, error = run_virtual(chapter)
        if error:
            print(f"{chapter.name}: {error}; its expected.txt is as it was", file=sys.stderr)
            return 1
        (chapter.folder / "expected.txt").write_text(normalise(chapter.key, output))
        if path := chapter.stderr_file():
            path.write_text(normalise(chapter.key + ".err", errors))
    return 0


def print_normalised(number):
    for chapter in all_chapters():
        if chapter.number == number:
            print(normalise(chapter.key, run_virtual(chapter)[0]), end="")
            return 0
    return f"there is no chapter {number}"


if __name__ == "__main__":
    actions = {"run": run_all, "expected": write_expected, "normalised": print_normalised}
    if sys.argv[1:2] and sys.argv[1] in actions:
        sys.exit(actions[sys.argv[1]](*sys.argv[2:]))
    sys.exit(__doc__)
