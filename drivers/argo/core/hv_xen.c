// SPDX-License-Identifier: GPL-2.0-only
/*
 * argo-core on Xen: the hypercalls and the VIRQ.
 */
#define pr_fmt(fmt) "argo: " fmt

#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/interface/event_channel.h>
#include <xen/page.h>
#include <xen/xen.h>
#include <asm/xen/hypercall.h>

#include "hv.h"

static void (*argo_xen_handler)(void);
static int argo_xen_irq;

/*
 * The errors that Xen's sendv finds while it copies come back as an unsigned 32-bit
 * number in a 64-bit register. A length fits into 31 bits, so cutting the result to
 * 32 bits is right for every command.
 */
static int argo_hypercall(unsigned int cmd, const void *arg1, const void *arg2,
			  unsigned long arg3, unsigned long arg4)
{
#ifdef CONFIG_X86
	return (s32)xen_single_call(__HYPERVISOR_argo_op, cmd,
				    (unsigned long)arg1, (unsigned long)arg2,
				    arg3, arg4);
#else
	return (s32)privcmd_call(__HYPERVISOR_argo_op, cmd, (unsigned long)arg1,
				 (unsigned long)arg2, arg3, arg4);
#endif
}

int argo_hv_probe(void)
{
	int ret;

	if (!xen_domain()) {
		pr_info("this kernel does not run on Xen, nothing to do\n");
		return -ENODEV;
	}

	/* The third argument must be zero. If Argo works, Xen answers -EINVAL to a 1. */
	ret = argo_hypercall(XEN_ARGO_OP_notify, NULL, NULL, 1, 0);
	switch (ret) {
	case -EINVAL:
		return 0;
	case -EOPNOTSUPP:
		pr_info("Xen was booted without Argo, add argo=1 to its command line\n");
		break;
	case -ENOSYS:
		pr_info("this Xen has no Argo, it must be built with CONFIG_ARGO\n");
		break;
	case -EACCES:
	case -EPERM:
		pr_info("Xen's security policy does not let this domain use Argo\n");
		break;
	default:
		pr_info("Xen answers the Argo probe with %d, not usable\n", ret);
	}
	return -ENODEV;
}

/*
 * Xen has no call that returns the domid of the caller. But if DOMID_SELF is the remote
 * end of an unbound event channel, the status of that channel has the real domid.
 */
int argo_hv_domid(void)
{
	struct evtchn_alloc_unbound alloc = {
		.dom = DOMID_SELF,
		.remote_dom = DOMID_SELF,
	};
	struct evtchn_status status = { .dom = DOMID_SELF };
	struct evtchn_close close;
	int ret;

	ret = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &alloc);
	if (ret)
		return ret;
	status.port = alloc.port;
	ret = HYPERVISOR_event_channel_op(EVTCHNOP_status, &status);
	close.port = alloc.port;
	HYPERVISOR_event_channel_op(EVTCHNOP_close, &close);
	return ret ?: status.u.unbound.dom;
}

int argo_hv_register_ring(const struct xen_argo_register_ring *reg,
			  struct page **pages, u32 flags)
{
	unsigned int i, n = DIV_ROUND_UP(reg->len + sizeof(struct xen_argo_ring),
					 XEN_ARGO_PAGE_SIZE);
	u64 one, *gfns = &one;
	int ret;

	if (n > 1)
		gfns = kvmalloc_array(n, sizeof(*gfns), GFP_KERNEL);
	if (!gfns)
		return -ENOMEM;
	/* A page of this kernel may be larger than a page of Xen, which is 4 KiB. */
	for (i = 0; i < n; i++)
		gfns[i] = xen_page_to_gfn(pages[i / XEN_PFN_PER_PAGE]) +
			  i % XEN_PFN_PER_PAGE;

	ret = argo_hypercall(XEN_ARGO_OP_register_ring, reg, gfns, n, flags);
	if (gfns != &one)
		kvfree(gfns);
	return ret;
}

int argo_hv_unregister_ring(const struct xen_argo_unregister_ring *unreg)
{
	return argo_hypercall(XEN_ARGO_OP_unregister_ring, unreg, NULL, 0, 0);
}

int argo_hv_sendv(const struct xen_argo_send_addr *addr,
		  const struct xen_argo_iov *iov, unsigned int niov, u32 type)
{
	return argo_hypercall(XEN_ARGO_OP_sendv, addr, iov, niov, type);
}

int argo_hv_notify(struct xen_argo_ring_data *data)
{
	return argo_hypercall(XEN_ARGO_OP_notify, data, NULL, 0, 0);
}

static irqreturn_t argo_xen_interrupt(int irq, void *dev_id)
{
	argo_xen_handler();
	return IRQ_HANDLED;
}

int argo_hv_bind(void (*handler)(void))
{
	int irq;

	argo_xen_handler = handler;
	/* Xen sends this VIRQ to vCPU 0 only: IRQ balancing must not move it. */
	irq = bind_virq_to_irqhandler(VIRQ_ARGO, 0, argo_xen_interrupt,
				      IRQF_NOBALANCING, "argo",
				      &argo_xen_irq);
	/* modprobe takes -EEXIST for "loaded already", and reports success. */
	if (irq == -EEXIST)
		return -EBUSY;
	if (irq < 0)
		return irq;
	argo_xen_irq = irq;
	return 0;
}

void argo_hv_unbind(void)
{
	unbind_from_irqhandler(argo_xen_irq, &argo_xen_irq);
}

void argo_hv_mask(void)
{
	disable_irq_nosync(argo_xen_irq);
}

void argo_hv_unmask(void)
{
	enable_irq(argo_xen_irq);
}

void argo_hv_drop_virq(void)
{
	xen_clear_irq_pending(argo_xen_irq);
}
