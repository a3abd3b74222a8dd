// SPDX-License-Identifier: GPL-2.0-only
/*
 * Once per second, all that Xen does not tell: rings of others that went away
 * or came, rings of ours that it dropped, VIRQs that got lost.
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
 * Seconds of silence until a ring is looked after; doubled each time. Each look
 * leaves a line in Xen's log.
 */
#define ARGO_DOUBT_MIN	10
#define ARGO_DOUBT_MAX	640

/*
 * Does Xen still have @ring? It refuses to register one that it has before it
 * looks at length and pages: the smallest ring will do, which takes no memory,
 * and leaves a line in Xen's log.
 *
 * Return: -EEXIST if it has, another error or 0 if not
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
		pr_warn_once("Xen keeps a page that it was asked with\n");
		argo_core.scratch = NULL;
	}
	return ret;
}

/*
 * Without memory nothing was found out, nor with as many rings as there may
 * be: Xen counts before it looks.
 */
static bool argo_probe_failed(int ret)
{
	return ret == -ENOMEM || ret == -ENOSPC;
}

static void argo_probe_suspects(void)
{
	struct argo_ring *ring;
	int ret;

	/* A registration may be waiting for memory, senders do not wait for it. */
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
		argo_unlock();
	}
	mutex_unlock(&argo_core.register_lock);
}

/**
 * argo_ring_suspect() - have it checked that Xen still has a ring
 * @ring: ring
 *
 * Xen drops a ring without a word. argo-core looks after rings whose partner's
 * ring vanished, and after silent ones, but seldom; this is for clients that
 * know better. If the ring is gone, argo_ring_ops.lost is called within about
 * a second.
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

/* @ring is being registered: nothing is known of its partner. */
void argo_ring_new(struct argo_ring *ring)
{
	ring->seen = READ_ONCE(ring->cursor.ring->tx_ptr);
	ring->silent = 0;
	ring->doubt = ARGO_DOUBT_MIN;
	ring->look = ARGO_DOUBT_MIN;
}

/*
 * A partner that was silent for longer than we trusted it, and still there, will
 * be so again: trust it for twice as long. One that talks is trusted less and
 * less, so that its end is noticed soon.
 */
static void argo_ring_heard(struct argo_ring *ring)
{
	ring->seen = READ_ONCE(ring->cursor.ring->tx_ptr);
	if (ring->silent >= ring->doubt)
		ring->doubt = min(2 * ring->silent, ARGO_DOUBT_MAX);
	else if (ring->doubt > ARGO_DOUBT_MIN)
		ring->doubt--;
	ring->silent = 0;
	ring->look = ring->doubt;
}

/* A ring that nobody watches for us shows its end by silence only. */
static void argo_suspect_silent_rings(void)
{
	struct argo_ring *ring;

	list_for_each_entry(ring, &argo_core.rings, node) {
		if (READ_ONCE(ring->cursor.ring->tx_ptr) != ring->seen) {
			argo_ring_heard(ring);
		} else if (++ring->silent == ring->look) {
			WRITE_ONCE(ring->suspect, true);
			ring->look += min(ring->look, ARGO_DOUBT_MAX);
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
