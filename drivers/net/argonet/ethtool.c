// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool, ethtool -s, -i, -l, -g, -G, -c, -C, -S
 */
#include <linux/ethtool.h>

#include "argonet.h"

static void argonet_get_drvinfo(struct net_device *dev,
				struct ethtool_drvinfo *info)
{
	const struct argonet *an = netdev_priv(dev);

	strscpy(info->driver, ARGONET_NAME, sizeof(info->driver));
	if (an->config.bound)
		snprintf(info->bus_info, sizeof(info->bus_info), "domain %u",
			 an->config.peer);
}

static void argonet_get_channels(struct net_device *dev,
				 struct ethtool_channels *channels)
{
	const struct argonet *an = netdev_priv(dev);

	channels->max_combined = an->config.queues;
	channels->combined_count = an->config.queues;
}

/* Ring sizes are shown in slots of 16 bytes; a message takes as many as it needs. */
static void argonet_get_ringparam(struct net_device *dev,
				  struct ethtool_ringparam *param,
				  struct kernel_ethtool_ringparam *kernel,
				  struct netlink_ext_ack *extack)
{
	const struct argonet *an = netdev_priv(dev);

	param->rx_max_pending = ARGONET_MAX_RING_SIZE / XEN_ARGO_MSG_SLOT_SIZE;
	param->rx_pending = an->config.ring_size / XEN_ARGO_MSG_SLOT_SIZE;
}

static int argonet_set_ringparam(struct net_device *dev,
				 struct ethtool_ringparam *param,
				 struct kernel_ethtool_ringparam *kernel,
				 struct netlink_ext_ack *extack)
{
	struct argonet *an = netdev_priv(dev);
	struct argonet_config config = an->config;

	if (param->rx_pending < ARGONET_MIN_RING_SIZE / XEN_ARGO_MSG_SLOT_SIZE ||
	    param->rx_pending > ARGONET_MAX_RING_SIZE / XEN_ARGO_MSG_SLOT_SIZE) {
		NL_SET_ERR_MSG(extack, "a ring has 256 to 1048576 slots of 16 bytes");
		return -EINVAL;
	}
	config.ring_size = param->rx_pending * XEN_ARGO_MSG_SLOT_SIZE;
	return argonet_restart(an, &config, false, extack);
}

static int argonet_get_coalesce(struct net_device *dev,
				struct ethtool_coalesce *coal,
				struct kernel_ethtool_coalesce *kernel,
				struct netlink_ext_ack *extack)
{
	const struct argonet *an = netdev_priv(dev);

	coal->tx_coalesce_usecs = an->tx_usecs;
	return 0;
}

static int argonet_set_coalesce(struct net_device *dev,
				struct ethtool_coalesce *coal,
				struct kernel_ethtool_coalesce *kernel,
				struct netlink_ext_ack *extack)
{
	struct argonet *an = netdev_priv(dev);

	if (coal->tx_coalesce_usecs > ARGONET_MAX_TX_USECS) {
		NL_SET_ERR_MSG(extack, "frames are collected for at most 10000 us");
		return -EINVAL;
	}
	WRITE_ONCE(an->tx_usecs, coal->tx_coalesce_usecs);
	return 0;
}

/*
 * Counters that no other interface shows; "ip -s" and the queue statistics of netlink
 * show packets. The order is that of argonet_queue_counters().
 */
static const char * const argonet_counters[] = {
	"tx_sendv", "tx_eagain", "tx_stop", "tx_wake_virq",
	"tx_wake_timer", "tx_oversize", "tx_bounced", "tx_copied",
	"tx_xdp", "tx_xdp_full",
	"rx_big", "rx_messages", "rx_xdp_drop", "rx_xdp_tx",
	"rx_xdp_redirect", "rx_xdp_error", "rx_notify", "rx_notify_elided",
	"rx_bad_ring_header", "rx_bad_kind", "rx_bad_length",
	"rx_bad_reserved", "rx_bad_offload", "rx_bad_unoffered",
	"rx_bad_handshake", "rx_bad_early",
};

#define ARGONET_COUNTERS	ARRAY_SIZE(argonet_counters)

static void argonet_queue_counters(const struct argonet_queue *q, u64 *data)
{
	struct argo_ring_stats ring = {};
	struct argonet_tx_stats tx;
	struct argonet_rx_stats rx;
	unsigned int why;

	argonet_read_tx_stats(q, &tx);
	argonet_read_rx_stats(q, &rx);
	if (q->ring)
		argo_ring_get_stats(q->ring, &ring);

	*data++ = u64_stats_read(&tx.sendv);
	*data++ = u64_stats_read(&tx.eagain);
	*data++ = u64_stats_read(&tx.stop);
	*data++ = u64_stats_read(&tx.wake_virq);
	*data++ = u64_stats_read(&tx.wake_timer);
	*data++ = u64_stats_read(&tx.oversize);
	*data++ = u64_stats_read(&tx.bounced);
	*data++ = u64_stats_read(&tx.copied);
	*data++ = u64_stats_read(&tx.xdp);
	*data++ = u64_stats_read(&tx.xdp_full);
	*data++ = u64_stats_read(&rx.big);
	*data++ = u64_stats_read(&rx.messages);
	*data++ = u64_stats_read(&rx.xdp_drop);
	*data++ = u64_stats_read(&rx.xdp_tx);
	*data++ = u64_stats_read(&rx.xdp_redirect);
	*data++ = u64_stats_read(&rx.xdp_error);
	*data++ = ring.notify + q->past.notify;
	*data++ = ring.notify_elided + q->past.notify_elided;
	*data++ = ring.bad_headers + q->past.bad_headers;
	for (why = 0; why < ARGONET_BAD_REASONS; why++)
		*data++ = u64_stats_read(&rx.bad[why]);
}

static int argonet_get_sset_count(struct net_device *dev, int sset)
{
	const struct argonet *an = netdev_priv(dev);

	if (sset != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return an->config.queues * ARGONET_COUNTERS;
}

static void argonet_get_strings(struct net_device *dev, u32 sset, u8 *data)
{
	const struct argonet *an = netdev_priv(dev);
	unsigned int i, n;

	BUILD_BUG_ON(ARGONET_COUNTERS != 19 + ARGONET_BAD_REASONS);
	if (sset != ETH_SS_STATS)
		return;
	for (i = 0; i < an->config.queues; i++)
		for (n = 0; n < ARGONET_COUNTERS; n++)
			ethtool_sprintf(&data, "q%u_%s", i, argonet_counters[n]);
}

static void argonet_get_ethtool_stats(struct net_device *dev,
				      struct ethtool_stats *stats, u64 *data)
{
	const struct argonet *an = netdev_priv(dev);
	unsigned int i;

	for (i = 0; i < an->config.queues; i++)
		argonet_queue_counters(&an->queue[i],
				       data + i * ARGONET_COUNTERS);
}

/*
 * A link has no speed: it is as fast as its CPUs. Bonds and bridges want a number, so
 * the user may set one.
 */
static int argonet_get_link_ksettings(struct net_device *dev,
				      struct ethtool_link_ksettings *settings)
{
	const struct argonet *an = netdev_priv(dev);

	settings->base.speed = an->speed;
	settings->base.duplex = an->duplex;
	settings->base.port = PORT_OTHER;
	return 0;
}

static int argonet_set_link_ksettings(struct net_device *dev,
				      const struct ethtool_link_ksettings *settings)
{
	struct argonet *an = netdev_priv(dev);

	return ethtool_virtdev_set_link_ksettings(dev, settings, &an->speed,
						  &an->duplex);
}

const struct ethtool_ops argonet_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_TX_USECS,
	.get_coalesce = argonet_get_coalesce,
	.set_coalesce = argonet_set_coalesce,
	.get_drvinfo = argonet_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = argonet_get_link_ksettings,
	.set_link_ksettings = argonet_set_link_ksettings,
	.get_ts_info = ethtool_op_get_ts_info,
	.get_channels = argonet_get_channels,
	.get_ringparam = argonet_get_ringparam,
	.set_ringparam = argonet_set_ringparam,
	.get_sset_count = argonet_get_sset_count,
	.get_strings = argonet_get_strings,
	.get_ethtool_stats = argonet_get_ethtool_stats,
};
