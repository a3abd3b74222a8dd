#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""chart.py RESULTS.json >CHART.svg: argonet's costs in percent of netfront's."""
import json
import sys

METRICS = [("hypercalls", "hypercalls"), ("events delivered", "events delivered"),
           ("domain switches", "domain switches"), ("copied", "bytes copied"),
           ("zeroed", "bytes zeroed"), ("insn", "instructions"), ("modelled us", "modelled time")]
TITLES = {"tcp": "TCP, 1 stream", "tcp4": "TCP, 4 streams", "sendfile": "TCP, sendfile",
          "bidir": "TCP, both ways",
          "bridge": "TCP, bridge in dom0", "plain": "TCP, no offloads", "rr": "TCP, 1 byte",
          "ping": "ping", "udp64": "UDP, 64 bytes", "udp1400": "UDP, 1400 bytes"}
COLUMNS, LIMIT = 3, 150		# panels side by side; percent where bars are cut off
WIDTH, ROW, NAMES, HEAD = 300, 18, 110, 40
BARS = WIDTH - NAMES - 50


def text(x, y, s, more=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" {more}>{s}</text>'


def panel(x, y, title, ours, theirs):
    out = [text(x, y + 20, title, 'font-weight="bold"')]
    for i, (key, name) in enumerate(METRICS):
        top = y + HEAD + i * ROW - 10
        out.append(text(x + NAMES - 6, top + 11, name, 'text-anchor="end"'))
        if theirs[key] <= 0:
            out.append(text(x + NAMES + 4, top + 11, "none in either"))
            continue
        percent = 100 * ours[key] / theirs[key]
        color = "#2a7f62" if percent <= 102 else "#b5452c"
        width = BARS * min(percent, LIMIT) / LIMIT
        out.append(f'<rect x="{x + NAMES}" y="{top}" width="{width:.1f}" '
                   f'height="{ROW - 5}" fill="{color}"/>')
        out.append(text(x + NAMES + width + 4, top + 11, f"{percent:.0f} %"))
    line = x + NAMES + BARS * 100 / LIMIT
    out.append(f'<line x1="{line:.0f}" x2="{line:.0f}" y1="{y + HEAD - 14}" '
               f'y2="{y + HEAD + len(METRICS) * ROW - 10}" stroke="#555" '
               f'stroke-dasharray="3,3"/>')
    return out


def main():
    workloads = json.load(open(sys.argv[1]))["workloads"]
    shown = [w for w in TITLES if {"argonet", "netfront"} <= set(workloads.get(w, {}))]
    height = HEAD + len(METRICS) * ROW + 14
    rows = (len(shown) + COLUMNS - 1) // COLUMNS
    total = (COLUMNS * WIDTH + 20, rows * height + 40)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total[0]} {total[1]}" '
           'font-family="sans-serif" font-size="12">',
           f'<rect width="{total[0]}" height="{total[1]}" fill="white"/>',
           text(10, 22, "argonet's costs in percent of netfront's (dashed: as much as "
                "netfront)", 'font-size="15"')]
    for i, workload in enumerate(shown):
        networks = workloads[workload]
        out += panel(10 + i % COLUMNS * WIDTH, 34 + i // COLUMNS * height, TITLES[workload],
                     networks["argonet"]["median"], networks["netfront"]["median"])
    print("\n".join(out + ["</svg>"]))


main()
