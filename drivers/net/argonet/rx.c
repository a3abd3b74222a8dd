// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive: messages are taken apart into frames, frames go to the stack.
 *
 * Only Xen writes to a ring, and only to the part that was given back to
 * senders. So the pages of a large frame can be lent to the stack, as long as
 * that part of the ring is not given back before the stack is done with them.
 * A small frame is copied, as is any while too much of the ring is lent: one
 * slow reader must not stop the link for all others.
 */
#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/skbuff.h>

#include "argonet.h"

/* A larger frame has its headers in the linear part, the rest in pages. */
#define ARGONET_RX_LINEAR	SKB_WITH_OVERHEAD(PAGE_SIZE - NET_SKB_PAD)
#define ARGONET_RX_HEAD		128

/* Frames from this size on are lent, by rings of this size on. */
#define ARGONET_RX_LEND		1024
#define ARGONET_RING_LEND	(256 * 1024)

/* How often to look for pages that senders may be waiting for, and how long */
#define ARGONET_RECLAIM_USECS	1000
#define ARGONET_STUCK		(HZ / 2)
#define ARGONET_PAUSE_MIN	((unsigned long)HZ)
#define ARGONET_PAUSE_MAX	(64UL * HZ)

static void argonet_rx_count(struct argonet_queue *q, u64_stats_t *counter)
{
	u64_stats_update_begin(&q->rx_sync);
	u64_stats_inc(counter);
	u64_stats_update_end(&q->rx_sync);
}

void argonet_rx_bad(struct argonet_queue *q, enum argonet_bad why)
{
	argonet_rx_count(q, &q->rx.bad[why]);
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

static void argonet_rx_copy(struct sk_buff *skb, const struct argo_message *msg,
			    u32 offset)
{
	u32 done, len;

	if (!skb_is_nonlinear(skb)) {
		argo_message_copy(msg, offset, skb->data, skb->len);
		return;
	}
	for (done = 0; done < skb->len; done += len) {
		const void *from;

		len = skb->len - done;
		from = argo_message_piece(msg, offset + done, &len);
		skb_store_bits(skb, done, from, len);
	}
}

/* What others may need is not lent. */
static bool argonet_rx_may_lend(const struct argonet_queue *q, u32 len)
{
	u32 size = q->an->own.ring_size;

	return len >= ARGONET_RX_LEND && size >= ARGONET_RING_LEND &&
	       argo_ring_held(q->ring) < size / 2 &&
	       time_after_eq(jiffies, q->lend_from);
}

/* Headers are copied; a frame that takes too many pages is not lent. */
static struct sk_buff *argonet_rx_lend(struct argonet_queue *q,
				       const struct argo_message *msg,
				       const struct argonet_frame *frame)
{
	struct sk_buff *skb = napi_alloc_skb(&q->napi, ARGONET_RX_HEAD);
	u32 at, len, offset;
	unsigned int n;

	if (!skb)
		return NULL;
	argo_message_copy(msg, frame->offset, skb->data, ARGONET_RX_HEAD);
	skb_put(skb, eth_get_headlen(q->an->dev, skb->data, ARGONET_RX_HEAD));
	for (n = 0, at = skb->len; at < frame->len; n++, at += len) {
		struct page *page;

		if (n == MAX_SKB_FRAGS) {
			kfree_skb(skb);
			return NULL;
		}
		len = frame->len - at;
		page = argo_ring_lend(q->ring, msg, frame->offset + at,
				      &offset, &len);
		skb_add_rx_frag(skb, n, page, offset, len, PAGE_ALIGN(len));
	}
	argonet_rx_count(q, &q->rx.lent);
	return skb;
}

static struct sk_buff *argonet_rx_skb(struct argonet_queue *q,
				      const struct argo_message *msg,
				      const struct argonet_frame *frame)
{
	struct sk_buff *skb = NULL;

	if (argonet_rx_may_lend(q, frame->len))
		skb = argonet_rx_lend(q, msg, frame);
	if (skb)
		return skb;
	skb = argonet_rx_alloc(q, frame->len);
	if (skb)
		argonet_rx_copy(skb, msg, frame->offset);
	return skb;
}

static void argonet_rx_frame(struct argonet_queue *q,
			     const struct argo_message *msg,
			     const struct argonet_frame *frame)
{
	struct sk_buff *skb = argonet_rx_skb(q, msg, frame);

	if (unlikely(!skb)) {
		argonet_rx_count(q, &q->rx.dropped);
		return;
	}
	if (unlikely(argonet_offload_decode(skb, &frame->offload))) {
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
		if (!READ_ONCE(an->talks))
			WRITE_ONCE(an->talks, true);
	}
	return max(frames, 1);
}

static void argonet_rx_consume(struct argonet_queue *q,
			       const struct argo_message *msg)
{
	argo_ring_consume(q->ring, msg);
	argonet_rx_count(q, &q->rx.messages);
}

static void argonet_rx_publish(struct argonet_queue *q)
{
	if (argo_ring_publish(q->ring) || !argo_ring_held(q->ring))
		q->moved = jiffies;
}

static int argonet_rx(struct argonet_queue *q, int budget)
{
	u32 batch = q->an->own.ring_size / 8;
	struct argo_message msg;
	u32 unpublished = 0;
	int done = 0;

	/* What came back since the last round makes room for more. */
	argonet_rx_publish(q);
	while (done < budget && argo_ring_next(q->ring, &msg) > 0) {
		done += argonet_rx_message(q, &msg, budget - done);
		if (q->rx_pos)
			break;
		argonet_rx_consume(q, &msg);
		/* Space is useful to the peer long before the end of a round. */
		unpublished += msg.slots;
		if (unpublished >= batch) {
			argonet_rx_publish(q);
			unpublished = 0;
		}
	}
	argonet_rx_publish(q);
	return done;
}

enum hrtimer_restart argonet_poll_timer(struct hrtimer *timer)
{
	struct argonet_queue *q = container_of(timer, struct argonet_queue, timer);

	napi_schedule(&q->napi);
	return HRTIMER_NORESTART;
}

void argonet_poll_after(struct argonet_queue *q, unsigned int usecs)
{
	hrtimer_start(&q->timer, ns_to_ktime(usecs * NSEC_PER_USEC), HRTIMER_MODE_REL);
}

/*
 * Nobody says when lent pages come back, and nobody has to while the peer has
 * room for the largest message. Otherwise look again soon. When nothing comes
 * back at all, leave the pages to whoever sits on them.
 */
static void argonet_rx_reclaim(struct argonet_queue *q)
{
	if (likely(!argo_ring_held(q->ring) || argo_ring_has_room(q->ring)) ||
	    READ_ONCE(q->renew))
		return;
	if (time_before(jiffies, q->moved + ARGONET_STUCK)) {
		argonet_poll_after(q, ARGONET_RECLAIM_USECS);
		return;
	}
	/* Unless lending went well for longer than it was paused */
	q->pause = time_after(jiffies, q->lend_from + q->pause) ?
		   ARGONET_PAUSE_MIN : min(2 * q->pause, ARGONET_PAUSE_MAX);
	q->lend_from = jiffies + q->pause;
	argonet_rx_count(q, &q->rx.renewed);
	WRITE_ONCE(q->renew, true);
	argonet_event(q->an, ARGONET_EV_RENEW);
}

int argonet_poll(struct napi_struct *napi, int budget)
{
	struct argonet_queue *q = container_of(napi, struct argonet_queue, napi);
	bool sent;
	int done;

	/* netpoll: nobody else may be there to tell of room */
	if (!budget)
		atomic_set(&q->woken, 1 + ARGO_WAKE_TIMER);
	sent = argonet_tx_resume(q);
	if (!budget)
		return 0;

	WRITE_ONCE(q->polling, true);
	done = argonet_rx(q, budget);
	argonet_rx_reclaim(q);
	if (!sent)
		done = budget;
	if (done < budget && napi_complete_done(napi, done))
		argo_ring_done(q->ring);
	else
		argo_ring_again(q->ring);
	/* The answers of the stack, even those to what was completed just now */
	argonet_tx_collected(q);
	return done;
}
