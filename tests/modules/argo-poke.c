// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes a ring away from argo-core behind its back, as the death of a partner
 * or a soft reset does: insmod argo-poke.ko partner=DOMID port=PORT
 *
 * Loading fails if there is no such ring.
 */
#include <linux/module.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/argo.h>

static ushort partner;
module_param(partner, ushort, 0);
MODULE_PARM_DESC(partner, "the domain that may send to the ring");

static uint port;
module_param(port, uint, 0);
MODULE_PARM_DESC(port, "the ring's port");

static int __init argo_poke_init(void)
{
	struct xen_argo_unregister_ring unreg = {
		.aport = port,
		.partner_id = partner,
	};

	return (int)xen_single_call(__HYPERVISOR_argo_op,
				    XEN_ARGO_OP_unregister_ring,
				    (unsigned long)&unreg, 0, 0, 0);
}
module_init(argo_poke_init);

static void __exit argo_poke_exit(void)
{
}
module_exit(argo_poke_exit);

MODULE_DESCRIPTION("Test: make Xen drop a ring");
MODULE_LICENSE("GPL");
