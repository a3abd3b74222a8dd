// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network device: queues, up and down, features, MTU.
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "argonet.h"
#include "compat.h"

/* What can be left to the peer; each bit only if the peer takes it */
#define ARGONET_TX_OFFLOADS \
	(NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_TSO_ECN | \
	 NETIF_F_GSO_UDP_L4)

static void argonet_ring_data(void *priv)
{
	struct argonet_queue *q = priv;

	argonet_rx_schedule(q);
}

static void argonet_ring_lost(void *priv)
{
	struct argonet_queue *q = priv;

	argonet_event(q->an, ARGONET_EV_LOST);
}

static const struct argo_ring_ops argonet_ring_ops = {
	.data = argonet_ring_data,
	.lost = argonet_ring_lost,
};

static int argonet_init(struct net_device *dev)
{
	struct argonet *an = netdev_priv(dev);
	unsigned int i;

	an->queue = kcalloc(an->config.queues, sizeof(*an->queue), GFP_KERNEL);
	if (!an->queue)
		return -ENOMEM;
	for (i = 0; i < an->config.queues; i++) {
		struct argonet_queue *q = &an->queue[i];

		q->an = an;
		q->index = i;
		u64_stats_init(&q->tx_sync);
		u64_stats_init(&q->rx_sync);
		__skb_queue_head_init(&q->held);
		hrtimer_setup(&q->timer, argonet_tx_timer, CLOCK_MONOTONIC,
			      HRTIMER_MODE_REL_PINNED);
		netif_napi_add(dev, &q->napi, argonet_rx_poll);
		netif_napi_add_tx(dev, &q->tx_napi, argonet_tx_poll);
		argonet_cpu_init(q);
	}
	argonet_show_queues(an);
	argonet_link_add(an);
	return 0;
}

static void argonet_uninit(struct net_device *dev)
{
	argonet_link_del(netdev_priv(dev));
}

/* Statistics may be read until now. */
static void argonet_free(struct net_device *dev)
{
	struct argonet *an = netdev_priv(dev);
	unsigned int i;

	for (i = 0; i < an->config.queues; i++) {
		netif_napi_del(&an->queue[i].tx_napi);
		netif_napi_del(&an->queue[i].napi);
	}
	kfree(an->queue);
}

static int argonet_start_queue(struct argonet_queue *q)
{
	struct argonet *an = q->an;
	struct argo_ring_config config = {
		.partner = an->config.peer,
		.port = an->config.port + q->index,
		.len = argo_ring_len(an->config.ring_size),
		.max_message = an->own.max_message,
	};
	struct argo_ring *ring;
	int ret;

	ring = argo_ring_create(&config, &argonet_ring_ops, q);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = argonet_pools_create(q);
	if (ret)
		goto err_ring;
	q->stage = vmalloc(ARGONET_STAGE_SIZE);
	if (!q->stage) {
		ret = -ENOMEM;
		goto err_pools;
	}
	q->ring = ring;
	q->run = 0;
	atomic_set(&q->woken, 0);
	argonet_cpu_get(q);
	argo_dest_add(&q->dest, an->config.peer,
		      an->config.peer_port + q->index, &argonet_dest_ops);
	return 0;

err_pools:
	argonet_pools_destroy(q);
err_ring:
	argo_ring_destroy(ring);
	return ret;
}

static void argonet_stop_queue(struct argonet_queue *q)
{
	struct argo_ring_stats stats;

	/* The counters outlive the ring. */
	argo_ring_get_stats(q->ring, &stats);
	q->past.notify += stats.notify;
	q->past.notify_elided += stats.notify_elided;
	q->past.bad_headers += stats.bad_headers;

	argo_dest_del(&q->dest);
	argonet_cpu_put(q);
	argo_ring_destroy(q->ring);
	q->ring = NULL;
	argonet_pools_destroy(q);
	vfree(q->stage);
}

/* What this side takes follows from its rings. */
static void argonet_set_own(struct argonet *an)
{
	u32 payload = argo_ring_max_payload(argo_ring_len(an->config.ring_size));
	u32 record = sizeof(struct argonet_record);

	an->own = (struct argonet_params) {
		.version = ARGONET_VERSION,
		.features = argonet_offer(an->dev->features),
		/* Two of the largest frames fit, or nothing would overlap. */
		.max_frame = min_t(u32, ARGONET_MAX_FRAME, payload / 2 - record),
		.queues = an->config.queues,
		.ring_size = ALIGN(an->config.ring_size, XEN_ARGO_PAGE_SIZE),
	};
	/* A large frame and many small ones, or two large ones */
	an->own.max_message = min(payload, 2 * (an->own.max_frame + record) +
					   ARGONET_BATCH);
}

/* Get ready for the peer; whatever but memory is missing is retried later. */
static int argonet_start(struct argonet *an)
{
	unsigned int i;
	int ret;

	argonet_set_own(an);
	for (i = 0; i < an->config.queues; i++) {
		ret = argonet_start_queue(&an->queue[i]);
		if (ret)
			goto err_stop;
	}
	argonet_control_start(an);
	return 0;

err_stop:
	while (i--)
		argonet_stop_queue(&an->queue[i]);
	return ret;
}

static void argonet_stop(struct argonet *an)
{
	unsigned int i;

	if (!an->running)
		return;
	argonet_control_stop(an);
	for (i = 0; i < an->config.queues; i++)
		argonet_stop_queue(&an->queue[i]);
	an->dev->max_mtu = ARGONET_MAX_MTU;
	an->peer_features = ARGONET_F_ALL;
}

/**
 * argonet_restart() - change the configuration
 * @an: device
 * @config: as it shall be, valid, with as many queues as before
 * @extack: told why it failed
 *
 * If the interface is up this parts from one peer and begins with the other.
 *
 * Context: RTNL held.
 * Return: 0 or -ENOMEM: then the configuration is the new one, but the link
 * stays down until the interface is set down and up.
 */
int argonet_restart(struct argonet *an, const struct argonet_config *config,
		    struct netlink_ext_ack *extack)
{
	int ret;

	argonet_stop(an);
	an->config = *config;
	if (!an->config.bound || !netif_running(an->dev))
		return 0;
	ret = argonet_start(an);
	if (ret)
		NL_SET_ERR_MSG(extack, "no memory for the rings, link is down");
	return ret;
}

static int argonet_open(struct net_device *dev)
{
	struct argonet *an = netdev_priv(dev);

	/* An unbound device is up without carrier until it is bound. */
	return an->config.bound ? argonet_start(an) : 0;
}

static int argonet_close(struct net_device *dev)
{
	argonet_stop(netdev_priv(dev));
	return 0;
}

/**
 * argonet_offer() - what the peer may leave to us
 * @features: features of the device
 *
 * Return: ARGONET_F_*, from what the user left switched on.
 */
u32 argonet_offer(netdev_features_t features)
{
	u32 offer = 0;

	if (features & NETIF_F_RXCSUM)
		offer |= ARGONET_F_CSUM;
	if (features & NETIF_F_GRO_HW)
		offer |= ARGONET_F_TSO4 | ARGONET_F_TSO6 | ARGONET_F_ECN |
			 ARGONET_F_USO;
	return offer;
}

static netdev_features_t argonet_fix_features(struct net_device *dev,
					      netdev_features_t features)
{
	const struct argonet *an = netdev_priv(dev);
	u32 peer = an->peer_features;

	/* See xdp.c */
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
	.ndo_init = argonet_init,
	.ndo_uninit = argonet_uninit,
	.ndo_open = argonet_open,
	.ndo_stop = argonet_close,
	.ndo_start_xmit = argonet_start_xmit,
	.ndo_get_stats64 = argonet_get_stats64,
	.ndo_fix_features = argonet_fix_features,
	.ndo_set_features = argonet_set_features,
	.ndo_features_check = passthru_features_check,
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
	argonet_control_init(an);

	dev->netdev_ops = &argonet_netdev_ops;
	dev->ethtool_ops = &argonet_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = argonet_free;
	SET_NETDEV_DEVTYPE(dev, &argonet_type);
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->min_mtu = ARGONET_MIN_MTU;
	dev->max_mtu = ARGONET_MAX_MTU;

	argonet_set_xdp_features(dev);
	dev->hw_features = NETIF_F_SG | ARGONET_TX_OFFLOADS | NETIF_F_RXCSUM |
			   NETIF_F_GRO_HW;
	dev->features = dev->hw_features;
	dev->vlan_features = NETIF_F_SG | ARGONET_TX_OFFLOADS;
	dev->hw_enc_features = dev->vlan_features;
}
