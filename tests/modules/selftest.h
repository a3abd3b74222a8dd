/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARGO_SELFTEST_H
#define _ARGO_SELFTEST_H

#include "hv.h"

/* The hypervisor without argo-core between, be it Xen or the fake one */
int raw_hv_register(const struct xen_argo_register_ring *reg,
		    struct page **pages, u32 flags);
int raw_hv_unregister(const struct xen_argo_unregister_ring *unreg);
int raw_hv_sendv(const struct xen_argo_send_addr *addr,
		 const struct xen_argo_iov *iov, unsigned int niov, u32 type);
int raw_hv_notify(struct xen_argo_ring_data *data);

/* selftest.c */
extern ushort domid;
extern ushort absent;
void check(bool good, const char *name);
void check_ret(long ret, long want, const char *name);

/* selftest-raw.c */
void test_raw(void);

#endif /* _ARGO_SELFTEST_H */
