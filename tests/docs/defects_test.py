#!/usr/bin/env python3
# Once: it looks at sources only.
"""What the lessons' tables say of the tutorial's defects: each is mended, and a run would show if it was not; or left.

A row that says "Mended" names a test (`Suite.test`, or a test script), or quotes a line of its chapter's expected.txt or
expected_stderr.txt; or it says by which row of the table it is held. All that it names and quotes must be there.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import ROOT, check, end  # noqa: E402

ROW = re.compile(r"^\| (D-(\d\.\d)-(\d+)) \| .* \| (.*) \|$", re.M)
TESTS = {f"{suite}.{test}" for source in ROOT.glob("tests/**/*_test.cpp")
         for suite, test in re.findall(r"^(?:TEST|TEST_ON_LOOP|CANCEL_EVERYWHERE)\((\w+),\s+(\w+)\)", source.read_text(), re.M)}
MOST_LEFT = 2


def wrong_in(chapter):
    page = (chapter / "README.md").read_text()
    printed = "".join(path.read_text() for path in chapter.glob("expected*.txt"))
    rows = ROW.findall(page)
    if [int(number) for _, _, number, _ in rows] != list(range(1, len(rows) + 1)):
        yield f"its rows are not numbered from 1: {', '.join(row[0] for row in rows)}"
    if any(not chapter.name.startswith(section) for _, section, _, _ in rows):
        yield "a row is another chapter's"
    if sum(text.startswith("Left") for *_, text in rows) > MOST_LEFT:
        yield f"more than {MOST_LEFT} are left"
    for row, _, _, text in rows:
        tests = re.findall(r"`(\w+\.\w{12,})`", text)
        files = re.findall(r"`(tests/[^`]+)`", text)
        quotes = re.findall(r'"([^"]+)"', text)
        for test in set(tests) - TESTS:
            yield f"{row}: there is no test {test}"
        for file in files:
            if not (ROOT / file).exists():
                yield f"{row}: there is no {file}"
        if text.startswith("Left:"):
            continue
        for quote in quotes:
            if quote not in printed:
                yield f"{row}: it prints no '{quote}'"
        if not text.startswith("Mended:"):
            yield f"{row}: says neither Mended: nor Left:"
        elif not (tests or quotes or any(file.endswith("_test.py") for file in files) or re.search(r"D-\d\.\d-\d", text)):
            yield f"{row}: names nothing that a run compares"


lessons = sorted(ROOT.glob("chapters/*.*-*"))
check("there are such tables", any(ROW.search((lesson / "README.md").read_text()) for lesson in lessons))
for lesson in lessons:
    wrong = list(wrong_in(lesson))
    check(lesson.name, not wrong, "\n".join(wrong))
end()
