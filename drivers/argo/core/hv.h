/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARGO_HV_H
#define _ARGO_HV_H

#include <linux/types.h>
#include <xen/interface/argo.h>

struct page;

/*
 * The hypervisor as argo-core sees it. All return 0 or a negative errno unless
 * said otherwise. Probing, binding, unbinding and registering may sleep, the
 * others may be called anywhere.
 */

/* Is Argo there? -ENODEV after saying in one line why not */
int argo_hv_probe(void);
/* Number of this domain */
int argo_hv_domid(void);

/* Hand @pages to the hypervisor as a ring; nothing is allocated for a single one */
int argo_hv_register_ring(const struct xen_argo_register_ring *reg,
			  struct page **pages, u32 flags);
/* Take them back */
int argo_hv_unregister_ring(const struct xen_argo_unregister_ring *unreg);
/* Copy a message to another domain's ring. Return: payload bytes, or errno */
int argo_hv_sendv(const struct xen_argo_send_addr *addr,
		  const struct xen_argo_iov *iov, unsigned int niov, u32 type);
/*
 * Signal senders that wait for space in rings of this domain, and answer the
 * queries in @data, which may be NULL.
 */
int argo_hv_notify(struct xen_argo_ring_data *data);

/* Deliver the VIRQ to @handler, in hard interrupt context */
int argo_hv_bind(void (*handler)(void));
/* End that; no handler runs afterwards */
void argo_hv_unbind(void);
/* Hold the VIRQ back; called from the handler */
void argo_hv_mask(void);
/* Let it through; one that came in meanwhile is delivered at once */
void argo_hv_unmask(void);
/* Drop one that came in while masked */
void argo_hv_forget(void);

#endif /* _ARGO_HV_H */
