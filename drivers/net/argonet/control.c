// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a link: when its rings are opened and closed, carrier, stalls, loss.
 *
 * Interrupts and the data path only note events. One work item per device acts
 * on them and is the only one to change the phase; when it needs RTNL it tries
 * for it and comes back, since the interface is brought down under RTNL.
 */
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include "argonet.h"
#include "compat.h"

/* A peer cannot make us send HELLOs faster than this. */
#define ARGONET_HELLO_INTERVAL	msecs_to_jiffies(20)

/* Nor make us change the device, which takes RTNL, more often than this, */
#define ARGONET_APPLY_INTERVAL	msecs_to_jiffies(100)

/* its number of queues, for which all CPUs have to wait, than this, */
#define ARGONET_QUEUES_INTERVAL	HZ

/* or take our rings from Xen and register them again, by coming and going. */
#define ARGONET_REOPEN_INTERVAL	HZ

/* From carrier on until the queue discipline is surely in place */
#define ARGONET_NOTIFY_DELAY	msecs_to_jiffies(200)

/* Smaller frames are not worth leaving to the peer. */
#define ARGONET_MIN_GSO		2048

/*
 * How long our rings stay away after the peer's was found missing. It may be
 * alive and have lost its ring without knowing: the absence of ours, which it
 * looks at once per second, tells it to start over.
 */
#define ARGONET_HOLD		(5 * HZ / 2)

#define EV(event)		BIT(ARGONET_EV_ ## event)

struct workqueue_struct *argonet_wq;

/**
 * argonet_event() - have the control work look at something
 * @an: device
 * @event: what
 *
 * Context: any.
 */
void argonet_event(struct argonet *an, enum argonet_event event)
{
	unsigned long delay = 0;

	/* A BYE that explains a missing ring may be on its way to the NAPI. */
	if (event == ARGONET_EV_GONE)
		delay = ARGONET_RETRY_MIN;
	if (test_and_set_bit(event, &an->events) || !READ_ONCE(an->running))
		return;
	mod_delayed_work(argonet_wq, &an->control, delay);
}

/* A queue stopped: if it does not go on, the link is to be taken down. */
void argonet_control_blocked(struct argonet *an)
{
	if (READ_ONCE(an->running))
		queue_delayed_work(argonet_wq, &an->stall, ARGONET_STALL);
}

/* Look at the stopped queues, now that one of them was for a while. */
static void argonet_stall_work(struct work_struct *work)
{
	struct argonet *an = container_of(to_delayed_work(work),
					  struct argonet, stall);
	unsigned long now = jiffies, delay = 0;
	unsigned int i;

	for (i = 0; i < an->config.queues; i++) {
		const struct argonet_queue *q = &an->queue[i];
		unsigned long end;

		/* Pairs with argonet_tx_block(). */
		if (!smp_load_acquire(&q->blocked))
			continue;
		end = READ_ONCE(q->blocked_since) + ARGONET_STALL;
		if (time_after_eq(now, end)) {
			argonet_event(an, ARGONET_EV_STALL);
			return;
		}
		delay = min_not_zero(delay, end - now);
	}
	if (delay)
		queue_delayed_work(argonet_wq, &an->stall, delay);
}

enum argonet_state argonet_state(const struct argonet *an)
{
	if (!an->config.bound)
		return ARGONET_STATE_UNBOUND;
	if (!an->running)
		return ARGONET_STATE_DOWN;
	switch (READ_ONCE(an->phase)) {
	case ARGONET_UP:
		return ARGONET_STATE_UP;
	case ARGONET_STALLED:
		return ARGONET_STATE_STALLED;
	case ARGONET_GONE:
		return ARGONET_STATE_GONE;
	default:
		return ARGONET_STATE_CONNECTING;
	}
}

static void argonet_say(const struct argonet *an, const char *what)
{
	if (net_ratelimit())
		netdev_info(an->dev, "%s domain %u\n", what, an->config.peer);
}

/* Everything below runs in the control work, or with it stopped. */

/*
 * How many jiffies are left until @when, 0 if that has passed. No caller plans
 * farther ahead than ARGONET_HOLD. So a difference larger than that means that
 * @when lies in the past, however long ago: the subtraction wrapped.
 */
static unsigned long argonet_until(unsigned long when)
{
	unsigned long left = when - jiffies;

	return left <= ARGONET_HOLD ? left : 0;
}

void argonet_set_phase(struct argonet *an, enum argonet_phase phase)
{
	WRITE_ONCE(an->phase, phase);
	an->retry = ARGONET_RETRY_MIN;
	an->next_probe = jiffies;
}

void argonet_carrier_off(struct argonet *an)
{
	unsigned int i;

	netif_carrier_off(an->dev);
	for (i = 0; i < an->config.queues; i++)
		argonet_tx_off(&an->queue[i]);
}

static void argonet_limit(unsigned int *size, struct argonet_gso *gso, u32 max)
{
	if (!size)
		return;
	if (*size != gso->set)
		gso->chosen = *size;
	gso->set = min(gso->chosen, max);
	WRITE_ONCE(*size, gso->set);
}

/**
 * argonet_limit_gso() - how long frames may be that are left unsegmented
 * @an: device
 * @max4: bytes, of IPv4
 * @max6: bytes, of IPv6 and whatever else
 *
 * What the user chose comes back when the limit is gone.
 *
 * Context: RTNL held.
 */
void argonet_limit_gso(struct argonet *an, u32 max4, u32 max6)
{
	struct net_device *dev = an->dev;

	argonet_limit(&dev->gso_max_size, &an->gso6, max6);
	argonet_limit(argonet_gso_ipv4(dev), &an->gso4, max4);
	/* This one lowers those, too, but never raises them. */
	netif_set_tso_max_size(dev, max(max4, max6));
}

/*
 * How long a frame may be that the peer cuts up, with a VLAN tag yet to come.
 * TCP counts on room for more than headers: below, the stack does the cutting.
 */
static void argonet_apply_gso(struct argonet *an, const struct argonet_params *peer)
{
	u32 most = min_t(u32, peer->max_frame - VLAN_HLEN, ARGONET_MAX_BIG);
	u32 max;

	an->peer_features = peer->features;
	if (most < ARGONET_MIN_GSO) {
		an->peer_features &= ~(ARGONET_F_TSO4 | ARGONET_F_TSO6 | ARGONET_F_USO);
		most = GSO_LEGACY_MAX_SIZE;
	}
	max = min_t(u32, most, GSO_LEGACY_MAX_SIZE);
	argonet_limit_gso(an, peer->features & ARGONET_F_BIG4 ? most : max,
			  peer->features & ARGONET_F_BIG6 ? most : max);
}

/* What the stack may send now. With RTNL held. */
static int argonet_apply_peer(struct argonet *an,
			      const struct argonet_params *peer)
{
	unsigned int queues = min(an->config.queues, peer->queues);
	struct net_device *dev = an->dev;
	int ret;

	if (queues != dev->real_num_tx_queues) {
		an->next_apply = jiffies + ARGONET_QUEUES_INTERVAL;
		ret = netif_set_real_num_tx_queues(dev, queues);
		if (ret)
			return ret;
		argonet_cpu_spread(an);
	}

	dev->max_mtu = min_t(unsigned int, ARGONET_MAX_MTU,
			     peer->max_frame - ARGONET_L2_OVERHEAD);
	if (dev->mtu > dev->max_mtu && net_ratelimit())
		netdev_warn(dev, "MTU %u is too large for domain %u, larger frames than it takes are dropped: set at most %u\n",
			    dev->mtu, an->config.peer, dev->max_mtu);
	argonet_apply_gso(an, peer);
	netdev_update_features(dev);
	return 0;
}

/*
 * Let frames through, as the peer wants them now.
 *
 * Return: false if it has to be tried again. Whoever has RTNL may be waiting
 * for this work to end.
 */
static bool argonet_link_up(struct argonet *an)
{
	struct argonet_params peer;
	unsigned int i;

	if (!argonet_peer_known(an, &peer))
		return true;
	peer.max_frame = min(peer.max_frame, argonet_max_sent(&an->own));
	if (!rtnl_trylock())
		return false;

	an->next_apply = jiffies + ARGONET_APPLY_INTERVAL;
	if (argonet_apply_peer(an, &peer)) {
		rtnl_unlock();
		return false;
	}
	for (i = 0; i < an->config.queues; i++)
		argonet_tx_on(&an->queue[i], &peer);
	if (!netif_carrier_ok(an->dev)) {
		argo_dest_watch(&an->queue[0].dest, ARGO_WATCH_GONE);
		netif_carrier_on(an->dev);
		an->pending |= EV(NOTIFY);
		an->notify_at = jiffies + ARGONET_NOTIFY_DELAY;
		argonet_say(an, an->phase == ARGONET_STALLED ?
				"read again by" : "connected to");
	}
	rtnl_unlock();
	argonet_set_phase(an, ARGONET_UP);
	return true;
}

static void argonet_link_down(struct argonet *an)
{
	argonet_carrier_off(an);
	argonet_set_phase(an, ARGONET_CONNECTING);
	argonet_say(an, "disconnected by");
}

/* Carrier is off until the peer answers, and for a while if it does at once. */
static void argonet_stall(struct argonet *an, const char *why)
{
	argonet_carrier_off(an);
	argonet_set_phase(an, ARGONET_STALLED);
	an->next_apply = jiffies + HZ;
	argonet_say(an, why);
}

/*
 * Xen drops a ring when its partner's domain ends. argo-core finds that out, and
 * opening the ring again tells whether there is a domain of that number.
 */
static void argonet_doubt_domain(struct argonet *an)
{
	if (time_before(jiffies, an->next_doubt))
		return;
	an->next_doubt = jiffies + ARGONET_DOUBT;
	argo_ring_suspect(an->queue[0].ring);
}

/* Ask the peer for an answer. Xen logs a refused message, but no question. */
static void argonet_probe_peer(struct argonet *an)
{
	struct argo_dest *dest = &an->queue[0].dest;
	struct argo_dest_info info;

	an->next_probe = jiffies + an->retry;
	an->retry = min(2 * an->retry, (unsigned long)ARGONET_RETRY_MAX);

	if (argo_dest_query(dest, &info) || !info.exists) {
		/* It lives, but has no ring for us, and may not know. */
		if (an->phase == ARGONET_STALLED || READ_ONCE(an->heard))
			argonet_close_rings(an, ARGONET_HOLD);
		else
			argonet_doubt_domain(an);
		an->peer_absent = true;
		return;
	}
	if (an->peer_absent && !READ_ONCE(an->heard) &&
	    !argonet_until(an->opened_at + ARGONET_REOPEN_INTERVAL)) {
		/* What kept the peer away may have taken our rings, too. */
		argonet_close_rings(an, 0);
		return;
	}
	argo_dest_watch(dest, ARGO_WATCH_GONE);
	argonet_send_hello(an);
}

/* Has the peer a ring for each queue that sends? */
static bool argonet_peer_whole(struct argonet *an)
{
	struct argo_dest_info info;
	unsigned int i;

	for (i = 0; i < an->dev->real_num_tx_queues; i++)
		if (argo_dest_query(&an->queue[i].dest, &info) || !info.exists)
			return false;
	return true;
}

/* What was refused while a ring was missing is tried again. */
static void argonet_kick_queues(struct argonet *an)
{
	unsigned int i;

	local_bh_disable();
	for (i = 0; i < an->config.queues; i++)
		argonet_tx_kick(&an->queue[i], ARGO_WAKE_TIMER);
	local_bh_enable();
}

/* Rings of ours or of the peer are gone: start over. */
static void argonet_handle_loss(struct argonet *an, unsigned long events)
{
	bool linked = an->phase == ARGONET_UP || an->phase == ARGONET_STALLED;

	if (events & EV(LOST)) {
		argonet_say(an, "Xen dropped the ring for");
		argonet_close_rings(an, 0);
	} else if (events & EV(NO_DOMAIN)) {
		argonet_say(an, "there is no");
		argonet_close_rings(an, 0);
	} else if (linked && events & EV(GONE) && !(events & EV(DOWN))) {
		/* A peer that is back already says so itself, by a HELLO. */
		if (argonet_peer_whole(an)) {
			argo_dest_watch(&an->queue[0].dest, ARGO_WATCH_GONE);
			argonet_kick_queues(an);
			return;
		}
		argonet_say(an, "no ring any more at");
		argonet_close_rings(an, ARGONET_HOLD);
	}
}

static void argonet_handle_down(struct argonet *an, unsigned long events)
{
	if (events & EV(DOWN) && an->phase != ARGONET_CONNECTING) {
		argonet_link_down(an);
		/* It said good-bye: that its ring is gone is no wonder. */
		if (!READ_ONCE(an->rx_open))
			WRITE_ONCE(an->heard, false);
	}
	if (an->phase == ARGONET_UP && events & EV(STALL))
		argonet_stall(an, "not read by");
	if (an->phase == ARGONET_UP && events & EV(TOO_LONG))
		argonet_stall(an, "messages too long for");
}

/* Is it time to let frames through, or to change how? */
static bool argonet_up_due(const struct argonet *an, unsigned long events)
{
	if (!READ_ONCE(an->rx_open))
		return false;
	switch (an->phase) {
	case ARGONET_CONNECTING:
		return true;
	case ARGONET_STALLED:
		return events & EV(HEARD);
	default:
		return events & EV(APPLY);
	}
}

/*
 * Send the HELLO that is due. Before the link goes up this cannot wait, since
 * the peer takes no frames before it has seen our answer.
 *
 * Return: false if it has to be tried again
 */
static bool argonet_answer(struct argonet *an, unsigned long events, bool urgent)
{
	if (!(events & EV(HELLO)))
		return true;
	if (!urgent && argonet_until(an->hello_sent + ARGONET_HELLO_INTERVAL))
		return false;
	return !argo_full(argonet_send_hello(an));
}

static void argonet_handle_up(struct argonet *an, unsigned long events)
{
	bool due = argonet_up_due(an, events);
	bool now = due && !argonet_until(an->next_apply);
	bool answered = argonet_answer(an, events, now);

	if (!answered)
		an->pending |= EV(HELLO);
	if (due && (!now || !answered || !argonet_link_up(an)))
		an->pending |= events & (EV(APPLY) | EV(HEARD));
}

/* Once the queue discipline is there, for which carrier had to be on first */
static void argonet_handle_notify(struct argonet *an, unsigned long events)
{
	if (!(events & EV(NOTIFY)) || an->phase != ARGONET_UP)
		return;
	if (argonet_until(an->notify_at) || !rtnl_trylock()) {
		an->pending |= EV(NOTIFY);
		return;
	}
	__netdev_notify_peers(an->dev);
	rtnl_unlock();
}

/* A netlink event with the new state, for those who know which domain to name */
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
	if (an->pending || argonet_up_due(an, an->pending))
		delay = min(delay, (unsigned long)ARGONET_RETRY_MIN);
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
		/* What was noted of earlier rings is void. */
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
	INIT_DELAYED_WORK(&an->stall, argonet_stall_work);
}

/* Without the user's word for the peer's number, who was gone stays gone. */
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
	an->reopen_at = jiffies;
	an->next_apply = jiffies;
	an->hello_sent = jiffies - ARGONET_HELLO_INTERVAL;
	argonet_set_phase(an, gone ? ARGONET_GONE : ARGONET_CLOSED);
	WRITE_ONCE(an->running, true);
	mod_delayed_work(argonet_wq, &an->control, 0);
}

/* With RTNL held. Afterwards nothing of the device runs. */
void argonet_control_stop(struct argonet *an)
{
	WRITE_ONCE(an->running, false);
	cancel_delayed_work_sync(&an->control);
	if (argonet_rings_open(an) && an->handshake.peer_session)
		argonet_send_bye(an);
	argonet_close_rings(an, 0);
	/* Whoever read @running early may have queued them once more. */
	cancel_delayed_work_sync(&an->stall);
	cancel_delayed_work_sync(&an->control);
	/* Another CPU may have been told to poll and not have heard it yet. */
	kick_all_cpus_sync();
	/* A poll that has completed its NAPI may still be at its end. */
	synchronize_net();
}
