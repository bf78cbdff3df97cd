#!/usr/bin/env python3
"""The address sanitizer catches each wrong program of notes/11-lifetime-traps, with the words that the page quotes.

A block of the page that follows `<!-- sanitizer NAME -->` holds lines of the report for the wrong program of that name, in
order, without addresses; of the frames only those of the note itself.
"""
# Once: it makes the build that its reports come from.

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import ROOT, check, end  # noqa: E402

environment = {name: value for name, value in os.environ.items()
               if name not in ("BUILD", "CXX", "SAN", "FLAGS", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
environment |= {"AIO_CLOCK": "virtual", "ASAN_OPTIONS": "detect_stack_use_after_return=1"}
program = "build/address-undefined/notes/11-lifetime-traps"
subprocess.run(["make", "-s", program, "SAN=address,undefined"], cwd=ROOT, env=environment, check=True)


def report(name):
    """What the sanitizer says of the wrong program, shortened as the page has it."""
    run = subprocess.run([ROOT / program, name], env=environment, capture_output=True, text=True)
    lines = []
    for line in run.stderr.splitlines() if run.returncode else []:
        if frame := re.match(r" +#\d+ 0x\w+ in (\S+)(?: .*)? notes/11-lifetime-traps\.cpp", line):
            lines.append("    in " + frame[1].rpartition("::")[2])
        elif found := re.search(r"ERROR: AddressSanitizer: [\w-]+|^(READ|WRITE) of size \d+|is located in stack of thread T0"
                                r"|^(freed|previously allocated) by thread T0 here:", line):
            lines.append(found[0])
    return lines


page = (ROOT / "notes/11-lifetime-traps.md").read_text()
names = re.findall(r'\{"(\w+)", \{\w+::wrong', (ROOT / "notes/11-lifetime-traps.cpp").read_text())
quotes = dict(re.findall(r"^<!-- sanitizer (\w+) -->\n```text\n(.*?)^```$", page, re.M | re.S))
check("each wrong program has a block in the page", names and all(quotes.get(name) for name in names), f"{names}, {quotes}")
for name in names:
    said = report(name)
    rest = iter(said)
    missing = [line for line in quotes.get(name, "").splitlines() if line not in rest]
    check(f"{name}: the sanitizer says {missing[:1]}", not missing, "\n  ".join(["it said:"] + said))
run = subprocess.run([ROOT / program], env=environment, capture_output=True, text=True)
check("the right programs are not caught", run.returncode == 0, run.stderr)
end()
