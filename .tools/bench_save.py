"""Runs the benchmarks and saves what they measured, for the numbers in the pages (docs.py says how these are quoted).

    bench_save.py [NAME]      writes bench/results/NAME.json; NAME is `benchmarks` if none is given

All benchmarks take part, several times and in mixed order, so that a slow minute of the machine falls on all of them.
Saved are, for each: `ns`, the median of the processor time of one iteration; `cv`, the standard deviation as a part of
the mean; `n`, the iterations of one repetition; and the median of each counter that it has. Compare the figures of one
file only.

Environment: BUILD, CXX, FLAGS.
"""

import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
REPETITIONS = 11
RUN_FIELDS = {  # what Google Benchmark says of a run; all else is a counter
    "name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions", "repetition_index",
    "threads", "iterations", "real_time", "cpu_time", "time_unit"}


def machine():
    cpu = re.search(r"^model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    linux = ".".join(platform.release().split(".")[:2])
    return f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores, Linux {linux}"


def compiler():
    name = os.environ.get("CXX", "g++")
    version = subprocess.run([name, "-dumpfullversion", "-dumpversion"], capture_output=True, text=True, check=True).stdout.strip()
    level = re.search(r"-O\S*", os.environ.get("FLAGS", "-O2"))[0]
    return f"{name} {version} {level}"


def measure(program):
    """{name: the runs of that benchmark}, of those that could run here."""
    output = subprocess.run(
        [program, "--benchmark_format=json", f"--benchmark_repetitions={REPETITIONS}", "--benchmark_min_time=0.1",
         "--benchmark_enable_random_interleaving=true"], stdout=subprocess.PIPE, text=True, check=True).stdout
    runs = {}
    for run in json.loads(output)["benchmarks"]:
        if run.get("error_occurred"):
            print(f"{run['run_name']}: not saved: {run['error_message']}", file=sys.stderr)
        elif run["run_type"] == "iteration":
            runs.setdefault(run["run_name"], []).append(run)
    return runs


def summary(runs):
    factor = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[runs[0]["time_unit"]]
    times = [run["cpu_time"] * factor for run in runs]
    counters = {name: round(statistics.median(run[name] for run in runs), 1) for name in runs[0] if name not in RUN_FIELDS}
    return {"ns": float(f"{statistics.median(times):.4g}"),
            "cv": round(statistics.stdev(times) / statistics.mean(times), 3),
            "n": int(statistics.median(run["iterations"] for run in runs)), **counters}


def main(name):
    if os.environ.get("SAN"):
        sys.exit("bench-save: figures of a build with sanitizers say nothing: run it without SAN=")
    measured = measure(ROOT / os.environ.get("BUILD", "build") / "bench/benchmarks")
    saved = {name: summary(runs) for name, runs in sorted(measured.items())}
    width = max(map(len, saved))
    for benchmark, figures in saved.items():
        print(f"{benchmark:<{width}}  {figures['ns']:10.4g} ns  ± {figures['cv']:.0%}")
    head = {"machine": machine(), "compiler": compiler(), "repetitions": REPETITIONS}
    rows = ",\n".join(f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in saved.items())
    text = json.dumps(head, indent=2, ensure_ascii=False)[:-2] + f',\n  "benchmarks": {{\n{rows}\n  }}\n}}\n'
    path = ROOT / f"bench/results/{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    print(f"written: {path.relative_to(ROOT)}; `make docs` brings the numbers into the pages")


if __name__ == "__main__":
    if len(sys.argv) > 2 or sys.argv[1:] and not re.fullmatch(r"\w+", sys.argv[1]):
        sys.exit("bench-save: R=NAME is the name of a file in bench/results, of letters and digits alone")
    main(*sys.argv[1:] or ["benchmarks"])
