// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive: take messages apart into frames, and give these to the stack.
 */
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/skbuff.h>

#include "argonet.h"

static void argonet_rx_frame(struct argonet_queue *q,
			     const struct argo_message *msg,
			     const struct argonet_frame *frame,
			     struct bpf_prog *prog)
{
	struct sk_buff *skb = argonet_rx_skb(q, msg, frame, prog);

	if (IS_ERR(skb)) {
		argonet_rx_count(q, &q->rx.stats.dropped);
		return;
	}
	if (skb && unlikely(argonet_offload_decode(skb, &frame->offload))) {
		argonet_rx_bad(q, ARGONET_BAD_OFFLOAD);
		kfree_skb(skb);
		return;
	}

	u64_stats_update_begin(&q->rx.sync);
	u64_stats_inc(&q->rx.stats.packets);
	u64_stats_add(&q->rx.stats.bytes, frame->len);
	if (frame->len > ARGONET_MAX_FRAME)
		u64_stats_inc(&q->rx.stats.big);
	u64_stats_update_end(&q->rx.sync);
	/* The XDP program dropped it or sent it elsewhere. */
	if (!skb)
		return;

	skb_record_rx_queue(skb, q->index);
	skb->protocol = eth_type_trans(skb, q->an->dev);
	napi_gro_receive(&q->rx.napi, skb);
}

/*
 * Pass on the frames of a DATA message, from @pos on. A message may hold thousands of
 * frames. If the budget ends before the message does, rx.pos says where the next poll
 * goes on.
 *
 * Return: frames found, bad ones included
 */
static int argonet_rx_data(struct argonet_queue *q,
			   const struct argo_message *msg, u32 pos, int budget)
{
	const struct argonet *an = q->an;
	struct bpf_prog *prog = rcu_dereference_bh(an->xdp_prog);
	u32 offered = prog ? 0 : READ_ONCE(an->offered);
	struct argonet_frame frame;
	enum argonet_found found;
	enum argonet_bad why;
	int frames = 0;

	do {
		found = argonet_record_next(msg, &pos, offered, an->own.max_frame,
					    &frame, &why);
		if (found == ARGONET_FOUND_END)
			return frames;
		if (likely(found == ARGONET_FOUND_FRAME))
			argonet_rx_frame(q, msg, &frame, prog);
		else
			argonet_rx_bad(q, why);
	} while (++frames < budget);

	q->rx.pos = pos;
	return frames;
}

/*
 * Return: frames found, but at least 1, so that a peer cannot keep the poll busy beyond
 * its budget with messages that hold no frames
 */
static int argonet_rx_message(struct argonet_queue *q,
			      const struct argo_message *msg, int budget)
{
	struct argonet *an = q->an;
	u32 pos = q->rx.pos;
	int frames = 0;

	/* Unless argonet_rx_data() sets it again, the next message is read from its start. */
	q->rx.pos = 0;
	if (unlikely(msg->type != ARGONET_TYPE(ARGONET_KIND_DATA))) {
		if (!argonet_rx_control(q, msg))
			argonet_rx_bad(q, ARGONET_BAD_KIND);
	} else if (unlikely(!READ_ONCE(an->rx_open))) {
		WRITE_ONCE(an->heard, true);
		argonet_rx_bad(q, ARGONET_BAD_EARLY);
	} else if (unlikely(msg->len > an->own.max_message)) {
		argonet_rx_bad(q, ARGONET_BAD_LENGTH);
	} else {
		frames = argonet_rx_data(q, msg, pos, budget);
		if (!READ_ONCE(q->talks))
			WRITE_ONCE(q->talks, true);
	}
	return max(frames, 1);
}

static void argonet_rx_consume(struct argonet_queue *q,
			       const struct argo_message *msg)
{
	argo_ring_consume(q->ring, msg);
	argonet_rx_count(q, &q->rx.stats.messages);
}

static int argonet_rx(struct argonet_queue *q, int budget)
{
	u32 batch = q->an->own.ring_size / 8;
	struct argo_message msg;
	u32 unpublished = 0;
	int done = 0;

	while (done < budget && argo_ring_next(q->ring, &msg) > 0) {
		done += argonet_rx_message(q, &msg, budget - done);
		if (q->rx.pos)
			break;
		argonet_rx_consume(q, &msg);
		/* A peer that waits for room should not wait for the end of this poll. */
		unpublished += msg.slots;
		if (unpublished >= batch) {
			unpublished = 0;
			if (argo_ring_give(q->ring))
				argonet_tx_room(q);
		}
	}
	if (argo_ring_give(q->ring))
		argonet_tx_room_later(q);
	return done;
}

int argonet_rx_poll(struct napi_struct *napi, int budget)
{
	struct argonet_queue *q = container_of(napi, struct argonet_queue, rx.napi);
	int done;

	/* Without a budget this is netpoll, which polls only to get frames sent. */
	if (!budget)
		return 0;
	done = argonet_rx(q, budget);
	if (q->rx.redirected) {
		q->rx.redirected = false;
		xdp_do_flush();
	}
	if (done == budget)
		argo_ring_again(q->ring);
	else if (napi_complete_done(napi, done))
		argo_ring_done(q->ring);
	else	/* Polled later by a timer or a program: other rings must not wait. */
		argo_ring_park(q->ring);
	return done;
}
