/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARGO_HV_H
#define _ARGO_HV_H

#include <linux/types.h>
#include <xen/interface/argo.h>

struct page;

/**
 * struct argo_hv_ops - the hypervisor as argo-core sees it
 * @probe: is Argo there? 0, or -ENODEV after saying in one line why not
 * @register_ring: hand @pages to the hypervisor as a ring
 * @unregister_ring: take them back
 * @sendv: copy a message to another domain's ring; payload bytes or errno
 * @notify: signal senders that wait for space in rings of this domain, and
 *	answer the queries in @data, which may be NULL
 * @bind: deliver the VIRQ to @handler, in hard interrupt context
 * @unbind: end that; no handler runs afterwards
 * @mask: hold the VIRQ back; called from @handler
 * @unmask: let it through; one that came in meanwhile is delivered at once
 * @forget: drop one that came in while masked
 *
 * All return 0 or a negative errno unless said otherwise. @probe, @bind,
 * @unbind and @register_ring may sleep, the others may be called anywhere.
 */
struct argo_hv_ops {
	int (*probe)(void);
	int (*register_ring)(const struct xen_argo_register_ring *reg,
			     struct page **pages, u32 flags);
	int (*unregister_ring)(const struct xen_argo_unregister_ring *unreg);
	int (*sendv)(const struct xen_argo_send_addr *addr,
		     const struct xen_argo_iov *iov, unsigned int niov, u32 type);
	int (*notify)(struct xen_argo_ring_data *data);
	int (*bind)(void (*handler)(void));
	void (*unbind)(void);
	void (*mask)(void);
	void (*unmask)(void);
	void (*forget)(void);
};

/* The one this module is linked with */
extern const struct argo_hv_ops argo_hv;

#endif /* _ARGO_HV_H */
