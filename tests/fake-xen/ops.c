// SPDX-License-Identifier: GPL-2.0-only
/*
 * What argo-core calls: faults first, then whether argo-core keeps its own
 * side of the contract, then what the hypervisor does.
 */
#define pr_fmt(fmt) "fake-xen: " fmt

#include <linux/export.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/mm.h>

#include "core.h"
#include "fake.h"

static ushort fake_domid = 1;
module_param(fake_domid, ushort, 0444);
MODULE_PARM_DESC(fake_domid, "the number of this domain, below 64");

static uint fake_seed;
module_param(fake_seed, uint, 0444);
MODULE_PARM_DESC(fake_seed, "what chance begins with; 0 for another each time");

static char *fake_faults_first;
module_param_named(fake_fail, fake_faults_first, charp, 0444);
MODULE_PARM_DESC(fake_fail, "a fault from the start, as in debugfs");

/* What does not change, seen from any domain but this one */

int raw_hv_register(const struct xen_argo_register_ring *reg,
		    struct page **pages, u32 flags)
{
	return fake_register(fake.local, reg, pages, flags);
}
EXPORT_SYMBOL_GPL(raw_hv_register);

int raw_hv_unregister(const struct xen_argo_unregister_ring *unreg)
{
	return fake_unregister(fake.local, unreg);
}
EXPORT_SYMBOL_GPL(raw_hv_unregister);

int raw_hv_sendv(const struct xen_argo_send_addr *addr,
		 const struct xen_argo_iov *iov, unsigned int niov, u32 type)
{
	return fake_sendv(fake.local, addr, iov, niov, type);
}
EXPORT_SYMBOL_GPL(raw_hv_sendv);

int raw_hv_notify(struct xen_argo_ring_data *data)
{
	return fake_notify(fake.local, data);
}
EXPORT_SYMBOL_GPL(raw_hv_notify);

/* For tests to undo a shutdown, after which no kernel is expected to go on */
EXPORT_SYMBOL_GPL(argo_core);

int argo_hv_probe(void)
{
	if (fake_faults_first && fake_fail(fake_faults_first))
		return -EINVAL;
	return fake_fault(FAKE_PROBE);
}

static bool fake_is_registered(u32 port, u16 partner)
{
	unsigned long irq;
	bool found;

	spin_lock_irqsave(&fake.lock, irq);
	found = fake_find_ring(fake.local, partner, port);
	spin_unlock_irqrestore(&fake.lock, irq);
	return found;
}

/* The real one needs memory for the numbers of several pages, and may wait. */
static bool fake_frames(u32 len)
{
	unsigned int n = DIV_ROUND_UP(len + sizeof(struct xen_argo_ring), PAGE_SIZE);
	u64 *frames;

	if (n == 1)
		return true;
	frames = kvmalloc_array(n, sizeof(*frames), GFP_KERNEL);
	kvfree(frames);
	return frames;
}

int argo_hv_register_ring(const struct xen_argo_register_ring *reg,
			  struct page **pages, u32 flags)
{
	int ret = fake_fault(FAKE_REGISTER);

	if (ret)
		return ret;
	if (!fake_frames(reg->len))
		return -ENOMEM;
	WARN(!(flags & XEN_ARGO_REGISTER_FLAG_FAIL_EXIST) &&
	     fake_is_registered(reg->aport, reg->partner_id),
	     "fake-xen: the ring on port %#x is registered over itself\n",
	     reg->aport);
	return raw_hv_register(reg, pages, flags);
}

int argo_hv_unregister_ring(const struct xen_argo_unregister_ring *unreg)
{
	int ret = fake_fault(FAKE_UNREGISTER);
	struct fake_ring *ring;
	unsigned long irq;

	if (!ret)
		return raw_hv_unregister(unreg);
	spin_lock_irqsave(&fake.lock, irq);
	ring = fake_find_ring(fake.local, unreg->partner_id, unreg->aport);
	if (ring)
		ring->kept = true;
	spin_unlock_irqrestore(&fake.lock, irq);
	return ret;
}

int argo_hv_sendv(const struct xen_argo_send_addr *addr,
		  const struct xen_argo_iov *iov, unsigned int niov, u32 type)
{
	unsigned int i;
	int ret;

	WARN(niov > XEN_ARGO_MAXIOV, "fake-xen: %u pieces\n", niov);
	for (i = 0; i < niov; i++)
		WARN(!iov[i].iov_len, "fake-xen: piece %u of %u is empty\n", i, niov);
	ret = fake_fault(FAKE_SENDV);
	return ret ?: raw_hv_sendv(addr, iov, niov, type);
}

int argo_hv_notify(struct xen_argo_ring_data *data)
{
	int ret = fake_fault(FAKE_NOTIFY);

	WARN(data && data->nent > XEN_ARGO_MAX_NOTIFY, "fake-xen: %u queries\n",
	     data->nent);
	return ret ?: raw_hv_notify(data);
}

int argo_hv_bind(void (*handler)(void))
{
	int ret = fake_fault(FAKE_BIND);

	if (ret)
		return ret;
	if (fake_domid >= FAKE_DOMAINS)
		return -EINVAL;
	if (!fake_seed)
		fake_seed = get_random_u32();
	pr_info("this is domain %u, fake_seed=%u\n", fake_domid, fake_seed);
	fake_seed_chance(fake_seed);

	fake.local = fake_domid;
	fake_domain_create(0);
	fake_domain_create(fake.local);
	fake_debugfs_init();
	return fake_virq_bind(handler);
}

static void fake_check_given_back(void)
{
	struct fake_ring *ring;
	unsigned long irq;

	spin_lock_irqsave(&fake.lock, irq);
	list_for_each_entry(ring, &fake.domain[fake.local].rings, node)
		WARN(!ring->kept,
		     "fake-xen: the ring on port %#x was never unregistered\n",
		     ring->port);
	spin_unlock_irqrestore(&fake.lock, irq);
}

void argo_hv_unbind(void)
{
	u16 i;

	fake_virq_unbind();
	fake_debugfs_exit();
	fake_check_given_back();
	for (i = 0; i < FAKE_DOMAINS; i++)
		fake_domain_destroy(i);
}

int argo_hv_domid(void)
{
	return fake.local;
}

void argo_hv_mask(void)
{
	fake_virq_mask();
}

void argo_hv_unmask(void)
{
	fake_virq_unmask();
}

void argo_hv_drop_virq(void)
{
	fake_virq_forget();
}
