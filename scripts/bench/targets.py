# SPDX-License-Identifier: GPL-2.0-only
"""What argonet and vsock-argo shall reach, what counts as worse, and the model for speed."""
import collections
import operator
import statistics

Target = collections.namedtuple("Target", "name workload metric must aim ratio network",
                                defaults=[None, "argonet"])

# "ratio" is to another entry, (workload, network), and must and aim are for it.
TARGETS = [
    Target("TCP: hypercalls/MiB", "tcp", "hypercalls", 14, 5),
    Target("TCP, long frames: hypercalls/MiB", "tcpbig", "hypercalls", 10, 5),
    Target("TCP, long frames: instructions/MiB", "tcpbig", "insn", 800e3, 300e3),
    Target("TCP: of these notify", "tcp", "argo notify", 0.5, 0),
    Target("TCP: events raised/MiB", "tcp", "events raised", 20, 8),
    Target("TCP: events delivered/MiB", "tcp", "events delivered", 4, 1),
    Target("TCP: domain switches/MiB", "tcp", "domain switches", 4, 1),
    Target("TCP: bytes copied/byte", "tcp", "copied", 4.05, 4.05),
    Target("TCP, sendfile: bytes copied/byte", "sendfile", "copied", 4.05, 3),
    Target("TCP: bytes zeroed/byte", "tcp", "zeroed", 1.1, 0.1),
    Target("TCP: instructions/MiB", "tcp", "insn", 440e3, 300e3),
    Target("TCP: of these in Xen", "tcp", "insn xen", 150e3, 50e3),
    Target("64 B UDP: hypercalls/packet", "udp64", "hypercalls", 0.08, 0.03),
    Target("64 B UDP: instructions/packet", "udp64", "insn", 12e3, 10e3),
    Target("ping: hypercalls", "ping", "hypercalls", 2, 2),
    Target("ping: domain switches", "ping", "domain switches", 2, 2),
    Target("64 B UDP beside 100 idle links, ratio", "udp64+100", "insn", 1.1, 1.02,
           ("udp64", "argonet")),
    Target("ping beside 100 idle links, ratio", "ping+100", "insn", 1.1, 1.02,
           ("ping", "argonet")),
    Target("vsock: hypercalls/MiB", "vsock", "hypercalls", 20, 10, None, "vsock-argo"),
    Target("vsock: time/MiB of TCP's over argonet", "vsock", "virtual us", 1.2, 0.6,
           ("tcp", "argonet"), "vsock-argo"),
    Target("vsock: events delivered/MiB", "vsock", "events delivered", 2, 1, None, "vsock-argo"),
    Target("vsock: domain switches/MiB", "vsock", "domain switches", 2, 1, None, "vsock-argo"),
    Target("vsock: bytes copied/byte", "vsock", "copied", 3.05, 2.1, None, "vsock-argo"),
    Target("vsock, 64 bytes and answer: hypercalls", "vsockrr", "hypercalls", 2, 2, None,
           "vsock-argo"),
    Target("vsock, 64 bytes and answer: switches", "vsockrr", "domain switches", 2, 2, None,
           "vsock-argo"),
    Target("memory pinned / charged", "pinned", "pinned / charged", 1.1, 1),
    # The scheduler may send two streams on one CPU; the median has at most two.
    Target("4 queues, 4 vCPUs: busiest one's share", "tcp4q4@4", "busiest CPU's share", 0.5, 0.3),
]

# Two workloads of the same boot, with any number of CPUs: argonet's against that
# of network "base", as a ratio or (how) a difference; of all boots the worst.
SameBoot = collections.namedtuple("SameBoot", "name workload other base metric must aim how of",
                                  defaults=[operator.truediv, max])
SAME_BOOT = [
    SameBoot("time/MiB of netfront's", w, other, "netfront", "virtual us", 0.45, 0.3)
    for w, other in (("tcp", "tcp"), ("tcp4", "tcp4"), ("tcp4q2", "tcp4"), ("tcp4q4", "tcp4"))
] + [
    SameBoot(f"{what} of netfront's", "pingload", "pingload", "netfront", f"ping {what} us", 1, 0.3)
    for what in ("mean", "worst")
] + [
    row for what in ("stream", "datagrams", "tap", "fragments") for row in (
        # 95 and 100 % of the throughput. No two runs are equal: the median of all boots.
        SameBoot("time/MiB of that without", "slow-" + what, "slow-none", "argonet", "virtual us",
                 1 / 0.95, 1, of=statistics.median),
        SameBoot("worst ping, us more", "slow-" + what,
                 "slow-reader" if what == "stream" else "slow-none", "argonet",
                 "ping worst us", 5000, 1000, operator.sub))
]

# In an ordinary boot of the emulator, where only the ratio means something:
# netfront's speed and argonet's time, of the other's
ORDINARY = [
    ("iperf3, netfront's Mbit/s / argonet's", "tcp", "netfront", "argonet", 0.4, 0.25),
    ("ping -f, argonet's time / netfront's", "ping", "argonet", "netfront", 0.35, 0.2),
]

# 2.01 switches are 2: something else happened once in a hundred rounds.
ROUNDING = 1.02
# Within this netfront and argonet are equal.
TIE = 1.02

# What follows from the work to do, and what from who runs when
WORK = {"hypercalls", "argo sendv", "copied", "zeroed", "insn", "insn xen",
        "insn sender", "insn receiver"}
SCHEDULING = {"argo notify", "events raised", "events delivered", "domain switches",
              "virtual us"}

# With several CPUs, seeds differ by as much as a third in hypercalls, 15 % in
# instructions, 8 % in time; medians of six by about half of that. What follows
# from who runs when is not compared.
SEVERAL_CPUS = {"virtual us": 0.15, "copied": 0.1, "zeroed": 0.1, "insn": 0.25, "hypercalls": 0.5}
# Fewer boots are nothing to compare boots with several CPUs with.
ENOUGH = 3

# A CPU of a few years ago: instructions per cycle, cycles per second, bytes per
# second of copying and of zeroing, cycles of a hypercall, of an event delivered
# and of a switch to another domain.
MODEL = {"ipc": 2, "hz": 3.3e9, "copy": 25e9, "zero": 40e9,
         "hypercall": 1200, "event": 5600, "switch": 10500}


def value_of(target, merged):
    """A target's value with its driver and with netfront; KeyError if not measured"""
    value = merged[target.workload][target.network]["median"][target.metric]
    other = merged[target.workload].get("netfront", {"median": {}})["median"].get(target.metric)
    if target.ratio:
        workload, network = target.ratio
        value /= merged[workload][network]["median"][target.metric]
        other = None
    return value, other


def is_cost(metric):
    return metric in WORK | SCHEDULING


def tolerance(metric, workload):
    if "@" in workload:
        return SEVERAL_CPUS.get(metric)
    return 0.05 if metric in WORK else 0.25 if metric in SCHEDULING else None


def noise(metric, unit):
    """Absolute difference that is none, however small what it is compared with"""
    if metric.startswith("insn"):
        return 2000 if unit == "MiB" else 100
    return {"MiB": 0.2, "round": 0.05, "packet": 0.005}[unit] if unit != "MiB" or \
        metric not in ("copied", "zeroed") else 0.02


def modelled_us(entry):
    m = entry["median"]
    size = 1 << 20 if entry["per"] == "MiB" else 1
    cycles = (m["insn"] / MODEL["ipc"] + m["hypercalls"] * MODEL["hypercall"] +
              m["events delivered"] * MODEL["event"] + m["domain switches"] * MODEL["switch"])
    return round(1e6 * (cycles / MODEL["hz"] + m["copied"] * size / MODEL["copy"] +
                        m["zeroed"] * size / MODEL["zero"]), 3)


def modelled_gbits(entry):
    return 8 * (1 << 20) / modelled_us(entry) / 1000
