#!/usr/bin/env python3
"""Runs build/tests/faults, whose system calls can be made to fail, and counts its tests.

FAULT_SEEDS says how many seeds of random faults; 1000 if it is not set, and 100 under a sanitizer.
"""

import os
import pathlib
import re
import subprocess
import sys

program = pathlib.Path(os.environ.get("BUILD", "build"), "tests", "faults")
environment = {"FAULT_SEEDS": "100" if os.environ.get("SAN") else "1000", **os.environ}
done = subprocess.run([program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
passed, failed = (len(re.findall(rf"^\[ *{word} *\] .*\(\d+ ms\)$", done.stdout, re.M)) for word in ("OK", "FAILED"))
failed += done.returncode != 0 and failed == 0
if failed:
    print(done.stdout)
print(f"{passed} passed, {failed} failed")
sys.exit(bool(failed))
