// SPDX-License-Identifier: GPL-2.0-only
/*
 * One hypercall for all questions about rings of other domains.
 *
 * Xen keeps one wait per ring for all of this domain: each address is asked
 * about once, with the largest need of its users.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "core.h"
#include "trace.h"

/* Xen answers with other flags, if it does. */
#define ARGO_UNANSWERED		U16_MAX

/* Used by the one work item that runs at a time. */
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
 * Any number of users may have the same one. Adding one, and each query, walks
 * all destinations with interrupts off: keep one per ring of a peer, not one per
 * connection, so that there are hundreds of them and not thousands. The VIRQ
 * walks none.
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

/* Is @dest part of a query, and not asked in this round yet? */
static bool argo_dest_due(const struct argo_dest *dest, bool watch)
{
	return dest->round != argo_query_round &&
	       (dest->space || (watch && dest->watch));
}

/*
 * Ask about the address that begins with @first, if anybody wants to know.
 *
 * Return: place of the question, or -1
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

/* A ring for anybody may have been behind the one for us all the time. */
static void argo_dest_watched(struct argo_dest *dest, bool exists, bool shared)
{
	/* Began while Xen was being asked: not meant yet. */
	if (dest->fresh)
		return;
	if (dest->watch == ARGO_WATCH_APPEARED && exists) {
		dest->watch = ARGO_WATCH_NONE;
		dest->ops->appeared(dest);
	} else if (dest->watch == ARGO_WATCH_GONE && !(exists && !(shared && dest->ours))) {
		dest->watch = ARGO_WATCH_NONE;
		/* What took the partner's ring may have taken ours for it. */
		argo_suspect_rings_of(dest->addr.domain_id);
		dest->ops->gone(dest);
	}
	dest->ours = exists && !shared;
}

static void argo_dest_answer(struct argo_dest *dest, u16 flags,
			     enum argo_wake why)
{
	const struct xen_argo_ring_data_ent *asked = &argo_questions->data[dest->slot];
	bool exists = flags & XEN_ARGO_RING_EXISTS;
	bool over = flags & XEN_ARGO_RING_SUFFICIENT;

	/*
	 * Only a question that named a need is answered by "too large". If a
	 * wait began after a question without one was put, that answer is not
	 * about its message, and the wait goes on.
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
 * Xen stops at the first question that it refuses. If that is by policy, there
 * is no ring for us, and those behind it are asked about once more. When it
 * has other reasons, sending again is the only way to find out.
 *
 * Return: is anything left to be asked?
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

/* Ask about every destination that waits and, if @watch, is watched. */
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
 * Unlike a refused send this leaves no line in Xen's log. No wait is touched.
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
