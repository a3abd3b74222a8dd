// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain that says to others whatever a program of it likes, past argo-core:
 * /dev/argo-say, argo-say.h.
 */
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <xen/events.h>
#include <xen/page.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/argo.h>

#include "argo-say.h"

static bool virq;
module_param(virq, bool, 0);
MODULE_PARM_DESC(virq, "have the VIRQ of Argo, which there is one of");
static int virq_irq = -1;

/* All of a domain's rings are in these pages, which nobody reads. */
#define RING_PAGES	16
static struct page *ring_page;
static u64 ring_gfns[RING_PAGES];

static DEFINE_MUTEX(say_lock);
static u8 *said;

static int say_hypercall(unsigned int cmd, const void *arg1, const void *arg2,
			 unsigned long arg3, unsigned long arg4)
{
	return (s32)xen_single_call(__HYPERVISOR_argo_op, cmd, (unsigned long)arg1,
				    (unsigned long)arg2, arg3, arg4);
}

static int say_send(const struct argo_say *say)
{
	const struct xen_argo_send_addr addr = {
		.src.aport = say->from,
		.src.domain_id = say->from_domid,
		.dst.aport = say->port,
		.dst.domain_id = say->domid,
	};
	const u32 *lens = (const void *)(say + 1);
	struct xen_argo_iov iov[ARGO_SAY_PIECES];
	size_t at, i;

	at = sizeof(*say) + say->pieces * sizeof(*lens);
	for (i = 0; i < say->pieces; i++) {
		bool unmapped = lens[i] == ARGO_SAY_UNMAPPED;
		u32 len = unmapped ? 16 : lens[i];

		iov[i] = (struct xen_argo_iov) {
			.iov_hnd = unmapped ? 16 : (unsigned long)(said + at),
			.iov_len = len,
		};
		if (unmapped)
			continue;
		/* What is longer than what was written is Xen's to refuse. */
		if (len > ARGO_SAY_MAX - at)
			return -E2BIG;
		at += len;
	}
	return say_hypercall(XEN_ARGO_OP_sendv, &addr, iov, say->pieces, say->type);
}

static int say_register(const struct argo_say *say)
{
	const struct xen_argo_register_ring reg = {
		.aport = say->port,
		.partner_id = say->domid,
		.len = say->type,
	};
	unsigned int n = DIV_ROUND_UP(say->type + 64, XEN_ARGO_PAGE_SIZE);
	unsigned int i;

	if (n > RING_PAGES)
		return -E2BIG;
	for (i = 0; i < n; i++)
		ring_gfns[i] = xen_page_to_gfn(ring_page + i);
	return say_hypercall(XEN_ARGO_OP_register_ring, &reg, ring_gfns, n, 0);
}

static int say_unregister(const struct argo_say *say)
{
	const struct xen_argo_unregister_ring unreg = {
		.aport = say->port,
		.partner_id = say->domid,
	};

	return say_hypercall(XEN_ARGO_OP_unregister_ring, &unreg, NULL, 0, 0);
}

static int say_it(size_t size)
{
	const struct argo_say *say = (void *)said;

	if (size < sizeof(*say) || say->pieces > ARGO_SAY_PIECES ||
	    size < sizeof(*say) + say->pieces * sizeof(u32))
		return -EBADMSG;
	switch (say->what) {
	case ARGO_SAY_SEND:
		return say_send(say);
	case ARGO_SAY_REGISTER:
		return say_register(say);
	case ARGO_SAY_UNREGISTER:
		return say_unregister(say);
	case ARGO_SAY_NOTIFY:
		return say_hypercall(XEN_ARGO_OP_notify,
				     said + sizeof(*say) + say->pieces * sizeof(u32),
				     NULL, 0, 0);
	default:
		return -EBADMSG;
	}
}

static ssize_t say_write(struct file *file, const char __user *user, size_t size,
			 loff_t *pos)
{
	int ret;

	if (size > ARGO_SAY_MAX)
		return -EFBIG;
	mutex_lock(&say_lock);
	ret = copy_from_user(said, user, size) ? -EIO : say_it(size);
	mutex_unlock(&say_lock);
	return ret < 0 ? ret : size;
}

static const struct file_operations say_fops = {
	.owner = THIS_MODULE,
	.write = say_write,
};

static struct miscdevice say_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "argo-say",
	.fops = &say_fops,
	.mode = 0600,
};

static irqreturn_t say_interrupt(int irq, void *id)
{
	return IRQ_HANDLED;
}

static int __init say_init(void)
{
	int ret = -ENOMEM;

	said = vzalloc(ARGO_SAY_MAX);
	ring_page = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_COMP,
				get_order(RING_PAGES * PAGE_SIZE));
	if (said && ring_page)
		ret = misc_register(&say_device);
	if (!ret && virq) {
		virq_irq = bind_virq_to_irqhandler(VIRQ_ARGO, 0, say_interrupt, 0,
						   "argo-say", &say_device);
		if (virq_irq < 0) {
			misc_deregister(&say_device);
			ret = virq_irq;
		}
	}
	if (ret && ring_page)
		__free_pages(ring_page, get_order(RING_PAGES * PAGE_SIZE));
	if (ret)
		vfree(said);
	return ret;
}
module_init(say_init);

/* Rings that the program left behind have to be unregistered by it. */
static void __exit say_exit(void)
{
	misc_deregister(&say_device);
	if (virq_irq >= 0)
		unbind_from_irqhandler(virq_irq, &say_device);
	__free_pages(ring_page, get_order(RING_PAGES * PAGE_SIZE));
	vfree(said);
}
module_exit(say_exit);

MODULE_DESCRIPTION("Test: a domain that says what it likes");
MODULE_LICENSE("GPL");
