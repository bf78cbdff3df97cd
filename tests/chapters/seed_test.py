#!/usr/bin/env python3
"""Chapter 5.2 takes a seed: with the same one it prints the same numbers, and a wrong command line gets one clear line.

Environment: BUILD, the folder whose chapters/ holds the programs.
"""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import BUILD, check, end  # noqa: E402

PROGRAM = BUILD / "chapters/5.2-generators"


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], env=os.environ | {"AIO_CLOCK": "virtual"}, capture_output=True, text=True)


def numbers(*arguments):
    return run(*arguments).stdout.splitlines()[12:17]


seven = numbers("--seed", "7")
check("it prints five numbers from 1 to 100", len(seven) == 5 and all(1 <= int(number) <= 100 for number in seven))
check("the same seed, the same numbers", numbers("--seed", "7") == seven)
check("another seed, other numbers", numbers("--seed", "8") != seven)
check("without a seed they differ from run to run", numbers() != numbers())

for wrong in (["--sed", "7"], ["--seed"], ["--seed", "7x"], ["--seed", "-1"], ["--seed", "7", "8"], ["7"]):
    ended = run(*wrong)
    check(f"{wrong}: one line, status 2, nothing printed",
          ended.returncode == 2 and ended.stderr.count("\n") == 1 and "--seed" in ended.stderr and not ended.stdout)

end()
