// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit: put frames into messages, and send these to the peer's ring.
 *
 * A message is made of pieces. Records, headers and small frames are copied to the
 * stage; the pages of large frames are sent from where they are. Xen copies a message
 * before sendv returns, so its frames are freed then. If the ring is full, the message
 * is kept and the queue is stopped until there is room, so no frame is dropped or handed
 * back to the stack for want of room.
 */
#include <linux/etherdevice.h>
#include <linux/skbuff.h>

#include "argonet.h"
#include "compat.h"

/*
 * Begin a message. Xen takes 8 pieces; argo-core copies what exceeds them to the part of
 * the stage behind the batch.
 */
static void argonet_tx_clear(struct argonet_queue *q)
{
	struct argonet_message *m = &q->tx.message;

	argo_stage_init(&m->pieces, q->stage + ARGONET_BATCH,
			argonet_max_sent(&q->an->own));
	m->staged = 0;
	m->frame_bytes = 0;
	m->frames = 0;
}

static void argonet_tx_sent(struct argonet_queue *q)
{
	struct sk_buff *skb;

	u64_stats_update_begin(&q->tx.sync);
	u64_stats_add(&q->tx.stats.packets, q->tx.message.frames);
	u64_stats_add(&q->tx.stats.bytes, q->tx.message.frame_bytes);
	u64_stats_inc(&q->tx.stats.sendv);
	u64_stats_update_end(&q->tx.sync);
	while ((skb = __skb_dequeue(&q->tx.held)))
		dev_consume_skb_any(skb);
	argonet_tx_clear(q);
}

static void argonet_tx_drop(struct argonet_queue *q, u64_stats_t *counter)
{
	struct sk_buff *skb;

	argonet_tx_count(q, counter, q->tx.message.frames);
	while ((skb = __skb_dequeue(&q->tx.held)))
		dev_kfree_skb_any(skb);
	argonet_tx_clear(q);
}

/* Reserve @len bytes of the stage, and make them the next piece of the message. */
static void *argonet_tx_stage(struct argonet_queue *q, u32 len)
{
	void *at = q->stage + q->tx.message.staged;

	argo_stage_add(&q->tx.message.pieces, at, len);
	q->tx.message.staged += len;
	return at;
}

/*
 * Return: how many bytes of headers are copied behind their record. The copy and the
 * record make one piece instead of two.
 */
static u32 argonet_tx_headers(const struct sk_buff *skb)
{
	return skb_headlen(skb) <= ARGONET_COPY_ALWAYS ? skb_headlen(skb) : 0;
}

/*
 * Add a frame whose pages are sent from where they are. The first frame of a message
 * may have more pieces than Xen takes: argo-core copies the others, and the stage has
 * room for that. A later frame is only added if its pieces fit.
 */
static void argonet_tx_hold(struct argonet_queue *q, struct sk_buff *skb)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	struct argo_stage *pieces = &q->tx.message.pieces;
	u32 done = argonet_tx_headers(skb);
	unsigned int i;

	if (done)
		memcpy(argonet_tx_stage(q, done), skb->data, done);
	argo_stage_add(pieces, skb->data + done, skb_headlen(skb) - done);
	for (i = 0; i < shinfo->nr_frags; i++)
		argo_stage_add(pieces, skb_frag_address(&shinfo->frags[i]),
			       skb_frag_size(&shinfo->frags[i]));
	if (pieces->used)
		argonet_tx_count(q, &q->tx.stats.bounced, 1);
	__skb_queue_tail(&q->tx.held, skb);
}

/*
 * Return: whether a frame can be added to the message. Of its @len bytes @copied are put
 * on the stage, the others are sent from where they are, in @pieces pieces. An empty
 * message takes any frame, because argo-core copies the pieces that Xen does not take.
 */
static bool argonet_tx_takes(const struct argonet_queue *q, u32 len, u32 copied,
			     unsigned int pieces)
{
	const struct argonet_message *m = &q->tx.message;
	u32 head = ARGONET_RECORD_ALIGN + sizeof(struct argonet_record);

	return !m->frames ||
	       (m->pieces.niov + 1 + pieces <= XEN_ARGO_MAXIOV &&
		m->staged + head + copied + ARGONET_COPY_ALWAYS <= ARGONET_BATCH &&
		m->pieces.len + head + len <= q->tx.max_message);
}

static bool argonet_tx_fits(const struct argonet_queue *q,
			    const struct sk_buff *skb, bool copy)
{
	return copy ? argonet_tx_takes(q, skb->len, skb->len, 0) :
		      argonet_tx_takes(q, skb->len, 0, skb_shinfo(skb)->nr_frags + 1);
}

/*
 * Put a record on the stage, and reserve @copied bytes behind it for the caller.
 *
 * Return: where these bytes are to be put
 */
static void *argonet_tx_record(struct argonet_queue *q,
			       const struct argonet_record *record, u32 copied)
{
	struct argonet_message *m = &q->tx.message;
	u32 pad = ALIGN(m->pieces.len, ARGONET_RECORD_ALIGN) - m->pieces.len;
	void *at = argonet_tx_stage(q, pad + sizeof(*record) + copied);

	m->frames++;
	m->frame_bytes += le32_to_cpu(record->len);
	/* The padding must not carry what an earlier message left on the stage. */
	memset(at, 0, pad);
	memcpy(at + pad, record, sizeof(*record));
	return at + pad + sizeof(*record);
}

/*
 * Add a frame to the message, which has room for it. The frame is freed at once if
 * it was copied or cannot be sent, otherwise once the message is sent.
 *
 * Return: false if it cannot be sent
 */
static bool argonet_tx_add(struct argonet_queue *q, struct sk_buff *skb, bool copy)
{
	struct argonet_record record = { .len = cpu_to_le32(skb->len) };
	void *at;

	if (argonet_offload_encode(skb, &record.offload)) {
		argonet_tx_count(q, &q->tx.stats.errors, 1);
		dev_kfree_skb_any(skb);
		return false;
	}

	at = argonet_tx_record(q, &record, copy ? skb->len : 0);
	if (copy) {
		if (skb_is_nonlinear(skb))
			skb_copy_bits(skb, 0, at, skb->len);
		else
			skb_copy_from_linear_data(skb, at, skb->len);
		argonet_tx_count(q, &q->tx.stats.copied, 1);
		dev_consume_skb_any(skb);
	} else {
		argonet_tx_hold(q, skb);
	}
	return true;
}

static int argonet_tx_send(struct argonet_queue *q)
{
	const struct argo_stage *pieces = &q->tx.message.pieces;

	return argo_send_wait(&q->tx.dest, q->an->config.port + q->index,
			      ARGONET_TYPE(ARGONET_KIND_DATA), pieces->iov,
			      pieces->niov, pieces->len);
}

/*
 * There is no room for the message. Keep it, and stop the queue until it was sent, so
 * that the stack sends no more frames through it.
 */
static void argonet_tx_block(struct argonet_queue *q)
{
	netif_tx_stop_queue(argonet_txq(q));
	if (q->tx.blocked)
		return;
	WRITE_ONCE(q->tx.blocked_since, jiffies);
	/*
	 * Pairs with smp_load_acquire() in argonet_stall_work(), which must not
	 * compare an old @blocked_since with the clock.
	 */
	smp_store_release(&q->tx.blocked, true);
	argonet_tx_count(q, &q->tx.stats.stop, 1);
	argonet_event_blocked(q->an);
}

static void argonet_tx_failed(struct argonet_queue *q, int ret)
{
	if (ret == -EMSGSIZE)
		argonet_event(q->an, ARGONET_EV_TOO_LONG);
	else if (net_ratelimit())
		netdev_warn(q->an->dev, "Xen refuses messages to domain %u: %d\n",
			    q->an->config.peer, ret);
	if (ret == -EPERM || ret == -EACCES || ret == -ENODEV)
		argonet_event(q->an, ARGONET_EV_GONE);
	argonet_tx_drop(q, &q->tx.stats.errors);
}

/*
 * Try to send the message. If the peer's ring does not exist the message is kept,
 * because the control work has yet to find out whether the peer only replaced it.
 *
 * Return: false if the message was kept
 */
static bool argonet_tx_try(struct argonet_queue *q)
{
	int ret = argonet_tx_send(q);

	if (argo_full(ret)) {
		argonet_tx_count(q, &q->tx.stats.eagain, 1);
		argonet_tx_block(q);
		return false;
	}
	if (ret == -ECONNREFUSED || ret == -ESRCH) {
		argonet_tx_block(q);
		argonet_event(q->an, ret == -ESRCH ? ARGONET_EV_NO_DOMAIN :
						     ARGONET_EV_GONE);
		return false;
	}

	if (ret < 0)
		argonet_tx_failed(q, ret);
	else
		argonet_tx_sent(q);
	return true;
}

/*
 * Send the message and then the parked frame. If both went, the stack may send more.
 *
 * Return: false if one of them has to wait for room
 */
static bool argonet_tx_flush(struct argonet_queue *q)
{
	struct netdev_queue *txq = argonet_txq(q);

	while (q->tx.message.frames || q->tx.parked) {
		if (q->tx.message.frames && !argonet_tx_try(q))
			return false;
		if (q->tx.parked)
			argonet_tx_add(q, q->tx.parked, false);
		q->tx.parked = NULL;
	}
	WRITE_ONCE(q->tx.blocked, false);
	if (netif_tx_queue_stopped(txq))
		netif_tx_wake_queue(txq);
	return true;
}

/*
 * Make a frame one that the peer takes. The stack may have made it for an earlier
 * peer that took more, because it is told of another peer a bit later.
 *
 * Return: false if it cannot be made so
 */
static bool argonet_tx_fit_peer(u32 features, struct sk_buff *skb)
{
	if (argonet_offload_needs(skb) & ~features)
		return false;
	if (!skb_is_gso(skb) && skb->ip_summed == CHECKSUM_PARTIAL && !(features & ARGONET_F_CSUM))
		return !skb_checksum_help(skb);
	return true;
}

/*
 * Is this frame part of a flood: many small frames in a row while the peer sends none?
 * Frames of a flood are collected for a while, so that one message carries many of
 * them. That delays them, but no program waits for an answer, or the peer would have
 * sent one.
 */
static bool argonet_tx_flood(struct argonet_queue *q, const struct sk_buff *skb)
{
	ktime_t last;

	if (READ_ONCE(q->talks)) {
		WRITE_ONCE(q->talks, false);
		q->tx.run = 0;
	}
	if (skb->len > ARGONET_COLLECT || !q->an->tx_usecs)
		return false;
	if (q->tx.run < ARGONET_RUN) {
		q->tx.run++;
		return false;
	}
	/* The clock is read once per message, not for each frame of it. */
	if (hrtimer_is_queued(&q->tx.timer))
		return true;
	last = q->tx.last;
	q->tx.last = ktime_get();
	return ktime_us_delta(q->tx.last, last) < 2 * q->an->tx_usecs;
}

/* When does the message go? */
enum argonet_tx_when {
	ARGONET_TX_NOW,
	ARGONET_TX_MORE,	/* with the next frame: the stack says that one follows */
	ARGONET_TX_POLL,	/* at the end of the softirq that sends this frame */
	ARGONET_TX_TIMER,	/* after tx_usecs, with all frames sent until then */
};

static enum argonet_tx_when argonet_tx_when(struct argonet_queue *q,
					    const struct sk_buff *skb, bool more)
{
	if (more)
		return ARGONET_TX_MORE;
	/* This is netpoll, maybe of a kernel that panics: polls and timers may not run. */
	if (irqs_disabled())
		return ARGONET_TX_NOW;
	if (in_serving_softirq())
		return ARGONET_TX_POLL;
	return argonet_tx_flood(q, skb) ? ARGONET_TX_TIMER : ARGONET_TX_NOW;
}

static void argonet_tx_later(struct argonet_queue *q, enum argonet_tx_when when)
{
	switch (when) {
	case ARGONET_TX_NOW:
		argonet_tx_flush(q);
		break;
	case ARGONET_TX_MORE:
		break;
	case ARGONET_TX_POLL:
		napi_schedule(&q->tx.napi);
		break;
	case ARGONET_TX_TIMER:
		if (!hrtimer_is_queued(&q->tx.timer))
			hrtimer_start(&q->tx.timer,
				      ns_to_ktime(q->an->tx_usecs * NSEC_PER_USEC),
				      HRTIMER_MODE_REL_PINNED);
		break;
	}
}

netdev_tx_t argonet_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct argonet *an = netdev_priv(dev);
	struct argonet_queue *q = &an->queue[skb_get_queue_mapping(skb)];
	bool more = netdev_xmit_more();
	enum argonet_tx_when when;
	bool copy;

	if (unlikely(q->tx.blocked))
		return NETDEV_TX_BUSY;

	if (unlikely(!q->tx.on)) {
		argonet_tx_count(q, &q->tx.stats.dropped, 1);
		goto drop;
	}
	if (unlikely(!argonet_jumbo_remove(skb)))
		goto error;
	if (unlikely(skb->len > q->tx.max_frame)) {
		argonet_tx_count(q, &q->tx.stats.oversize, 1);
		goto error;
	}
	if (unlikely(skb->len < ETH_HLEN || !skb_frags_readable(skb) ||
		     !argonet_tx_fit_peer(q->tx.peer_features, skb)))
		goto error;

	skb_tx_timestamp(skb);
	when = argonet_tx_when(q, skb, more);
	copy = skb->len <= ARGONET_COPY_ALWAYS ||
	       (skb->len <= ARGONET_COPY_BATCHED &&
		(when != ARGONET_TX_NOW || q->tx.message.frames));
	if (!argonet_tx_fits(q, skb, copy) && !argonet_tx_flush(q)) {
		q->tx.parked = skb;
		return NETDEV_TX_OK;
	}
	if (argonet_tx_add(q, skb, copy))
		argonet_tx_later(q, when);
	else if (!more)
		argonet_tx_flush(q);
	return NETDEV_TX_OK;

error:
	argonet_tx_count(q, &q->tx.stats.errors, 1);
drop:
	dev_kfree_skb_any(skb);
	/*
	 * Frames of the message may be waiting for this one, which is not sent. If the
	 * stack does not promise another frame, they are sent now.
	 */
	if (!more)
		argonet_tx_flush(q);
	return NETDEV_TX_OK;
}

/**
 * argonet_tx_xdp() - copy a frame of XDP's into the message
 * @q: queue, its transmit lock held
 * @xdp: frame
 *
 * Return: whether there was room; the frame stays the caller's.
 */
bool argonet_tx_xdp(struct argonet_queue *q, struct xdp_frame *xdp)
{
	const struct skb_shared_info *sinfo = xdp_get_shared_info_from_frame(xdp);
	u32 len = xdp_get_frame_len(xdp);
	struct argonet_record record = { .len = cpu_to_le32(len) };
	unsigned int i;
	void *at;

	if (!q->tx.on || q->tx.blocked || len < ETH_HLEN ||
	    len > min_t(u32, q->tx.max_frame, ARGONET_MAX_FRAME) ||
	    (!argonet_tx_takes(q, len, len, 0) && !argonet_tx_flush(q))) {
		argonet_tx_count(q, &q->tx.stats.xdp_full, 1);
		return false;
	}
	at = argonet_tx_record(q, &record, len);
	at = memcpy(at, xdp->data, xdp->len) + xdp->len;
	for (i = 0; xdp_frame_has_frags(xdp) && i < sinfo->nr_frags; i++) {
		const skb_frag_t *frag = &sinfo->frags[i];

		memcpy(at, skb_frag_address(frag), skb_frag_size(frag));
		at += skb_frag_size(frag);
	}
	argonet_tx_count(q, &q->tx.stats.xdp, 1);
	return true;
}

/* A wait for room is over. argonet_tx_poll() tries again, since it may take the lock. */
void argonet_tx_kick(struct argonet_queue *q, enum argo_wake why)
{
	atomic_set(&q->tx.woken, 1 + why);
	napi_schedule(&q->tx.napi);
}

enum hrtimer_restart argonet_tx_timer(struct hrtimer *timer)
{
	struct argonet_queue *q = container_of(timer, struct argonet_queue, tx.timer);

	napi_schedule(&q->tx.napi);
	return HRTIMER_NORESTART;
}

static void argonet_dest_space(struct argo_dest *dest, enum argo_wake why)
{
	argonet_tx_kick(container_of(dest, struct argonet_queue, tx.dest), why);
}

static void argonet_dest_gone(struct argo_dest *dest)
{
	struct argonet_queue *q = container_of(dest, struct argonet_queue, tx.dest);

	argonet_event(q->an, ARGONET_EV_GONE);
}

const struct argo_dest_ops argonet_dest_ops = {
	.space = argonet_dest_space,
	.gone = argonet_dest_gone,
};

/*
 * Send the message at hand. If it waits for room, try again only after a wake-up. If the
 * peer is owed a signal about room in our ring, a message serves as one, because the peer
 * looks for room whenever it gets a message.
 */
static void argonet_tx_go_on(struct argonet_queue *q)
{
	int woken = atomic_xchg(&q->tx.woken, 0);
	/* Taken before sending: only a message sent from now on serves as the signal. */
	bool owes = xchg(&q->owes, false);
	u64 sent = u64_stats_read(&q->tx.stats.sendv);

	if (!q->tx.blocked)
		argonet_tx_flush(q);
	else if (woken && argonet_tx_flush(q))
		argonet_tx_count(q, woken == 1 + ARGO_WAKE_VIRQ ?
				    &q->tx.stats.wake_virq : &q->tx.stats.wake_timer, 1);
	if (owes && sent == u64_stats_read(&q->tx.stats.sendv))
		argo_ring_notify(q->ring);
}

/**
 * argonet_tx_room_later() - there is room that the peer may wait for
 * @q: queue it is in
 *
 * The peer looks for room when it gets a message. Most likely the stack answers what
 * was read before the NAPI that sends gets its turn, and the answer is such a message. If
 * there is none, that NAPI has Xen signal the peer.
 *
 * Context: NAPI of @q.
 */
void argonet_tx_room_later(struct argonet_queue *q)
{
	WRITE_ONCE(q->owes, true);
	/*
	 * napi_schedule() is a full barrier, so the poll that it causes sees the store.
	 * The counterpart is xchg() in argonet_tx_go_on().
	 */
	napi_schedule(&q->tx.napi);
}

/*
 * The same during a poll that reads on. The peer should not wait for the end of the poll,
 * so send what the stack has answered so far, or else the signal, now.
 */
void argonet_tx_room(struct argonet_queue *q)
{
	struct netdev_queue *txq = argonet_txq(q);

	if (!__netif_tx_trylock(txq)) {
		argonet_tx_room_later(q);
		return;
	}
	WRITE_ONCE(q->owes, true);
	argonet_tx_go_on(q);
	__netif_tx_unlock(txq);
}

int argonet_tx_poll(struct napi_struct *napi, int budget)
{
	struct argonet_queue *q = container_of(napi, struct argonet_queue, tx.napi);
	struct netdev_queue *txq = argonet_txq(q);

	if (budget) {
		__netif_tx_lock(txq, smp_processor_id());
		argonet_tx_go_on(q);
		__netif_tx_unlock(txq);
		napi_complete_done(napi, 0);
	} else if (__netif_tx_trylock(txq)) {
		/*
		 * netpoll: the lock may be taken by whoever is interrupted, and
		 * nobody else may be there to tell of room.
		 */
		atomic_set(&q->tx.woken, 1 + ARGO_WAKE_TIMER);
		argonet_tx_go_on(q);
		__netif_tx_unlock(txq);
	}
	return 0;
}

/* Frames may be sent, as the peer wants them. */
void argonet_tx_on(struct argonet_queue *q, const struct argonet_params *peer)
{
	struct netdev_queue *txq = argonet_txq(q);

	__netif_tx_lock_bh(txq);
	/*
	 * A peer that takes an offer back goes on taking such frames in this session,
	 * because the stack made some before it was told, and they are on their way.
	 */
	WRITE_ONCE(q->tx.peer_features,
		   peer->features | (q->tx.on ? q->tx.peer_features : 0));
	WRITE_ONCE(q->tx.max_frame, peer->max_frame);
	q->tx.max_message = peer->max_message;
	/* The message is empty then, but its memory may be new. */
	if (!q->tx.on)
		argonet_tx_clear(q);
	q->tx.on = true;
	__netif_tx_unlock_bh(txq);
}

/* Stop sending, and drop the frames that were not sent yet. */
void argonet_tx_off(struct argonet_queue *q)
{
	struct netdev_queue *txq = argonet_txq(q);

	__netif_tx_lock_bh(txq);
	q->tx.on = false;
	WRITE_ONCE(q->tx.blocked, false);
	argo_dest_wait_end(&q->tx.dest);
	argonet_tx_drop(q, &q->tx.stats.dropped);
	if (q->tx.parked) {
		argonet_tx_count(q, &q->tx.stats.dropped, 1);
		dev_kfree_skb_any(q->tx.parked);
		q->tx.parked = NULL;
	}
	/* The stack sends what it has queued, and argonet_start_xmit() drops it. */
	netif_tx_wake_queue(txq);
	__netif_tx_unlock_bh(txq);
}
