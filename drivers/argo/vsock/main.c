// SPDX-License-Identifier: GPL-2.0-only
/*
 * vsock-argo: sockets between Xen domains, a transport of AF_VSOCK over Argo.
 */
#define pr_fmt(fmt) "vsock-argo: " fmt

#include <linux/log2.h>
#include <linux/module.h>

#include "vsock-argo.h"

#define VSOCK_ARGO_RING_MIN	SZ_256K

/* What one stream may have under way, and the headers; more of them wait. */
static uint ring_size = SZ_1M + SZ_128K;
module_param(ring_size, uint, 0444);
MODULE_PARM_DESC(ring_size, "bytes of the ring for each peer");

struct workqueue_struct *vsock_argo_wq;
struct vsock_argo_params vsock_argo_own;

u32 vsock_argo_local_cid(void)
{
	int domid = argo_domid();

	return domid < 0 ? VMADDR_CID_ANY : vsock_argo_cid(domid);
}

static void vsock_argo_init_own(void)
{
	u32 size = clamp_t(u32, ring_size, VSOCK_ARGO_RING_MIN,
			   ARGO_RING_LEN_MAX + sizeof(struct xen_argo_ring));

	size = ALIGN_DOWN(size, XEN_ARGO_PAGE_SIZE);
	vsock_argo_own = (struct vsock_argo_params) {
		.features = VSOCK_ARGO_F_STREAM | VSOCK_ARGO_F_SEQPACKET,
		.ring_size = size,
		.max_message = argo_ring_max_payload(size - sizeof(struct xen_argo_ring)),
	};
}

/* dom0 is the host of all others; a guest reaches everybody through its host. */
static int vsock_argo_register(void)
{
	int slot = argo_domid() ? VSOCK_TRANSPORT_F_G2H : VSOCK_TRANSPORT_F_H2G;
	int ret;

	ret = vsock_core_register(&vsock_argo_transport.transport, slot);
	if (ret) {
		pr_err("another transport serves %s already (%d)\n",
		       slot == VSOCK_TRANSPORT_F_G2H ? "the host" : "guests", ret);
		return ret;
	}
	if (vsock_core_register(&vsock_argo_transport.transport, VSOCK_TRANSPORT_F_DGRAM))
		pr_notice("no datagrams: another transport serves them\n");
	else
		vsock_argo_own.features |= VSOCK_ARGO_F_DGRAM;
	return 0;
}

static int __init vsock_argo_init(void)
{
	int ret;

	if (argo_domid() < 0)
		return -ENODEV;
	vsock_argo_wq = alloc_workqueue("vsock-argo", WQ_UNBOUND | WQ_MEM_RECLAIM |
					WQ_FREEZABLE, 0);
	if (!vsock_argo_wq)
		return -ENOMEM;
	vsock_argo_init_own();
	ret = vsock_argo_register();
	if (ret) {
		destroy_workqueue(vsock_argo_wq);
		return ret;
	}
	vsock_argo_debugfs_init();
	vsock_argo_roster_start();
	return 0;
}
module_init(vsock_argo_init);

static void __exit vsock_argo_exit(void)
{
	vsock_core_unregister(&vsock_argo_transport.transport);
	vsock_argo_roster_stop();
	vsock_argo_debugfs_exit();
	/* Peers are freed after a grace period. */
	rcu_barrier();
	destroy_workqueue(vsock_argo_wq);
}
module_exit(vsock_argo_exit);

MODULE_DESCRIPTION("Sockets between Xen domains over Argo (AF_VSOCK)");
MODULE_LICENSE("GPL");
MODULE_ALIAS_NETPROTO(PF_VSOCK);
