# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The emulated machine: QEMU's flags that every kind of boot shares. Why each
# of them: docs/testbed.md
# shellcheck disable=SC2054 # QEMU's commas

MACHINE=(-nodefaults -display none -monitor none -no-reboot)
CPU=max,-smap,-rdtscp,-pku,-xsave,-avx,-avx2
if [ -n "$BED_ICOUNT" ]; then
	# String instructions without ERMS move 8 bytes per iteration, not one.
	MACHINE+=(-accel tcg,thread=single -icount shift=1,sleep=off
		-seed "$BED_ICOUNT" -rtc "base=2024-01-01T00:00:00,clock=vm"
		-cpu "$CPU,-erms,-fsrm")
else
	MACHINE+=(-accel tcg,thread=multi -cpu "$CPU")
fi
