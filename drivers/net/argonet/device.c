// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network device: it is configured, brought up and down, and has features and
 * an MTU.
 */
#include <linux/capability.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>

#include "argonet.h"
#include "compat.h"

/* Work that the stack may leave to the peer, unless argonet_fix_features() forbids it */
#define ARGONET_TX_OFFLOADS \
	(NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_TSO_ECN | \
	 NETIF_F_GSO_UDP_L4)

/* Return: what this side tells the peer that it takes. It follows from the ring size. */
static struct argonet_params argonet_own(const struct argonet *an,
					 const struct argonet_config *config)
{
	u32 payload = argo_ring_max_payload(argo_ring_len(config->ring_size));
	u32 record = sizeof(struct argonet_record);
	struct argonet_params own = {
		.version = ARGONET_VERSION,
		.features = argonet_offer(an->dev->features),
		/* The ring holds two of them: the peer sends one while this side reads one. */
		.max_frame = min_t(u32, ARGONET_MAX_BIG_FRAME, payload / 2 - record),
		.queues = config->queues,
		.ring_size = ALIGN(config->ring_size, XEN_ARGO_PAGE_SIZE),
	};
	u32 frame = min_t(u32, own.max_frame, ARGONET_MAX_FRAME);

	/*
	 * A message has room for two frames of up to 64 KiB and a batch of small
	 * ones, if the ring does. A longer frame has a message of its own.
	 */
	own.max_message = max(min(payload, 2 * (frame + record) + ARGONET_BATCH),
			      own.max_frame + record);
	return own;
}

static void argonet_stop(struct argonet *an)
{
	if (!an->running)
		return;
	argonet_control_stop(an);
	argonet_queues_stop(an);
	an->dev->max_mtu = ARGONET_MAX_MTU;
	an->peer_features = ARGONET_F_ALL;
	argonet_limit_gso(an, ARGONET_MAX_BIG, ARGONET_MAX_BIG);
}

/*
 * Change the link to @config. New memory is allocated before the old is given up, so
 * the link stays as it is if that fails. A link whose peer is gone stays in that state,
 * unless the user @vouched for the peer's number.
 */
static int argonet_begin(struct argonet *an, const struct argonet_config *config,
			 bool vouched, struct netlink_ext_ack *extack)
{
	struct argonet_params own;
	struct argonet_memory *mem = NULL;
	int ret;

	/* A device without a peer has no rings and no carrier, even if it is up. */
	if (config->bound && netif_running(an->dev)) {
		own = argonet_own(an, config);
		mem = argonet_memory_create(an, config, &own);
		if (IS_ERR(mem)) {
			NL_SET_ERR_MSG(extack, "no memory for the rings, the link stays as it was");
			return PTR_ERR(mem);
		}
	}
	ret = argonet_ports_claim(an, config, extack);
	if (ret) {
		argonet_memory_destroy(mem, config->queues);
		return ret;
	}
	argonet_stop(an);
	an->config = *config;
	if (mem) {
		an->own = own;
		argonet_queues_start(an, mem);
		argonet_control_start(an, vouched);
	}
	return 0;
}

/**
 * argonet_check_allowed() - may the caller decide about a link?
 * @extack: told why not
 *
 * Netlink and ethtool let the root user of any user namespace pass. That is not
 * enough, because rings and ports belong to the whole domain.
 *
 * Return: 0 or -EPERM
 */
int argonet_check_allowed(struct netlink_ext_ack *extack)
{
	if (capable(CAP_NET_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "needs CAP_NET_ADMIN in the initial user namespace");
	return -EPERM;
}

/* @rejoin is not compared, because it can change while the link runs. */
static bool argonet_same(const struct argonet_config *a,
			 const struct argonet_config *b)
{
	return a->bound == b->bound && a->peer == b->peer && a->port == b->port &&
	       a->peer_port == b->peer_port && a->ring_size == b->ring_size &&
	       a->queues == b->queues;
}

/**
 * argonet_restart() - change the configuration
 * @an: device
 * @config: new configuration; the caller has checked it and not changed the queues
 * @peer_named: the user gave the peer's number, even if it is the same as before
 * @extack: told why it failed
 *
 * All ways to change a link end here. If the interface is up and something changes,
 * the session with the old peer ends and one with the new peer begins.
 *
 * A link in ARGONET_STATE_GONE begins again if the user vouches for the number of
 * its peer, by naming it or by allowing any domain that has it. Any other change
 * leaves it in that state.
 *
 * Context: RTNL held.
 * Return: 0, or -EPERM, -EADDRINUSE, -ENOMEM; after an error the link goes on as it
 * was.
 */
int argonet_restart(struct argonet *an, const struct argonet_config *config,
		    bool peer_named, struct netlink_ext_ack *extack)
{
	bool vouched = peer_named || config->rejoin;
	int ret;

	ret = argonet_check_allowed(extack);
	if (ret)
		return ret;
	if (argonet_same(config, &an->config) &&
	    !(vouched && argonet_state(an) == ARGONET_STATE_GONE)) {
		WRITE_ONCE(an->config.rejoin, config->rejoin);
		/* The user may know of a restore that the control work has not noticed. */
		if (vouched)
			WRITE_ONCE(an->restores, argo_restores());
		return 0;
	}
	return argonet_begin(an, config, vouched, extack);
}

static int argonet_open(struct net_device *dev)
{
	struct argonet *an = netdev_priv(dev);

	return argonet_begin(an, &an->config, true, NULL);
}

static int argonet_close(struct net_device *dev)
{
	argonet_stop(netdev_priv(dev));
	return 0;
}

/**
 * argonet_offer() - which work the peer may leave to this side
 * @features: features of the device
 *
 * Return: ARGONET_F_* for the features that the user left on
 */
u32 argonet_offer(netdev_features_t features)
{
	u32 offer = 0;

	if (features & NETIF_F_RXCSUM)
		offer |= ARGONET_F_CSUM;
	if (features & NETIF_F_GRO_HW)
		offer |= ARGONET_F_TSO4 | ARGONET_F_TSO6 | ARGONET_F_ECN |
			 ARGONET_F_USO | ARGONET_BIG;
	return offer;
}

static netdev_features_t argonet_fix_features(struct net_device *dev,
					      netdev_features_t features)
{
	const struct argonet *an = netdev_priv(dev);
	u32 peer = an->peer_features;

	/* The peer must finish each frame that an XDP program is going to see. */
	if (rtnl_dereference(an->xdp_prog))
		features &= ~(NETIF_F_RXCSUM | NETIF_F_GRO_HW);
	if (!(peer & ARGONET_F_CSUM))
		features &= ~NETIF_F_HW_CSUM;
	if (!(peer & ARGONET_F_TSO4))
		features &= ~NETIF_F_TSO;
	if (!(peer & ARGONET_F_TSO6))
		features &= ~NETIF_F_TSO6;
	if (!(peer & ARGONET_F_ECN))
		features &= ~NETIF_F_TSO_ECN;
	if (!(peer & ARGONET_F_USO))
		features &= ~NETIF_F_GSO_UDP_L4;
	return features;
}

static int argonet_set_features(struct net_device *dev,
				netdev_features_t features)
{
	struct argonet *an = netdev_priv(dev);
	u32 offer = argonet_offer(features);

	if (offer == an->own.features)
		return 0;
	spin_lock_bh(&an->lock);
	an->own.features = offer;
	spin_unlock_bh(&an->lock);
	argonet_event(an, ARGONET_EV_HELLO);
	return 0;
}

static int argonet_change_mtu(struct net_device *dev, int mtu)
{
	const struct argonet *an = netdev_priv(dev);

	if (!argonet_xdp_mtu_fits(rtnl_dereference(an->xdp_prog), mtu)) {
		if (net_ratelimit())
			netdev_err(dev, "MTU %d is too large for an XDP program without fragments\n",
				   mtu);
		return -EINVAL;
	}
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static const struct net_device_ops argonet_netdev_ops = {
	.ndo_init = argonet_queues_create,
	.ndo_uninit = argonet_ports_release,
	.ndo_open = argonet_open,
	.ndo_stop = argonet_close,
	.ndo_start_xmit = argonet_start_xmit,
	.ndo_get_stats64 = argonet_get_stats64,
	.ndo_fix_features = argonet_fix_features,
	.ndo_set_features = argonet_set_features,
	.ndo_features_check = argonet_features_check,
	.ndo_change_mtu = argonet_change_mtu,
	.ndo_bpf = argonet_bpf,
	.ndo_xdp_xmit = argonet_xdp_xmit,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static const struct device_type argonet_type = {
	.name = ARGONET_NAME,
};

void argonet_setup(struct net_device *dev)
{
	struct argonet *an = netdev_priv(dev);

	ether_setup(dev);
	an->dev = dev;
	an->peer_features = ARGONET_F_ALL;
	an->tx_usecs = ARGONET_TX_USECS;
	an->speed = SPEED_UNKNOWN;
	an->duplex = DUPLEX_FULL;
	INIT_LIST_HEAD(&an->node);
	argonet_control_init(an);

	dev->netdev_ops = &argonet_netdev_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = argonet_queues_destroy;
	SET_NETDEV_DEVTYPE(dev, &argonet_type);
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->min_mtu = ARGONET_MIN_MTU;
	dev->max_mtu = ARGONET_MAX_MTU;
	/* The user may raise gso_max_size to this. Its default stays as it was. */
	netif_set_tso_max_size(dev, ARGONET_MAX_BIG);

	argonet_set_xdp_features(dev);
	dev->hw_features = NETIF_F_SG | ARGONET_TX_OFFLOADS | NETIF_F_RXCSUM |
			   NETIF_F_GRO_HW;
	dev->features = dev->hw_features;
	dev->vlan_features = NETIF_F_SG | ARGONET_TX_OFFLOADS;
	dev->hw_enc_features = dev->vlan_features;
}
