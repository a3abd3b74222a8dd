# SPDX-License-Identifier: GPL-2.0-only
"""From the plugin's counters to costs per unit of traffic."""

MIB = 1 << 20
# What a workload's costs are divided by
UNITS = {"bytes": (MIB, "MiB"), "rounds": (1, "round"), "packets": (1, "packet")}


def read_owners(path):
    """Who has which MiB of the machine's memory: whoever has most of its pages."""
    owners = {}
    for line in open(path):
        word = line.split()
        if word and word[0] == "memory":
            mib, pages = int(word[2]), int(word[3])
            if pages > owners.get(mib, (0, ""))[0]:
                owners[mib] = (pages, word[1])
    return {mib: name for mib, (pages, name) in owners.items()}


def read_counts(path, owners):
    """{label: counters}; a label is the first two words of a mark."""
    marks, note, now = {}, {}, None

    def add(key, value):
        now[key] = now.get(key, 0) + int(value)

    def add_cell(who, kind, cell):
        for key, value in zip(("plain", "string", "copied", "zeroed"), cell):
            add(f"{key}.{who}.{kind}", value)

    for line in open(path):
        word = line.split()
        if word[0] == "mark":
            label = " ".join(word[1:3])
            now = marks[label] = {}
            note[label] = dict(w.split("=") for w in word[3:])
        elif word[0] in ("probe", "kick"):
            add(".".join(word[:2]), word[2])
        elif word[0] == "spot":
            continue
        elif word[0] == "xen":
            add_cell("xen", "xen", word[1:])
        else:
            add_cell(owners.get(int(word[1]), "dom0"), word[0], word[2:])
    return marks, note


def phases(path_counts, path_notes):
    """{phase: (unit, amount, counters)} of all phases that came to their end."""
    marks, note = read_counts(path_counts, read_owners(path_notes))
    found = {}
    for label, last in marks.items():
        what, phase = label.split()
        if what != "end":
            continue
        first = marks["begin " + phase]
        counts = {k: v - first.get(k, 0) for k, v in last.items()}
        counts["ns"] = int(note[label]["ns"])
        unit, amount = next((u, int(note[label][u])) for u in UNITS if u in note[label])
        found[phase] = (unit, amount, counts)
    return found


# What flow notes of a run: how it is called in results, and how the notes of all
# runs of a workload become one. Of the CPUs only the last and largest run counts.
NOTES = {
    "timeouts": ("TCP time-outs", sum),
    "over50ms": ("gaps > 50 ms", sum),
    "over10ms": ("gaps > 10 ms", sum),
    "longest_us": ("longest gap us", max),
    "busiest": ("busiest CPU's share", lambda v: v[-1]),
    "ping_mean_us": ("ping mean us", max),
    "ping_worst_us": ("ping worst us", max),
    "lost": ("pings lost", sum),
    "pinned": ("pinned / charged", max),
}


def notes(path):
    """{(workload, network): {name: value}} of what flow printed"""
    found = {}
    for line in open(path):
        word = line.split()
        if word and word[0] == "note":
            entry = found.setdefault(tuple(word[1].split("/")[:2]), {})
            for key, value in (w.split("=") for w in word[2:]):
                entry.setdefault(key, []).append(float(value))
    return {what: {NOTES[k][0]: NOTES[k][1](v) for k, v in entry.items()}
            for what, entry in found.items()}


def slopes(found):
    """{workload: {network: (unit, cost of one unit)}}: the large run less the small."""
    result = {}
    for phase, (unit, amount, counts) in found.items():
        workload, network, size = phase.split("/")
        if size != "large":
            continue
        _, small, less = found[f"{workload}/{network}/small"]
        scale = UNITS[unit][0] / (amount - small)
        result.setdefault(workload, {})[network] = (
            UNITS[unit][1],
            {k: (v - less.get(k, 0)) * scale for k, v in counts.items()})
    return result


def metrics(unit, cost):
    """What is reported, from the counters of one unit."""
    def probe(name):
        return cost.get("probe." + name, 0)

    def cells(key, *who):
        return sum(v for k, v in cost.items() if k.startswith(key + ".") and
                   (not who or k.split(".")[1] in who))

    # of a stream, per byte
    per_byte = 1 / MIB if unit == "MiB" else 1
    argo, sendv = probe("do_argo_op"), probe("sendv")
    return {
        "hypercalls": argo + probe("do_grant_table_op") + probe("do_event_channel_op"),
        "argo sendv": sendv,
        "argo notify": argo - sendv,
        "grant table": probe("do_grant_table_op"),
        "evtchn send": probe("evtchn_send"),
        "evtchn other": probe("do_event_channel_op") - probe("evtchn_send"),
        "sched": probe("do_sched_op"),
        "timer": probe("do_set_timer_op"),
        "mmu": sum(probe(p) for p in ("do_mmu_update", "do_mmuext_op",
                                      "do_update_va_mapping", "do_update_descriptor")),
        "context": sum(probe(p) for p in ("do_stack_switch", "do_fpu_taskswitch",
                                          "do_set_segment_base", "do_iret", "do_multicall")),
        "events raised": probe("send_guest_global_virq") + probe("evtchn_send"),
        "events delivered": sum(cost.get("kick." + k, 0) for k in
                                ("send_guest_global_virq", "evtchn_send", "evtchn_unmask")),
        "domain switches": probe("__context_switch"),
        "TLB flushes": probe("flush_area_local"),
        "copied": cells("copied") * per_byte,
        "copied xen": cells("copied", "xen") * per_byte,
        "zeroed": cells("zeroed") * per_byte,
        "insn": cells("plain"),
        "insn xen": cells("plain", "xen"),
        "insn sender": cells("plain", "g1"),
        "insn receiver": cells("plain", "g2"),
        "insn dom0": cells("plain", "dom0"),
        "insn user": sum(v for k, v in cost.items()
                         if k.startswith("plain.") and k.endswith(".user")),
        "string iterations": cells("string"),
        "virtual us": cost["ns"] / 1000,
    }


def boot(path_counts, path_notes):
    """{(workload, network): (unit, values)} of one boot: slopes, and what was noted"""
    found = {}
    for workload, networks in slopes(phases(path_counts, path_notes)).items():
        for network, (unit, cost) in networks.items():
            found[workload, network] = (unit, metrics(unit, cost))
    for what, noted in notes(path_notes).items():
        found.setdefault(what, ("run", {}))[1].update(noted)
    return found
