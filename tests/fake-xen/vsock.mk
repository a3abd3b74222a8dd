# SPDX-License-Identifier: GPL-2.0-only
# Appended to a copy of vsock-argo's Makefile: the kernel has no vsock, and what
# is tested needs none.
ifdef CONFIG_ARGO_KUNIT_TEST
obj-m += vsock-argo-test.o
vsock-argo-test-y := packet_test.o packet.o handshake.o fake-xen/license.o
endif
