# SPDX-License-Identifier: GPL-2.0-only
"""What one boot shows that no median does: stops, impossible costs, and argonet's
part of what netfront took in the same boot."""

# A cost of less than nothing, or of this many times the median of all boots, is
# no cost but something that happened beside the traffic.
OUTLIER = 3
SLOPES = ("virtual us", "insn")
# What argonet must never show. netfront's are only printed.
STOPS = ("TCP time-outs", "gaps > 50 ms")
GAPS = STOPS + ("gaps > 10 ms",)
NOTED = GAPS + ("longest gap us", "busiest CPU's share")


def entries(merged):
    for workload, networks in merged.items():
        for network, entry in networks.items():
            yield workload, network, entry


def errors(merged):
    """Lines that say why this run proves nothing, or that argonet stood still"""
    found = []
    for workload, network, entry in entries(merged):
        def add(metric, seed, value, why):
            found.append(f"{workload}/{network}, seed {seed}: {metric} {value:.10g}: {why}")

        for metric in SLOPES:
            median = entry["median"].get(metric)
            for seed, value in zip(entry["seeds"], entry["all"].get(metric, [])):
                if value <= 0:
                    add(metric, seed, value, "impossible")
                elif value > OUTLIER * median:
                    add(metric, seed, value, f"more than {OUTLIER} times the median, "
                        f"{median:.10g}")
        for metric in STOPS if network == "argonet" else ():
            for seed, value in zip(entry["seeds"], entry["all"].get(metric, [])):
                if value:
                    add(metric, seed, value, "must be none")
    return found


def against(merged, ours, theirs, metric):
    """{seed: ours / theirs} of all boots that have both; each is (workload, network)"""
    try:
        a, b = (merged[w][n] for w, n in (ours, theirs))
        theirs = dict(zip(b["seeds"], b["all"][metric]))
        return {s: v / theirs[s] for s, v in zip(a["seeds"], a["all"][metric])
                if theirs.get(s, 0) > 0}
    except KeyError:
        return {}


def worst(values):
    """(value, seed) of the largest"""
    return max((v, s) for s, v in values.items())


def print_stops(merged, show):
    """Counts of all boots together, and the longest of all"""
    shown = [(w, n, e) for w, n, e in entries(merged) if NOTED[0] in e["all"]]
    if shown:
        print("\nstops in all boots" + " " * 14 +
              "".join(f"{c:>16}" for c in GAPS + ("longest, ms", "busiest CPU")))
    for w, n, e in shown:
        values = [sum(e["all"][m]) for m in GAPS]
        values += [max(e["all"]["longest gap us"]) / 1000, e["median"]["busiest CPU's share"]]
        print(f"  {w + ' ' + n:30}" + "".join(f"{show(v):>16}" for v in values))
