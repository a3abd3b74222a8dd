#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Medians of several boots: results.json, tables, and what became worse.

   report.py FOLDER BASELINES [KEY=VALUE...]

reads FOLDER/SEED.counts and SEED.notes, writes FOLDER/results.json with the
keys and values as they are, and compares with the newest file of the folder
BASELINES. The exit status is 1 if something became worse.
"""
import glob
import json
import os
import statistics
import sys

import counts
import targets


def medians(results):
    """{workload: {network: {per, median, all}}} of all boots"""
    merged = {}
    for boot in results:
        for workload, networks in boot.items():
            for network, (unit, cost) in networks.items():
                entry = merged.setdefault(workload, {}).setdefault(
                    network, {"per": unit, "median": {}, "all": {}})
                for k, v in counts.metrics(unit, cost).items():
                    entry["all"].setdefault(k, []).append(round(v, 5))
    for networks in merged.values():
        for entry in networks.values():
            entry["median"] = {k: statistics.median(v) for k, v in entry["all"].items()}
            entry["median"]["modelled us"] = targets.modelled_us(entry)
    # netfront always goes through a bridge in dom0
    if "bridge" in merged and "tcp" in merged and "netfront" in merged["tcp"]:
        merged["bridge"]["netfront"] = merged["tcp"]["netfront"]
    return merged


def show(value):
    if abs(value) >= 10000:
        return f"{value / 1000:.1f} k"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.4f}".rstrip("0").rstrip(".")


def print_workload(name, networks):
    ours = networks.get("argonet") or next(iter(networks.values()))
    theirs = networks.get("netfront")
    print(f"\n{name + ', per ' + ours['per']:24}" + "".join(f"{n:>12}" for n in networks) +
          ("       ratio" if theirs and ours is not theirs else ""))
    for k, v in ours["median"].items():
        row = f"  {k:22}" + "".join(f"{show(n['median'][k]):>12}" for n in networks.values())
        if theirs and ours is not theirs and theirs["median"][k] > 0:
            row += f"{v / theirs['median'][k]:12.3f}"
            if targets.is_cost(k) and v > theirs["median"][k] * targets.TIE:
                row += "  netfront is better"
        print(row)
    if ours["per"] == "MiB":
        print("  modelled, all work on one CPU, Gbit/s" + "".join(
            f"  {n} {targets.modelled_gbits(e):.1f}" for n, e in networks.items()))


def print_targets(merged):
    print("\ntarget                                    argonet    netfront"
          "   must be   aim for")
    for t in targets.TARGETS:
        try:
            value, other = targets.value_of(t, merged)
        except KeyError:
            continue
        verdict = ("missed" if value > t.must * targets.ROUNDING else
                   "aim reached" if value <= t.aim * targets.ROUNDING else "met")
        print(f"  {t.name:36}{show(value):>12}{show(other) if other is not None else '-':>12}"
              f"{show(t.must):>10}{show(t.aim):>10}  {verdict}")


def compare(merged, baselines):
    """What is worse than in the newest committed results; the number of such lines"""
    files = sorted(glob.glob(os.path.join(baselines, "*.json")))
    if not files:
        return 0
    old = json.load(open(files[-1]))["workloads"]
    worse = 0
    print(f"\ncompared with {os.path.basename(files[-1])}:")
    for workload, networks in merged.items():
        for network in set(networks) - {"netfront"}:
            before = old.get(workload, {}).get(network)
            if not before:
                continue
            for k, v in networks[network]["median"].items():
                was, limit = before["median"].get(k), targets.tolerance(k)
                if was is None or limit is None:
                    continue
                if v > was * (1 + limit) + targets.noise(k, networks[network]["per"]):
                    print(f"  {workload}/{network}: {k} was {show(was)}, is {show(v)}: worse")
                    worse += 1
                elif v < was * (1 - limit) - targets.noise(k, networks[network]["per"]):
                    print(f"  {workload}/{network}: {k} was {show(was)}, is {show(v)}: better")
    print(f"  {worse} worse")
    return worse


def main():
    folder, baselines, *about = sys.argv[1:]
    files = sorted(glob.glob(os.path.join(folder, "*.counts")))
    boots = [counts.slopes(counts.phases(f, f[:-len("counts")] + "notes")) for f in files]
    # boots of other kinds ("seed.kind.counts") add workloads of their own
    merged = medians(boots)
    result = dict(a.split("=", 1) for a in about)
    result["model"] = targets.MODEL
    result["workloads"] = merged
    with open(os.path.join(folder, "results.json"), "w") as f:
        json.dump(result, f, indent=1)
        f.write("\n")
    for name, networks in merged.items():
        print_workload(name, networks)
    print_targets(merged)
    sys.exit(1 if compare(merged, baselines) else 0)


main()
