#!/usr/bin/env python3
"""Compiles the canaries with the compiler at hand, at -O0 and -O2, and runs them.

allowed_*: forms that this project uses. Each must be sound on every compiler.
banned_*:  forms that g++ 12 compiles wrongly, or refuses. The table of notes/11-lifetime-traps says what each compiler
           makes of them; for the one at hand, if it has a column there, that must be so. So on g++ 12 each must still
           show its bug, or the ban has lost its reason.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import ROOT, check, end  # noqa: E402

compiler = os.environ.get("CXX", "g++")
version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
macros = subprocess.run([compiler, "-dM", "-E", "-x", "c++", "/dev/null"], capture_output=True, text=True, check=True).stdout
major = dict(re.findall(r"^#define __(clang_major|GNUC)__ (\d+)$", macros, re.M))
name = f"clang++ {major['clang_major']}." if "clang_major" in major else f"g++ {major['GNUC']}."

rows = [[cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in (ROOT / "notes/11-lifetime-traps.md").read_text().splitlines() if line.startswith("|")]
column = next((at for at, title in enumerate(rows[0]) if title.startswith(name)), None)
known = {row[0]: row[column] for row in rows[2:]} if column else {}
banned = {source.stem for source in pathlib.Path(__file__).parent.glob("banned_*.cpp")}
check("the table of notes/11-lifetime-traps has all that is banned", {row[0] for row in rows[2:]} == banned, rows)

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
            wanted = "sound" if source.stem.startswith("allowed") else known.get(source.stem, verdict)
            print(f"  {source.stem:<36} {level}  {verdict}")
            check(f"{source.stem} at {level} is {wanted}", verdict == wanted, build.stderr.decode(errors="replace"))
end()
