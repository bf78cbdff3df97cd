#!/usr/bin/env python3
"""Each chapter prints what its expected.txt says, and writes to stderr what its expected_stderr.txt says, if it has one.

On the virtual clock by default. With --real in real time: there the first part of a chapter must print the same, must
not be done before the tutorial's section would be, and must be at most 0.1 s late (the best of three runs). Where the
section's waits are random, its time is that of this run's waits.
"""

import collections
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / ".tools"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import chapters  # noqa: E402
from checks import check, end  # noqa: E402
from normalise import normalise  # noqa: E402

LATE = 0.1


def time_of_5_2(output, times):
    """5.25 s, and the five random waits of 0.1 to 0.5 s, which are seen: each ends with a line."""
    waits = [after - before for before, after in zip(times[11:], times[12:17])]
    return 5.25 + sum(min(max(wait, 0.1), 0.5) for wait in waits)


def time_of_5_3(output, times):
    """The jobs of the worker with the longest ones, which are printed, and then 3 s. The CPU jobs take no time."""
    busy = collections.Counter()
    for worker, duration in re.findall(r"Worker (.) processing task .*\nStarting Task-. \(duration: ([\d.]+)s", output):
        busy[worker] += float(duration)
    return max(busy.values()) + 3


RANDOM = {"5.2": time_of_5_2, "5.3": time_of_5_3}


def check_virtual(chapter):
    output, errors, error = chapters.run_virtual(chapter)
    return "\n".join(filter(None, [error, chapter.difference(output, errors)]))


def check_real(chapter):
    """Early is wrong in any run; late may be the machine's fault, so the best of three counts."""
    expected = chapter.expected().split(chapters.BEYOND)[0]
    late = []
    for _ in range(3):
        output, times, seconds = chapters.run_real(chapter)
        if normalise(chapter.key, output) != expected:
            return f"in real time its first part printed\n{output}"
        nominal = RANDOM[chapter.number](output, times) if chapter.number in RANDOM else chapter.tutorial
        if seconds < nominal:
            return f"early: {seconds:.3f} s, and the tutorial takes {nominal:.3f} s"
        if seconds <= nominal + LATE:
            return ""
        late.append(f"{seconds:.3f} s for {nominal:.3f} s")
    return f"late: {', '.join(late)}"


real = "--real" in sys.argv
for chapter in chapters.all_chapters():
    if real and not isinstance(chapter.tutorial, float) and chapter.number not in RANDOM:
        continue
    trouble = (check_real if real else check_virtual)(chapter)
    print(f"{chapter.name}: {'FAILED' if trouble else 'ok'}", flush=True)
    check(chapter.name, not trouble, trouble)
end()
