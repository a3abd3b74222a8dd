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

/* Can this domain use Argo? If not, log the reason and return -ENODEV. */
int argo_hv_probe(void);
/* Return: domid of this domain, or a negative errno */
int argo_hv_domid(void);

/* Register @pages as a ring. Nothing is allocated if it is a single page. */
int argo_hv_register_ring(const struct xen_argo_register_ring *reg,
			  struct page **pages, u32 flags);
/* Unregister a ring: afterwards Xen does not write to its pages any more. */
int argo_hv_unregister_ring(const struct xen_argo_unregister_ring *unreg);
/* Copy a message to another domain's ring. Return: payload bytes, or a negative errno */
int argo_hv_sendv(const struct xen_argo_send_addr *addr,
		  const struct xen_argo_iov *iov, unsigned int niov, u32 type);
/*
 * Signal senders that wait for space in rings of this domain, and answer the
 * queries in @data, which may be NULL.
 */
int argo_hv_notify(struct xen_argo_ring_data *data);

/* Deliver the VIRQ to @handler, in hard interrupt context */
int argo_hv_bind(void (*handler)(void));
/* Stop the delivery; the handler does not run any more when this returns. */
void argo_hv_unbind(void);
/* Mask the VIRQ; called by the handler. */
void argo_hv_mask(void);
/* Unmask the VIRQ; if one came while it was masked, it is delivered now. */
void argo_hv_unmask(void);
/* Drop a VIRQ that came while it was masked. */
void argo_hv_drop_virq(void);

#endif /* _ARGO_HV_H */
