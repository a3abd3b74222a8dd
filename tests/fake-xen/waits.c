// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for room, and the notify operation that ends it.
 */
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "fake.h"

static struct fake_wait *fake_wait_find(struct fake_ring *ring, u16 domid)
{
	struct fake_wait *wait;

	list_for_each_entry(wait, &ring->waits, node)
		if (wait->domid == domid)
			return wait;
	return NULL;
}

/* Return: 0, or why nobody will tell the domain of room */
int fake_wait_add(struct fake_ring *ring, u16 domid, u32 len)
{
	struct fake_wait *wait = fake_wait_find(ring, domid);

	if (fake_chance(fake.wait_lose)) {
		fake_hit(FAKE_WAIT_LOST);
		return 0;
	}
	if (wait) {
		wait->len = max(wait->len, len);
		return 0;
	}
	if (ring->nwaits == FAKE_MAX_WAITS)
		return -EBUSY;
	wait = kmalloc(sizeof(*wait), GFP_ATOMIC);
	if (!wait)
		return -ENOMEM;
	wait->domid = domid;
	wait->len = len;
	list_add_tail(&wait->node, &ring->waits);
	ring->nwaits++;
	return 0;
}

static void fake_wait_free(struct fake_ring *ring, struct fake_wait *wait)
{
	list_del(&wait->node);
	ring->nwaits--;
	kfree(wait);
}

void fake_wait_end(struct fake_ring *ring, u16 domid)
{
	struct fake_wait *wait = fake_wait_find(ring, domid);

	if (wait)
		fake_wait_free(ring, wait);
}

void fake_signal(u16 domid)
{
	struct fake_domain *dom = fake_find_domain(domid);

	if (!dom)
		return;
	dom->virqs++;
	if (domid == fake.local)
		fake_virq_raise();
}

/* Each wait is answered once. */
static void fake_wake_senders(struct fake_ring *ring)
{
	struct fake_wait *wait, *next;

	list_for_each_entry_safe(wait, next, &ring->waits, node) {
		if (!fake_ring_fits(ring, wait->len))
			continue;
		fake_signal(wait->domid);
		fake_wait_free(ring, wait);
	}
}

/* Return: 0, or why this and all that follows gets no answer */
static int fake_answer(u16 caller, struct xen_argo_ring_data_ent *ent)
{
	u32 space = ent->space_required;
	struct fake_ring *ring;

	if (fake_find_domain(ent->ring.domain_id) &&
	    fake_refused(caller, ent->ring.domain_id))
		return -EACCES;
	ent->flags = 0;
	ring = fake_match_ring(ent->ring.domain_id, caller, ent->ring.aport);
	if (!ring)
		return 0;
	ent->flags = XEN_ARGO_RING_EXISTS;
	ent->max_message_size = ring->len - XEN_ARGO_MSG_SLOT_SIZE -
				sizeof(struct xen_argo_ring_message_header);
	if (ring->partner == XEN_ARGO_DOMID_ANY)
		ent->flags |= XEN_ARGO_RING_SHARED;
	if (fake_ring_rx(ring) == ring->tx)
		ent->flags |= XEN_ARGO_RING_EMPTY;

	if (space > ent->max_message_size) {
		ent->flags |= XEN_ARGO_RING_EMSGSIZE;
	} else if (!space || fake_ring_fits(ring, space)) {
		ent->flags |= XEN_ARGO_RING_SUFFICIENT;
		fake_wait_end(ring, caller);
	} else if (fake_wait_add(ring, caller, space)) {
		ent->flags |= XEN_ARGO_RING_EBUSY;
	}
	return 0;
}

int fake_notify(u16 caller, struct xen_argo_ring_data *data)
{
	struct fake_domain *dom;
	struct fake_ring *ring;
	unsigned long irq;
	int ret = 0;
	u32 i;

	spin_lock_irqsave(&fake.lock, irq);
	dom = fake_find_domain(caller);
	if (!dom) {
		ret = -ENODEV;
		goto out;
	}
	/* Also if the rest of the call fails */
	list_for_each_entry(ring, &dom->rings, node)
		fake_wake_senders(ring);
	if (!data)
		goto out;
	if (data->nent > XEN_ARGO_MAX_NOTIFY) {
		ret = -EACCES;
		goto out;
	}
	for (i = 0; i < data->nent && !ret; i++)
		ret = fake_answer(caller, &data->data[i]);
out:
	spin_unlock_irqrestore(&fake.lock, irq);
	return ret;
}
EXPORT_SYMBOL_GPL(fake_notify);
