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
#include <xen/page.h>
#include <xen/xen.h>
#include <asm/xen/hypercall.h>

#include "hv.h"

static void (*argo_xen_handler)(void);
static int argo_xen_irq;

/*
 * Errors of sendv that Xen finds late come back as an unsigned 32-bit number
 * in a 64-bit register. Success is a length that fits, so cutting the result
 * to 32 bits is right for every command.
 */
static int argo_hypercall(unsigned int cmd, const void *arg1, const void *arg2,
			  unsigned long arg3, unsigned long arg4)
{
#ifdef CONFIG_X86
	return (s32)xen_single_call(XEN_ARGO_HYPERCALL, cmd,
				    (unsigned long)arg1, (unsigned long)arg2,
				    arg3, arg4);
#else
	return (s32)privcmd_call(XEN_ARGO_HYPERCALL, cmd, (unsigned long)arg1,
				 (unsigned long)arg2, arg3, arg4);
#endif
}

static int argo_xen_probe(void)
{
	int ret;

	if (!xen_domain()) {
		pr_info("this kernel does not run on Xen, nothing to do\n");
		return -ENODEV;
	}

	/* A live Argo refuses an argument that must be zero. */
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

static int argo_xen_register_ring(const struct xen_argo_register_ring *reg,
				  struct page **pages, u32 flags)
{
	unsigned int i, n = DIV_ROUND_UP(reg->len + sizeof(struct xen_argo_ring),
					 XEN_ARGO_PAGE_SIZE);
	u64 *gfns;
	int ret;

	gfns = kvmalloc_array(n, sizeof(*gfns), GFP_KERNEL);
	if (!gfns)
		return -ENOMEM;
	/* A page of this kernel may be several of Xen's. */
	for (i = 0; i < n; i++)
		gfns[i] = xen_page_to_gfn(pages[i / XEN_PFN_PER_PAGE]) +
			  i % XEN_PFN_PER_PAGE;

	ret = argo_hypercall(XEN_ARGO_OP_register_ring, reg, gfns, n, flags);
	kvfree(gfns);
	return ret;
}

static int argo_xen_unregister_ring(const struct xen_argo_unregister_ring *unreg)
{
	return argo_hypercall(XEN_ARGO_OP_unregister_ring, unreg, NULL, 0, 0);
}

static int argo_xen_sendv(const struct xen_argo_send_addr *addr,
			  const struct xen_argo_iov *iov, unsigned int niov,
			  u32 type)
{
	return argo_hypercall(XEN_ARGO_OP_sendv, addr, iov, niov, type);
}

static int argo_xen_notify(struct xen_argo_ring_data *data)
{
	return argo_hypercall(XEN_ARGO_OP_notify, data, NULL, 0, 0);
}

static irqreturn_t argo_xen_interrupt(int irq, void *dev_id)
{
	argo_xen_handler();
	return IRQ_HANDLED;
}

static int argo_xen_bind(void (*handler)(void))
{
	int irq;

	argo_xen_handler = handler;
	/* Xen delivers this VIRQ on vCPU 0 only: it must never be moved. */
	irq = bind_virq_to_irqhandler(XEN_VIRQ_ARGO, 0, argo_xen_interrupt,
				      IRQF_NOBALANCING, "argo",
				      &argo_xen_irq);
	if (irq < 0)
		return irq;
	argo_xen_irq = irq;
	return 0;
}

static void argo_xen_unbind(void)
{
	unbind_from_irqhandler(argo_xen_irq, &argo_xen_irq);
}

static void argo_xen_mask(void)
{
	disable_irq_nosync(argo_xen_irq);
}

static void argo_xen_unmask(void)
{
	enable_irq(argo_xen_irq);
}

static void argo_xen_forget(void)
{
	xen_clear_irq_pending(argo_xen_irq);
}

const struct argo_hv_ops argo_hv = {
	.probe = argo_xen_probe,
	.register_ring = argo_xen_register_ring,
	.unregister_ring = argo_xen_unregister_ring,
	.sendv = argo_xen_sendv,
	.notify = argo_xen_notify,
	.bind = argo_xen_bind,
	.unbind = argo_xen_unbind,
	.mask = argo_xen_mask,
	.unmask = argo_xen_unmask,
	.forget = argo_xen_forget,
};
