"""What the test scripts share: where they find the build, and how they count."""
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")  # the build that is tested

passed = failed = skipped = 0


def check(what, good, seen=""):
    """Counts one check. If it has failed, prints what it was, and what was seen instead."""
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print(f"FAILED {what}", *filter(None, [seen]), sep="\n")


def end():
    """Prints the last line of a script, from which .tools/run_tests.py has its numbers. A script without checks fails."""
    if not passed + failed:
        check("there is something to check", False)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(failed > 0)
