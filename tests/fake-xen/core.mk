# SPDX-License-Identifier: GPL-2.0-only
# Appended to a copy of argo-core's Makefile: the fake in Xen's place.
argo-core-y := $(filter-out hv_xen.o,$(argo-core-y)) \
	fake-xen/rings.o fake-xen/waits.o fake-xen/virq.o fake-xen/peer.o \
	fake-xen/faults.o fake-xen/ops.o fake-xen/debugfs.o

ccflags-y += -I$(src) -I$(src)/fake-xen
