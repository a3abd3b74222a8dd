// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive: messages are taken apart into frames, frames go to the stack.
 *
 * Every frame is copied out of the ring before anything but its length and
 * its record is looked at.
 */
#include <linux/etherdevice.h>
#include <linux/skbuff.h>

#include "argonet.h"

/* A larger frame has its headers in the linear part, the rest in pages. */
#define ARGONET_RX_LINEAR	SKB_WITH_OVERHEAD(PAGE_SIZE - NET_SKB_PAD)
#define ARGONET_RX_HEAD		128

void argonet_rx_bad(struct argonet_queue *q, enum argonet_bad why)
{
	u64_stats_update_begin(&q->rx_sync);
	u64_stats_inc(&q->rx.bad[why]);
	u64_stats_update_end(&q->rx_sync);
}

static void argonet_rx_dropped(struct argonet_queue *q)
{
	u64_stats_update_begin(&q->rx_sync);
	u64_stats_inc(&q->rx.dropped);
	u64_stats_update_end(&q->rx_sync);
}

/* Its length was checked against what the peer was told. */
static struct sk_buff *argonet_rx_alloc(struct argonet_queue *q, u32 len)
{
	struct sk_buff *skb;
	int err;

	if (len <= ARGONET_RX_LINEAR) {
		skb = napi_alloc_skb(&q->napi, len);
		if (skb)
			skb_put(skb, len);
		return skb;
	}

	skb = alloc_skb_with_frags(NET_SKB_PAD + NET_IP_ALIGN + ARGONET_RX_HEAD,
				   len - ARGONET_RX_HEAD,
				   PAGE_ALLOC_COSTLY_ORDER, &err, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb->dev = q->an->dev;
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_put(skb, ARGONET_RX_HEAD);
	skb->data_len = len - ARGONET_RX_HEAD;
	skb->len += skb->data_len;
	return skb;
}

static bool argonet_rx_copy(struct sk_buff *skb, const struct argo_message *msg,
			    u32 offset)
{
	u32 done, len;

	for (done = 0; done < skb->len; done += len) {
		const void *from;

		len = skb->len - done;
		from = argo_message_piece(msg, offset + done, &len);
		if (skb_store_bits(skb, done, from, len))
			return false;
	}
	return true;
}

static void argonet_rx_frame(struct argonet_queue *q,
			     const struct argo_message *msg,
			     const struct argonet_frame *frame)
{
	struct sk_buff *skb = argonet_rx_alloc(q, frame->len);

	if (unlikely(!skb)) {
		argonet_rx_dropped(q);
		return;
	}
	if (unlikely(!argonet_rx_copy(skb, msg, frame->offset) ||
		     argonet_offload_decode(skb, &frame->offload))) {
		argonet_rx_bad(q, ARGONET_BAD_OFFLOAD);
		kfree_skb(skb);
		return;
	}

	u64_stats_update_begin(&q->rx_sync);
	u64_stats_inc(&q->rx.packets);
	u64_stats_add(&q->rx.bytes, frame->len);
	u64_stats_update_end(&q->rx_sync);

	skb_record_rx_queue(skb, q->index);
	skb->protocol = eth_type_trans(skb, q->an->dev);
	napi_gro_receive(&q->napi, skb);
}

/*
 * A message may hold thousands of frames: one that is not through when the
 * budget ends is gone on with in the next round.
 *
 * Return: frames found
 */
static int argonet_rx_data(struct argonet_queue *q,
			   const struct argo_message *msg, int budget)
{
	const struct argonet *an = q->an;
	u32 offered = READ_ONCE(an->offered);
	struct argonet_frame frame;
	u32 pos = q->rx_pos;
	int frames = 0, ret;

	do {
		ret = argonet_record_next(msg, &pos, offered,
					  an->own.max_frame, &frame);
		if (ret <= 0)
			break;
		argonet_rx_frame(q, msg, &frame);
	} while (++frames < budget);

	q->rx_pos = ret > 0 ? pos : 0;
	if (unlikely(ret < 0))
		argonet_rx_bad(q, -ret - 1);
	return frames;
}

/* Return: frames found, at least 1: a message without any is work, too */
static int argonet_rx_message(struct argonet_queue *q,
			      const struct argo_message *msg, int budget)
{
	struct argonet *an = q->an;
	int frames = 0;

	if (unlikely(msg->type != ARGONET_TYPE(ARGONET_KIND_DATA))) {
		if (!argonet_rx_control(q, msg))
			argonet_rx_bad(q, ARGONET_BAD_KIND);
	} else if (unlikely(!READ_ONCE(an->rx_open))) {
		WRITE_ONCE(an->heard, true);
		q->rx_pos = 0;
		argonet_rx_bad(q, ARGONET_BAD_EARLY);
	} else if (unlikely(msg->len > an->own.max_message)) {
		argonet_rx_bad(q, ARGONET_BAD_LENGTH);
	} else {
		frames = argonet_rx_data(q, msg, budget);
	}
	return max(frames, 1);
}

static void argonet_rx_consume(struct argonet_queue *q,
			       const struct argo_message *msg)
{
	argo_ring_consume(q->ring, msg);
	u64_stats_update_begin(&q->rx_sync);
	u64_stats_inc(&q->rx.messages);
	u64_stats_update_end(&q->rx_sync);
}

static int argonet_rx(struct argonet_queue *q, int budget)
{
	u32 batch = q->an->own.ring_size / 8;
	struct argo_message msg;
	u32 unpublished = 0;
	int done = 0;

	while (done < budget && argo_ring_next(q->ring, &msg) > 0) {
		done += argonet_rx_message(q, &msg, budget - done);
		if (q->rx_pos)
			break;
		argonet_rx_consume(q, &msg);
		/* Space is useful to the peer long before the end of a round. */
		unpublished += msg.slots;
		if (unpublished >= batch) {
			argo_ring_publish(q->ring);
			unpublished = 0;
		}
	}
	if (unpublished)
		argo_ring_publish(q->ring);
	return done;
}

int argonet_poll(struct napi_struct *napi, int budget)
{
	struct argonet_queue *q = container_of(napi, struct argonet_queue, napi);
	bool sent = argonet_tx_resume(q);
	int done;

	if (!budget)
		return 0;

	done = argonet_rx(q, budget);
	if (!sent)
		done = budget;
	if (done < budget && napi_complete_done(napi, done))
		argo_ring_done(q->ring);
	else
		argo_ring_again(q->ring);
	return done;
}
