// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VIRQ: one for all rings and all waits, without any payload.
 *
 * It is masked while a client reads, so that a busy or hostile peer costs one
 * interrupt per round and not one per message. A client that was told of data
 * but is not reading holds nothing back: whoever sleeps is not felt by others.
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
	__acquires(&argo_core.lock)
{
	local_bh_disable();
	spin_lock_irq(&argo_core.lock);
}

void argo_unlock(void)
	__releases(&argo_core.lock)
{
	spin_unlock_irq(&argo_core.lock);
	local_bh_enable();
}

/* Tell the client of @ring if there is news it does not know of. */
void argo_ring_check(struct argo_ring *ring)
{
	lockdep_assert_held(&argo_core.lock);

	if (!argo_cursor_pending(&ring->cursor) || ring->told ||
	    !argo_ring_readable(ring) || argo_core.frozen)
		return;
	ring->told = true;
	if (!ring->ops->data(ring->priv))
		return;
	ring->busy = true;
	argo_core.busy++;
}

void argo_scan(void)
{
	struct argo_ring *ring;

	/* Most have no news, so no call for those. */
	list_for_each_entry(ring, &argo_core.rings, node)
		if (argo_cursor_pending(&ring->cursor))
			argo_ring_check(ring);
}

/* Read without the lock by argo_send_wait(). */
static void argo_count_virq(void)
{
	WRITE_ONCE(argo_core.virqs, argo_core.virqs + 1);
}

static void argo_unmask_if_idle(void)
{
	if (!argo_core.masked || argo_core.busy)
		return;
	/*
	 * What arrived while masked left the VIRQ pending, though its reader
	 * has most likely seen it: drop it and look once more. Not while
	 * someone waits: the VIRQ may be about space, which no look can tell.
	 */
	if (list_empty(&argo_core.waiters)) {
		argo_hv_forget();
		/*
		 * What is forgotten was sent before the rings are read. And it
		 * is counted afterwards: who reads the new number in
		 * argo_send_wait() tries after that, and what Xen sends to that
		 * try is not forgotten here.
		 */
		virt_mb();
		argo_count_virq();
		argo_scan();
		if (argo_core.busy)
			return;
	}
	argo_core.masked = false;
	argo_hv_unmask();
}

static void argo_ring_not_busy(struct argo_ring *ring)
{
	if (!ring->busy)
		return;
	ring->busy = false;
	argo_core.busy--;
}

/* Nothing is held back for the reader of @ring any more. */
void argo_ring_idle(struct argo_ring *ring)
{
	lockdep_assert_held(&argo_core.lock);

	argo_ring_not_busy(ring);
	argo_unmask_if_idle();
}

void argo_virq(void)
{
	unsigned long flags;

	spin_lock_irqsave(&argo_core.lock, flags);
	argo_count_virq();
	argo_scan();
	argo_kick_waits();
	if (argo_core.busy && !argo_core.masked) {
		argo_core.masked = true;
		argo_hv_mask();
	}
	trace_argo_virq(argo_core.busy);
	spin_unlock_irqrestore(&argo_core.lock, flags);
}

/**
 * argo_ring_done() - the client read all there was, or can read again
 * @ring: ring
 *
 * From now on argo_ring_ops.data is called again for new messages, at once if
 * something is unread; a NAPI must be completed before. Harmless if the
 * client was not told of data.
 *
 * Context: process or softirq.
 */
void argo_ring_done(struct argo_ring *ring)
{
	argo_lock();
	argo_ring_not_busy(ring);
	ring->told = false;
	if (!list_empty(&ring->node))
		argo_ring_check(ring);
	argo_unmask_if_idle();
	argo_unlock();
}
EXPORT_SYMBOL_GPL(argo_ring_done);

/**
 * argo_ring_park() - the client cannot read now
 * @ring: ring
 *
 * For a client that was told of data and is kept from reading it, by a full
 * socket or a slow program: the VIRQ is not held back for it any more, so that
 * nobody else feels it. It is not told of the same data again before it calls
 * argo_ring_done(). One that was not told, but looked by itself, may be told
 * while it is stuck, and says by what argo_ring_ops.data returns that it is.
 * Harmless if it goes on reading all the same.
 *
 * Context: process or softirq.
 */
void argo_ring_park(struct argo_ring *ring)
{
	argo_lock();
	argo_ring_idle(ring);
	argo_unlock();
}
EXPORT_SYMBOL_GPL(argo_ring_park);

/**
 * argo_ring_again() - the client goes on reading in a further round
 * @ring: ring
 *
 * The VIRQ is masked while a client reads, so one that reads without end
 * would hide what is meant for others: calling this once per round lets them
 * see their data and their space.
 *
 * Context: process or softirq.
 */
void argo_ring_again(struct argo_ring *ring)
{
	argo_lock();
	if (argo_core.masked) {
		argo_scan();
		argo_kick_waits();
	}
	argo_unlock();
}
EXPORT_SYMBOL_GPL(argo_ring_again);
