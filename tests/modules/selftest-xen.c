// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls of this module's own: argo-core does not export its.
 */
#include "hv_xen.c"
#include "selftest.h"

int raw_hv_register(const struct xen_argo_register_ring *reg,
		    struct page **pages, u32 flags)
{
	return argo_hv_register_ring(reg, pages, flags);
}

int raw_hv_unregister(const struct xen_argo_unregister_ring *unreg)
{
	return argo_hv_unregister_ring(unreg);
}

int raw_hv_sendv(const struct xen_argo_send_addr *addr,
		 const struct xen_argo_iov *iov, unsigned int niov, u32 type)
{
	return argo_hv_sendv(addr, iov, niov, type);
}

int raw_hv_notify(struct xen_argo_ring_data *data)
{
	return argo_hv_notify(data);
}
