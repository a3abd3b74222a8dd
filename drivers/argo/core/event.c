// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VIRQ: one for all rings and all waits, without any payload.
 *
 * It is masked while a client reads or waits are being checked, so that a
 * busy or hostile peer costs one interrupt per round and not one per message.
 */
#include <linux/export.h>
#include <asm/barrier.h>

#include "core.h"
#include "trace.h"

/*
 * Callbacks schedule NAPIs. In process context the softirq that raises would
 * wait for the next interrupt: argo_unlock() runs it.
 */
void argo_lock(void)
	__acquires(&argo.lock)
{
	local_bh_disable();
	spin_lock_irq(&argo.lock);
}

void argo_unlock(void)
	__releases(&argo.lock)
{
	spin_unlock_irq(&argo.lock);
	local_bh_enable();
}

/* Tell the client of @ring if there is news it does not know of. */
void argo_ring_check(struct argo_ring *ring)
{
	lockdep_assert_held(&argo.lock);

	if (!argo_cursor_pending(&ring->cursor) || ring->busy || ring->broken ||
	    argo.frozen)
		return;
	ring->busy = true;
	argo.busy++;
	ring->ops->data(ring->priv);
}

void argo_scan(void)
{
	struct argo_ring *ring;

	/* Most have no news, so no call for those. */
	list_for_each_entry(ring, &argo.rings, node)
		if (argo_cursor_pending(&ring->cursor))
			argo_ring_check(ring);
}

/* A VIRQ may mean space: have the waits checked, in process context. */
void argo_kick_waits(void)
{
	lockdep_assert_held(&argo.lock);

	if (!argo.waiting || argo.querying)
		return;
	argo.querying = true;
	argo.busy++;
	queue_work(argo.wq, &argo.query);
}

static void argo_unmask_if_idle(void)
{
	if (!argo.masked || argo.busy)
		return;
	/*
	 * What arrived while masked left the VIRQ pending, though its reader
	 * has most likely seen it: drop it and look once more. Not while
	 * someone waits: the VIRQ may be about space, which no look can tell.
	 */
	if (!argo.waiting) {
		argo.hv->forget();
		/* What is forgotten was sent before the rings are read. */
		virt_mb();
		argo_scan();
		if (argo.busy)
			return;
	}
	argo.masked = false;
	argo.hv->unmask();
}

/* One of those that argo.busy counts is through. */
void argo_busy_put(void)
{
	lockdep_assert_held(&argo.lock);

	argo.busy--;
	argo_unmask_if_idle();
}

void argo_virq(void)
{
	unsigned long flags;

	spin_lock_irqsave(&argo.lock, flags);
	argo_scan();
	argo_kick_waits();
	if (argo.busy && !argo.masked) {
		argo.masked = true;
		argo.hv->mask();
	}
	trace_argo_virq(argo.busy);
	spin_unlock_irqrestore(&argo.lock, flags);
}

/**
 * argo_ring_done() - the client read all there was
 * @ring: ring
 *
 * From now on argo_ring_ops.data is called again for new messages, at once if
 * some came in meanwhile; a NAPI must be completed before. Harmless if the
 * client was not told of data.
 *
 * Context: softirq, or any other with softirqs disabled.
 */
void argo_ring_done(struct argo_ring *ring)
{
	unsigned long flags;

	spin_lock_irqsave(&argo.lock, flags);
	if (ring->busy) {
		ring->busy = false;
		argo.busy--;
	}
	if (!list_empty(&ring->node))
		argo_ring_check(ring);
	argo_unmask_if_idle();
	spin_unlock_irqrestore(&argo.lock, flags);
}
EXPORT_SYMBOL_GPL(argo_ring_done);

/**
 * argo_ring_again() - the client goes on reading in a further round
 * @ring: ring
 *
 * The VIRQ is masked while a client reads, so one that reads without end
 * would hide what is meant for others: calling this once per round lets them
 * see their data and their space.
 *
 * Context: softirq, or any other with softirqs disabled.
 */
void argo_ring_again(struct argo_ring *ring)
{
	unsigned long flags;

	spin_lock_irqsave(&argo.lock, flags);
	if (argo.masked) {
		argo_scan();
		argo_kick_waits();
	}
	spin_unlock_irqrestore(&argo.lock, flags);
}
EXPORT_SYMBOL_GPL(argo_ring_again);
