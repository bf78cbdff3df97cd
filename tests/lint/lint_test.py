#!/usr/bin/env python3
"""lint finds each fault that is planted in a small tree, by the name of its rule; and nothing in sound code."""
# Once: it looks at texts, not at a build.

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import ROOT, check, end  # noqa: E402

LINT = ROOT / ".tools/lint.py"

# Stands in for clang-format 14: finds fault with any line that holds two blanks before a semicolon.
STAND_IN = """#!/bin/sh
case $1 in
  --version) echo 'clang-format version 14.0.6' ;;
  *) shift; grep -n '  ;' /dev/null "$@" | sed 's/^\\([^:]*:[0-9]*\\):.*/\\1:1: warning: code should be clang-formatted/' >&2 ;;
esac
"""

LINES = "// a line of a program\n" * 50
RESULTS = """{"benchmarks": {"await": {"ns": 15.04, "bytes": 385.2}, "bare/await": {"ns": 7, "cv": 0.01}, "run": {"ns": 42000}}}"""
PAGE = """
# A page
A [link](../README.md#the-end), [one on this page](#a-page), [one out](https://example.org/x#y) and `[&](auto& x)`.
It takes <!-- number await/bare/await -->2.1<!-- /number --> times as long, <!-- number run us
-->42<!-- /number --> µs or `<!-- number no/such -->` (`make bench B='await|run'`), and <!-- number await bytes -->385<!-- /number --> bytes.

<!-- code chapters/1.1-first/main.cpp body -->
```cpp
int f() {
    return 1;
}
```

<!-- output chapters/1.1-first tutorial -->
```text
first
```

<!-- output chapters/1.1-first beyond -->
```text
second
```

<!-- output notes/01-one all -->
```text
only a test can check this
```

<!-- output tests/conformance/cases/hop both -->
```text
CPython 3.11.2    this runtime
0 Task-1 a        0 Task-1 a
0 - END           0 - END
```

```cpp
auto x = idiom();
// [not-a-tag]
```

```md
[nowhere](nowhere.md) <!-- number no/such -->
```
"""
LESSON = "# First\n" + "".join(f"## {heading}\n" for heading in (
    "You will be able to", "In Python, in C++", "Predict", "Run it", "How it works", "What it costs",
    "Differences from Python", "Exercises", "Check yourself", "Next"))
TAGGED = """
    // [body]
    int f() {
        // [inner]
        return 1;
        // [/inner]
    }
    // [/body]
"""
CLEAN = {
    "Makefile": "all:\n",
    "README.md": "# A small tree\n## The end\n<!-- code chapters/1.1-first/main.cpp inner -->\n```cpp\nreturn 1;\n```\n",
    "bench/results/benchmarks.json": RESULTS,
    "notes/01-one.md": PAGE,
    "notes/01-one.cpp": LINES,
    "tests/conformance/cases/hop.json": "{}",
    "tests/conformance/cases/hop.expected": "0 Task-1 a\n0 - END\n",
    "runtime/README.md": "`loop.hpp`, `task.hpp` and `bare.hpp`\n",
    "runtime/reactor/loop.hpp": "// A comment first.\n#pragma once\n#include <vector>\n",
    "runtime/tasks/task.hpp": '#pragma once\n#include "runtime/reactor/loop.hpp"\n',
    "chapters/1.1-first/README.md": LESSON,
    "chapters/1.1-first/main.cpp": LINES + TAGGED,
    "chapters/1.1-first/expected.txt": "first\n=== Beyond the tutorial ===\n\nsecond\n",
    "chapters/1.1-first/Makefile": "# make\ninclude ../chapter.mk\n",
    "chapters/1.1-first/exercises/1-a/exercise.cpp": "// TOD" + "O: yours\n// END\n",
    "chapters/sound.cpp": """
        // if (co_await x()) in a comment, and in a string:
        const char* text = "if (co_await x()) hold([c] {});";
        const char* raw = R"(co_await take(Agg{c, 1}))";
        if (bool b = co_await x()) {}
        if (auto b = co_await x(); b && y) {}
        while (auto x = co_await generator.next()) {}
        while (std::optional<std::pair<int, int>> x = co_await generator.next()) {}
        if (const auto& [a, b] = co_await pair(); a) {}
        if (ready([&]() -> Coroutine<bool> { co_return co_await x(); })) {}
        co_await gather(f(), g(x, h()));
        co_await with(timeout(2s), [&](auto& scope) -> Coroutine<void> { auto a = Agg{1}; hold([c] {}); });
        co_await with(lock, [&a, &b, this] { return a ? "a" : "b"; });
        co_await sleep(std::chrono::milliseconds{5});
        co_await sleep(queue[i] ? 1 : 2);
        co_await put(c ? 'a' : '"', 1'000);
        auto operator co_await() noexcept { return Awaiter{this}; }
        auto name = c ? "a" : "b", other = std::string{"c"};
        auto hold = [c] { return 1; };
        if (a) co_await take(name);
    """,
    "tests/canaries/choice.cpp": 'co_await print(c ? std::string("a") : "b");\nif (co_await x()) co_return 5;\n',
}

# rule: (path, its new text) of trees in which that rule, and no other, must find something.
FAULTS = {
    "top-level": [("notes.txt", "")],
    "chapter-files": [("chapters/2.1-second/README.md", LESSON)],
    "lesson": [("chapters/1.1-first/README.md", text) for text in (
        LESSON.replace("## Next\n", ""), LESSON.replace("## Predict\n", "") + "## Predict\n", LESSON + "## More\n")],
    "chapter-length": [("chapters/1.1-first/main.cpp", LINES * 5 + TAGGED), ("chapters/1.1-first/main.cpp", TAGGED)],
    "file-length": [("runtime/tasks/long.cpp", "// a line\n" * 401)],
    "budget": [("runtime/tasks/%d.cpp", "int line;\n" * 390), ("runtime/io/%d.cpp", "int line;\n" * 390)],
    "includes": [("runtime/reactor/up.cpp", '#include "runtime/tasks/task.hpp"\n'),
                 ("runtime/tasks/near.cpp", '#include "task.hpp"\n'),
                 ("runtime/tasks/out.cpp", '#include "chapters/sound.cpp"\n')],
    "pragma-once": [("runtime/tasks/bare.hpp", "int f();\n")],
    "todo": [("tests/a_test.cpp", "// TOD" + "O: more\n")],
    "machine-path": [("bench/a.sh", "cd /ho" + "me/ann/project\n")],
    "tag": [("notes/01-one.cpp", text) for text in (
        "// [unquoted]\n// [/unquoted]\n", "// [open]\n", "// [/never-opened]\n")] + [
        ("chapters/1.1-first/main.cpp", LINES + TAGGED + "// [inner]\n// [/inner]\n")],
    "welded-code": [("notes/02-two.md", text) for text in (
        "<!-- code chapters/1.1-first/main.cpp no-such -->\n```cpp\n```\n", "<!-- code no/such.cpp body -->\n```cpp\n```\n",
        "<!-- code chapters/1.1-first/main.cpp body -->\n\n```cpp\n```\n")],
    "welded-output": [("notes/02-two.md", text) for text in (
        "<!-- output chapters/9.9-none all -->\n```text\n```\n", "<!-- output notes/02-two all -->\n```text\n```\n",
        "<!-- output chapters/1.1-first middle -->\n```text\n```\n",
        "<!-- output tests/conformance/cases/none both -->\n```text\n```\n")],
    "welded-number": [("notes/02-two.md", text) for text in (
        "<!-- number await/none -->2.1<!-- /number -->\n", "<!-- number none ns -->2.1<!-- /number -->\n",
        "<!-- number await cows -->2.1<!-- /number -->\n", "<!-- number other:await ns -->15<!-- /number -->\n",
        "<!-- number await ns -->15\n", "`make bench B='await|none'`\n", "It takes 15 ns.\n", "It takes\n3.5 µs.\n")],
    "plain-code": [("notes/02-two.md", text) for text in (
        "```cpp\nint f() {\n  return 1;\n}\n" + "int g();\n" * 14 + "```\n",
        "```cpp\n// a line of a program\n\n  // a line of a program\n// a line of a program\n```\n")],
    "drift": [("notes/01-one.md", PAGE.replace(old, new)) for old, new in (
        ("return 1", "return 2"), ("    return", "return"), ("\nfirst", "\nfirst of all"), ("second\n", ""), (">2.1<", ">2.0<"),
        ("0 Task-1 a        0", "0 Task-1 b        0"))] + [
        ("chapters/1.1-first/expected.txt", "first\n=== Beyond the tutorial ===\nlast\n"),
        ("bench/results/benchmarks.json", RESULTS.replace("15", "19"))],
    "listed": [("runtime/tasks/new.hpp", "#pragma once\n"), ("runtime/README.md", "`loop.hpp`\n")],
    "link": [("notes/02-two.md", text) for text in (
        "[a](nowhere.md)", "[a](/README.md)", "[a](../../README.md)", "[a](#nowhere)", "[a](../README.md#nowhere)",
        "[a](01-one.cpp#L3)", "[a]()", "![a](a.png)", "[a]: nowhere.md", '<a href="nowhere.md">')],
    "layout": [("tests/a_test.cpp", "int a  ;\n")],
    "hazard-condition": [("tests/a_test.cpp", text) for text in (
        "if (co_await x()) f();", "while (!co_await x()) f();", "switch (co_await x()) {}", "if (a && co_await x()) f();",
        "if (a = co_await x()) f();", "if (auto a = f(); co_await x(a)) f();", "do f(); while (co_await x());")],
    "hazard-closure": [("tests/a_test.cpp", text) for text in (
        "co_await hold([c] { return c; });", "co_await hold([=] { return c; });", "co_await hold([&, c] {});",
        "co_await hold([*this] {});", "co_await hold([c]<class A, class B>(A, B) -> std::pair<A, B> { return d; });", "auto a = co_await f(g([c = move(d)]() mutable -> int { return 1; }));")],
    "hazard-aggregate": [("tests/a_test.cpp", text) for text in (
        "co_await take(Agg{c, 1});", "co_await take({c, 1});", "co_await take(f(Pair<A, B>{c, 1}));", "co_await Agg{c, 1};",
        "co_await take(1, std::array<C, 1>{c});", "co_yield Agg{c, 1};", "co_yield {c, 1};")],
    "hazard-choice": [("tests/a_test.cpp", text) for text in (
        'co_await print(c ? "a" : name);', 'co_await print(c ? std::string(a) : b);')],
}


def lint(files):
    """The (path, rule) pairs of what lint finds in a tree of these files."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        stand_in = pathlib.Path(folder, ".clang-format-stand-in")
        stand_in.write_text(STAND_IN)
        stand_in.chmod(0o755)
        run = subprocess.run([sys.executable, LINT, folder], capture_output=True, text=True,
                             env=os.environ | {"CLANG_FORMAT": str(stand_in)})
        found = {tuple(line.split(": ")[:2]) for line in run.stdout.splitlines()[:-1]}
        if run.returncode != bool(found):
            found.add((f"exit status {run.returncode}, {run.stderr}", "?"))
        return {(place.rpartition(":")[0], rule) for place, rule in found}


found = lint(CLEAN)
check(f"nothing to find, but: {found}", not found)

rules = subprocess.run([sys.executable, LINT, "--rules"], capture_output=True, text=True).stdout.split()
check(f"rules without a planted fault: {set(rules) ^ set(FAULTS)}", set(rules) == set(FAULTS))

for rule, plants in FAULTS.items():
    for path, text in plants:
        files = {path % n: text for n in range(18)} if "%d" in path else {path: text}
        found = {name for _, name in lint(CLEAN | files)}
        check(f"{rule}: planted {text[:70]!r} in {path}; found {found or 'nothing'}", found == {rule})

end()
