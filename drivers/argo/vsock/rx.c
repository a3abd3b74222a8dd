// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receiving: from the ring to the sockets, in process context. Nothing that the
 * peer wrote is trusted but what the ring header says, which is from Xen.
 *
 * A ring is always read: the credit of each socket bounds what may wait there.
 */
#define pr_fmt(fmt) "vsock-argo: " fmt

#include "packet.h"
#include "vsock-argo.h"

/*
 * A message is cut into pieces of memory that is easy to get. Credit counts
 * bytes, so the sockets do not mind.
 */
#define VSOCK_ARGO_PIECE	(SKB_WITH_OVERHEAD(SZ_32K) - VSOCK_ARGO_HEADER)

/* A reader that has one message in its hands for so long is asleep. */
#define VSOCK_ARGO_STUCK	msecs_to_jiffies(20)

static bool vsock_argo_rx_control(struct vsock_argo_peer *peer, const struct argo_message *msg)
{
	struct vsock_argo_hello hello = {};
	struct vsock_argo_bye bye = {};
	bool is_hello = msg->type == VSOCK_ARGO_TYPE(VSOCK_ARGO_KIND_HELLO);
	int todo;

	if (!is_hello && msg->type != VSOCK_ARGO_TYPE(VSOCK_ARGO_KIND_BYE))
		return false;
	if (is_hello)
		argo_message_copy(msg, 0, &hello, min_t(u32, msg->len, sizeof(hello)));
	else
		argo_message_copy(msg, 0, &bye, min_t(u32, msg->len, sizeof(bye)));

	spin_lock_bh(&peer->queue.lock);
	if (is_hello)
		todo = vsock_argo_hs_hello(&peer->hs, &hello, msg->len);
	else
		todo = vsock_argo_hs_bye(&peer->hs, &bye, msg->len,
					 vsock_argo_new_session());
	spin_unlock_bh(&peer->queue.lock);

	if (todo < 0) {
		vsock_argo_inc(peer, VSOCK_ARGO_BAD_HELLO);
		if (todo == -EPROTONOSUPPORT)
			pr_warn_ratelimited("domain %u speaks protocol versions %u to %u, this driver %u\n",
					    peer->domid, hello.version_min,
					    hello.version_max, VSOCK_ARGO_VERSION);
		else if (todo == -EMSGSIZE)
			pr_warn_ratelimited("the ring of domain %u is too small\n",
					    peer->domid);
		return true;
	}
	vsock_argo_todo(peer, todo);
	if (todo)
		vsock_argo_event(peer, is_hello ? VSOCK_ARGO_EV_LOOK : VSOCK_ARGO_EV_BYE);
	return true;
}

/* Fill in what Xen vouches for. Return: can this be delivered? */
static bool vsock_argo_check(struct vsock_argo_peer *peer, struct virtio_vsock_hdr *hdr,
			     u32 len)
{
	int ret = vsock_argo_packet_check(hdr, len, vsock_argo_local_cid());

	if (ret) {
		vsock_argo_inc(peer, ret == -EMSGSIZE ? VSOCK_ARGO_BAD_LENGTH :
			       VSOCK_ARGO_BAD_PACKET);
		return false;
	}
	if (!READ_ONCE(peer->up)) {
		vsock_argo_inc(peer, VSOCK_ARGO_NOT_UP);
		return false;
	}
	/* The answers to those that came before are still here. */
	if (le16_to_cpu(hdr->op) == VIRTIO_VSOCK_OP_REQUEST &&
	    skb_queue_len_lockless(&peer->queue) >= VSOCK_ARGO_REPLIES_MAX) {
		vsock_argo_inc(peer, VSOCK_ARGO_FLOOD);
		return false;
	}
	hdr->src_cid = cpu_to_le64(vsock_argo_cid(peer->domid));
	return true;
}

/* One piece of a packet, from byte *@at of its payload on; moves *@at. */
static struct sk_buff *vsock_argo_piece(const struct virtio_vsock_hdr *hdr,
					const struct argo_message *msg, u32 *at)
{
	struct virtio_vsock_hdr piece;
	struct sk_buff *skb;
	u32 len;

	len = vsock_argo_packet_piece(hdr, *at, VSOCK_ARGO_PIECE, &piece);
	skb = virtio_vsock_alloc_linear_skb(VSOCK_ARGO_HEADER + len,
					    GFP_KERNEL | __GFP_NOWARN);
	if (!skb)
		return NULL;
	*virtio_vsock_hdr(skb) = piece;
	if (len)
		argo_message_copy(msg, VSOCK_ARGO_HEADER + *at, skb_put(skb, len), len);
	*at += len;
	return skb;
}

static bool vsock_argo_pieces(const struct virtio_vsock_hdr *hdr,
			      const struct argo_message *msg, struct sk_buff_head *pieces)
{
	u32 len = msg->len - VSOCK_ARGO_HEADER, at = 0;
	struct sk_buff *skb;

	do {
		skb = vsock_argo_piece(hdr, msg, &at);
		if (!skb) {
			__skb_queue_purge(pieces);
			return false;
		}
		__skb_queue_tail(pieces, skb);
	} while (at < len);
	return true;
}

static enum argo_read vsock_argo_rx_packet(struct vsock_argo_peer *peer,
					   const struct argo_message *msg)
{
	struct virtio_vsock_hdr hdr;
	struct sk_buff_head pieces;
	struct sk_buff *skb;

	BUILD_BUG_ON(sizeof(hdr) != VSOCK_ARGO_HEADER);

	if (msg->len < sizeof(hdr)) {
		vsock_argo_inc(peer, VSOCK_ARGO_BAD_LENGTH);
		return ARGO_READ_ON;
	}
	argo_message_copy(msg, 0, &hdr, sizeof(hdr));
	if (!vsock_argo_check(peer, &hdr, msg->len - sizeof(hdr)))
		return ARGO_READ_ON;
	if (le16_to_cpu(hdr.type) == VSOCK_ARGO_TYPE_DGRAM) {
		vsock_argo_dgram_recv(peer, &hdr, msg);
		return ARGO_READ_ON;
	}

	/* Not a byte of a stream may be missing: all of it, or later. */
	__skb_queue_head_init(&pieces);
	if (!vsock_argo_pieces(&hdr, msg, &pieces)) {
		WRITE_ONCE(peer->rx_retry, true);
		return ARGO_READ_PARK;
	}
	vsock_argo_inc(peer, VSOCK_ARGO_RX);
	while ((skb = __skb_dequeue(&pieces))) {
		virtio_transport_deliver_tap_pkt(skb);
		vsock_argo_recv_pkt(&vsock_argo_transport, skb);
	}
	return ARGO_READ_ON;
}

enum argo_read vsock_argo_rx(struct argo_reader *reader, const struct argo_message *msg)
{
	struct vsock_argo_peer *peer = container_of(reader, struct vsock_argo_peer, reader);
	enum argo_read ret = ARGO_READ_ON;

	WRITE_ONCE(peer->rx_begin, jiffies);
	/* Pairs with vsock_argo_stuck_work(). */
	smp_store_release(&peer->rx_busy, true);
	queue_delayed_work(vsock_argo_wq, &peer->stuck, VSOCK_ARGO_STUCK);

	if (msg->type == VSOCK_ARGO_TYPE(VSOCK_ARGO_KIND_PACKET))
		ret = vsock_argo_rx_packet(peer, msg);
	else if (!vsock_argo_rx_control(peer, msg))
		vsock_argo_inc(peer, VSOCK_ARGO_BAD_TYPE);
	WRITE_ONCE(peer->rx_busy, false);
	return ret;
}

/*
 * A program can make whoever has its socket locked sleep for ever, by a page
 * fault, and the reader wants the lock. The VIRQ must not be held back for that.
 */
void vsock_argo_stuck_work(struct work_struct *work)
{
	struct vsock_argo_peer *peer = container_of(to_delayed_work(work),
						    struct vsock_argo_peer, stuck);

	if (READ_ONCE(peer->rx_retry) && READ_ONCE(peer->opened)) {
		WRITE_ONCE(peer->rx_retry, false);
		argo_reader_resume(&peer->reader);
	}
	/* Pairs with vsock_argo_rx(): a busy reader has set when it began. */
	if (!smp_load_acquire(&peer->rx_busy))
		return;
	if (time_after_eq(jiffies, READ_ONCE(peer->rx_begin) + VSOCK_ARGO_STUCK))
		argo_ring_park(peer->ring);
	else
		queue_delayed_work(vsock_argo_wq, &peer->stuck, VSOCK_ARGO_STUCK);
}
