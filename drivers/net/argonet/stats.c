// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics of the device and, for kernels that have an interface for that, of its
 * queues and their NAPIs. ethtool.c shows the counters that only argonet has.
 */
#include <linux/netdevice.h>

#include "argonet.h"
#ifdef ARGONET_HAVE_STAT_OPS
#include <net/netdev_queues.h>
#endif

/* Called with the lock of the transmit queue held. */
void argonet_tx_count(struct argonet_queue *q, u64_stats_t *counter, unsigned int n)
{
	u64_stats_update_begin(&q->tx.sync);
	u64_stats_add(counter, n);
	u64_stats_update_end(&q->tx.sync);
}

/* Called by the receive NAPI of @q. */
void argonet_rx_count(struct argonet_queue *q, u64_stats_t *counter)
{
	u64_stats_update_begin(&q->rx.sync);
	u64_stats_inc(counter);
	u64_stats_update_end(&q->rx.sync);
}

void argonet_rx_bad(struct argonet_queue *q, enum argonet_bad why)
{
	argonet_rx_count(q, &q->rx.stats.bad[why]);
}

void argonet_read_tx_stats(const struct argonet_queue *q,
			   struct argonet_tx_stats *tx)
{
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&q->tx.sync);
		*tx = q->tx.stats;
	} while (u64_stats_fetch_retry(&q->tx.sync, start));
}

void argonet_read_rx_stats(const struct argonet_queue *q,
			   struct argonet_rx_stats *rx)
{
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&q->rx.sync);
		*rx = q->rx.stats;
	} while (u64_stats_fetch_retry(&q->rx.sync, start));
}

void argonet_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	const struct argonet *an = netdev_priv(dev);
	unsigned int i, why;

	for (i = 0; i < an->config.queues; i++) {
		const struct argonet_queue *q = &an->queue[i];
		struct argonet_tx_stats tx;
		struct argonet_rx_stats rx;

		argonet_read_tx_stats(q, &tx);
		argonet_read_rx_stats(q, &rx);
		stats->tx_packets += u64_stats_read(&tx.packets);
		stats->tx_bytes += u64_stats_read(&tx.bytes);
		stats->tx_dropped += u64_stats_read(&tx.dropped);
		stats->tx_errors += u64_stats_read(&tx.errors);
		stats->rx_packets += u64_stats_read(&rx.packets);
		stats->rx_bytes += u64_stats_read(&rx.bytes);
		stats->rx_dropped += u64_stats_read(&rx.dropped);
		for (why = 0; why < ARGONET_BAD_REASONS; why++)
			stats->rx_errors += u64_stats_read(&rx.bad[why]);
		stats->rx_length_errors += u64_stats_read(&rx.bad[ARGONET_BAD_LENGTH]);
	}
}

#ifdef ARGONET_HAVE_STAT_OPS
static void argonet_get_queue_stats_rx(struct net_device *dev, int idx,
				       struct netdev_queue_stats_rx *stats)
{
	const struct argonet *an = netdev_priv(dev);
	struct argonet_rx_stats rx;

	argonet_read_rx_stats(&an->queue[idx], &rx);
	stats->packets = u64_stats_read(&rx.packets);
	stats->bytes = u64_stats_read(&rx.bytes);
	stats->alloc_fail = u64_stats_read(&rx.dropped);
}

static void argonet_get_queue_stats_tx(struct net_device *dev, int idx,
				       struct netdev_queue_stats_tx *stats)
{
	const struct argonet *an = netdev_priv(dev);
	struct argonet_tx_stats tx;

	argonet_read_tx_stats(&an->queue[idx], &tx);
	stats->packets = u64_stats_read(&tx.packets);
	stats->bytes = u64_stats_read(&tx.bytes);
	stats->stop = u64_stats_read(&tx.stop);
	stats->wake = u64_stats_read(&tx.wake_virq) +
		      u64_stats_read(&tx.wake_timer);
}

/* Counters of queues that are not in use, because the peer has fewer than before */
static void argonet_get_base_stats(struct net_device *dev,
				   struct netdev_queue_stats_rx *rx,
				   struct netdev_queue_stats_tx *tx)
{
	const struct argonet *an = netdev_priv(dev);
	unsigned int i;

	rx->packets = 0;
	rx->bytes = 0;
	rx->alloc_fail = 0;
	tx->packets = 0;
	tx->bytes = 0;
	tx->stop = 0;
	tx->wake = 0;
	for (i = dev->real_num_tx_queues; i < an->config.queues; i++) {
		struct netdev_queue_stats_tx more;

		argonet_get_queue_stats_tx(dev, i, &more);
		tx->packets += more.packets;
		tx->bytes += more.bytes;
		tx->stop += more.stop;
		tx->wake += more.wake;
	}
}

static const struct netdev_stat_ops argonet_stat_ops = {
	.get_queue_stats_rx = argonet_get_queue_stats_rx,
	.get_queue_stats_tx = argonet_get_queue_stats_tx,
	.get_base_stats = argonet_get_base_stats,
};

/*
 * Called before the device is registered. The transmit NAPIs are not shown, because a
 * NAPI that only sends has no id.
 */
void argonet_show_queues(struct argonet *an)
{
	unsigned int i;

	an->dev->stat_ops = &argonet_stat_ops;
	for (i = 0; i < an->config.queues; i++)
		netif_queue_set_napi(an->dev, i, NETDEV_QUEUE_TYPE_RX,
				     &an->queue[i].rx.napi);
}
#else
void argonet_show_queues(struct argonet *an)
{
}
#endif
