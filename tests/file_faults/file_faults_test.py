#!/usr/bin/env python3
"""Runs build/tests/file_faults, whose file calls can be made to fail, and counts its tests."""

import os
import pathlib
import re
import subprocess
import sys

program = pathlib.Path(os.environ.get("BUILD", "build"), "tests", "file_faults")
done = subprocess.run([program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
passed, failed = (len(re.findall(rf"^\[ *{word} *\] .*\(\d+ ms\)$", done.stdout, re.M)) for word in ("OK", "FAILED"))
failed += done.returncode != 0 and failed == 0
if failed:
    print(done.stdout)
print(f"{passed} passed, {failed} failed")
sys.exit(bool(failed))
