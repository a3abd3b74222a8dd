// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control work of a link. It decides when rings are opened and closed, when
 * carrier is on, and what to do about stalls and lost rings.
 *
 * Interrupts and the data path only note events. One work item per device acts on
 * them, and nobody else changes the phase while it may run. It never waits for RTNL:
 * argonet_control_stop() holds RTNL and waits for it. If RTNL is taken, it runs again
 * later.
 */
#include <linux/rtnetlink.h>

#include "argonet.h"
#include "compat.h"

/* The shortest time between two registrations for a peer that comes and goes */
#define ARGONET_REOPEN_INTERVAL	HZ

/*
 * How long our rings stay closed after the peer's ring was missing. The peer may be
 * alive and not know that Xen dropped its ring. It looks for our ring once per
 * second, does not find it, and starts over.
 */
#define ARGONET_HOLD		(5 * HZ / 2)

/* All functions below run in the control work, or while that is stopped. */

/*
 * Return: how many jiffies are left until @when, or 0 if it has passed. Times have 64
 * bits, because a link may be idle for longer than 32 bits of jiffies take to wrap.
 */
static unsigned long argonet_until(u64 when)
{
	u64 now = get_jiffies_64();

	return time_after64(when, now) ? when - now : 0;
}

/*
 * Xen drops our ring when the peer's domain ends. Have argo-core look whether that
 * happened: it reports the loss, the ring is opened again, and Xen refuses that if no
 * domain has the number.
 */
static void argonet_doubt_domain(struct argonet *an)
{
	if (argonet_until(an->next_doubt))
		return;
	an->next_doubt = get_jiffies_64() + ARGONET_DOUBT;
	argo_ring_suspect(an->queue[0].ring);
}

/*
 * Send a HELLO if the peer has a ring. Ask Xen first whether there is one, because Xen
 * logs each message that it refuses, but no question.
 */
static void argonet_probe_peer(struct argonet *an)
{
	struct argo_dest *dest = &an->queue[0].tx.dest;
	struct argo_dest_info info;

	an->next_probe = get_jiffies_64() + an->retry;
	an->retry = min(2 * an->retry, (unsigned long)ARGONET_RETRY_MAX);

	if (argo_dest_query(dest, &info) || !info.exists) {
		/*
		 * The peer sent something, so it is alive. If it has no ring, Xen may have
		 * dropped that without telling the peer.
		 */
		if (an->phase == ARGONET_STALLED || READ_ONCE(an->heard))
			argonet_close_rings(an, ARGONET_HOLD);
		else
			argonet_doubt_domain(an);
		an->peer_absent = true;
		return;
	}
	if (an->peer_absent && !READ_ONCE(an->heard) &&
	    !argonet_until(an->opened_at + ARGONET_REOPEN_INTERVAL)) {
		/*
		 * The peer was away and is back. Register our rings again, because Xen
		 * dropped them if the peer's domain was reset.
		 */
		argonet_close_rings(an, 0);
		return;
	}
	argo_dest_watch(dest, ARGO_WATCH_GONE);
	argonet_send_hello(an);
}

/* Return: whether the peer has a ring for each queue that sends */
static bool argonet_peer_whole(struct argonet *an)
{
	struct argo_dest_info info;
	unsigned int i;

	for (i = 0; i < an->dev->real_num_tx_queues; i++)
		if (argo_dest_query(&an->queue[i].tx.dest, &info) || !info.exists)
			return false;
	return true;
}

/* Send the messages again that Xen refused while the peer's ring was missing. */
static void argonet_kick_queues(struct argonet *an)
{
	unsigned int i;

	local_bh_disable();
	for (i = 0; i < an->config.queues; i++)
		argonet_tx_kick(&an->queue[i], ARGO_WAKE_TIMER);
	local_bh_enable();
}

/* If a ring of ours or of the peer is missing, close our rings and start over. */
static void argonet_handle_loss(struct argonet *an, unsigned long events)
{
	bool linked = an->phase == ARGONET_UP || an->phase == ARGONET_STALLED;

	if (events & BIT(ARGONET_EV_LOST)) {
		argonet_say(an, "Xen dropped the ring for");
		argonet_close_rings(an, 0);
	} else if (events & BIT(ARGONET_EV_NO_DOMAIN)) {
		argonet_say(an, "there is no");
		argonet_close_rings(an, 0);
	} else if (linked && events & BIT(ARGONET_EV_GONE) && !(events & BIT(ARGONET_EV_DOWN))) {
		/* If the peer's rings are back, its HELLO tells whether it starts over. */
		if (argonet_peer_whole(an)) {
			argo_dest_watch(&an->queue[0].tx.dest, ARGO_WATCH_GONE);
			argonet_kick_queues(an);
			return;
		}
		argonet_say(an, "no ring any more at");
		argonet_close_rings(an, ARGONET_HOLD);
	}
}

static void argonet_handle_down(struct argonet *an, unsigned long events)
{
	if (events & BIT(ARGONET_EV_DOWN) && an->phase != ARGONET_CONNECTING) {
		argonet_link_down(an);
		/* After a BYE a missing ring of the peer is no sign that Xen dropped it. */
		if (!READ_ONCE(an->rx_open))
			WRITE_ONCE(an->heard, false);
	}
	if (an->phase == ARGONET_UP && events & BIT(ARGONET_EV_STALL))
		argonet_stall(an, "not read by");
	if (an->phase == ARGONET_UP && events & BIT(ARGONET_EV_TOO_LONG))
		argonet_stall(an, "messages are too long for");
}

/* Return: whether to let frames through, or to apply new parameters of the peer */
static bool argonet_up_due(const struct argonet *an, unsigned long events)
{
	if (!READ_ONCE(an->rx_open))
		return false;
	switch (an->phase) {
	case ARGONET_CONNECTING:
		return true;
	case ARGONET_STALLED:
		return events & BIT(ARGONET_EV_HEARD);
	default:
		return events & BIT(ARGONET_EV_APPLY);
	}
}

/*
 * Send the HELLO that is due. It is @urgent before the link goes up, because the peer
 * takes no frames before it has seen our answer.
 *
 * Return: false if this has to be tried again
 */
static bool argonet_answer(struct argonet *an, unsigned long events, bool urgent)
{
	int ret;

	if (!(events & BIT(ARGONET_EV_HELLO)))
		return true;
	if (!urgent && argonet_until(an->next_hello))
		return false;
	ret = argonet_send_hello(an);
	if (ret < 0 && !argo_full(ret)) {
		/* Xen logs each message that policy forbids: ask less and less often. */
		an->next_hello += an->retry;
		an->next_apply = max(an->next_apply, an->next_hello);
		an->retry = min(2 * an->retry, (unsigned long)ARGONET_RETRY_MAX);
	}
	return ret >= 0;
}

static void argonet_handle_up(struct argonet *an, unsigned long events)
{
	bool due = argonet_up_due(an, events);
	bool now = due && !argonet_until(an->next_apply);
	bool answered = argonet_answer(an, events, now);

	if (!answered)
		an->pending |= BIT(ARGONET_EV_HELLO);
	if (due && (!now || !answered || !argonet_link_up(an)))
		an->pending |= events & (BIT(ARGONET_EV_APPLY) | BIT(ARGONET_EV_HEARD));
}

/*
 * Announce our addresses to the network. The stack sends the announcement through the
 * queue discipline, which it puts in place some time after carrier went on.
 */
static void argonet_handle_notify(struct argonet *an, unsigned long events)
{
	if (!(events & BIT(ARGONET_EV_NOTIFY)) || an->phase != ARGONET_UP)
		return;
	if (argonet_until(an->notify_at) || !rtnl_trylock()) {
		an->pending |= BIT(ARGONET_EV_NOTIFY);
		return;
	}
	__netdev_notify_peers(an->dev);
	rtnl_unlock();
}

/* Tell user space that the peer is gone: a toolstack may know which domain to name. */
static void argonet_handle_gone(struct argonet *an)
{
	if (!an->tell_gone || !rtnl_trylock())
		return;
	netdev_state_change(an->dev);
	rtnl_unlock();
	an->tell_gone = false;
}

/* Return: when to look again, in jiffies */
static unsigned long argonet_next_look(const struct argonet *an)
{
	unsigned long delay = MAX_JIFFY_OFFSET;

	if (an->phase == ARGONET_GONE)
		return an->tell_gone ? ARGONET_RETRY_MIN : MAX_JIFFY_OFFSET;
	if (an->phase == ARGONET_CLOSED)
		return argonet_until(an->reopen_at);
	if (an->phase != ARGONET_UP)
		delay = argonet_until(an->next_probe);
	if (an->pending & ~BIT(ARGONET_EV_HELLO) || argonet_up_due(an, an->pending))
		delay = min(delay, (unsigned long)ARGONET_RETRY_MIN);
	else if (an->pending)
		delay = min(delay, argonet_until(an->next_hello));
	return delay;
}

static void argonet_control_work(struct work_struct *work)
{
	struct argonet *an = container_of(to_delayed_work(work),
					  struct argonet, control);
	unsigned long events = xchg(&an->events, 0) | an->pending;
	unsigned long delay;

	if (!READ_ONCE(an->running))
		return;

	an->pending = 0;
	if (argonet_rings_open(an))
		argonet_handle_loss(an, events);
	if (an->phase == ARGONET_CLOSED && !argonet_until(an->reopen_at)) {
		/* Earlier events were about rings that are closed now. */
		WRITE_ONCE(an->events, 0);
		events = 0;
		argonet_open_rings(an);
	}
	if (an->phase == ARGONET_GONE)
		argonet_handle_gone(an);
	if (argonet_rings_open(an)) {
		argonet_handle_down(an, events);
		argonet_handle_up(an, events);
		argonet_handle_notify(an, events);
		if (an->phase != ARGONET_UP && !argonet_until(an->next_probe))
			argonet_probe_peer(an);
	}

	delay = argonet_next_look(an);
	if (delay != MAX_JIFFY_OFFSET)
		queue_delayed_work(argonet_wq, &an->control, delay);
}

void argonet_control_init(struct argonet *an)
{
	spin_lock_init(&an->lock);
	INIT_DELAYED_WORK(&an->control, argonet_control_work);
	argonet_events_init(an);
}

/* With RTNL held. A link in ARGONET_GONE stays there unless the user @vouched for the number. */
void argonet_control_start(struct argonet *an, bool vouched)
{
	bool gone = !vouched && an->phase == ARGONET_GONE;

	if (vouched) {
		an->peer_existed = false;
		an->restores = argo_restores();
	}
	an->tell_gone = false;
	an->events = 0;
	an->pending = 0;
	an->open_error = 0;
	an->reopen_at = get_jiffies_64();
	an->next_apply = get_jiffies_64();
	an->next_hello = get_jiffies_64();
	argonet_set_phase(an, gone ? ARGONET_GONE : ARGONET_CLOSED);
	WRITE_ONCE(an->running, true);
	mod_delayed_work(argonet_wq, &an->control, 0);
}

/* With RTNL held. No work, NAPI, timer or callback of the device runs afterwards. */
void argonet_control_stop(struct argonet *an)
{
	WRITE_ONCE(an->running, false);
	cancel_delayed_work_sync(&an->control);
	if (argonet_rings_open(an) && an->handshake.peer_session)
		argonet_send_bye(an);
	argonet_close_rings(an, 0);
	/*
	 * argonet_event() and argonet_event_blocked() queue the works if they read
	 * @running as true. They may have read it before it was cleared above, and
	 * queued after the first cancel. Such callers have returned by now, because the
	 * rings are closed and the NAPIs are off.
	 */
	cancel_delayed_work_sync(&an->stall);
	cancel_delayed_work_sync(&an->control);
	/* Wait for the IPI that argonet_rx_schedule() may have sent: it names the queue. */
	kick_all_cpus_sync();
	/*
	 * A poll may still read the queue after napi_complete_done(), for which
	 * napi_disable() does not wait. Polls are RCU readers, so this waits for them.
	 */
	synchronize_net();
}
