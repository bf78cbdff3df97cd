#!/usr/bin/env python3
"""What `make` says to bad input: one clear line that says what to do; and that it prints and does no more than promised.

Works in a copy of the build's own files with a chapter of a few lines.
"""
# Once: it makes builds of its own.

import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import ROOT, check, end  # noqa: E402

PROGRAM = '#include "runtime/reactor/answer.hpp"\n#include <fmt/core.h>\nint main() { fmt::print("answer {}\\n", answer()); }\n'
BENCHMARK = """#include <benchmark/benchmark.h>
static void short_one(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(state.iterations());
    state.counters["bytes"] = 385;
}
BENCHMARK(short_one);
static void impossible(benchmark::State& state) { state.SkipWithError("not here"); }
BENCHMARK(impossible);
"""
FILES = {
    "runtime/reactor/answer.hpp": "#pragma once\nint answer();\n",
    "runtime/reactor/answer.cpp": '#include "runtime/reactor/answer.hpp"\nint answer() { return 42; }\n',
    "chapters/2.2-short/main.cpp": PROGRAM,
    "chapters/2.2-short/Makefile": "# `make`\ninclude ../chapter.mk\n",
    "chapters/2.2-short/expected.txt": "answer 42\n",
    "chapters/2.2-short/README.md": "# Short\n<!-- output chapters/2.2-short all -->\n```text\nanswer 41\n```\n",
    "bench/short_bench.cpp": BENCHMARK,
    "notes/01-answer.cpp": PROGRAM,
    "notes/01-answer.md": "<!-- output notes/01-answer all g++-1 -->\n```text\nold\n```\n"
                          "<!-- output notes/01-answer all -->\n```text\n```\n",
}
# Sources that are compiled with flags of their own.
OWN_FLAGS = {
    "chapters/6.3-debugging/main.cpp": PROGRAM,
    "notes/07-the-pump-without-tail-calls.cpp": PROGRAM,
}
COMPILED_ONCE = ["build/notes/07-the-pump-without-tail-calls", "build/notes/01-answer", "build/libaio.a", "2.2", "6.3", "run"]
TESTS = {"tests/sound_test.sh": "#!/bin/sh\necho '2 passed, 0 failed'\n", "tests/other_test.sh": "#!/bin/sh\n"}


def make(*arguments, path=None, user=None):
    """The exit status and what was printed of a make in the copy, with nothing of this build in its environment."""
    environment = {"PATH": path or os.environ["PATH"], "HOME": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(["make", *arguments], cwd=copy, env=environment, user=user, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def check_refused(what, words, *arguments, **options):
    """It fails, and says so in one line with these words in it; make's own line with the status may follow."""
    status, printed = make(*arguments, **options)
    lines = [line for line in printed.splitlines() if not line.startswith("make: ***")]
    check(what, status != 0 and len(lines) == 1 and all(word in lines[0] for word in words), printed)


def write(files):
    for name, text in files.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text)


def script(path, text):
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return str(path)


def path_without(*names):
    """A PATH on which everything is found but these programs."""
    folder = copy / ".path"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for place in os.environ["PATH"].split(":"):
        for program in pathlib.Path(place).glob("*"):
            if program.name not in names and not (folder / program.name).is_symlink():
                (folder / program.name).symlink_to(program)
    return str(folder)


def bad_input():
    nobody = 65534 if os.getuid() == 0 else None  # root may write anywhere
    check_refused("a chapter that is not there", ["no chapter 9.9", "2.2"], "9.9")
    check_refused("a compiler that is not there", ["CXX=g++"], "2.2", "CXX=h++")
    check_refused("no apt-get", ["g++", "install"], "2.2", path=path_without("apt-get", "g++"))
    check_refused("neither root nor sudo", ["apt-get install g++"], "2.2", path=path_without("sudo", "g++"), user=nobody)
    check_refused("setup without apt-get", ["clang-format", "install"], "setup", path=path_without("apt-get", "clang-format"))
    old = script(copy / "g++-11", "echo __clang_major__ 11")
    check_refused("an old g++", ["version 11", "g++ 12"], "2.2", f"CXX={old}")
    old = script(copy / "clang++-14", "echo 14 4")
    check_refused("an old clang", ["version 14", "clang 19"], "2.2", f"CXX={old}")
    for path, options, right in [
            ("libaio.a", ["CXX=clang++-19"], "build/clang++-19/libaio.a"), ("libaio.a", ["O=0"], "build/O0/libaio.a"),
            ("tests/unit", ["SAN=thread", "O=1"], "build/O1-thread/tests/unit"), ("obj/a.o", ["O=0"], "build/O0/obj/a.o"),
            ("O0/notes/01-answer", [], "build/notes/01-answer"), ("O0/libaio.a", ["SAN=thread"], "build/thread/libaio.a")]:
        check_refused(f"build/{path} with {options}", [f"build/{path} ", f"is {right}."], f"build/{path}", *options)

    shutil.rmtree(copy / "build", ignore_errors=True)
    (copy / "build").mkdir(mode=0o555)
    check_refused("a folder that cannot be written", ["build", "writable"], "2.2", user=nobody)
    (copy / "build").rmdir()


def what_it_prints():
    status, printed = make()
    check("make alone lists the targets, one line each",
          status == 0 and all(f"make {target} " in printed for target in
                              "run test conformance docs bench all lint format setup clean 2.2".split()), printed)
    status, printed = make("2.2")
    check("make 2.2 builds and runs", status == 0 and "CXX  chapters/2.2-short/main.cpp" in printed
          and printed.endswith("answer 42\n"), printed)
    check("make -s 2.2 prints what the program prints", make("-s", "2.2") == (0, "answer 42\n"))
    check("make in the chapter's folder", make("-s", "-C", "chapters/2.2-short") == (0, "answer 42\n"))
    status, printed = make("run")
    check("make run ends with a table", status == 0 and printed.splitlines()[-1].endswith("yes"), printed)
    status, printed = make("docs")
    pages = [copy / "chapters/2.2-short/README.md", copy / "notes/01-answer.md"]
    check("make docs builds and writes what the pages quote", status == 0 and all(
        page.read_text().endswith("```text\nanswer 42\n```\n") for page in pages), printed)
    check("and leaves what another compiler's programs print", "all g++-1 -->\n```text\nold\n" in pages[1].read_text())
    check("make docs again has nothing to do", make("docs") == (0, ""))


def what_bench_save_saves():
    status, printed = make("bench-save")
    text = (copy / "bench/results/benchmarks.json").read_text()
    saved = json.loads(text)
    row = saved["benchmarks"].pop("short_one", {})
    check("make bench-save saves what could be measured, and says what could not",
          status == 0 and sorted(row) == ["bytes", "cv", "n", "ns"] and row["bytes"] == 385 and row["ns"] > 0
          and not saved["benchmarks"] and "impossible: not saved: not here" in printed, printed)
    check("it says where it was measured, and no path or name of the machine",
          "cores, Linux" in saved["machine"] and saved["compiler"].startswith("g++ 1") and str(copy) not in text
          and platform.node() not in re.findall(r"\w+", text), text)
    check_refused("figures of a sanitizer build", ["without SAN="], "bench-save", "-s", "SAN=undefined")
    check_refused("a file elsewhere", ["R=NAME", "letters"], "bench-save", "-s", "R=../x")


def what_is_compiled_once():
    """Whatever is asked for first: nothing is compiled a second time for what is asked for next."""
    write(OWN_FLAGS)
    for goals in (COMPILED_ONCE, COMPILED_ONCE[::-1]):
        make("clean")
        printed = [line for goal in goals for line in make(goal)[1].splitlines() if line.startswith("  CXX")]
        check(f"{' '.join(goals)} compile each file once", len(printed) == len(set(printed)) == 5, "\n".join(printed))
    for path in OWN_FLAGS:
        (copy / path).unlink()


def what_a_warning_is():
    source = copy / "runtime/reactor/answer.cpp"
    sound = source.read_text()
    source.write_text(sound + "short narrow(int i) { return i; }\n")
    status, printed = make("build/libaio.a")
    check("a warning is a warning", status == 0 and "warning: " in printed, printed)
    status, printed = make("lint")
    check("make lint takes it for an error, though it is compiled", status != 0 and "[-Werror=conversion]" in printed, printed)
    source.write_text(sound + "short narrow(int i) { return i; }  // still\n")
    status, printed = make("build/libaio.a", "WERROR=1")
    check("so does WERROR=1", status != 0 and "[-Werror=conversion]" in printed, printed)
    source.write_text(sound)
    make("build/libaio.a", "WERROR=1")
    check("what it has compiled serves without it", make("build/libaio.a", "WERROR=0")[1].count("  CXX") == 0)


def what_a_test_run_says():
    write(TESTS)
    for path in TESTS:
        (copy / path).chmod(0o755)
    status, printed = make("test")
    lines = printed.splitlines()
    check("make test says first what it is about to do, and for how long about",
          re.fullmatch(r"make test: (\d+ files? to compile, )?2 test programs to run, about \d+ min", lines[0]), printed)
    check("and with each test program how far it is", status == 0 and len(lines) > 3
          and re.fullmatch(r" +1/2 +\d+ s  tests/other_test.sh +1 passed .*", lines[-3])
          and re.fullmatch(r" +2/2 +\d+ s  tests/sound_test.sh +2 passed .*", lines[-2])
          and lines[-1] == "3 passed, 0 failed, 0 skipped", printed)
    first = make("test", "T=sound")[1].splitlines()[0]
    check("T=word: so many as it runs", first.startswith("make test: 1 test program to run"), first)


def what_it_builds():
    (copy / "runtime/reactor/answer.hpp").write_text("#pragma once\nint answer();  // the same\n")
    status, printed = make("2.2")
    check("a header's change builds what includes it", printed.count("  CXX") == 2, printed)
    (copy / "chapters/2.2-short/main.cpp").write_text(PROGRAM.replace("answer {}", "now {}"))
    status, printed = make("2.2")
    check("a chapter's change builds it alone", printed.count("  CXX") == 1 and "now 42" in printed, printed)
    status, printed = make("run")
    check("make run fails when the output differs", status != 0 and "-answer 42\n+now 42\n" in printed, printed)
    status, printed = make("2.2", "CXXFLAGS=-DNDEBUG")
    check("other flags build all anew", printed.count("  CXX") == 2, printed)
    make("2.2", "O=0", "SAN=undefined")
    check("variants stand side by side", (copy / "build/O0-undefined/chapters/2.2-short").exists()
          and (copy / "build/chapters/2.2-short").exists())
    make("clean")
    check("make clean leaves no build/", not (copy / "build").exists())


with tempfile.TemporaryDirectory() as folder:
    copy = pathlib.Path(folder)
    copy.chmod(0o755)
    for name in ("Makefile", ".tools", "chapters/chapter.mk", "chapters/normalise.py"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, copy / name)
    write(FILES)
    bad_input()
    what_it_prints()
    what_is_compiled_once()
    what_a_warning_is()
    what_a_test_run_says()
    what_bench_save_saves()
    what_it_builds()

end()
