#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Line and branch coverage per file: coverage.py OUT TREE...

Each TREE is a copy of the sources with the objects, .gcno and .gcda files of
one build. A line or a branch counts if it ran in any of them. OUT/uncovered
lists what did not, OUT/summary is also printed.
"""
import collections
import json
import pathlib
import subprocess
import sys

out = pathlib.Path(sys.argv[1])
lines = collections.defaultdict(lambda: collections.defaultdict(int))
branches = collections.defaultdict(lambda: collections.defaultdict(int))


def interesting(name):
    return name.startswith("drivers/") and "fake-xen" not in name \
        and not name.endswith("_test.c")


def add(tree, data):
    for f in data["files"]:
        path = pathlib.Path(f["file"])
        try:
            name = str(path.resolve().relative_to(tree))
        except ValueError:
            continue
        if not interesting(name):
            continue
        for line in f["lines"]:
            no = line["line_number"]
            lines[name][no] += line["count"]
            # Copies of inline functions and of macros have branches of
            # their own: only those of the same shape are the same.
            shape = len(line["branches"])
            for i, branch in enumerate(line["branches"]):
                branches[name][no, shape, i] += branch["count"]


for tree in map(lambda t: pathlib.Path(t).resolve(), sys.argv[2:]):
    for gcda in sorted(tree.rglob("*.gcda")):
        text = subprocess.run(
            ["gcov", "--branch-probabilities", "--json-format", "--stdout",
             gcda.name], cwd=gcda.parent, check=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout
        for doc in text.splitlines():
            if doc.strip():
                add(tree, json.loads(doc))

if not lines:
    sys.exit("no coverage data")


def share(counts):
    ran = sum(1 for c in counts if c)
    return ran, len(counts), 100 * ran / len(counts) if counts else 100


def ranges(numbers):
    runs = []
    for n in numbers:
        if runs and runs[-1][1] == n - 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def row(name, line, branch):
    return (f"{name:<40} {line[0]:>5} of {line[1]:>5} {line[2]:5.1f} %"
            f"   {branch[0]:>5} of {branch[1]:>5} {branch[2]:5.1f} %")


summary = [f"{'file':<40} {'lines':>22}   {'branches':>22}"]
uncovered = []
for name in sorted(lines):
    summary.append(row(name, share(lines[name].values()),
                       share(branches[name].values())))
    missed = [n for n in sorted(lines[name]) if not lines[name][n]]
    half = sorted({key[0] for key, count in branches[name].items()
                   if not count and lines[name][key[0]]})
    uncovered.append(f"{name}\n  lines: {ranges(missed) or 'none'}\n"
                     f"  lines that never went one way: "
                     f"{', '.join(map(str, half)) or 'none'}")
summary.append(row("all", share([c for f in lines.values() for c in f.values()]),
                   share([c for f in branches.values() for c in f.values()])))
(out / "summary").write_text("\n".join(summary) + "\n")
(out / "uncovered").write_text("\n".join(uncovered) + "\n")
print("\n".join(summary))
