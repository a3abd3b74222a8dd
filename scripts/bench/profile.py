#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Where the instructions of one phase went, by domain and function.

   profile.py COUNTS NOTES XEN-SYMBOLS KERNEL-SYMBOLS PHASE

Symbols are as nm and /proc/kallsyms list them, those of modules are in NOTES.
"""
import bisect
import collections
import sys

import counts

SHOWN = 25
KERNEL = 0xffff880000000000
TEXT = 0xffffffff81000000	# where a PV kernel begins


class Symbols:
    def __init__(self, lines):
        self.found = sorted((int(addr, 16), name) for addr, kind, name, *_ in
                            (line.split() for line in lines if len(line.split()) > 2)
                            if kind in "tT")

    def add(self, other):
        """Another kernel's: the same one, but it may have been elsewhere"""
        offset = TEXT - next(addr for addr, name in other.found if name == "_text")
        self.found = sorted(self.found + [(a + offset, n) for a, n in other.found])
        return self

    def name(self, addr):
        i = bisect.bisect(self.found, (addr, "\x7f")) - 1
        return self.found[i][1] if i >= 0 and addr - self.found[i][0] < 1 << 16 else f"{addr:x}"


def noted(notes, *words):
    """What follows these words in the notes"""
    start = " ".join(words) + " "
    return [line[len(start):] for line in notes if line.startswith(start)]


def read_spots(path, label):
    spots, here = {}, False
    for line in open(path):
        if line.startswith("mark "):
            here = line.split()[1:3] == label
        elif here and line.startswith("spot "):
            _, who, addr, plain = line.split()
            spots[who, int(addr, 16)] = int(plain)
    return spots


def main():
    path, notes, xen_syms, kernel_syms, phase = sys.argv[1:]
    unit, amount, _ = counts.phases(path, notes)[phase]
    per, unit = counts.UNITS[unit]
    owners = counts.read_owners(notes)
    lines = open(notes).read().splitlines()
    xen, kernel = Symbols(open(xen_syms)), Symbols(open(kernel_syms))
    kernels = {d: Symbols(noted(lines, "symbol", d)).add(kernel) for d in ("g1", "g2", "dom0")}

    before = read_spots(path, ["begin", phase])
    sums = collections.defaultdict(collections.Counter)
    for (who, addr), plain in read_spots(path, ["end", phase]).items():
        plain -= before.get((who, addr), 0)
        domain = "xen" if who == "xen" else owners.get(int(who), "dom0")
        if domain == "xen":
            name = xen.name(addr)
        elif addr < KERNEL:
            name = "(programs)"
        else:
            name = kernels[domain].name(addr)
        sums[domain][name] += plain
    for domain in sorted(sums):
        total = sum(sums[domain].values())
        if total * per / amount < 1:
            continue
        print(f"\n{domain}: {total * per / amount:.0f} instructions per {unit}")
        for name, plain in sums[domain].most_common(SHOWN):
            print(f"  {plain * per / amount:10.1f} {100 * plain / total:5.1f} %  {name}")


main()
