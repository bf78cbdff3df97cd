#!/usr/bin/env python3
"""Compiles the canaries with the compiler at hand, at -O0 and -O2, and runs them.

allowed_*: forms that this project uses. Each must be sound on every compiler.
banned_*:  forms that g++ 12 compiles wrongly, or refuses. On it each must still show its bug, or the ban has lost its
           reason; on other compilers they may be sound, and what they are is printed.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import ROOT, check, end  # noqa: E402

compiler = os.environ.get("CXX", "g++")
version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
is_gcc_12 = subprocess.run([compiler, "-dM", "-E", "-x", "c++", "/dev/null"], capture_output=True, text=True,
                           check=True).stdout
is_gcc_12 = "__clang__" not in is_gcc_12 and "#define __GNUC__ 12\n" in is_gcc_12

print(version)
with tempfile.TemporaryDirectory() as folder:
    for source in sorted(pathlib.Path(__file__).parent.glob("*_*.cpp")):
        for level in ("-O0", "-O2"):
            program = pathlib.Path(folder, source.stem)
            build = subprocess.run([compiler, "-std=c++20", level, "-w", f"-I{ROOT}", "-o", program, source],
                                   capture_output=True)
            verdict = "refused"
            if build.returncode == 0:
                run = subprocess.run([program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                verdict = "miscompiled" if run.returncode else "sound"
            sound = verdict == "sound"
            right = sound if source.stem.startswith("allowed") else not (sound and is_gcc_12)
            print(f"  {source.stem:<36} {level}  {verdict}")
            check(f"{source.stem} at {level} is what this project relies on", right, build.stderr.decode(errors="replace"))
end()
