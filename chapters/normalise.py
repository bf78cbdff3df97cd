"""Replaces what varies from run to run in what a chapter prints, so that two runs can be compared.

Usage: build/chapters/5.3-task-queues | python3 chapters/normalise.py s5_3

Two correct runs of a chapter give the same normalised text; so do the chapter and Python's own run of its section.
"""

import re
import sys

ANYWHERE = [
    (r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<uuid>"),
    (r"\bat 0x[0-9a-f]+", "at <address>"),
    (r"http://127\.0\.0\.1:\d+", "<base>"),
    (r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}", "<time>"),
    (r"\b(runtime/[\w/]+\.[ch]pp):\d+", r"\1:N"),  # a page does not change with each line of the runtime
]

SECTION = {
    "s1_2": [(r"(total time: )\d+\.\d+s", r"\1<s>")],
    "s3_2": [(r"( in )\d+\.\d+s", r"\1<s>"), (r"\b[1-9]\d* (characters|bytes)", r"<n> \1")],
    "s3_3": [(r"(MySQL|PostgreSQL) error: .*", r"\1 error: <why>")],
    "s5_2": [],
    "s5_3": [(r"(Starting Task-\d \(duration: )[\d.]+s", r"\1<s>")],
    "s6_2": [(r"( in |request: |Total time: )\d+\.\d+s", r"\1<s>")],
    "s6_3": [(r"\(\d+\.\d+s\)", "(<s>)")],
    "s6_3.err": [(r"\[\d+\]", "[<task>]"), (r"(duration: | in )\d+\.\d+s", r"\1<s>"), (r"( took )\d+\.\d+", r"\1<s>")],
}

# Lines first..last (1-based) in which only the set of lines is fixed, not their order.
UNORDERED = {
    "s2_3": [(19, 21)],         # the order of the set that asyncio.wait returns
    "s3_1": [(2, 4), (5, 7)],   # which thread of the file pool ends first
    "s5_3": [(3, 26)],          # random durations decide who takes and ends what
}


def normalise(name, text):
    section = re.match(r"s\d_\d", name)[0]
    key = section + (".err" if name.endswith(".err") else "")
    lines = text.split("\n")
    out = []
    for number, line in enumerate(lines, 1):
        for pattern, to in ANYWHERE + SECTION.get(key, []):
            line = re.sub(pattern, to, line)
        if key == "s5_2" and 13 <= number <= 17 and re.fullmatch(r" ([1-9]\d?|100)", line):
            line = " <1..100>"
        if key == "s5_3" and 3 <= number <= 26:
            line = re.sub(r"^Worker [0-2] ", "Worker <w> ", line)
        out.append(line)
    for first, last in UNORDERED.get(key, []):
        out[first - 1:last] = sorted(out[first - 1:last])
    return "\n".join(out)


if __name__ == "__main__":
    sys.stdout.write(normalise(sys.argv[1], sys.stdin.read()))
