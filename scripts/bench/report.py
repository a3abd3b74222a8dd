#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Medians of several boots: results.json, tables, and what became worse.

   report.py FOLDER BASELINES [KEY=VALUE...]

reads FOLDER/SEED.counts and SEED.notes, writes FOLDER/results.json with the
keys and values as they are, and compares with the newest file of the folder
BASELINES. The exit status is 1 if something became worse, or if a boot had a
stop or an impossible cost (checks.py).
"""
import glob
import json
import os
import statistics
import sys

import checks
import counts
import targets


SIZES = {"udp256", "udp1024", "udp4096", "udp16384", "udp60000"}


def medians(boots):
    """{workload: {network: {per, seeds, median, all}}} of all boots, {path: results}"""
    merged = {}
    for path, boot in boots.items():
        for (workload, network), (unit, values) in boot.items():
            entry = merged.setdefault(workload, {}).setdefault(
                network, {"per": unit, "seeds": [], "median": {}, "all": {}})
            entry["seeds"].append(int(os.path.basename(path).split(".")[0]))
            for k, v in values.items():
                entry["all"].setdefault(k, []).append(round(v, 5))
    for networks in merged.values():
        for entry in networks.values():
            entry["median"] = {k: statistics.median(v) for k, v in entry["all"].items()}
            if entry["per"] != "run":
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


def row(name, values, tail=""):
    print(f"  {name:24}" + "".join(f"{show(v) if v is not None else '-':>12}" for v in values) +
          tail)


def print_workload(name, networks):
    """All costs of one workload, argonet's beside netfront's"""
    ours, theirs = networks["argonet"], networks["netfront"]
    print(f"\n{name + ', per ' + ours['per']:26}     argonet    netfront       ratio")
    for k, v in ours["median"].items():
        other, tail = theirs["median"][k], ""
        # datagrams are paced: the time is that of the pauses; stops have a table
        if k in checks.NOTED or abs(v) < 0.005 and abs(other) < 0.005 or \
                k == "virtual us" and ours["per"] == "packet":
            continue
        if other > 0:
            tail = f"{v / other:12.3f}"
            if targets.is_cost(k) and v > other * targets.TIE:
                tail += "  netfront is better"
        row(k, [v, other], tail)
    if ours["per"] == "MiB":
        row("modelled Gbit/s, one CPU", [targets.modelled_gbits(e) for e in (ours, theirs)])


def print_alone(merged):
    """Workloads that show how argonet's costs grow: one line each"""
    columns = ["hypercalls", "argo notify", "events delivered", "domain switches", "copied",
               "zeroed", "insn", "insn xen"]
    names = [w for w, n in merged.items() if ("netfront" not in n or w in SIZES) and
             all(e["per"] != "run" for e in n.values())]
    if not names:
        return
    print("\n" + " " * 26 + "".join(f"{c.replace('events ', ''):>16}" for c in columns))
    for w in names:
        for network, entry in merged[w].items():
            label = f"{w} {network if network != 'argonet' else ''}"
            print(f"  {label:18}/{entry['per'][:6]:6}" +
                  "".join(f"{show(entry['median'][c]):>16}" for c in columns))


def ordinary(folder):
    """{measurement: {network: [values]}} of the boot that make demo does, if it was done"""
    found = {}
    for name in ("tcp", "ping"):
        for network in ("argonet", "netfront"):
            path = os.path.join(folder, "ordinary", f"{network}.{name}")
            if os.path.exists(path):
                with open(path) as f:
                    found.setdefault(name, {})[network] = [float(line) for line in f]
    return found


def print_target(name, value, other, must, aim, rounding=targets.ROUNDING):
    verdict = ("missed" if value > must * rounding else
               "aim reached" if value <= aim * rounding else "met")
    print(f"  {name:42}{show(value):>10}{show(other) if other is not None else '-':>12}"
          f"{show(must):>10}{show(aim):>10}  {verdict}")


def print_targets(merged, rounds):
    print("\ntarget                                        argonet    netfront"
          "   must be   aim for")
    for t in targets.TARGETS:
        try:
            value, other = targets.value_of(t, merged)
        except KeyError:
            continue
        print_target(t.name, value, other, t.must, t.aim)
    for t in targets.SAME_BOOT:
        for cpus in ("", "@2", "@4"):
            def values(network, base):
                return checks.against(merged, (t.workload + cpus, network),
                                      (t.other + cpus, base), t.metric, t.how).values()

            ours = values("argonet", t.base)
            theirs = values("netfront", "netfront") if t.base == "argonet" else ()
            if ours:
                print_target(f"{t.workload}{cpus}: {t.name}", t.of(ours),
                             t.of(theirs) if theirs else None, t.must, t.aim, 1)
    for name, what, upper, lower, must, aim in targets.ORDINARY if rounds else []:
        ratio = statistics.median(rounds[what][upper]) / statistics.median(rounds[what][lower])
        print_target(name, ratio, None, must, aim)


def check_counts(merged):
    """Xen copies every byte of a stream once for each ring it goes through."""
    for workload, networks in merged.items():
        for network in set(networks) & {"argonet", "argo-core", "vsock-argo"}:
            entry = networks[network]
            times = entry["median"].get("copied xen", 0)
            # A segment of 1448 bytes has a header and a record, and its ACK has them, too.
            most = 1.15 if workload == "plain" else 1.1
            if entry["per"] == "MiB" and not 0.95 <= times / (1 + (workload == "bridge")) < most:
                sys.exit(f"{workload}/{network}: Xen copied {times} bytes per byte: miscounted")


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
            if not before or "@" in workload and len(before["all"]["insn"]) < targets.ENOUGH:
                continue
            for k, v in networks[network]["median"].items():
                was, limit = before["median"].get(k), targets.tolerance(k, workload)
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
    if not files:
        sys.exit("no boot was asked for")
    # boots of other kinds ("seed.kind.counts") add workloads of their own
    boots = {f: counts.boot(f, f[:-len("counts")] + "notes") for f in files}
    merged = medians(boots)
    result = dict(a.split("=", 1) for a in about)
    result["model"] = targets.MODEL
    result["workloads"] = merged
    result["ordinary boot"] = ordinary(folder)
    with open(os.path.join(folder, "results.json"), "w") as f:
        json.dump(result, f, indent=1)
        f.write("\n")
    for name, networks in merged.items():
        if {"argonet", "netfront"} <= set(networks) and name not in SIZES and \
                networks["argonet"]["per"] != "run" and not name.startswith("slow-"):
            print_workload(name, networks)
    print_alone(merged)
    checks.print_notes(merged, show)
    print_targets(merged, result["ordinary boot"])
    check_counts(merged)
    worse = compare(merged, baselines)
    errors = checks.errors(merged)
    for line in errors:
        print(f"error: {line}")
    sys.exit(1 if worse or errors else 0)


main()
