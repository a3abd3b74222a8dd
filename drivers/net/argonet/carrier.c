// SPDX-License-Identifier: GPL-2.0-only
/*
 * The phase of the link, and what the network stack sees of it: carrier, queues, MTU,
 * features. All but argonet_state() runs in the control work, or while that work is
 * stopped.
 */
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include "argonet.h"
#include "compat.h"

/* Changes of the device take RTNL. A peer must not be able to cause more of them. */
#define ARGONET_APPLY_INTERVAL	msecs_to_jiffies(100)

/* Changing the number of queues makes all CPUs wait, so that is done less often. */
#define ARGONET_QUEUES_INTERVAL	HZ

/* Time after carrier on until the stack has surely put the queue discipline in place */
#define ARGONET_NOTIFY_DELAY	msecs_to_jiffies(200)

/* If the peer takes only frames below this size, it gets none to segment. */
#define ARGONET_MIN_GSO		2048

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

/* Are our rings registered with Xen? */
bool argonet_rings_open(const struct argonet *an)
{
	return an->phase != ARGONET_CLOSED && an->phase != ARGONET_GONE;
}

void argonet_say(const struct argonet *an, const char *what)
{
	if (net_ratelimit())
		netdev_info(an->dev, "%s domain %u\n", what, an->config.peer);
}

void argonet_set_phase(struct argonet *an, enum argonet_phase phase)
{
	WRITE_ONCE(an->phase, phase);
	an->retry = ARGONET_RETRY_MIN;
	an->next_probe = get_jiffies_64();
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
 * argonet_limit_gso() - limit the length of frames that the stack leaves unsegmented
 * @an: device
 * @max4: bytes of a frame of IPv4
 * @max6: bytes of a frame of IPv6 and of any other kind
 *
 * If a later limit is higher, the values that the user chose come back.
 *
 * Context: RTNL held.
 */
void argonet_limit_gso(struct argonet *an, u32 max4, u32 max6)
{
	struct net_device *dev = an->dev;

	argonet_limit(&dev->gso_max_size, &an->gso6, max6);
	argonet_limit(argonet_gso_ipv4(dev), &an->gso4, max4);
	/* The call also lowers the two limits above where they exceed it. */
	netif_set_tso_max_size(dev, max(max4, max6));
}

/*
 * Set how long a frame may be that the peer segments. A VLAN tag may be added to it
 * later. TCP expects room for more than its headers, so if the peer takes only very
 * short frames, the stack segments instead.
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

/* Set queues, MTU and offloads of the device to what the peer takes. RTNL is held. */
static int argonet_apply_peer(struct argonet *an,
			      const struct argonet_params *peer)
{
	unsigned int queues = min(an->config.queues, peer->queues);
	struct net_device *dev = an->dev;
	int ret;

	if (queues != dev->real_num_tx_queues) {
		an->next_apply = get_jiffies_64() + ARGONET_QUEUES_INTERVAL;
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
 * Apply the peer's parameters to the device, and turn carrier on. RTNL is only tried,
 * because the task that holds it may be waiting for this work in
 * argonet_control_stop().
 *
 * Return: false if it has to be tried again
 */
bool argonet_link_up(struct argonet *an)
{
	struct argonet_params peer;
	unsigned int i;

	if (!argonet_peer_known(an, &peer))
		return true;
	peer.max_frame = min(peer.max_frame, argonet_max_sent(&an->own));
	if (!rtnl_trylock())
		return false;

	an->next_apply = get_jiffies_64() + ARGONET_APPLY_INTERVAL;
	if (argonet_apply_peer(an, &peer)) {
		rtnl_unlock();
		return false;
	}
	for (i = 0; i < an->config.queues; i++)
		argonet_tx_on(&an->queue[i], &peer);
	if (!netif_carrier_ok(an->dev)) {
		argo_dest_watch(&an->queue[0].tx.dest, ARGO_WATCH_GONE);
		netif_carrier_on(an->dev);
		an->pending |= BIT(ARGONET_EV_NOTIFY);
		an->notify_at = get_jiffies_64() + ARGONET_NOTIFY_DELAY;
		argonet_say(an, an->phase == ARGONET_STALLED ?
				"read again by" : "connected to");
	}
	rtnl_unlock();
	argonet_set_phase(an, ARGONET_UP);
	return true;
}

void argonet_link_down(struct argonet *an)
{
	argonet_carrier_off(an);
	argonet_set_phase(an, ARGONET_CONNECTING);
	argonet_say(an, "disconnected by");
}

/*
 * The peer does not read: turn carrier off until it sends a HELLO. If it does so at
 * once, carrier stays off for a second all the same, so that it does not flap fast.
 */
void argonet_stall(struct argonet *an, const char *why)
{
	argonet_carrier_off(an);
	argonet_set_phase(an, ARGONET_STALLED);
	an->next_apply = get_jiffies_64() + HZ;
	argonet_say(an, why);
}
