# SPDX-License-Identifier: GPL-2.0-only
"""What one boot shows that no median does: stops, impossible costs, and argonet's
part of what netfront took in the same boot."""
import operator
import statistics

# A cost of less than nothing, or of this many times the median of all boots, is
# no cost but something that happened beside the traffic.
OUTLIER = 3
SLOPES = ("virtual us", "insn")
# What argonet must never show. netfront's are only printed.
STOPS = ("TCP time-outs", "gaps > 50 ms", "pings lost")
GAPS = ("TCP time-outs", "gaps > 50 ms", "gaps > 10 ms")
NOTED = GAPS + ("longest gap us", "busiest CPU's share", "ping mean us", "ping worst us",
                "pings lost", "pinned / charged")


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


def against(merged, ours, theirs, metric, how=operator.truediv):
    """{seed: ours / theirs} of all boots that have both; each is (workload, network)"""
    try:
        a, b = ({s: v for s, v in zip(merged[w][n]["seeds"], merged[w][n]["all"][metric])}
                for w, n in (ours, theirs))
    except KeyError:
        return {}
    return {s: how(a[s], b[s]) for s in a if b.get(s, 0) > 0}


def print_table(title, merged, columns, show):
    """One line per workload and network that has all columns: (name, metric, of)"""
    shown = [(w, n, e) for w, n, e in entries(merged) if all(m in e["all"] for _, m, _ in columns)]
    if shown:
        print(f"\n{title:32}" + "".join(f"{name:>16}" for name, _, _ in columns))
    for w, n, e in shown:
        print(f"  {w + ' ' + n:30}" + "".join(f"{show(of(e['all'][m])):>16}" for _, m, of in columns))


def print_notes(merged, show):
    """Stops and pings of all boots together"""
    print_table("stops in all boots", merged, [(m, m, sum) for m in GAPS] + [
        ("longest, us", "longest gap us", max),
        ("busiest CPU", "busiest CPU's share", statistics.median)], show)
    print_table("pings beside load, all boots", merged, [
        ("mean, us", "ping mean us", statistics.median), ("worst, us", "ping worst us", max),
        ("lost", "pings lost", sum)], show)
