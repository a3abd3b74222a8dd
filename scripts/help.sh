#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# "make help".

cat <<'END'
make            build the modules for the running kernel, or for KDIR=
make install    install them, and the plugin for ip, on this machine
make demo       two guests on Xen talk over argonet and over netfront
make test       the whole test suite; TESTS=<file> TAGS=<tags> select
make test-long  it with each kernel, hypervisor and number of vCPUs, and a soak: hours
make bench      what argonet and netfront cost, counted exactly
make test-bench that counting gives the same twice
make fuzz       fuzz the drivers' parsers for long; TARGET= FUZZ_TIME= FUZZ_RUNS=
make fuzz-cover what unit tests and fuzzing reach of these files
make fuzz-breaks  do the fuzzers find what is broken on purpose?
make test-debug the drivers over a fake Xen, on debug kernels; CASES=<regex>
make coverage   which lines of the drivers the fake Xen's tests run
make check      checks of the sources
make deb        Debian packages: DKMS for the modules, the plugin for ip
make shell      leave the bed running, prompt in DOM= (dom0, g1, g2, ...)
make setup      fetch and build all that the bed needs, do not boot it
make clean      remove what was built here, keep what took long
make distclean  remove build/ altogether

Knobs: KERNEL=6.1|6.12 GUEST=pv|pvh GUESTS=1..4 XEN=debug|release
       BED_SLOW=<factor for time limits>
END
