#!/usr/bin/env python3
"""Ctrl-C half-way through chapter 3.1: its temporary folder goes, and the program ends by that signal.

Environment: BUILD, the folder whose chapters/ holds the programs.
"""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import BUILD, check, end  # noqa: E402

PROGRAM = BUILD / "chapters/3.1-files"

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored by what runs in the background


def run_until(half_way):
    """Sends SIGINT as soon as half_way(temporary folder) is true. Returns the status and what was left there."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"AIO_CLOCK": "real", "TMPDIR": folder}
        program = subprocess.Popen([PROGRAM], env=environment, stdout=subprocess.DEVNULL)
        while program.poll() is None and not half_way(pathlib.Path(folder)):
            time.sleep(0.001)
        check("it was half-way when SIGINT came", program.poll() is None)
        program.send_signal(signal.SIGINT)
        return program.wait(timeout=60), os.listdir(folder)


def in_the_large_file(folder):
    return any(file.stat().st_size == 10_000 for file in folder.glob("*/large_file.txt"))


def in_the_second_part(folder):
    """Its folder is another one than the first that was seen."""
    seen.update(folder.iterdir())
    return len(seen) > 1


seen = set()
for where in (in_the_large_file, in_the_second_part):
    status, left = run_until(where)
    check(f"{where.__name__}: ended by SIGINT, not {status}", status == -signal.SIGINT)
    check(f"{where.__name__}: nothing is left, but {left} is", not left)

with tempfile.TemporaryDirectory() as folder:
    ended = subprocess.run([PROGRAM], env=os.environ | {"AIO_CLOCK": "virtual", "TMPDIR": folder}, stdout=subprocess.DEVNULL)
    check("without a signal nothing is left either", ended.returncode == 0 and not os.listdir(folder))

end()
