#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Take the ELF kernel out of an x86 bzImage: extract-vmlinux.py IN OUT.

Xen and its toolstack would unpack it themselves, at every start of a domain
and in the emulated machine, which takes ten seconds each time.
"""
import lzma
import struct
import subprocess
import sys

image = open(sys.argv[1], "rb").read()
if image[0x202:0x206] != b"HdrS" or image[0x1fe:0x200] != b"\x55\xaa":
    sys.exit("not a bzImage")
setup_sectors = image[0x1f1] or 4
offset, length = struct.unpack_from("<II", image, 0x248)
start = (setup_sectors + 1) * 512 + offset
payload = image[start:start + length - 4]  # the raw length follows it
if payload.startswith(b"\xfd7zXZ"):
    elf = lzma.decompress(payload)
elif payload.startswith(b"\x28\xb5\x2f\xfd"):
    elf = subprocess.run(["zstd", "-dcq"], input=payload, check=True,
                         stdout=subprocess.PIPE).stdout
else:
    sys.exit("payload is compressed neither with xz nor with zstd")
if not elf.startswith(b"\x7fELF"):
    sys.exit("payload is not an ELF file")
open(sys.argv[2], "wb").write(elf)
