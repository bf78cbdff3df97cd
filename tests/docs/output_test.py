#!/usr/bin/env python3
"""What the pages show of programs' output is what the programs print now, on the virtual clock.

The pages show the default build. Others make frames of other sizes, so there the programs of the notes must only run.
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / ".tools"))
import docs  # noqa: E402

if os.environ.get("BUILD", "build") == "build":
    sys.exit(docs.main("check"))

failed = 0
for source in sorted(docs.ROOT.glob("notes/*.cpp")):
    # It overflows stacks on purpose, over which the thread sanitizer takes minutes.
    if os.environ.get("SAN") == "thread" and source.stem.startswith("07-the-pump"):
        continue
    try:
        docs.printed(f"notes/{source.stem}")
    except LookupError as error:
        print(error.args[0])
        failed = 1
sys.exit(failed)
