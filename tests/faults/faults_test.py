#!/usr/bin/env python3
"""Runs build/tests/faults, whose system calls can be made to fail, and counts its tests.

FAULT_SEEDS says how many seeds of random faults; 1000 if it is not set, and 100 under a sanitizer.
"""

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import checks  # noqa: E402

environment = {"FAULT_SEEDS": "100" if os.environ.get("SAN") else "1000", **os.environ}
done = subprocess.run([checks.BUILD / "tests/faults"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
checks.passed, checks.failed = (len(re.findall(rf"^\[ *{word} *\] .*\(\d+ ms\)$", done.stdout, re.M)) for word in ("OK", "FAILED"))
checks.failed += done.returncode != 0 and checks.failed == 0
if checks.failed:
    print(done.stdout)
checks.end()
