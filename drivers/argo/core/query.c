// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asking Xen about rings of other domains: one hypercall asks about all of them.
 *
 * Xen keeps one wait per ring and waiting domain. So each address is asked about
 * once, with the largest space that any of its destinations waits for.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "core.h"
#include "trace.h"

/* The flags of a question before the hypercall; no answer of Xen has this value. */
#define ARGO_UNANSWERED		U16_MAX

/* Only works of argo_core.wq use these. That queue is ordered, so no lock is needed. */
static struct xen_argo_ring_data *argo_questions;
static unsigned int argo_query_round;

static bool argo_same_address(const struct argo_dest *a, const struct argo_dest *b)
{
	return a->addr.domain_id == b->addr.domain_id &&
	       a->addr.aport == b->addr.aport;
}

/**
 * argo_dest_add() - begin to use a destination
 * @dest: the client's memory; filled in
 * @domid: owner of the ring
 * @port: its port
 * @ops: callbacks
 *
 * Several destinations may have the same address. This function, and each query,
 * walk all destinations with interrupts off, so a client should have one destination
 * per ring of a peer and not one per connection: there should be hundreds of them,
 * not thousands. The VIRQ handler does not walk them.
 *
 * Context: any but callbacks.
 */
void argo_dest_add(struct argo_dest *dest, u16 domid, u32 port,
		   const struct argo_dest_ops *ops)
{
	struct list_head *behind;
	struct argo_dest *other;
	unsigned long flags;

	*dest = (struct argo_dest) {
		.addr.domain_id = domid,
		.addr.aport = port,
		.ops = ops,
		.slot = -1,
	};
	spin_lock_irqsave(&argo_core.lock, flags);
	behind = argo_core.dests.prev;
	list_for_each_entry(other, &argo_core.dests, node) {
		if (argo_same_address(dest, other)) {
			dest->round = other->round;
			behind = &other->node;
			break;
		}
	}
	list_add(&dest->node, behind);
	spin_unlock_irqrestore(&argo_core.lock, flags);
}
EXPORT_SYMBOL_GPL(argo_dest_add);

/* Must this round still ask Xen about @dest? */
static bool argo_dest_due(const struct argo_dest *dest, bool watch)
{
	return dest->round != argo_query_round &&
	       (dest->space || (watch && dest->watch));
}

/*
 * Add a question about the address of @first, if one of the destinations with that
 * address is due. @first is the first of them in the list.
 *
 * Return: index of the question, or -1 if there is none
 */
static int argo_ask(struct argo_dest *first, bool watch, unsigned int *n)
{
	struct argo_dest *dest = first;
	bool due = false;
	u32 space = 0;

	list_for_each_entry_from(dest, &argo_core.dests, node) {
		if (!argo_same_address(dest, first))
			break;
		due |= argo_dest_due(dest, watch);
		space = max(space, dest->space);
	}
	if (!due || *n == XEN_ARGO_MAX_NOTIFY)
		return -1;
	argo_questions->data[*n] = (struct xen_argo_ring_data_ent) {
		.ring = first->addr,
		.flags = ARGO_UNANSWERED,
		.space_required = space ?: ARGO_NO_SPACE,
	};
	return (*n)++;
}

static unsigned int argo_query_fill(bool watch)
{
	struct argo_dest *dest, *last = NULL;
	unsigned int n = 0;

	argo_lock();
	list_for_each_entry(dest, &argo_core.dests, node) {
		if (last && argo_same_address(last, dest))
			dest->slot = last->slot;
		else
			dest->slot = argo_ask(dest, watch, &n);
		dest->fresh = false;
		if (dest->slot >= 0)
			dest->round = argo_query_round;
		last = dest;
	}
	argo_unlock();
	argo_questions->nent = n;
	return n;
}

/*
 * Xen prefers a ring for this domain alone to a ring for anybody, which may have been
 * there all the time. If the last answer was a ring for this domain and this answer is
 * a ring for anybody, the ring for this domain is gone.
 */
static void argo_dest_watched(struct argo_dest *dest, bool exists, bool shared)
{
	/* The watch began after Xen was asked: the next answer counts. */
	if (dest->fresh)
		return;
	if (dest->watch == ARGO_WATCH_APPEARED && exists) {
		dest->watch = ARGO_WATCH_NONE;
		dest->ops->appeared(dest);
	} else if (dest->watch == ARGO_WATCH_GONE && !(exists && !(shared && dest->exclusive))) {
		dest->watch = ARGO_WATCH_NONE;
		/* If the partner died, Xen dropped our rings for it, too. */
		argo_suspect_rings_of(dest->addr.domain_id);
		dest->ops->gone(dest);
	}
	dest->exclusive = exists && !shared;
}

static void argo_dest_answer(struct argo_dest *dest, u16 flags,
			     enum argo_wake why)
{
	const struct xen_argo_ring_data_ent *asked = &argo_questions->data[dest->slot];
	bool exists = flags & XEN_ARGO_RING_EXISTS;
	bool over = flags & XEN_ARGO_RING_SUFFICIENT;

	/*
	 * ARGO_NO_SPACE is larger than any ring, so the answer is always "too
	 * large". If @dest began to wait after such a question was filled in, that
	 * answer is not about its message, and the wait goes on.
	 */
	if (asked->space_required != ARGO_NO_SPACE)
		over = over || (flags & XEN_ARGO_RING_EMSGSIZE);
	if (dest->space && (!exists || over))
		argo_dest_end_wait(dest, why);
	else if (dest->space)
		argo_dest_still_waits(dest);
	if (dest->watch)
		argo_dest_watched(dest, exists, flags & XEN_ARGO_RING_SHARED);
}

/*
 * Handle the answers to @n questions. Xen stops at the first question that it
 * refuses. If Xen's policy refuses a question, this domain can use no ring at that
 * address: the answer counts as "no ring", and the questions behind it are asked
 * again. After any other error the answers are unknown. If the timer asked
 * (ARGO_WAKE_TIMER), all waits are ended then, because only another send can find out
 * whether there is room.
 *
 * Return: must another query follow in this round?
 */
static bool argo_query_answers(unsigned int n, int ret, enum argo_wake why)
{
	bool denied = ret == -EPERM || ret == -EACCES;
	struct argo_dest *dest;
	int bad = 0;

	while (bad < n && (ret >= 0 || argo_questions->data[bad].flags != ARGO_UNANSWERED))
		bad++;

	argo_lock();
	list_for_each_entry(dest, &argo_core.dests, node) {
		if (dest->slot < 0)
			continue;
		if (dest->slot < bad)
			argo_dest_answer(dest, argo_questions->data[dest->slot].flags, why);
		else if (denied && dest->slot == bad)
			argo_dest_answer(dest, 0, why);
		else if (denied)
			dest->round--;
		else if (dest->space && why == ARGO_WAKE_TIMER)
			argo_dest_end_wait(dest, why);
	}
	argo_unlock();
	return n == XEN_ARGO_MAX_NOTIFY || (denied && bad < n);
}

/* Ask about every destination that waits and, if @watch, about those that are watched. */
void argo_query_all(bool watch, enum argo_wake why)
{
	unsigned int n;
	int ret;

	argo_query_round++;
	do {
		n = argo_query_fill(watch);
		if (!n)
			return;
		ret = argo_hv_notify(argo_questions);
		trace_argo_notify(n, ret);
	} while (argo_query_answers(n, ret, why));
}

/**
 * argo_query() - ask Xen about a ring of another domain
 * @domid: its owner
 * @port: its port
 * @info: filled in
 *
 * Unlike a refused send this leaves no line in Xen's log. Waits for space stay as
 * they are.
 *
 * Context: any but callbacks.
 * Return: 0, or with @info untouched -EPERM or -EACCES if Xen's security policy
 * forbids it, -ENODEV if Argo is off for this domain.
 */
int argo_query(u16 domid, u32 port, struct argo_dest_info *info)
{
	union {
		struct xen_argo_ring_data head;
		u8 bytes[sizeof(struct xen_argo_ring_data) +
			 sizeof(struct xen_argo_ring_data_ent)];
	} query = {};
	struct xen_argo_ring_data_ent *ent = query.head.data;
	int ret;

	if (!argo_core.wq)
		return -ENODEV;
	query.head.nent = 1;
	ent->ring.domain_id = domid;
	ent->ring.aport = port;
	ent->space_required = ARGO_NO_SPACE;
	ret = argo_hv_notify(&query.head);
	trace_argo_notify(1, ret);
	if (ret < 0)
		return ret;
	info->exists = ent->flags & XEN_ARGO_RING_EXISTS;
	info->shared = ent->flags & XEN_ARGO_RING_SHARED;
	info->max_message = info->exists ? ent->max_message_size : 0;
	return 0;
}
EXPORT_SYMBOL_GPL(argo_query);

int argo_queries_init(void)
{
	argo_questions = kzalloc(struct_size(argo_questions, data, XEN_ARGO_MAX_NOTIFY),
				 GFP_KERNEL);
	return argo_questions ? 0 : -ENOMEM;
}

void argo_queries_exit(void)
{
	kfree(argo_questions);
}
