# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The emulated machine: QEMU's flags that every kind of boot shares. Why each
# of them: docs/testbed.md
# shellcheck disable=SC2054 # QEMU's commas

CPU=max,-smap,-rdtscp,-pku,-xsave,-avx,-avx2,-erms,-fsrm
MACHINE=(-nodefaults -display none -monitor none -no-reboot -cpu "$CPU")
if [ -n "$BED_ICOUNT" ]; then
	MACHINE+=(-accel tcg,thread=single -icount shift=1,sleep=off
		-seed "$BED_ICOUNT" -rtc "base=2024-01-01T00:00:00,clock=vm")
else
	MACHINE+=(-accel tcg,thread=multi)
fi
