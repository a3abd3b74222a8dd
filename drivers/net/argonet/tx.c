// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit: frames become messages, messages go to the peer's ring.
 *
 * A message is the stage (records, and small frames in whole) followed by the
 * pieces of at most one large frame, sent from where they are. Xen copies at
 * once, so a frame is freed when it is sent. A message that finds the ring
 * full stays as it is until there is room, with the queue stopped: no frame is
 * ever handed back or dropped for that.
 */
#include <linux/etherdevice.h>
#include <linux/skbuff.h>

#include "argonet.h"

static void argonet_tx_count(struct argonet_queue *q, u64_stats_t *counter,
			     unsigned int n)
{
	u64_stats_update_begin(&q->tx_sync);
	u64_stats_add(counter, n);
	u64_stats_update_end(&q->tx_sync);
}

static void argonet_tx_clear(struct argonet_queue *q)
{
	q->staged = 0;
	q->frames = 0;
	q->frame_bytes = 0;
	q->held = NULL;
}

static void argonet_tx_sent(struct argonet_queue *q)
{
	u64_stats_update_begin(&q->tx_sync);
	u64_stats_add(&q->tx.packets, q->frames);
	u64_stats_add(&q->tx.bytes, q->frame_bytes);
	u64_stats_inc(&q->tx.sendv);
	u64_stats_update_end(&q->tx_sync);
	dev_consume_skb_any(q->held);
	argonet_tx_clear(q);
}

static void argonet_tx_drop(struct argonet_queue *q, u64_stats_t *counter)
{
	if (!q->frames)
		return;
	argonet_tx_count(q, counter, q->frames);
	dev_kfree_skb_any(q->held);
	argonet_tx_clear(q);
}

/* Pieces of a message, neighbours in memory made one */
struct argonet_pieces {
	struct xen_argo_iov iov[XEN_ARGO_MAX_IOVS];
	unsigned int n;
	u32 bytes;
};

static bool argonet_piece_add(struct argonet_pieces *p, const void *base,
			      u32 len)
{
	struct xen_argo_iov *last = p->n ? &p->iov[p->n - 1] : NULL;

	if (last && last->base + last->len == (unsigned long)base)
		last->len += len;
	else if (p->n < ARRAY_SIZE(p->iov))
		p->iov[p->n++] = argo_iov(base, len);
	else
		return false;
	p->bytes += len;
	return true;
}

static bool argonet_pieces_of(const struct sk_buff *skb,
			      struct argonet_pieces *p)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	unsigned int i;

	if (skb_headlen(skb) &&
	    !argonet_piece_add(p, skb->data, skb_headlen(skb)))
		return false;
	for (i = 0; i < shinfo->nr_frags; i++) {
		const skb_frag_t *frag = &shinfo->frags[i];

		if (skb_frag_size(frag) &&
		    !argonet_piece_add(p, skb_frag_address(frag),
				       skb_frag_size(frag)))
			return false;
	}
	return true;
}

/*
 * A frame in more pieces than Xen takes: the first ones go as they are, what
 * does not fit any more is copied behind the stage and makes the last piece.
 */
static void argonet_pieces_bounce(struct argonet_queue *q,
				  const struct sk_buff *skb,
				  struct argonet_pieces *p)
{
	u32 done, left;

	/* The last piece makes room for the copy. */
	p->n--;
	p->bytes -= p->iov[p->n].len;
	done = p->bytes - q->staged;
	left = skb->len - done;
	skb_copy_bits(skb, done, q->stage + q->staged, left);
	p->iov[p->n++] = argo_iov(q->stage + q->staged, left);
	p->bytes += left;
	argonet_tx_count(q, &q->tx.bounced, 1);
}

static int argonet_tx_try(struct argonet_queue *q, u32 *bytes)
{
	struct argonet_pieces p = {};

	argonet_piece_add(&p, q->stage, q->staged);
	if (q->held && !argonet_pieces_of(q->held, &p))
		argonet_pieces_bounce(q, q->held, &p);
	*bytes = p.bytes;
	return argo_sendv(&q->dest, q->an->config.port + q->index,
			  ARGONET_TYPE(ARGONET_KIND_DATA), p.iov, p.n);
}

static void argonet_tx_failed(struct argonet_queue *q, int ret)
{
	switch (ret) {
	case -ECONNREFUSED:
	case -ESRCH:
		argonet_tx_drop(q, &q->tx.dropped);
		argonet_event(q->an, ARGONET_EV_GONE);
		return;
	case -EMSGSIZE:
		argonet_event(q->an, ARGONET_EV_TOO_LONG);
		break;
	case -EPERM:
	case -EACCES:
	case -ENODEV:
		argonet_event(q->an, ARGONET_EV_GONE);
		fallthrough;
	default:
		if (net_ratelimit())
			netdev_warn(q->an->dev, "Xen refuses messages to domain %u: %d\n",
				    q->an->config.peer, ret);
	}
	argonet_tx_drop(q, &q->tx.errors);
}

/*
 * Send the message, or stop the queue and wait for room. A wake-up may come
 * between a refusal and the wait; the second try after the wait began cannot
 * miss one.
 *
 * Return: true if the queue may go on.
 */
static bool argonet_tx_flush(struct argonet_queue *q)
{
	struct netdev_queue *txq = argonet_txq(q);
	u32 bytes;
	int ret;

	ret = argonet_tx_try(q, &bytes);
	if (argonet_full(ret)) {
		argonet_tx_count(q, &q->tx.eagain, 1);
		netif_tx_stop_queue(txq);
		argo_dest_wait(&q->dest, bytes);
		ret = argonet_tx_try(q, &bytes);
		if (argonet_full(ret)) {
			if (!q->blocked) {
				q->blocked = true;
				q->blocked_since = jiffies;
				argonet_tx_count(q, &q->tx.stop, 1);
				argonet_control_blocked(q->an);
			}
			return false;
		}
		argo_dest_wait_end(&q->dest);
	}

	if (ret < 0)
		argonet_tx_failed(q, ret);
	else
		argonet_tx_sent(q);
	q->blocked = false;
	if (netif_tx_queue_stopped(txq))
		netif_tx_wake_queue(txq);
	return true;
}

/* Put a record, and the frame if it is small, on the stage. */
static bool argonet_tx_stage(struct argonet_queue *q, struct sk_buff *skb,
			     bool more)
{
	struct argonet_record record = { .len = cpu_to_le32(skb->len) };
	u32 at = ALIGN(q->staged, ARGONET_RECORD_ALIGN);

	if (argonet_offload_encode(skb, &record.offload))
		return false;

	/* Never send what was on the stage before. */
	memset(q->stage + q->staged, 0, at - q->staged);
	memcpy(q->stage + at, &record, sizeof(record));
	q->staged = at + sizeof(record);
	q->frames++;
	q->frame_bytes += skb->len;

	if (skb->len <= ARGONET_COPY_ALWAYS ||
	    (more && skb->len <= ARGONET_COPY_BATCHED)) {
		skb_copy_bits(skb, 0, q->stage + q->staged, skb->len);
		q->staged += skb->len;
		argonet_tx_count(q, &q->tx.copied, 1);
		dev_consume_skb_any(skb);
	} else {
		q->held = skb;
	}
	return true;
}

/* Finish what the peer never took; the stack learns of it a bit later. */
static bool argonet_tx_fit_peer(u32 features, struct sk_buff *skb)
{
	if (skb_is_gso(skb)) {
		unsigned int type = skb_shinfo(skb)->gso_type;

		return !((type & SKB_GSO_TCPV4 && !(features & ARGONET_F_TSO4)) ||
			 (type & SKB_GSO_TCPV6 && !(features & ARGONET_F_TSO6)) ||
			 (type & SKB_GSO_TCP_ECN && !(features & ARGONET_F_ECN)) ||
			 (type & SKB_GSO_UDP_L4 && !(features & ARGONET_F_USO)));
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL && !(features & ARGONET_F_CSUM))
		return !skb_checksum_help(skb);
	return true;
}

netdev_tx_t argonet_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct argonet *an = netdev_priv(dev);
	struct argonet_queue *q = &an->queue[skb_get_queue_mapping(skb)];
	bool more = netdev_xmit_more();

	if (unlikely(q->blocked))
		return NETDEV_TX_BUSY;

	if (unlikely(!q->on)) {
		argonet_tx_count(q, &q->tx.dropped, 1);
		goto drop;
	}
	if (unlikely(skb->len > q->max_frame)) {
		argonet_tx_count(q, &q->tx.oversize, 1);
		goto error;
	}
	if (unlikely(skb->len < ETH_HLEN || !argonet_tx_fit_peer(q->peer_features, skb)))
		goto error;

	skb_tx_timestamp(skb);
	if (!argonet_tx_stage(q, skb, more || q->frames))
		goto error;
	if (q->held || !more || q->staged > q->batch)
		argonet_tx_flush(q);
	return NETDEV_TX_OK;

error:
	argonet_tx_count(q, &q->tx.errors, 1);
drop:
	dev_kfree_skb_any(skb);
	/* The frames before this one must not wait for one that may not come. */
	if (q->frames && !more)
		argonet_tx_flush(q);
	return NETDEV_TX_OK;
}

/* The wait is over: the NAPI takes it from here. */
static void argonet_dest_space(struct argo_dest *dest, enum argo_wake why)
{
	struct argonet_queue *q = container_of(dest, struct argonet_queue, dest);

	atomic_set(&q->woken, 1 + why);
	napi_schedule(&q->napi);
}

static void argonet_dest_gone(struct argo_dest *dest)
{
	struct argonet_queue *q = container_of(dest, struct argonet_queue, dest);

	argonet_event(q->an, ARGONET_EV_GONE);
}

const struct argo_dest_ops argonet_dest_ops = {
	.space = argonet_dest_space,
	.gone = argonet_dest_gone,
};

/*
 * Called by the NAPI: send what was held back if there may be room now.
 *
 * Return: false if the lock is taken, perhaps by a netpoll that polls us while
 * it sends: come back.
 */
bool argonet_tx_resume(struct argonet_queue *q)
{
	struct netdev_queue *txq = argonet_txq(q);
	int woken;

	if (likely(!atomic_read(&q->woken)))
		return true;
	if (!__netif_tx_trylock(txq))
		return false;
	woken = atomic_xchg(&q->woken, 0);
	if (woken && q->blocked && argonet_tx_flush(q))
		argonet_tx_count(q, woken == 1 + ARGO_WAKE_VIRQ ?
				    &q->tx.wake_virq : &q->tx.wake_timer, 1);
	__netif_tx_unlock(txq);
	return true;
}

/* Frames may be sent, as the peer wants them. */
void argonet_tx_on(struct argonet_queue *q, const struct argonet_params *peer)
{
	struct netdev_queue *txq = argonet_txq(q);
	u32 last = peer->max_frame + sizeof(struct argonet_record);

	__netif_tx_lock_bh(txq);
	/*
	 * What the peer offered earlier in its session it still takes. Frames
	 * that the stack made in that belief are on their way to us.
	 */
	if (!q->on)
		q->peer_features = 0;
	q->peer_features |= peer->features;
	q->max_frame = peer->max_frame;
	/* What is left for small frames before the one that ends a message */
	q->batch = ALIGN_DOWN(min_t(u32, ARGONET_BATCH, peer->max_message - last),
			      ARGONET_RECORD_ALIGN);
	q->on = true;
	__netif_tx_unlock_bh(txq);
}

/* Nothing is sent any more; what was held back is dropped. */
void argonet_tx_off(struct argonet_queue *q)
{
	struct netdev_queue *txq = argonet_txq(q);

	__netif_tx_lock_bh(txq);
	q->on = false;
	q->blocked = false;
	argo_dest_wait_end(&q->dest);
	argonet_tx_drop(q, &q->tx.dropped);
	/* What the stack has queued is dropped on its way through. */
	netif_tx_wake_queue(txq);
	__netif_tx_unlock_bh(txq);
}
