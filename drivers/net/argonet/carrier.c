// SPDX-License-Identifier: GPL-2.0-only
/*
 * The phase of the link, and what the network stack sees of it: carrier, queues, MTU
 * and features. All functions but argonet_state() run in the control work, or while
 * that is stopped.
 */
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include "argonet.h"
#include "compat.h"

/* The shortest time between two changes of the device for a peer: each takes RTNL. */
#define ARGONET_APPLY_INTERVAL	msecs_to_jiffies(100)

/* The same for the number of queues, since each change waits for all CPUs */
#define ARGONET_QUEUES_INTERVAL	HZ

/* How long the stack may take to put the queue discipline in place after carrier on */
#define ARGONET_NOTIFY_DELAY	msecs_to_jiffies(200)

/* If the peer takes only frames shorter than this, the stack segments them itself. */
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

/* Return: whether our rings are registered with Xen */
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
 * argonet_limit_gso() - limit the length of unsegmented frames
 * @an: device
 * @max4: bytes for IPv4
 * @max6: bytes for IPv6 and all other protocols
 *
 * The length that the user chose comes back when the limit permits it.
 *
 * Context: RTNL held.
 */
void argonet_limit_gso(struct argonet *an, u32 max4, u32 max6)
{
	struct net_device *dev = an->dev;

	argonet_limit(&dev->gso_max_size, &an->gso6, max6);
	argonet_limit(argonet_gso_ipv4(dev), &an->gso4, max4);
	/* This lowers the two limits above if they are larger, but never raises them. */
	netif_set_tso_max_size(dev, max(max4, max6));
}

/*
 * Limit unsegmented frames to what the peer takes, less a VLAN tag that the stack may
 * add later. TCP needs a limit well above the length of its headers: if the peer takes
 * less than ARGONET_MIN_GSO, the stack segments all frames itself.
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

/* With RTNL held. Set what the stack may send to this peer. */
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
		netdev_warn(dev, "MTU %u is too large for domain %u, frames longer than %u are dropped: set a smaller one\n",
			    dev->mtu, an->config.peer, dev->max_mtu);
	argonet_apply_gso(an, peer);
	netdev_update_features(dev);
	return 0;
}

/*
 * Let frames through, with the parameters that the peer told last.
 *
 * Return: false if this has to be tried again. The holder of RTNL may be
 * argonet_control_stop(), which waits for this work, so this does not wait for RTNL.
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

/* Carrier stays off until the peer answers, but for a second at least. */
void argonet_stall(struct argonet *an, const char *why)
{
	argonet_carrier_off(an);
	argonet_set_phase(an, ARGONET_STALLED);
	an->next_apply = get_jiffies_64() + HZ;
	argonet_say(an, why);
}
