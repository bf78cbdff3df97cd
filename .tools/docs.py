"""Welds the pages to what they quote: code, output of programs, numbers of benchmarks.

    docs.py write     writes the quoted parts of every page anew (`make docs`); the programs must be built
    docs.py check     compares the quoted output with what the programs print; everything else is for lint.py

In a source, `// [name]` and `// [/name]`, each alone on its line, tag the lines between them. In a page:

    <!-- code runtime/tasks/task.cpp step -->       the fenced block after this line holds the tagged lines
    <!-- output chapters/1.1-what-is-async beyond -->    it holds what build/chapters/1.1-what-is-async prints on the
                                                    virtual clock: `tutorial` is the part up to the line
                                                    "=== Beyond the tutorial ===", `beyond` what follows, or `all`
    <!-- output notes/05-frames all g++-12 -->      it holds what that compiler makes the program print; with another at
                                                    hand it stays as it is, and the program must only run
    <!-- output tests/conformance/cases/hop_call both -->    it holds the log of that program, CPython's and ours side by side
    ... costs <!-- number await/bare_await -->1.6<!-- /number --> times as much ...

A number comes from bench/results/benchmarks.json, which `make bench-save` writes:

    await/bare_await       how many times longer the one takes than the other
    await ns               the time of one; also us, ms, or the name of one of its counters
    arm64:await ns         the same from bench/results/arm64.json

Environment: BUILD, the folder with the programs; CXX, the compiler that built them.
"""

import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap
from itertools import zip_longest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from tree import Tree, line_of  # noqa: E402
from chapters import BEYOND, LIMIT, ROOT, normalise  # noqa: E402

RESULTS = "bench/results/"
TAG = re.compile(r"[ \t]*// \[(/?)([a-z0-9-]+)\]")
QUOTE = re.compile(r"<!-- (code|output) (\S+) (\S+)(?: (\w+\+\+-\d+))? -->")
FENCE = re.compile(r"[ \t]*(`{3,})(\w*)")
# Inline code, which is left as it is, or a number.
NUMBER = re.compile(r"(`+)(?!`)(?:(?!\n\n).)*?(?<!`)\1(?!`)|(<!-- number ([^<>]+?)\s-->).*?<!-- /number -->", re.S)


# ---- Code


def tags(text):
    """({name: tagged text}, [(line, what is wrong)]) of a source. Tag lines inside a tag are left out of its text."""
    closed, opened, wrong = {}, {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if not (tag := TAG.fullmatch(line)):
            for _, lines in opened.values():
                lines.append(line)
        elif not tag[1]:
            if tag[2] in opened or tag[2] in closed:
                wrong.append((number, f"[{tag[2]}] stands twice in this file"))
            else:
                opened[tag[2]] = number, []
        elif tag[2] in opened:
            closed[tag[2]] = textwrap.dedent("\n".join(opened.pop(tag[2])[1])).strip("\n")
        else:
            wrong.append((number, f"[/{tag[2]}] closes no tag"))
    return closed, wrong + [(number, f"[{name}] is not closed") for name, (number, _) in opened.items()]


def code(tree, path, name):
    if path not in tree.texts:
        raise LookupError(f"there is no {path}")
    found = tags(tree.texts[path])[0]
    if name not in found:
        raise LookupError(f"{path} has no tag [{name}]; it has: {' '.join(found) or 'none'}")
    return found[name]


# ---- Output


CASES = "tests/conformance/cases/"


def source_of(program):
    if program.startswith(CASES):
        return f"{program}.json"
    return f"{program}/main.cpp" if program.startswith("chapters/") else f"{program}.cpp"


def part_of(output, part):
    tutorial, _, beyond = output.partition(BEYOND + "\n")
    parts = {"tutorial": tutorial, "beyond": beyond, "all": output}
    if part not in parts:
        raise LookupError(f"{part} is no part of an output; there are: {' '.join(parts)}")
    return parts[part].strip("\n")


def printed(program):
    """What a program prints on the virtual clock, normalised."""
    of_case = program.startswith(CASES)
    path = ROOT / os.environ.get("BUILD", "build") / ("tests/conformance" if of_case else program)
    try:
        with open(ROOT / source_of(program) if of_case else os.devnull) as stdin:
            run = subprocess.run([path], env=os.environ | {"AIO_CLOCK": "virtual"}, stdin=stdin,
                                 stdout=subprocess.PIPE, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        raise LookupError(f"{program} has not ended after {LIMIT} s") from None
    except OSError as error:
        raise LookupError(f"{program}: {error.strerror}; `make docs` builds what it needs") from None
    if run.returncode:
        raise LookupError(f"{program} ended with status {run.returncode}")
    if of_case:
        return run.stdout
    chapter = re.match(r"chapters/(\d)\.(\d)-", program)
    return normalise(f"s{chapter[1]}_{chapter[2]}" if chapter else "s0_0", run.stdout)


def both_logs(cpython, ours):
    """The two logs of a conformance program, line beside line."""
    left, right = ["CPython 3.11.2", *cpython.splitlines()], ["this runtime", *ours.splitlines()]
    width = max(map(len, left)) + 4
    return "\n".join((one.ljust(width) + other).rstrip() for one, other in zip_longest(left, right, fillvalue=""))


@functools.cache
def compiler_at_hand():
    """As g++-12 or clang++-19. The preprocessor leaves the name of what it does not define."""
    run = subprocess.run([os.environ.get("CXX", "g++"), "-E", "-P", "-x", "c++", "-"], input="__clang_major__ __GNUC__",
                         capture_output=True, text=True, check=True)
    clang, gcc = run.stdout.split()
    return f"clang++-{clang}" if clang.isdigit() else f"g++-{gcc}"


def from_programs(tree, program, part, compiler=None, ran={}):
    """The output as the program prints it now; None where the page shows that of another compiler."""
    if source_of(program) not in tree.texts:
        raise LookupError(f"there is no {source_of(program)}")
    if program not in ran:
        ran[program] = printed(program)
    if compiler and compiler != compiler_at_hand():
        return None
    if program.startswith(CASES) and part == "both":
        return both_logs(tree.texts[f"{program}.expected"], ran[program])
    return part_of(ran[program], part)


def from_expected(tree, program, part, compiler=None):
    """The output of a chapter as its expected.txt has it, and a conformance log as CPython's, which ours must equal; None
    for other programs. To check these costs no build."""
    if source_of(program) not in tree.texts:
        raise LookupError(f"there is no {source_of(program)}")
    if program.startswith(CASES) and part == "both":
        return both_logs(*2 * [tree.texts[f"{program}.expected"]])
    expected = part_of(tree.texts.get(f"{program}/expected.txt", ""), part)
    return expected if program.startswith("chapters/") else None


# ---- Numbers


def number(tree, expression):
    expression = " ".join(expression.split())
    _, file, what = re.fullmatch(r"((\w+):)?(.*)", expression).groups()
    path = f"{RESULTS}{file or 'benchmarks'}.json"
    if path not in tree.texts:
        raise LookupError(f"`{expression}` needs {path}, which `make bench-save` writes")
    results = json.loads(tree.texts[path])["benchmarks"]
    units = {"ns": 1, "us": 1e3, "ms": 1e6}
    if timed := re.fullmatch(r"(\S+) (\w+)", what):
        result = results.get(timed[1], {})
        if timed[2] in units and result:
            return shown(result["ns"] / units[timed[2]])
        if timed[2] in result:
            return shown(result[timed[2]])
    for slash in re.finditer("/", what):  # names may hold slashes too
        one, other = what[:slash.start()], what[slash.end():]
        if one in results and other in results:
            return shown(results[one]["ns"] / results[other]["ns"])
    raise LookupError(f"`{expression}` is not in {path}")


def shown(value):
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def empty_filters(tree):
    """(page, line, what is wrong) of each `make bench B=...` with a word that no saved benchmark has in its name."""
    path = f"{RESULTS}benchmarks.json"
    names = json.loads(tree.texts.get(path, '{"benchmarks": {}}'))["benchmarks"]
    for page, text in tree.pages():
        for match in re.finditer(r"make bench\s+B='?([\w|]+)", text):
            for word in match[1].split("|"):
                if not any(word in name for name in names):
                    yield page, line_of(text, match.start()), f"no benchmark in {path} is called *{word}*"


# ---- Pages


def weld(tree, page, output):
    """(the page's text with every quoted part as it should be, [(line, rule, what is wrong)]); output(tree, program, part,
    compiler) gives the text of an output block, or None to leave it as it is."""
    lines, done, wrong = tree.texts[page].split("\n"), [], []
    prose, prose_start = [], 1

    def end_prose():
        if prose:
            text, faults = weld_numbers(tree, "\n".join(prose))
            done.append(text)
            wrong.extend((prose_start + line, "welded-number", what) for line, what in faults)
            prose.clear()

    position, quote = 0, None
    while position < len(lines):
        line, quoted = lines[position], quote
        quote = QUOTE.fullmatch(line)
        if not (fence := FENCE.match(line)):
            if quoted:
                wrong.append((position, f"welded-{quoted[1]}", "no fenced block follows"))
            if not prose:
                prose_start = position + 1
            prose.append(line)
            position += 1
            continue
        end_prose()
        end = position + 1
        while end < len(lines) and lines[end].strip() != fence[1]:
            end += 1
        block = "\n".join(lines[position + 1:end])
        if quoted:
            try:
                _, source, part, compiler = quoted.groups()
                wanted = code(tree, source, part) if quoted[1] == "code" else output(tree, source, part, compiler)
                block = block if wanted is None else wanted
            except LookupError as error:
                wrong.append((position, f"welded-{quoted[1]}", str(error.args[0])))
        elif fence[2] == "cpp" and (what := no_idiom(tree, block)):
            wrong.append((position + 1, "plain-code", what))
        done.append("\n".join([line, *([block] if block else []), *lines[end:end + 1]]))
        position = end + 1
    end_prose()
    return "\n".join(done), wrong


def weld_numbers(tree, text):
    wrong = []

    def replace(match):
        if not match[2]:
            return match[0]
        try:
            return f"{match[2]}{number(tree, match[3])}<!-- /number -->"
        except LookupError as error:
            wrong.append((line_of(text, match.start()) - 1, str(error.args[0])))
            return match[0]

    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])

    for match in re.finditer(r"<!-- /?number\b|\d\s?(?:ns|µs)\b", NUMBER.sub(blank, text)):
        what = "half a number" if match[0][0] == "<" else "a time that no benchmark gives: <!-- number name ns -->"
        wrong.append((line_of(text, match.start()) - 1, what))
    return NUMBER.sub(replace, text), wrong


IDIOM = 15


def no_idiom(tree, block):
    """What keeps a block of C++ from being written by hand, or "". Such a block is an idiom: short, and nowhere in the
    sources, for then it would be taken from there."""
    lines = [stripped for line in block.splitlines() if re.search(r"\w", stripped := line.strip())]
    if len(lines) > IDIOM:
        return f"has {len(lines)} lines, more than {IDIOM}: take it from a program by its tag"
    for first in range(len(lines) - 2):
        three = "\n".join(lines[first:first + 3])
        for path, _ in tree.sources():
            if three in words_of(tree, path):
                return f"repeats lines of {path}: take them from there by a tag"
    return ""


def words_of(tree, path, known={}):
    """The source's lines that hold a word, without what stands before and after."""
    if path not in known:
        stripped = (line.strip() for line in tree.texts[path].splitlines())
        known[path] = "\n".join(line for line in stripped if re.search(r"\w", line))
    return known[path]


def quoted_tags(tree):
    """{(path, tag)} of what the pages quote."""
    return {(path, name) for _, text in tree.pages()
            for path, name in re.findall(r"^<!-- code (\S+) (\S+) -->$", text, re.M)}


# ---- Links


def prose_of(text):
    """The page with code, fenced or inline, blanked, in the same lines."""
    text = re.sub(r"^[ \t]*(`{3,})\w*\n.*?^[ \t]*\1$", lambda match: "\n" * match[0].count("\n"), text, flags=re.M | re.S)
    return re.sub(r"(`+)(?!`)(?:(?!\n\n).)*?(?<!`)\1(?!`)", lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.S)


def anchors(text):
    """The names of a page's headings, as GitHub makes them."""
    found = set()
    text = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.M | re.S)
    for heading in re.findall(r"^#+ +(.*?) *#*$", text, re.M):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(name if name not in found else next(
            f"{name}-{n}" for n in range(1, 100) if f"{name}-{n}" not in found))
    return found


def broken_links(tree):
    """(page, line, what is wrong) of the links that lead nowhere. Links out of the project are not followed."""
    for page, text in tree.pages():
        prose = prose_of(text)
        for match in re.finditer(r'\]\(([^()\s]*)\)|^\[[^\]]+\]:\s*(\S+)|\b(?:href|src)="([^"]*)"', prose, re.M):
            link = next(filter(None, match.groups()), "")
            if re.match(r"(https?|mailto):", link):
                continue
            path, _, anchor = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
            line = line_of(prose, match.start())
            if not link or link.startswith("/") or target.startswith("..") or not (tree.root / target).exists():
                yield page, line, f"{link or 'an empty link'} leads nowhere"
            elif anchor and not target.endswith(".md"):
                yield page, line, f"{link}: prose never points at a line of code; quote it by a tag"
            elif anchor and anchor not in anchors(tree.texts[target]):
                yield page, line, f"{target} has no heading #{anchor}"


# ---- The command


def main(action):
    tree = Tree(ROOT)
    differ = faults = 0
    for page, text in tree.pages():
        welded, wrong = weld(tree, page, from_programs)
        for line, rule, what in wrong:
            if action == "write" or rule == "welded-output":
                print(f"{page}:{line}: {what}")
                faults += 1
        if welded == text:
            continue
        if action == "write":
            (ROOT / page).write_text(welded)
            print(f"{page}: written")
        else:
            print(f"{page}: differs from what the programs print; run `make docs`")
            differ += 1
    return 1 if faults or differ else 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["write"], ["check"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
