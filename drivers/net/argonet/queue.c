// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queues of a device. They live as long as the device; a ring and memory they
 * have only while the interface is up.
 */
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "argonet.h"
#include "compat.h"

static bool argonet_ring_data(void *priv)
{
	struct argonet_queue *q = priv;

	argonet_rx_schedule(q);
	return true;
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

int argonet_queues_create(struct net_device *dev)
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
		u64_stats_init(&q->tx.sync);
		u64_stats_init(&q->rx.sync);
		__skb_queue_head_init(&q->tx.held);
		hrtimer_setup(&q->tx.timer, argonet_tx_timer, CLOCK_MONOTONIC,
			      HRTIMER_MODE_REL_PINNED);
		netif_napi_add(dev, &q->rx.napi, argonet_rx_poll);
		netif_napi_add_tx(dev, &q->tx.napi, argonet_tx_poll);
		argonet_cpu_init(q);
	}
	argonet_show_queues(an);
	return 0;
}

/*
 * This runs after the device was unregistered, because statistics may be read until
 * then. Busy polling may still find a NAPI by its number, so the memory is freed an
 * RCU grace period later. netif_napi_del() would wait for one per NAPI, and the user
 * who deletes a hundred links would wait for seconds.
 */
void argonet_queues_destroy(struct net_device *dev)
{
	struct argonet *an = netdev_priv(dev);
	unsigned int i;

	for (i = 0; i < an->config.queues; i++) {
		__netif_napi_del(&an->queue[i].tx.napi);
		__netif_napi_del(&an->queue[i].rx.napi);
	}
	kfree_rcu(an->queue, rcu);
}

static int argonet_memory_fill(struct argonet_queue *q, struct argonet_memory *mem,
			       const struct argonet_config *config,
			       const struct argonet_params *own)
{
	struct argo_ring_config ring = {
		.client = KBUILD_MODNAME,
		.partner = config->peer,
		.port = config->port + q->index,
		.len = argo_ring_len(config->ring_size),
		.max_message = own->max_message,
	};
	int ret;

	mem->ring = argo_ring_create(&ring, &argonet_ring_ops, q);
	if (IS_ERR(mem->ring))
		return PTR_ERR(mem->ring);
	ret = argonet_pools_create(q, mem, own->ring_size);
	if (ret)
		goto err_ring;
	/* It holds a batch, and behind that a frame that is copied as a whole. */
	mem->stage = vmalloc(ARGONET_BATCH + sizeof(struct argonet_record) +
			     argonet_max_sent(own));
	if (!mem->stage) {
		ret = -ENOMEM;
		goto err_pools;
	}
	return 0;

err_pools:
	argonet_pools_destroy(mem);
err_ring:
	argo_ring_destroy(mem->ring);
	return ret;
}

static void argonet_memory_free(struct argonet_memory *mem)
{
	argo_ring_destroy(mem->ring);
	argonet_pools_destroy(mem);
	vfree(mem->stage);
}

void argonet_memory_destroy(struct argonet_memory *mem, unsigned int queues)
{
	if (!mem)
		return;
	while (queues--)
		argonet_memory_free(&mem[queues]);
	kfree(mem);
}

/* Allocate what the queues need with @config. The device may be up, and goes on. */
struct argonet_memory *argonet_memory_create(struct argonet *an,
					     const struct argonet_config *config,
					     const struct argonet_params *own)
{
	struct argonet_memory *mem;
	unsigned int i;
	int ret;

	mem = kcalloc(config->queues, sizeof(*mem), GFP_KERNEL);
	if (!mem)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < config->queues; i++) {
		ret = argonet_memory_fill(&an->queue[i], &mem[i], config, own);
		if (ret) {
			argonet_memory_destroy(mem, i);
			return ERR_PTR(ret);
		}
	}
	return mem;
}

/* The queues own what @mem names from now on; the caller must not use it any more. */
void argonet_queues_start(struct argonet *an, struct argonet_memory *mem)
{
	const struct argonet_config *config = &an->config;
	unsigned int i;

	for (i = 0; i < config->queues; i++) {
		struct argonet_queue *q = &an->queue[i];

		q->mem = mem[i];
		argonet_pools_start(q);
		q->tx.run = 0;
		atomic_set(&q->tx.woken, 0);
		argonet_cpu_get(q);
		argo_dest_add(&q->tx.dest, config->peer, config->peer_port + i,
			      &argonet_dest_ops);
	}
	kfree(mem);
}

/* The control work is stopped, and the rings are closed. */
void argonet_queues_stop(struct argonet *an)
{
	struct argo_ring_stats stats;
	unsigned int i;

	for (i = 0; i < an->config.queues; i++) {
		struct argonet_queue *q = &an->queue[i];

		/* The counters outlive the ring. */
		argo_ring_get_stats(q->ring, &stats);
		q->past.notify += stats.notify;
		q->past.notify_elided += stats.notify_elided;
		q->past.bad_headers += stats.bad_headers;

		argo_dest_del(&q->tx.dest);
		argonet_cpu_put(q);
		argonet_memory_free(&q->mem);
		q->ring = NULL;
	}
}
