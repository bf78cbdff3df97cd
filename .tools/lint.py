"""The rules of this project's code that a script can check.

    lint.py [ROOT]       checks the tree (this one by default); exit status 1 when something is wrong
    lint.py --rules      their names

Each rule is a function below: what it asks for stands on its first line. A finding is `path:line: rule: what is wrong`.
The rules named hazard-* keep out forms that g++ 12 compiles wrongly; the programs in tests/canaries/ show them, and are
exempt.
"""

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import docs  # noqa: E402
from tree import Tree, line_of  # noqa: E402

TOP = {"Makefile", "chapters", "runtime", "tests", "bench", "notes", "README.md"}
FLOORS = ["reactor", "coroutine", "tasks", "sync", "context", "io", "bridges", "observe"]  # lowest first
CORE_BUDGET, RUNTIME_BUDGET = 2600, 7000  # lines of code
RUNTIME_FILE = 400
MAIN, LONG_MAIN, LONG_CHAPTERS = range(40, 201), range(40, 301), ("3.3", "5.3")
LESSON = ("You will be able to", "In Python, in C++", "Predict", "Run it", "How it works", "What it costs",
          "Differences from Python", "Exercises", "Check yourself", "Next")
CHAPTER_FILES = ("README.md", "main.cpp", "expected.txt", "Makefile")
CLANG_FORMAT = os.environ.get("CLANG_FORMAT", "clang-format")
CLANG_FORMAT_VERSION = "14"  # Debian 12's; others lay out the same code a little differently

RULES = {}


def rule(function):
    RULES[function.__name__.replace("_", "-")] = function
    return function


def matches(pattern, files, what):
    """A finding for each match of the pattern in these files."""
    for path, text in files:
        for match in re.finditer(pattern, text, re.M):
            yield path, line_of(text, match.start()), what


# ---- Layout and size


@rule
def top_level(tree):
    """Nothing stands at the top but what the README names, and dot files."""
    for name in sorted(os.listdir(tree.root)):
        if name not in TOP and name != "build" and not name.startswith("."):
            yield name, 1, "is not one of " + " ".join(sorted(TOP))


@rule
def chapter_files(tree):
    """Each chapter has its lesson, its program, what it prints, and its two-line Makefile."""
    for folder in tree.chapters():
        for name in CHAPTER_FILES:
            if not (folder / name).exists():
                yield f"chapters/{folder.name}/{name}", 1, "is missing"


@rule
def lesson(tree):
    """A lesson has its sections, always in the same order."""
    for page, text in tree.sources("chapters/", ends="/README.md"):
        headings = tuple(re.findall(r"^## (.*)$", docs.prose_of(text), re.M))
        if headings != LESSON:
            yield page, 1, f"its sections are not: {' · '.join(LESSON)}"


@rule
def chapter_length(tree):
    """A chapter's main.cpp can be read in one go."""
    for path, text in tree.sources("chapters/", ends="/main.cpp"):
        name = path.split("/")[1]
        allowed = LONG_MAIN if name.startswith(LONG_CHAPTERS) else MAIN
        if (lines := len(text.splitlines())) not in allowed:
            yield path, 1, f"has {lines} lines; {allowed[0]} to {allowed[-1]} are allowed"


@rule
def file_length(tree):
    """A file of the runtime is one idea and fits one sitting."""
    for path, text in tree.sources("runtime/"):
        if (lines := len(text.splitlines())) > RUNTIME_FILE:
            yield path, 1, f"has {lines} lines, more than {RUNTIME_FILE}: is it still one idea?"


@rule
def budget(tree):
    """The core can be read in a day, and the runtime in a week-end. Lines that hold code count: blank lines and comments
    are free, and wanted."""
    core = r"runtime/(base|reactor|coroutine|tasks)/"
    for name, floors, most in (("the core", core, CORE_BUDGET), ("the runtime", "runtime/(?!bridges/)", RUNTIME_BUDGET)):
        texts = [text for path, text in tree.sources("runtime/") if re.match(floors, path)]
        lines = sum(bool(line.strip()) for text in texts for line in code_only(text).splitlines())
        if lines > most:
            yield "runtime", 1, f"{name} has {lines} lines of code, and the budget is {most}"


# ---- Text


@rule
def includes(tree):
    """Includes are written from the root, and in the runtime they only point down the floors."""
    for path, text in tree.sources():
        for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', text, re.M):
            target, line = match[1], line_of(text, match.start())
            if target not in tree.texts:
                yield path, line, f'"{target}" is not a path from the root'
            elif path.startswith("runtime/") and not target.startswith("runtime/"):
                yield path, line, f'the runtime includes "{target}"'
            elif floor(target) > floor(path):
                yield path, line, f'"{target}" is on a floor above this file'


def floor(path):
    """The number of the floor; what belongs to none, as runtime/aio.hpp, is above them all."""
    top, _, rest = path.partition("/")
    name = rest.partition("/")[0]
    return FLOORS.index(name) if top == "runtime" and name in FLOORS else len(FLOORS)


@rule
def pragma_once(tree):
    """Each header begins with #pragma once, comments aside."""
    for path, text in tree.sources(ends=".hpp"):
        if not code_only(text).lstrip().startswith("#pragma once"):
            yield path, 1, "has no #pragma once before its code"


@rule
def todo(tree):
    """Nothing is left to do outside exercises."""
    files = [(path, text) for path, text in tree.sources(ends=(".cpp", ".hpp", ".py", ".sh", ".mk", "Makefile"))
             if "/exercises/" not in path]
    yield from matches(r"\b(TOD[O]|FIXM[E]|XX[X])\b", files, "something is left to do here")


@rule
def machine_path(tree):
    """No path of the machine that somebody worked on."""
    yield from matches(r"/(wor[k]|far[m]|roo[t])/|/hom[e]/\w+/|bash_job[s]", tree.texts.items(),
                       "a path of somebody's machine")


@rule
def layout(tree):
    """All C++ is laid out by clang-format."""
    files = [path for path, _ in tree.sources()]
    try:
        version = subprocess.run([CLANG_FORMAT, "--version"], capture_output=True, text=True).stdout
    except OSError:
        version = "none"
    if f"version {CLANG_FORMAT_VERSION}." not in version:
        print(f"lint: layout is not checked: it wants clang-format {CLANG_FORMAT_VERSION}, and here is {version.strip()}",
              file=sys.stderr)
    elif files:
        said = subprocess.run([CLANG_FORMAT, "--dry-run", *files], cwd=tree.root, capture_output=True, text=True).stderr
        lines = dict.fromkeys(re.findall(r"^(\S+?):(\d+):\d+: warning", said, re.M))
        for path in dict.fromkeys(path for path, _ in lines):
            yield path, min(int(line) for other, line in lines if other == path), "is not laid out; run `make format`"


# ---- Pages: docs.py says how they quote code, output and numbers


@rule
def tag(tree):
    """A tag is closed, stands once in its file, and is quoted by a page."""
    quoted = docs.quoted_tags(tree)
    for path, text in tree.sources():
        found, wrong = docs.tags(text)
        for line, what in wrong:
            yield path, line, what
        for name in found:
            if (path, name) not in quoted:
                yield path, line_of(text, text.index(f"// [{name}]")), f"no page quotes [{name}]"


def in_pages(tree, name):
    """The findings of one of the rules that docs.weld knows."""
    for page, _ in tree.pages():
        for line, found, what in docs.weld(tree, page, docs.from_expected)[1]:
            if found == name:
                yield page, line, what


@rule
def welded_code(tree):
    """What a page quotes by a tag is there."""
    yield from in_pages(tree, "welded-code")


@rule
def welded_output(tree):
    """What a page shows of a program's output, a program prints."""
    yield from in_pages(tree, "welded-output")


@rule
def welded_number(tree):
    """A time or a ratio in prose comes from a benchmark's saved result, and the command to repeat it finds that."""
    yield from in_pages(tree, "welded-number")
    yield from docs.empty_filters(tree)


@rule
def plain_code(tree):
    """C++ in a page is quoted by a tag, or is an idiom that stands nowhere in the sources."""
    yield from in_pages(tree, "plain-code")


@rule
def drift(tree):
    """What a page quotes is what its source says now; the output of programs other than chapters is for a test."""
    for page, text in tree.pages():
        welded = docs.weld(tree, page, docs.from_expected)[0]
        for line, (old, new) in enumerate(zip(text.split("\n"), welded.split("\n") + [""]), 1):
            if old != new:
                yield page, line, "differs from what it quotes; run `make docs`"
                break


@rule
def listed(tree):
    """A README that says what each file of its folder is for leaves none out."""
    for folder, ends in (("runtime/", ".hpp"), ("bench/", "_bench.cpp")):
        readme = f"{folder}README.md"
        for path, _ in tree.sources(folder, ends=ends):
            if readme in tree.texts and path.rpartition("/")[2] not in tree.texts[readme]:
                yield path, 1, f"is not listed in {readme}: say there what it is for"


@rule
def link(tree):
    """A link inside the project leads somewhere, its #anchor too."""
    yield from docs.broken_links(tree)


# ---- What g++ 12 gets wrong


def code_only(text):
    """The text with comments blanked and the inside of literals removed, in the same lines and columns."""
    def blank(match):
        token = match[0]
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        if token[0] == "'":
            return "'" + "_" * (len(token) - 2) + "'"
        quote = token.index('"')
        return "_" * quote + '"' + re.sub(r"[^\n]", "_", token[quote + 1:-1]) + '"'

    return re.sub(r'//[^\n]*|/\*.*?\*/|\bR"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
                  blank, text, flags=re.S)


OPEN, CLOSE = "([{", ")]}"


def end_of(code, start, stops=""):
    """The first position from start on, outside brackets opened on the way, of a closing bracket or one of stops."""
    depth = 0
    for position in range(start, len(code)):
        char = code[position]
        if depth == 0 and (char in stops or char in CLOSE):
            return position
        depth += (char in OPEN) - (char in CLOSE)
    return len(code)


# What may stand before the [ of a lambda, as opposed to that of a subscript or an attribute.
LAMBDA = re.compile(r"(?:[(,={;?:|&!<>+]|\bco_await|\breturn|\bco_return)\s*(\[)(?!\[)")


def lambdas(code):
    """(start, capture list, position of the body's first brace, its end) of the outermost lambdas."""
    position = 0
    while match := LAMBDA.search(code, position):
        start = match.start(1)
        close = end_of(code, start + 1)
        body = end_of(code, close + 1, "{;")
        if body < len(code) and code[body] == "{":
            position = end_of(code, body + 1) + 1
            yield start, code[start + 1:close], body, position
        else:
            position = close


def without_bodies(code):
    """The code with the bodies of its lambdas blanked: these are functions of their own."""
    for _, _, body, end in lambdas(code):
        code = code[:body] + re.sub(r"[^\n]", " ", code[body:end]) + code[end:]
    return code


AWAIT = re.compile(r"(?<!operator )\bco_(?:await|yield)\b")  # a co_yield awaits, too


def awaiting_sources(tree):
    for path, text in tree.sources():
        if AWAIT.search(text) and not path.startswith("tests/canaries/"):
            yield path, code_only(text)


DECLARATION = re.compile(r"\s*(?:const\s+)?[A-Za-z_][\w:]*(?:\s*<.*>)?(?:\s+const)?(?:\s*&{1,2}\s*|\s*\*\s*|\s+)"
                         r"(?:\w+|\[[\w\s,]+\])\s*[={]", re.S)


@rule
def hazard_condition(tree):
    """No co_await in a condition unless it initialises a variable there: `if (bool b = co_await x())`."""
    for path, code in awaiting_sources(tree):
        for match in re.finditer(r"\b(if|while|switch)\s*\(", code):
            start = match.end()
            end = end_of(code, start)
            while start < end:
                stop = min(end_of(code, start, ";"), end)
                part = without_bodies(code[start - 1:stop])[1:]  # with the bracket before it, by which lambdas are known
                if AWAIT.search(part) and not DECLARATION.match(part):
                    yield path, line_of(code, start), f"co_await in the condition of `{match[1]}`: name its result first"
                start = stop + 1


def operands(code):
    """(position, operand less lambda bodies) of each co_await."""
    for match in AWAIT.finditer(code):
        yield match.start(), without_bodies(code[match.start():end_of(code, match.end(), ";,")])


@rule
def hazard_closure(tree):
    """No lambda that captures by value inside the operand of co_await: name it first, or capture by reference."""
    for path, code in awaiting_sources(tree):
        for match in AWAIT.finditer(code):
            operand = code[match.start():end_of(code, match.end(), ";,")]
            for start, captures, _, _ in lambdas(operand):
                if any(not re.fullmatch(r"\s*(&.*|this|)\s*", capture, re.S) for capture in captures.split(",")):
                    yield (path, line_of(code, match.start() + start),
                           f"[{captures}] is copied inside an awaited expression: name the lambda first")


@rule
def hazard_aggregate(tree):
    """No braced temporary, with or without its type's name, inside the operand of co_await: it may be an aggregate.
    std's own classes have constructors, std::array aside."""
    for path, code in awaiting_sources(tree):
        for position, operand in operands(code):
            for match in re.finditer(r"(\b[A-Za-z_][\w:]*|[(,])\s*(?:<[^;{}()]*>)?\s*\{", operand):
                if not match[1].startswith("std::") or match[1] == "std::array":
                    yield (path, line_of(code, position + match.start()),
                           f"`{match[1].strip('(,')}{{...}}` inside an awaited expression: name it first")


@rule
def hazard_choice(tree):
    """No string made by ?: inside the operand of co_await."""
    for path, code in awaiting_sources(tree):
        for position, operand in operands(code):
            if re.search(r'\?[^;]*("|\bstd::string\b|\bto_string\b|\bformat\b)', operand, re.S):
                yield path, line_of(code, position), "a string made by ?: inside an awaited expression: name it first"


def main(arguments):
    if arguments == ["--rules"]:
        print("\n".join(RULES))
        return 0
    tree = Tree(pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent).resolve())
    findings = {(path, line, name, what) for name, check in RULES.items() for path, line, what in check(tree)}
    for path, line, name, what in sorted(findings):
        print(f"{path}:{line}: {name}: {what}")
    print(f"lint: {len(findings)} findings" if findings else "lint: nothing found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
