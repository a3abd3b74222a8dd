// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the place of argonet's data path: frames that say from which session to
 * which they go, each in a message of its own, and what stops them.
 */
#include "line.h"

#define FRAME_MAX	1024

/**
 * struct tag - what a frame begins with, behind its record
 * @from: session of the sender
 * @to: that of the receiver, as far as the sender knows
 */
struct tag {
	u64 from, to;
};

static struct line_end *end_of(const struct argonet_queue *q)
{
	return container_of(q->an, struct line_end, an);
}

static void frame_block(struct argonet_queue *q)
{
	if (q->tx.blocked)
		return;
	q->tx.blocked_since = jiffies;
	q->tx.blocked = true;
	argonet_event_blocked(q->an);
}

/* With the transmit queue's lock held: nobody else runs meanwhile. */
static void frame_try(struct argonet_queue *q, u32 len)
{
	const struct argonet_handshake *hs = &q->an->handshake;
	struct {
		struct argonet_record record;
		struct tag tag;
		u8 rest[FRAME_MAX];
	} message = {
		.record.len = cpu_to_le32(len),
		.tag = { hs->session, hs->peer_session },
	};
	u32 bytes = sizeof(message.record) + len;
	struct xen_argo_iov iov = argo_iov(&message, bytes);
	int ret = argo_send_wait(&q->tx.dest, q->an->config.port + q->index,
				 ARGONET_TYPE(ARGONET_KIND_DATA), &iov, 1, bytes);

	if (argo_full(ret) || ret == -ECONNREFUSED || ret == -ESRCH) {
		frame_block(q);
		if (!argo_full(ret))
			argonet_event(q->an, ret == -ESRCH ? ARGONET_EV_NO_DOMAIN :
							     ARGONET_EV_GONE);
		return;
	}
	q->tx.blocked = false;
	end_of(q)->sent += ret >= 0;
	if (ret == -EMSGSIZE)
		argonet_event(q->an, ARGONET_EV_TOO_LONG);
	else if (ret == -EPERM || ret == -EACCES || ret == -ENODEV)
		argonet_event(q->an, ARGONET_EV_GONE);
}

void frame_send(struct argonet_queue *q, u32 len)
{
	struct netdev_queue *txq = argonet_txq(q);

	len = min(max(len, (u32)sizeof(struct tag)), min(q->tx.max_frame, (u32)FRAME_MAX));
	__netif_tx_lock_bh(txq);
	if (q->tx.on && !q->tx.blocked)
		frame_try(q, len);
	__netif_tx_unlock_bh(txq);
}

struct sk_buff *argonet_rx_skb(struct argonet_queue *q, const struct argo_message *msg,
			       const struct argonet_frame *frame, struct bpf_prog *prog)
{
	const struct argonet_handshake *hs = &q->an->handshake;
	struct sk_buff *skb = kzalloc(sizeof(*skb), 0);
	struct tag tag;

	expect(frame->len >= sizeof(tag), "a frame of %u bytes", frame->len);
	argo_message_copy(msg, frame->offset, &tag, sizeof(tag));
	/* Only one ring keeps the order, and only without words of yesterday. */
	expect(lines.replayed || q->index ||
	       (tag.from == hs->peer_session && tag.to == hs->session),
	       "a frame of another session was accepted");
	return skb;
}

/* All that asks for a checksum is refused. */
netdev_features_t argonet_features_check(struct sk_buff *skb, struct net_device *dev,
					 netdev_features_t features)
{
	return features;
}

int argonet_offload_decode(struct sk_buff *skb, const struct virtio_net_hdr *h)
{
	return h->flags ? -EINVAL : 0;
}

void napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
	end_of(container_of(napi, struct argonet_queue, rx.napi))->got++;
	kfree_skb(skb);
}

void argonet_tx_kick(struct argonet_queue *q, enum argo_wake why)
{
	atomic_set(&q->tx.woken, 1 + why);
	napi_schedule(&q->tx.napi);
}

static void frame_space(struct argo_dest *dest, enum argo_wake why)
{
	argonet_tx_kick(container_of(dest, struct argonet_queue, tx.dest), why);
}

static void frame_gone(struct argo_dest *dest)
{
	struct argonet_queue *q = container_of(dest, struct argonet_queue, tx.dest);

	argonet_event(q->an, ARGONET_EV_GONE);
}

const struct argo_dest_ops argonet_dest_ops = {
	.space = frame_space, .gone = frame_gone,
};

void argonet_tx_room_later(struct argonet_queue *q)
{
	WRITE_ONCE(q->owes, true);
	napi_schedule(&q->tx.napi);
}

void argonet_tx_room(struct argonet_queue *q)
{
	argonet_tx_room_later(q);
}

int argonet_tx_poll(struct napi_struct *napi, int budget)
{
	struct argonet_queue *q = container_of(napi, struct argonet_queue, tx.napi);
	struct netdev_queue *txq = argonet_txq(q);

	__netif_tx_lock_bh(txq);
	if (atomic_xchg(&q->tx.woken, 0) && q->tx.blocked)
		frame_try(q, sizeof(struct tag));
	if (xchg(&q->owes, false))
		argo_ring_notify(q->ring);
	__netif_tx_unlock_bh(txq);
	napi_complete_done(napi, 0);
	return 0;
}

void argonet_tx_on(struct argonet_queue *q, const struct argonet_params *peer)
{
	struct netdev_queue *txq = argonet_txq(q);

	__netif_tx_lock_bh(txq);
	if (!q->tx.on)
		end_of(q)->carried = q->an->handshake.peer_session;
	q->tx.max_frame = peer->max_frame;
	q->tx.on = true;
	__netif_tx_unlock_bh(txq);
}

void argonet_tx_off(struct argonet_queue *q)
{
	struct netdev_queue *txq = argonet_txq(q);

	__netif_tx_lock_bh(txq);
	q->tx.on = false;
	q->tx.blocked = false;
	argo_dest_wait_end(&q->tx.dest);
	__netif_tx_unlock_bh(txq);
}

/* What a device has besides, and nobody here asks for */

netdev_tx_t argonet_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	return 0;
}

enum hrtimer_restart argonet_tx_timer(struct hrtimer *timer)
{
	return HRTIMER_NORESTART;
}

bool argonet_xdp_mtu_fits(const struct bpf_prog *prog, unsigned int mtu)
{
	return true;
}

int argonet_bpf(struct net_device *dev, struct netdev_bpf *bpf)
{
	return -EINVAL;
}

int argonet_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames, u32 flags)
{
	return 0;
}

int argonet_pools_create(struct argonet_queue *q, struct argonet_memory *mem,
			 u32 ring_size)
{
	return lines.no_memory || (sim_percent && !sim_below(32)) ? -ENOMEM : 0;
}

void argonet_pools_start(struct argonet_queue *q)
{
}

void argonet_pools_destroy(struct argonet_memory *mem)
{
}

void argonet_cpu_get(struct argonet_queue *q)
{
}

void argonet_cpu_put(struct argonet_queue *q)
{
}

void argonet_cpu_init(struct argonet_queue *q)
{
}

void argonet_cpu_spread(struct argonet *an)
{
}

void argonet_rx_schedule(struct argonet_queue *q)
{
	napi_schedule(&q->rx.napi);
}
