// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings of other domains: sending, waiting for space, noticing their end.
 *
 * Xen keeps one waiter per ring and sending domain and may drop it silently,
 * so all waits of this domain are kept here, checked with one hypercall when
 * the VIRQ comes, and checked again by a timer in case it never does.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "core.h"
#include "trace.h"

#define ARGO_BACKOFF_MIN	msecs_to_jiffies(10)

/* Used by the one work item that runs at a time. */
static struct xen_argo_ring_data *argo_query;
static unsigned int argo_query_round;

/**
 * argo_sendv() - send a message
 * @dest: where to
 * @port: local port the receiver shall see as the source; not checked by Xen
 * @type: message type, see linux/argo_message.h
 * @iov: the pieces, at most XEN_ARGO_MAX_IOVS, none of them empty
 * @niov: how many; 0 sends a bare header
 *
 * The message was copied when this returns. After -EAGAIN, call
 * argo_dest_wait() and send once more before relying on the wait: only then
 * can the wake-up not have come in between.
 *
 * Context: any but callbacks.
 * Return: payload bytes sent, or
 *
 * * -EAGAIN: no room now; Xen signals this domain when there is
 * * -EBUSY, -ENOMEM: no room now, and Xen could not note that we wait:
 *   argo_dest_wait() finds out by timer
 * * -EMSGSIZE: larger than the ring can ever take
 * * -ECONNREFUSED: the domain has no ring for us on that port
 * * -ESRCH: there is no such domain
 * * -EPERM, -EACCES: Xen's security policy forbids it
 * * -ENODEV: Argo is off for this domain
 * * -EINVAL, -EFAULT: bad @iov, or the ring is in a state Xen refuses
 */
int argo_sendv(const struct argo_dest *dest, u32 port, u32 type,
	       const struct xen_argo_iov *iov, unsigned int niov)
{
	struct xen_argo_send_addr addr = {
		.src.domain_id = XEN_ARGO_DOMID_ANY,
		.src.aport = port,
		.dst = dest->addr,
	};
	int ret;

	ret = argo.hv->sendv(&addr, iov, niov, type);
	trace_argo_send(&dest->addr, type, niov, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(argo_sendv);

/**
 * argo_dest_add() - begin to use a destination
 * @dest: the client's memory; filled in
 * @domid: owner of the ring
 * @port: its port
 * @ops: callbacks
 *
 * Context: any but callbacks.
 */
void argo_dest_add(struct argo_dest *dest, u16 domid, u32 port,
		   const struct argo_dest_ops *ops)
{
	unsigned long flags;

	*dest = (struct argo_dest) {
		.addr.domain_id = domid,
		.addr.aport = port,
		.ops = ops,
		.slot = -1,
	};
	spin_lock_irqsave(&argo.lock, flags);
	list_add_tail(&dest->node, &argo.dests);
	spin_unlock_irqrestore(&argo.lock, flags);
}
EXPORT_SYMBOL_GPL(argo_dest_add);

static void argo_dest_forget_wait(struct argo_dest *dest)
{
	if (dest->space) {
		dest->space = 0;
		argo.waiting--;
	}
}

/**
 * argo_dest_del() - end the use of a destination
 * @dest: destination
 *
 * No callback runs once this returned.
 *
 * Context: any but callbacks.
 */
void argo_dest_del(struct argo_dest *dest)
{
	unsigned long flags;

	spin_lock_irqsave(&argo.lock, flags);
	argo_dest_forget_wait(dest);
	list_del(&dest->node);
	spin_unlock_irqrestore(&argo.lock, flags);
}
EXPORT_SYMBOL_GPL(argo_dest_del);

/**
 * argo_dest_watch() - have the end of a destination's ring noticed
 * @dest: destination
 * @watch: whether to; begins again only on request once it was gone
 *
 * All watched rings cost one hypercall per second together.
 *
 * Context: any but callbacks.
 */
void argo_dest_watch(struct argo_dest *dest, bool watch)
{
	unsigned long flags;

	spin_lock_irqsave(&argo.lock, flags);
	dest->watched = watch;
	spin_unlock_irqrestore(&argo.lock, flags);
	if (watch)
		queue_delayed_work(argo.wq, &argo.tick, HZ);
}
EXPORT_SYMBOL_GPL(argo_dest_watch);

/**
 * argo_dest_wait() - ask to be told of room
 * @dest: destination that refused a message
 * @bytes: payload bytes of that message
 *
 * argo_dest_ops.space is called once, at the latest by a timer, which looks after
 * 10 ms and then less and less often, once per second in the end. Calling this
 * again only changes @bytes.
 *
 * Context: any but callbacks.
 */
void argo_dest_wait(struct argo_dest *dest, u32 bytes)
{
	unsigned long flags;
	bool first;

	spin_lock_irqsave(&argo.lock, flags);
	if (!dest->space)
		argo.waiting++;
	/* Xen takes 0 as the end of a wait. */
	dest->space = max(bytes, 1U);
	first = argo.waiting == 1;
	if (first)
		argo.backoff = ARGO_BACKOFF_MIN;
	spin_unlock_irqrestore(&argo.lock, flags);
	if (first)
		mod_delayed_work(argo.wq, &argo.retry, ARGO_BACKOFF_MIN);
}
EXPORT_SYMBOL_GPL(argo_dest_wait);

/**
 * argo_dest_wait_end() - no more interest in room
 * @dest: destination, waited for or not
 *
 * Context: any but callbacks.
 */
void argo_dest_wait_end(struct argo_dest *dest)
{
	unsigned long flags;

	spin_lock_irqsave(&argo.lock, flags);
	argo_dest_forget_wait(dest);
	spin_unlock_irqrestore(&argo.lock, flags);
}
EXPORT_SYMBOL_GPL(argo_dest_wait_end);

/**
 * argo_dest_query() - ask Xen about a destination
 * @dest: destination
 * @info: filled in
 *
 * Unlike a refused send this leaves no line in Xen's log. A wait goes on; one
 * that begins at the same time may have to be ended by the timer.
 *
 * Context: any but callbacks.
 * Return: 0, or with @info untouched -EPERM or -EACCES if Xen's security policy
 * forbids it, -ENODEV if Argo is off for this domain, -EAGAIN, -ENOMEM.
 */
int argo_dest_query(struct argo_dest *dest, struct argo_dest_info *info)
{
	struct {
		struct xen_argo_ring_data head;
		struct xen_argo_ring_data_ent ent;
	} query = {
		.head.nent = 1,
		.ent.ring = dest->addr,
		.ent.space_required = READ_ONCE(dest->space),
	};
	int ret;

	ret = argo.hv->notify(&query.head);
	trace_argo_notify(1, ret);
	if (ret < 0)
		return ret;
	info->exists = query.ent.flags & XEN_ARGO_RING_EXISTS;
	info->max_message = info->exists ? query.ent.max_message_size : 0;
	return 0;
}
EXPORT_SYMBOL_GPL(argo_dest_query);

/* Is @dest part of a query, and not asked in this round yet? */
static bool argo_dest_due(const struct argo_dest *dest, bool watch)
{
	return dest->round != argo_query_round &&
	       (dest->space || (watch && dest->watched));
}

static unsigned int argo_query_fill(bool watch)
{
	struct argo_dest *dest;
	unsigned int n = 0;

	argo_lock();
	list_for_each_entry(dest, &argo.dests, node) {
		dest->slot = -1;
		if (n == XEN_ARGO_MAX_NOTIFY || !argo_dest_due(dest, watch))
			continue;
		dest->round = argo_query_round;
		dest->slot = n;
		argo_query->data[n++] = (struct xen_argo_ring_data_ent) {
			.ring = dest->addr,
			.space_required = dest->space,
		};
	}
	argo_unlock();
	argo_query->nent = n;
	return n;
}

static void argo_suspect_rings_of(u16 partner)
{
	struct argo_ring *ring;

	list_for_each_entry(ring, &argo.rings, node)
		if (ring->config.partner == partner)
			ring->suspect = true;
}

static void argo_dest_answer(struct argo_dest *dest, u16 flags,
			     enum argo_wake why)
{
	bool exists = flags & XEN_ARGO_RING_EXISTS;
	bool over = flags & (XEN_ARGO_RING_SUFFICIENT | XEN_ARGO_RING_EMSGSIZE);

	if (dest->space && (!exists || over)) {
		argo_dest_forget_wait(dest);
		dest->ops->space(dest, why);
	}
	if (dest->watched && !exists) {
		dest->watched = false;
		/* What took the partner's ring may have taken ours for it. */
		argo_suspect_rings_of(dest->addr.domain_id);
		dest->ops->gone(dest);
	}
}

/*
 * Ask about every destination that waits and, if @watch, is watched. When
 * Xen refuses to answer, sending again is the only way to find out.
 */
static void argo_query_all(bool watch, enum argo_wake why)
{
	struct argo_dest *dest;
	unsigned int n;
	int ret;

	argo_query_round++;
	do {
		n = argo_query_fill(watch);
		if (!n)
			return;
		ret = argo.hv->notify(argo_query);
		trace_argo_notify(n, ret);

		argo_lock();
		list_for_each_entry(dest, &argo.dests, node) {
			if (dest->slot < 0)
				continue;
			if (ret >= 0) {
				u16 flags = argo_query->data[dest->slot].flags;

				argo_dest_answer(dest, flags, why);
			} else if (dest->space && why == ARGO_WAKE_TIMER) {
				argo_dest_forget_wait(dest);
				dest->ops->space(dest, why);
			}
		}
		argo_unlock();
	} while (n == XEN_ARGO_MAX_NOTIFY);
}

/* The VIRQ came while someone waits. */
void argo_query_work(struct work_struct *work)
{
	argo_query_all(false, ARGO_WAKE_VIRQ);

	argo_lock();
	argo.querying = false;
	argo_busy_put();
	argo_unlock();
}

/* It did not come, or said nothing new. */
void argo_retry_work(struct work_struct *work)
{
	unsigned long delay = 0;

	argo_query_all(false, ARGO_WAKE_TIMER);

	argo_lock();
	if (argo.waiting) {
		argo.backoff = min_t(unsigned long, 2 * argo.backoff, HZ);
		delay = argo.backoff;
	}
	argo_unlock();
	if (delay)
		queue_delayed_work(argo.wq, &argo.retry, delay);
}

/* Rings that went away, of others and of ours, and VIRQs that got lost. */
void argo_tick_work(struct work_struct *work)
{
	bool again;

	argo_query_all(true, ARGO_WAKE_TIMER);
	argo_rings_probe_suspects();

	argo_lock();
	argo_scan();
	again = !list_empty(&argo.rings) || !list_empty(&argo.dests);
	argo_unlock();
	if (again)
		queue_delayed_work(argo.wq, &argo.tick, HZ);
}

int argo_dests_init(void)
{
	argo_query = kzalloc(struct_size(argo_query, data, XEN_ARGO_MAX_NOTIFY),
			     GFP_KERNEL);
	if (!argo_query)
		return -ENOMEM;
	return 0;
}

void argo_dests_exit(void)
{
	kfree(argo_query);
}
