#!/usr/bin/env python3
"""What holds in each run of chapter 5.3 and is lost in its expected.txt, where ids are taken out and lines are sorted.

A hundred runs on the virtual clock, each with other durations. Then lines that break one rule each: the checks see it.
Environment: BUILD, the folder whose chapters/ holds the programs.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / ".tools"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import chapters  # noqa: E402
from checks import check, end  # noqa: E402

RUNS = 100
NAMES = [f"Task-{i}" for i in range(5)] + [f"CPUTask-{i}" for i in range(3)]
BY_PRIORITY = ["High Priority", "Another High", "Medium Priority", "Low Priority", "Another Low"]
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TAKEN = rf"Worker \d processing (?:priority \d )?task ({UUID})"
ANSWERED = rf" ({UUID}): .*"
STARTED = r"Starting (?:CPU task )?(.*?)(?: \(duration: .*)?"
COMPLETED = r"Completed (?:CPU task )?(.*)"


def found(pattern, lines):
    return [match[1] for line in lines if (match := re.fullmatch(pattern, line))]


def broken_in_queue(lines, workers, names):
    """The rules that the lines of one of the two queues break."""
    taken, answered = found(TAKEN, lines), found(ANSWERED, lines)
    running, most, ended_early = set(), 0, False
    for line in lines:
        running.update(found(STARTED, [line]))
        most = max(most, len(running))
        ended = found(COMPLETED, [line])
        ended_early |= not running.issuperset(ended)
        running.difference_update(ended)
    return {rule for rule, broken in {
        "the ids are unique": len(answered) != len(names) or len(set(answered)) != len(answered),
        "each id is taken by one worker, once": any(taken.count(id) != 1 for id in answered),
        "each job that starts completes": running or ended_early,
        f"at most {workers} run at once": most > workers,
        "jobs start in their order": found(STARTED, lines) != names,
    }.items() if broken}


def broken_rules(output):
    """Of a run: those of the tutorial's first queue, then those of its second one."""
    first, second = output.split("\n=== Priority Task Queue ===\n")
    return broken_in_queue(first.split("\n"), 3, NAMES), broken_in_queue(second.split("\n"), 2, BY_PRIORITY)


def main():
    chapter = next(chapter for chapter in chapters.all_chapters() if chapter.number == "5.3")
    for _ in range(RUNS):
        output, _, error = chapters.run_virtual(chapter)
        output = output.split(chapters.BEYOND)[0]
        broken = error or broken_rules(output)
        check(broken, broken == (set(), set()), output)

    ids = re.findall(UUID, output)
    swap = {"Task-1": "Task-2", "Task-2": "Task-1"}
    for rule, wrong in {
        "the ids are unique": output.replace(ids[0], ids[1]),
        "each id is taken by one worker, once": re.sub(f"(\nWorker . processing task {ids[0]})", r"\1\1", output),
        "each job that starts completes": re.sub(r"\nCompleted Task-4\b", "", output),
        "at most 3 run at once": re.sub(r"(\nCompleted .*)((?:\n.*?)*?\nStarting .*)", r"\2\1", output, 1),
        "jobs start in their order": re.sub("Task-[12]", lambda name: swap[name[0]], output),
        "at most 2 run at once": re.sub(r"(\nCompleted High.*)(\n.*\nStarting Med.*)", r"\2\1", output),
    }.items():
        check(f"seen: not '{rule}'", any(rule in broken for broken in broken_rules(wrong)))
    end()


if __name__ == "__main__":
    main()
