# SPDX-License-Identifier: GPL-2.0-only
# Kbuild lists what is built; this file only starts things. "make help".

KDIR	?= /lib/modules/$(shell uname -r)/build
DOM	?= g1

# The plugin for ip(8) goes where this machine's ip looks for it.
export KERNEL GUEST GUESTS XEN TESTS TAGS BED_SLOW CASES SEED
export BENCH_SEEDS BENCH_WORKLOADS BENCH_CPUS BENCH_JOBS BENCH_OUT BENCH_PROFILE

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

plugin:
	$(MAKE) -C tools/iproute2

install: modules plugin
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install
	$(MAKE) -C tools/iproute2 install
	depmod "$$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
		$(KDIR)/include/generated/utsrelease.h)"

demo:
	@scripts/demo.sh

test:
	@tests/run

test-long:
	@tests/long.sh

fuzz:
	@tests/fuzz/run --long
	@$(MAKE) -s -C tests/sim check SIM_TIME=$${FUZZ_TIME:-600}

fuzz-cover:
	@tests/fuzz/cover.sh

fuzz-breaks:
	@tests/fuzz/breaks.sh
	@tests/sim/breaks.sh

test-debug:
	@tests/debug/run lockdep kasan kcsan

test-bench: setup
	@bats --tap --timing --print-output-on-failure tests/bench

coverage:
	@tests/debug/run cover

bench:
	@scripts/bench.sh

check:
	@scripts/check.sh

deb:
	@scripts/package.sh

shell:
	@scripts/shell.sh $(DOM)

setup:
	@scripts/setup.sh

clean:
	@scripts/clean.sh

distclean: clean
	rm -rf build

help:
	@scripts/help.sh

.PHONY: modules plugin install demo test test-long fuzz fuzz-cover fuzz-breaks \
	test-debug test-bench coverage bench check deb shell setup clean distclean help
.DEFAULT_GOAL := modules
