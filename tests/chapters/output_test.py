#!/usr/bin/env python3
"""Each chapter prints what its expected.txt says, and writes to stderr what its expected_stderr.txt says, if it has one.

On the virtual clock by default. With --real in real time: there the first part of a chapter must print the same, must
not be done before the tutorial's section would be, and must be at most 0.1 s late (the best of three runs).
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / ".tools"))
import chapters  # noqa: E402
from normalise import normalise  # noqa: E402

LATE = 0.1


def check_virtual(chapter):
    output, errors, error = chapters.run_virtual(chapter)
    return "\n".join(filter(None, [error, chapter.difference(output, errors)]))


def check_real(chapter):
    """Early is wrong in any run; late may be the machine's fault, so the best of three counts."""
    nominal = chapter.tutorial
    expected = chapter.expected().split(chapters.BEYOND)[0]
    times = []
    for _ in range(3):
        output, seconds = chapters.run_real(chapter)
        if normalise(chapter.key, output) != expected:
            return f"in real time its first part printed\n{output}"
        if seconds < nominal:
            return f"early: {seconds:.3f} s, and the tutorial takes {nominal} s"
        if seconds <= nominal + LATE:
            return ""
        times.append(f"{seconds:.3f}")
    return f"late: {', '.join(times)} s, and the tutorial takes {nominal} s"


real = "--real" in sys.argv
failed = passed = 0
for chapter in chapters.all_chapters():
    if real and not isinstance(chapter.tutorial, float):
        continue
    trouble = (check_real if real else check_virtual)(chapter)
    print(f"{chapter.name}: {'FAILED' if trouble else 'ok'}", flush=True)
    if trouble:
        print(trouble)
    failed += bool(trouble)
    passed += not trouble
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
