/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARGO_SELFTEST_H
#define _ARGO_SELFTEST_H

#include "hv.h"

/* The hypervisor without argo-core between, be it Xen or the fake one */
extern const struct argo_hv_ops *const raw_hv;

/* selftest.c */
extern ushort domid;
extern ushort absent;
void check(bool good, const char *name);
void check_ret(long ret, long want, const char *name);

/* selftest-raw.c */
void test_raw(void);

#endif /* _ARGO_SELFTEST_H */
