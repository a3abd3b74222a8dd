// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VIRQ: one for all rings and all waits, without any payload.
 *
 * The VIRQ is masked while a client reads, so that a busy or hostile peer costs one
 * interrupt each time a client empties its ring, and not one per message. A client
 * that was told of data but does not read now does not keep the VIRQ masked, so a
 * program that sleeps delays no other client.
 */
#include <linux/export.h>
#include <asm/barrier.h>

#include "core.h"
#include "trace.h"

/*
 * Callbacks run with this lock held and schedule NAPIs. In process context the
 * softirq that they raise would wait for the next interrupt; local_bh_enable() in
 * argo_unlock() runs it at once.
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

/* Call argo_ring_ops.data if @ring has a message and its client was not told of it. */
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

	/* Most rings are empty: the inline test saves a function call for each. */
	list_for_each_entry(ring, &argo_core.rings, node)
		if (argo_cursor_pending(&ring->cursor))
			argo_ring_check(ring);
}

/* WRITE_ONCE() because argo_send_wait() reads the number without argo_core.lock. */
static void argo_count_virq(void)
{
	WRITE_ONCE(argo_core.virqs, argo_core.virqs + 1);
}

/* Unmask the VIRQ if no client reads. argo_core.lock is held. */
static void argo_unmask_if_idle(void)
{
	if (!argo_core.masked || argo_core.busy)
		return;
	/*
	 * A message that arrived while the VIRQ was masked has left it pending.
	 * Most likely the message was read already, and the interrupt would be
	 * for nothing: drop it and look into the rings once more. If a
	 * destination waits, the VIRQ may be about room for it, which no look
	 * into our own rings shows: then the VIRQ is delivered.
	 */
	if (list_empty(&argo_core.waiters)) {
		argo_hv_drop_virq();
		/*
		 * The VIRQ is dropped before the rings are read. Xen's sendv
		 * writes a message before it sends the VIRQ, so argo_scan() sees
		 * every message whose VIRQ was dropped. The VIRQ is also dropped
		 * before it is counted. Pairs with smp_load_acquire() in
		 * argo_send_wait(): if that function read the new number, it sends
		 * after the drop, so the VIRQ about its send stays pending.
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

/* The client of @ring does not read now, so the VIRQ need not stay masked for it. */
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
 * From now on argo_ring_ops.data is called again for new messages. If something is
 * unread already, this function itself calls argo_ring_ops.data, so a client must
 * complete its NAPI before it calls this. A client that was not told of data may call
 * this, too.
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
 * For a client that was told of data and cannot read it, because a socket is full
 * or a program is slow. The VIRQ does not stay masked for this ring any more, so
 * that other clients are not delayed. argo_ring_ops.data is not called again for
 * this ring before argo_ring_done(). If the client had looked into the ring without
 * having been told, argo_ring_ops.data may still be called once, and must return
 * false as long as the client cannot read. The client may go on reading at any time.
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
 * argo_ring_again() - the client begins another round of reading
 * @ring: ring
 *
 * The VIRQ is masked while a client reads, so a client that reads for long would
 * keep the others from their messages and from room. Called once per round, this
 * does for the other clients what the VIRQ would do.
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
