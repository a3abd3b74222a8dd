// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tick: once per second argo-core looks for what Xen does not report, which is
 * rings of other domains that came or went, rings of this domain that Xen dropped,
 * and VIRQs that got lost.
 */
#define pr_fmt(fmt) "argo: " fmt

#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "core.h"
#include "trace.h"

/*
 * Bounds of &argo_ring.doubt, in ticks. Each question about a ring leaves a line in
 * Xen's log. Therefore argo-core asks less and less often about a silent ring.
 */
#define ARGO_DOUBT_MIN	10
#define ARGO_DOUBT_MAX	640

/* A tick makes at most so many silent rings suspect: hundreds may fall silent together. */
#define ARGO_SUSPECTS_PER_TICK	2

/*
 * Does Xen still have @ring? Try to register it: if Xen has it, Xen refuses before
 * it looks at length and pages. So the attempt is made with the smallest ring, for
 * which nothing is allocated. A refusal leaves a line in Xen's log. If Xen takes the
 * ring, the scratch page is registered, and is unregistered at once.
 *
 * Return: -EEXIST if Xen has @ring; an error for which argo_probe_failed() is true if
 * that is not known; 0 or another error if Xen does not have @ring
 */
static int argo_ring_probe(struct argo_ring *ring)
{
	struct xen_argo_register_ring reg = {
		.aport = ring->config.port,
		.partner_id = ring->config.partner,
		.len = XEN_ARGO_MIN_RING_LEN,
	};
	struct xen_argo_unregister_ring unreg = {
		.aport = ring->config.port,
		.partner_id = ring->config.partner,
	};
	int ret;

	ret = argo_hv_register_ring(&reg, &argo_core.scratch,
				    XEN_ARGO_REGISTER_FLAG_FAIL_EXIST);
	trace_argo_register(ring, ret);
	if (!ret && argo_hv_unregister_ring(&unreg)) {
		pr_warn_once("Xen does not release the page used to look for lost rings; they are not found any more\n");
		argo_core.scratch = NULL;
	}
	return ret;
}

/*
 * These errors do not tell whether Xen has the ring: Xen may run out of memory, and
 * checks the number of rings, before it looks for this one.
 */
static bool argo_probe_failed(int ret)
{
	return ret == -ENOMEM || ret == -ENOSPC;
}

static void argo_probe_suspects(void)
{
	struct argo_ring *ring;
	int ret;

	/*
	 * Do not sleep on the lock: a registration that waits for memory may hold
	 * it, and the waits of senders are checked on the same ordered queue.
	 */
	if (!mutex_trylock(&argo_core.register_lock))
		return;
	list_for_each_entry(ring, &argo_core.rings, node) {
		if (!READ_ONCE(ring->suspect) || READ_ONCE(ring->lost) ||
		    argo_core.frozen || !argo_core.scratch)
			continue;
		WRITE_ONCE(ring->suspect, false);
		ret = argo_ring_probe(ring);
		if (argo_probe_failed(ret))
			WRITE_ONCE(ring->suspect, true);
		if (ret == -EEXIST || argo_probe_failed(ret))
			continue;
		argo_lock();
		argo_ring_lost(ring);
		/* Whatever made Xen drop this ring has hit the others of its partner. */
		argo_suspect_rings_of(ring->config.partner);
		argo_unlock();
	}
	mutex_unlock(&argo_core.register_lock);
}

/**
 * argo_ring_suspect() - ask Xen at the next tick whether it still has a ring
 * @ring: ring
 *
 * Xen does not report that it dropped a ring. argo-core asks about rings whose
 * partner's ring vanished, and seldom about silent ones. A client calls this if it
 * has another reason to ask, such as a peer that does not answer. If the ring is
 * gone, argo_ring_ops.lost is called within about a second.
 *
 * Context: any.
 */
void argo_ring_suspect(struct argo_ring *ring)
{
	WRITE_ONCE(ring->suspect, true);
}
EXPORT_SYMBOL_GPL(argo_ring_suspect);

void argo_suspect_rings_of(u16 partner)
{
	struct argo_ring *ring;

	lockdep_assert_held(&argo_core.lock);

	list_for_each_entry(ring, &argo_core.rings, node)
		if (ring->config.partner == partner)
			WRITE_ONCE(ring->suspect, true);
}

/* @ring is being registered: begin to count its silence. */
void argo_ring_new(struct argo_ring *ring)
{
	ring->seen = READ_ONCE(ring->cursor.ring->tx_ptr);
	ring->silent = 0;
	ring->doubt = ARGO_DOUBT_MIN;
	ring->doubt_next = ARGO_DOUBT_MIN;
}

/*
 * @ring has received something since the last tick. If it had been silent for @doubt
 * ticks or more, its partner may well be silent for as long again, so it becomes
 * suspect only after twice that time. Otherwise @doubt shrinks by one: the more often
 * a partner sends, the sooner argo-core must notice that Xen dropped the ring.
 */
static void argo_ring_heard(struct argo_ring *ring)
{
	ring->seen = READ_ONCE(ring->cursor.ring->tx_ptr);
	if (ring->silent >= ring->doubt)
		ring->doubt = min(2 * ring->silent, ARGO_DOUBT_MAX);
	else if (ring->doubt > ARGO_DOUBT_MIN)
		ring->doubt--;
	ring->silent = 0;
	ring->doubt_next = ring->doubt;
}

/*
 * Silence is a sign that Xen may have dropped a ring. It is the only sign if no client
 * watches the partner's ring, or if the partner's ring went and came back between two
 * ticks.
 */
static void argo_suspect_silent_rings(void)
{
	unsigned int budget = ARGO_SUSPECTS_PER_TICK;
	struct argo_ring *ring;

	list_for_each_entry(ring, &argo_core.rings, node) {
		if (ring->lost)
			continue;
		if (READ_ONCE(ring->cursor.ring->tx_ptr) != ring->seen) {
			argo_ring_heard(ring);
		} else if (++ring->silent >= ring->doubt_next && budget) {
			budget--;
			WRITE_ONCE(ring->suspect, true);
			ring->doubt_next = ring->silent +
					   min(ring->silent, ARGO_DOUBT_MAX);
		}
	}
}

static bool argo_anything_watched(void)
{
	struct argo_dest *dest;

	list_for_each_entry(dest, &argo_core.dests, node)
		if (dest->watch)
			return true;
	return false;
}

void argo_tick_start(void)
{
	if (argo_core.wq)
		queue_delayed_work(argo_core.wq, &argo_core.tick,
				   round_jiffies_relative(HZ));
}

void argo_tick_work(struct work_struct *work)
{
	bool again;

	argo_query_all(true, ARGO_WAKE_TIMER);
	argo_probe_suspects();

	argo_lock();
	argo_suspect_silent_rings();
	argo_scan();
	again = !list_empty(&argo_core.rings) || argo_anything_watched();
	argo_unlock();
	if (again)
		argo_tick_start();
}

int argo_probe_init(void)
{
	argo_core.scratch = alloc_page(GFP_KERNEL | __GFP_ZERO);
	return argo_core.scratch ? 0 : -ENOMEM;
}

void argo_probe_exit(void)
{
	if (argo_core.scratch)
		__free_page(argo_core.scratch);
}
