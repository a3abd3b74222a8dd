// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a peer: when the ring for it is opened and closed.
 *
 * A ring of ours is how a peer learns that we are there. Whoever comes second
 * finds the ring of the first and says HELLO. The peer's ring is looked for, and
 * looked after, with one hypercall per second for all peers together.
 */
#define pr_fmt(fmt) "vsock-argo: " fmt

#include <linux/delay.h>
#include <linux/random.h>

#include "vsock-argo.h"

/* How long a ring is kept for a peer that does not answer */
#define VSOCK_ARGO_PATIENCE	(5 * HZ)

/* After a peer's ring went without a BYE: the absence of ours tells it, too. */
#define VSOCK_ARGO_HOLD		(5 * HZ / 2)

/* After a ring could not be opened, or was for nothing */
#define VSOCK_ARGO_LATER	(10 * HZ)

#define EV(event)		BIT(VSOCK_ARGO_EV_ ## event)

/**
 * vsock_argo_event() - have the control work look at something
 * @peer: peer
 * @event: what
 *
 * Context: any.
 */
void vsock_argo_event(struct vsock_argo_peer *peer, enum vsock_argo_event event)
{
	if (test_and_set_bit(event, &peer->events) || READ_ONCE(peer->stopping))
		return;
	mod_delayed_work(vsock_argo_wq, &peer->control, 0);
}

/**
 * vsock_argo_want() - a socket is about to talk to a peer
 * @peer: peer
 *
 * Context: any.
 */
void vsock_argo_want(struct vsock_argo_peer *peer)
{
	WRITE_ONCE(peer->wanted_until, jiffies + VSOCK_ARGO_PATIENCE);
	if (!READ_ONCE(peer->up))
		vsock_argo_event(peer, VSOCK_ARGO_EV_WANT);
}

/* There may be room, or the ring is gone: sending again finds out. */
static void vsock_argo_space(struct argo_dest *dest, enum argo_wake why)
{
	struct vsock_argo_peer *peer = container_of(dest, struct vsock_argo_peer, dest);

	queue_work(vsock_argo_wq, &peer->tx);
}

static void vsock_argo_gone(struct argo_dest *dest)
{
	vsock_argo_event(container_of(dest, struct vsock_argo_peer, dest),
			 VSOCK_ARGO_EV_GONE);
}

static void vsock_argo_appeared(struct argo_dest *dest)
{
	vsock_argo_event(container_of(dest, struct vsock_argo_peer, dest),
			 VSOCK_ARGO_EV_APPEARED);
}

const struct argo_dest_ops vsock_argo_dest_ops = {
	.space = vsock_argo_space,
	.gone = vsock_argo_gone,
	.appeared = vsock_argo_appeared,
};

static bool vsock_argo_data(void *priv)
{
	struct vsock_argo_peer *peer = priv;

	return argo_reader_data(&peer->reader);
}

static void vsock_argo_lost(void *priv)
{
	vsock_argo_event(priv, VSOCK_ARGO_EV_LOST);
}

static const struct argo_ring_ops vsock_argo_ring_ops = {
	.data = vsock_argo_data,
	.lost = vsock_argo_lost,
};

u64 vsock_argo_new_session(void)
{
	u64 session;

	do {
		session = get_random_u64();
	} while (!session);
	return session;
}

/**
 * vsock_argo_todo() - do what the handshake says
 * @peer: peer
 * @todo: VSOCK_ARGO_HS_* flags
 *
 * Context: process. Whoever changed the handshake calls this before it does
 * anything else with the peer.
 */
void vsock_argo_todo(struct vsock_argo_peer *peer, int todo)
{
	if (todo & VSOCK_ARGO_HS_DOWN) {
		vsock_argo_tx_purge(peer, false);
		vsock_argo_reset_sockets(vsock_argo_cid(peer->domid));
		pr_info_ratelimited("disconnected from domain %u\n", peer->domid);
	}
	spin_lock_bh(&peer->queue.lock);
	if (todo & VSOCK_ARGO_HS_HELLO)
		peer->hello_due = true;
	peer->up = vsock_argo_hs_up(&peer->hs);
	spin_unlock_bh(&peer->queue.lock);
	if (todo & VSOCK_ARGO_HS_UP) {
		vsock_argo_inc(peer, VSOCK_ARGO_UPS);
		pr_info_ratelimited("connected to domain %u\n", peer->domid);
		wake_up_interruptible(&peer->space);
	}
	if (todo)
		vsock_argo_tx_kick(peer);
}

/* Everything below runs in the control work, or with it stopped. */

static void vsock_argo_close(struct vsock_argo_peer *peer, unsigned long hold)
{
	struct argo_ring *ring = peer->ring;
	int todo;

	peer->reopen_at = jiffies + hold;
	peer->deaf = false;
	if (!ring)
		return;
	spin_lock_bh(&peer->queue.lock);
	peer->opened = false;
	spin_unlock_bh(&peer->queue.lock);
	argo_ring_unregister(ring);
	/* It may resume the reader, but not once it saw that the ring is closed; */
	cancel_delayed_work_sync(&peer->stuck);
	argo_reader_stop(&peer->reader);
	/* which may have queued it anew. */
	cancel_delayed_work_sync(&peer->stuck);
	spin_lock_bh(&peer->queue.lock);
	todo = vsock_argo_hs_gone(&peer->hs, vsock_argo_new_session());
	peer->hello_due = false;
	spin_unlock_bh(&peer->queue.lock);
	vsock_argo_todo(peer, todo);
	argo_dest_wait_end(&peer->dest);
	cancel_work_sync(&peer->tx);
	spin_lock_bh(&peer->queue.lock);
	peer->waiting = false;
	spin_unlock_bh(&peer->queue.lock);
	peer->ring = NULL;
	argo_ring_destroy(ring);
}

static int vsock_argo_open(struct vsock_argo_peer *peer)
{
	struct argo_ring_config config = {
		.client = KBUILD_MODNAME,
		.partner = peer->domid,
		.port = VSOCK_ARGO_PORT,
		.len = vsock_argo_own.ring_size - sizeof(struct xen_argo_ring),
		.max_message = VSOCK_ARGO_MAX_PACKET,
	};
	struct argo_ring *ring;
	int ret;

	ring = argo_ring_create(&config, &vsock_argo_ring_ops, peer);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	argo_reader_init(&peer->reader, ring, vsock_argo_rx);
	peer->ring = ring;
	/* Before the first HELLO can be read */
	spin_lock_bh(&peer->queue.lock);
	vsock_argo_hs_start(&peer->hs, vsock_argo_new_session());
	peer->up = false;
	peer->opened = true;
	spin_unlock_bh(&peer->queue.lock);
	ret = argo_ring_register(ring);
	if (!ret)
		return 0;
	vsock_argo_close(peer, 0);
	return ret;
}

static bool vsock_argo_wanted(const struct vsock_argo_peer *peer)
{
	return time_before(jiffies, READ_ONCE(peer->wanted_until));
}

/* Closed: is it time to open? */
static void vsock_argo_try_open(struct vsock_argo_peer *peer, unsigned long events)
{
	struct argo_dest_info info;
	int ret;

	if (events & EV(APPEARED))
		peer->wanted_until = jiffies + VSOCK_ARGO_PATIENCE;
	if (time_before(jiffies, peer->reopen_at) && !(events & (EV(WANT) | EV(APPEARED))))
		return;
	if (!peer->eager && !vsock_argo_wanted(peer))
		return;
	ret = vsock_argo_open(peer);
	if (ret) {
		pr_debug("no ring for domain %u: %d\n", peer->domid, ret);
		peer->reopen_at = jiffies + (ret == -EAGAIN ? HZ / 10 : VSOCK_ARGO_LATER);
		return;
	}
	/* Xen logs a refused message, but no question. */
	if (!argo_dest_query(&peer->dest, &info) && info.exists) {
		spin_lock_bh(&peer->queue.lock);
		ret = vsock_argo_hs_there(&peer->hs);
		spin_unlock_bh(&peer->queue.lock);
		vsock_argo_todo(peer, ret);
	}
}

static void vsock_argo_handle_loss(struct vsock_argo_peer *peer, unsigned long events)
{
	struct argo_dest_info info;

	if (events & EV(LOST)) {
		vsock_argo_close(peer, 0);
	} else if (events & EV(BYE)) {
		if (!peer->eager)
			vsock_argo_close(peer, 0);
	} else if (events & EV(GONE)) {
		/* A peer that is back already says so itself, by a HELLO. */
		if (!argo_dest_query(&peer->dest, &info) && info.exists &&
		    time_after(jiffies, peer->refused_at + HZ)) {
			peer->refused_at = jiffies;
			vsock_argo_tx_kick(peer);
		} else {
			vsock_argo_close(peer, VSOCK_ARGO_HOLD);
		}
	}
}

/* Open: HELLOs that are due, and the end of patience. Return: when to come back */
static unsigned long vsock_argo_handle_open(struct vsock_argo_peer *peer,
					    unsigned long events)
{
	unsigned long delay = MAX_JIFFY_OFFSET, end;
	int todo = 0;

	spin_lock_bh(&peer->queue.lock);
	if (events & EV(APPEARED)) {
		todo = vsock_argo_hs_there(&peer->hs);
	} else if (vsock_argo_hs_delay(&peer->hs)) {
		end = peer->hello_at + msecs_to_jiffies(vsock_argo_hs_delay(&peer->hs));
		if (time_after_eq(jiffies, end))
			todo = vsock_argo_hs_timer(&peer->hs);
	}
	if (peer->hello_due)
		todo |= VSOCK_ARGO_HS_HELLO;
	spin_unlock_bh(&peer->queue.lock);
	vsock_argo_todo(peer, todo);

	spin_lock_bh(&peer->queue.lock);
	if (peer->hello_due && !peer->waiting)
		delay = msecs_to_jiffies(VSOCK_ARGO_RETRY_MIN);
	else if (vsock_argo_hs_delay(&peer->hs))
		delay = msecs_to_jiffies(vsock_argo_hs_delay(&peer->hs));
	spin_unlock_bh(&peer->queue.lock);

	if (READ_ONCE(peer->up) || peer->eager)
		return delay;
	if (!vsock_argo_wanted(peer)) {
		bool silent = READ_ONCE(peer->hs.there);

		vsock_argo_close(peer, silent ? VSOCK_ARGO_LATER : 0);
		/* Its ring is most likely still there: not at once again for that. */
		peer->deaf = silent;
		return MAX_JIFFY_OFFSET;
	}
	return min(delay, READ_ONCE(peer->wanted_until) - jiffies);
}

static void vsock_argo_watch(struct vsock_argo_peer *peer)
{
	enum argo_watch watch = ARGO_WATCH_APPEARED;

	if (peer->ring && READ_ONCE(peer->hs.there))
		watch = ARGO_WATCH_GONE;
	else if (!peer->ring && peer->deaf && time_before(jiffies, peer->reopen_at))
		watch = ARGO_WATCH_NONE;
	/* Not once more: a watch that begins does not count until the next second. */
	if (peer->watching != watch)
		argo_dest_watch(&peer->dest, watch);
	peer->watching = watch;
}

void vsock_argo_control_work(struct work_struct *work)
{
	struct vsock_argo_peer *peer = container_of(to_delayed_work(work),
						    struct vsock_argo_peer, control);
	unsigned long events = xchg(&peer->events, 0);
	unsigned long delay = MAX_JIFFY_OFFSET;

	if (READ_ONCE(peer->stopping))
		return;
	/* What was told is watched for no more. */
	if (events & (EV(GONE) | EV(APPEARED)))
		peer->watching = ARGO_WATCH_NONE;
	if (peer->ring)
		vsock_argo_handle_loss(peer, events);
	if (!peer->ring)
		vsock_argo_try_open(peer, events);
	if (peer->ring)
		delay = vsock_argo_handle_open(peer, events);
	/* A closed one need not be visited if only the peer can open it. */
	if (!peer->ring && time_before(jiffies, peer->reopen_at))
		delay = peer->reopen_at - jiffies;
	vsock_argo_watch(peer);
	if (delay != MAX_JIFFY_OFFSET)
		queue_delayed_work(vsock_argo_wq, &peer->control, max(delay, 1UL));
}

void vsock_argo_control_stop(struct vsock_argo_peer *peer)
{
	struct vsock_argo_bye bye;
	int tries = 5;

	WRITE_ONCE(peer->stopping, true);
	cancel_delayed_work_sync(&peer->control);
	bye = (struct vsock_argo_bye) { .session = cpu_to_le64(peer->hs.session) };
	/* Worth some patience, or the peer's sockets wait for us in vain. */
	while (peer->ring && READ_ONCE(peer->hs.peer_session) &&
	       argo_full(vsock_argo_send_control(peer, VSOCK_ARGO_KIND_BYE, &bye,
						 sizeof(bye), false)) && --tries)
		usleep_range(5000, 10000);
	vsock_argo_close(peer, 0);
	vsock_argo_tx_purge(peer, true);
	wake_up_interruptible(&peer->space);
}
