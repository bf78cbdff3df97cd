#!/usr/bin/env python3
"""The interpreter on the stored programs, on new ones, and its protocol (SPEC.md 1).

Environment: BUILD (its interpreter is tested), FEATURES (programs that need others are left out; empty: none), SAN, PYTHON.
New programs are made and judged by CPython 3.11.2, where PYTHON (else /usr/bin/python3) is that.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import checks  # noqa: E402
from checks import BUILD, check  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
RUNNER = BUILD / "tests/conformance"
FEATURES = ["--features", os.environ["FEATURES"]] if os.environ.get("FEATURES") else []
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
SEEDS = "1..100" if os.environ.get("SAN") else "1..500"


def check_programs(*selection):
    """Counts what check.py finds."""
    run = subprocess.run([PYTHON, HERE / "check.py", RUNNER, *selection, *FEATURES], capture_output=True, text=True)
    said = re.search(r"^(\d+) passed, (\d+) failed$", run.stdout, re.M)
    check(f"check.py {selection} counts its programs", said and int(said[1]) + int(said[2]) > 0)
    if said:
        checks.passed += int(said[1])
        checks.failed += int(said[2])
    if run.returncode:
        print(run.stdout, run.stderr)


def interpret(text, *options):
    run = subprocess.run([RUNNER, *options], input=text, capture_output=True, text=True)
    return run.returncode, run.stdout, run.stderr


def program(*statements):
    return {"functions": {"main": {"body": list(statements)}}}


check_programs("--cases", "--random")

try:
    release = subprocess.run([PYTHON, "--version"], capture_output=True, text=True).stdout.strip()
except OSError:
    release = "not there"
if release == "Python 3.11.2":
    check_programs("--seeds", SEEDS)
else:
    print(f"new programs need CPython 3.11.2, and {PYTHON} is {release}: name one by PYTHON=...")
    checks.skipped += 1

# A newer release, as check.py sees it.
newer = subprocess.run([PYTHON, "-c", "import sys; sys.version_info = (3, 13, 5); import check; sys.exit(check.main())",
                        RUNNER, "--cases", "--seeds", "1..5", *FEATURES], cwd=HERE, capture_output=True, text=True)
check("there the stored programs are checked, and one line says what new ones need", newer.returncode == 2 and re.fullmatch(
    r"new programs need CPython 3\.11\.2, .*PYTHON=.*\n[1-9]\d* passed, 0 failed\n", newer.stdout), newer.stdout + newer.stderr)

raises = program({"op": "sleep", "ms": 5}, {"op": "raise", "kind": "ValueError", "text": "e1"})
stuck = program({"op": "future", "var": "f"}, {"op": "await", "what": "f"})
check("a program that raises is no failure",
      interpret(json.dumps(raises)) == (0, "5 - END raise ValueError(e1)\n", ""))
check("nor is a deadlock", interpret(json.dumps(stuck)) == (0, "0 - DEADLOCK Task-1\n", ""))
check("no JSON: an error", interpret("{")[0] == 2)
check("an unknown statement: an error", interpret(json.dumps(program({"op": "fly"})))[::2] == (2, "statement fly is not supported\n"))

batch = [json.dumps(p) for p in (stuck, program({"op": "fly"}), {}, raises)]
status, output, _ = interpret("\n".join(batch[:2] + [""] + batch[2:]) + "\n[\n" + batch[0] + "\n", "--batch")
answers = [json.loads(line) for line in output.splitlines()]
check("in a batch each starts afresh, also after an error", status == 0 and [list(a) for a in answers] ==
      [["log"], ["error"], ["error"], ["log"], ["error"], ["log"]] and answers[0] == answers[5])
check("an error says what is missing", answers[1] == {"error": "statement fly is not supported"})

checks.end()
