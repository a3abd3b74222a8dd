# SPDX-License-Identifier: GPL-2.0-only
# Appended to a copy of argonet's Makefile.
argonet-$(CONFIG_ARGONET_KUNIT_TEST) += fake-xen/exports.o

ccflags-y += -I$(src)
