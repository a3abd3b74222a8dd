// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending: a queue for each peer, emptied by whoever adds to it, or by a work
 * item once a full ring has room again.
 *
 * The queue's lock is held over the hypercalls, as that keeps packets in order
 * whoever sends. Softirqs are off meanwhile, so each holder sends little, and
 * leaves the rest to the work item.
 *
 * The credit of each socket bounds the bytes that it has here, but not how many
 * packets those are in. So beyond a limit writers wait.
 */
#include "vsock-argo.h"

/* So many HELLOs may be sent in one of these times. */
#define VSOCK_ARGO_HELLO_WINDOW	msecs_to_jiffies(100)
#define VSOCK_ARGO_HELLOS	8

/* What is sent with the lock held once: so many bytes, plus a packet, or packets */
#define VSOCK_ARGO_BURST_BYTES	SZ_64K
#define VSOCK_ARGO_BURST	16

int vsock_argo_send_control(struct vsock_argo_peer *peer, unsigned int kind,
			    const void *payload, u32 len, bool wait)
{
	struct xen_argo_iov iov = argo_iov(payload, len);

	if (wait)
		return argo_send_wait(&peer->dest, VSOCK_ARGO_PORT,
				      VSOCK_ARGO_TYPE(kind), &iov, 1, len);
	return argo_sendv(&peer->dest, VSOCK_ARGO_PORT, VSOCK_ARGO_TYPE(kind), &iov, 1);
}

/* Return: 0 if the peer made us send enough of them for now */
static int vsock_argo_send_hello(struct vsock_argo_peer *peer)
{
	struct vsock_argo_hello hello;

	if (time_after(jiffies, peer->window_at + VSOCK_ARGO_HELLO_WINDOW)) {
		peer->window_at = jiffies;
		peer->hellos = 0;
	}
	if (peer->hellos++ >= VSOCK_ARGO_HELLOS)
		return 0;
	vsock_argo_hs_fill(&peer->hs, &vsock_argo_own, &hello);
	peer->hello_at = jiffies;
	return vsock_argo_send_control(peer, VSOCK_ARGO_KIND_HELLO, &hello,
				       sizeof(hello), true);
}

/* vsock_argo_send() saw to it that there are few pieces. */
static int vsock_argo_send_packet(struct vsock_argo_peer *peer, struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	struct argo_stage stage;
	unsigned int i;
	int ret;

	argo_stage_init(&stage, NULL, 0);
	ret = argo_stage_add(&stage, virtio_vsock_hdr(skb), VSOCK_ARGO_HEADER);
	if (!ret && skb_headlen(skb))
		ret = argo_stage_add(&stage, skb->data, skb_headlen(skb));
	for (i = 0; !ret && i < info->nr_frags; i++)
		ret = argo_stage_add(&stage, skb_frag_address(&info->frags[i]),
				     skb_frag_size(&info->frags[i]));
	if (ret)
		return ret;
	return argo_send_wait(&peer->dest, VSOCK_ARGO_PORT,
			      VSOCK_ARGO_TYPE(VSOCK_ARGO_KIND_PACKET),
			      stage.iov, stage.niov, stage.len);
}

static void vsock_argo_unqueue(struct vsock_argo_peer *peer, struct sk_buff *skb)
{
	__skb_unlink(skb, &peer->queue);
	peer->queued -= skb->truesize;
}

static bool vsock_argo_tx_ready(const struct vsock_argo_peer *peer)
{
	return peer->opened && !peer->waiting &&
	       (peer->hello_due || (peer->up && !skb_queue_empty(&peer->queue)));
}

/* Return: 0 if the peer is not to be sent anything now */
static int vsock_argo_tx_hello(struct vsock_argo_peer *peer)
{
	int ret = peer->hs.there ? vsock_argo_send_hello(peer) : 1;

	if (ret)
		peer->hello_due = ret < 0;
	return ret;
}

static int vsock_argo_tx_packet(struct vsock_argo_peer *peer, struct sk_buff_head *sent)
{
	struct sk_buff *skb = skb_peek(&peer->queue);
	int ret = vsock_argo_send_packet(peer, skb);

	if (ret > 0) {
		vsock_argo_unqueue(peer, skb);
		__skb_queue_tail(sent, skb);
		vsock_argo_inc(peer, VSOCK_ARGO_TX);
	}
	return ret;
}

/*
 * Send some of what can be sent; what was is left in @sent, to be freed without
 * the lock.
 *
 * Return: writers that waited can go on
 */
static bool vsock_argo_tx_run(struct vsock_argo_peer *peer, struct sk_buff_head *sent)
{
	unsigned int bytes = 0, n = 0;
	int ret;

	lockdep_assert_held(&peer->queue.lock);

	while (vsock_argo_tx_ready(peer)) {
		if (n++ == VSOCK_ARGO_BURST || bytes >= VSOCK_ARGO_BURST_BYTES) {
			/* With the lock: who closes the ring ends this, too. */
			queue_work(vsock_argo_wq, &peer->tx);
			break;
		}
		ret = peer->hello_due ? vsock_argo_tx_hello(peer) :
		      vsock_argo_tx_packet(peer, sent);
		if (!ret)
			break;
		if (ret > 0) {
			bytes += ret;
		} else if (argo_full(ret)) {
			peer->waiting = true;
		} else {
			/* Its ring is gone, or as good as that. */
			vsock_argo_event(peer, VSOCK_ARGO_EV_GONE);
			break;
		}
	}
	if (!peer->congested || peer->queued > VSOCK_ARGO_QUEUE_MAX / 2)
		return false;
	WRITE_ONCE(peer->congested, false);
	return true;
}

static void vsock_argo_tx_end(struct vsock_argo_peer *peer, struct sk_buff_head *sent,
			      bool go_on)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(sent)))
		vsock_argo_skb_sent(skb);
	if (!go_on)
		return;
	vsock_argo_wake_writers(vsock_argo_cid(peer->domid));
	wake_up_interruptible(&peer->space);
}

/**
 * vsock_argo_tx_kick() - send what waits and can be sent
 * @peer: peer
 *
 * If that is much, the work item sends most of it.
 *
 * Context: process.
 */
void vsock_argo_tx_kick(struct vsock_argo_peer *peer)
{
	struct sk_buff_head sent;
	bool go_on;

	__skb_queue_head_init(&sent);
	spin_lock_bh(&peer->queue.lock);
	go_on = vsock_argo_tx_run(peer, &sent);
	spin_unlock_bh(&peer->queue.lock);
	vsock_argo_tx_end(peer, &sent, go_on);
}

void vsock_argo_tx_work(struct work_struct *work)
{
	struct vsock_argo_peer *peer = container_of(work, struct vsock_argo_peer, tx);

	spin_lock_bh(&peer->queue.lock);
	peer->waiting = false;
	spin_unlock_bh(&peer->queue.lock);
	vsock_argo_tx_kick(peer);
}

/*
 * A peer that does not read, but makes our program read, would have a queue of
 * credits grow. The newest is enough, in whatever packet of that socket waits.
 */
static bool vsock_argo_merge_credit(struct vsock_argo_peer *peer, const struct sk_buff *skb)
{
	const struct virtio_vsock_hdr *hdr = virtio_vsock_hdr((struct sk_buff *)skb);
	struct virtio_vsock_hdr *old_hdr;
	struct sk_buff *old;

	if (le16_to_cpu(hdr->op) != VIRTIO_VSOCK_OP_CREDIT_UPDATE || !skb->sk)
		return false;
	skb_queue_reverse_walk(&peer->queue, old) {
		old_hdr = virtio_vsock_hdr(old);
		if (old->sk != skb->sk || old_hdr->type != hdr->type)
			continue;
		old_hdr->fwd_cnt = hdr->fwd_cnt;
		old_hdr->buf_alloc = hdr->buf_alloc;
		return true;
	}
	return false;
}

/* Return: an error if @skb is not to be sent at all */
static int vsock_argo_admit(struct vsock_argo_peer *peer, struct sk_buff *skb)
{
	/* A connection begins before its peer is up, and nothing else does. */
	if (!peer->up && le16_to_cpu(virtio_vsock_hdr(skb)->op) != VIRTIO_VSOCK_OP_REQUEST)
		return -ECONNRESET;
	if (peer->stopping)
		return -ENODEV;
	/* Nobody of ours waits for this one. Data is never refused: credit was spent. */
	if (virtio_vsock_skb_reply(skb) &&
	    skb_queue_len(&peer->queue) >= VSOCK_ARGO_REPLIES_MAX &&
	    (!skb->sk || READ_ONCE(skb->sk->sk_state) == TCP_LISTEN)) {
		vsock_argo_inc(peer, VSOCK_ARGO_FLOOD);
		return -ENOBUFS;
	}
	return 0;
}

/**
 * vsock_argo_send() - send a packet, now or when there is room
 * @peer: whom to
 * @skb: packet; consumed
 *
 * Context: process.
 * Return: bytes of payload, or a negative errno
 */
int vsock_argo_send(struct vsock_argo_peer *peer, struct sk_buff *skb)
{
	struct sk_buff_head sent;
	int ret, len = skb->len;
	bool go_on = false;

	/* Xen takes a few pieces only. A packet has that many if memory is scarce. */
	if (skb_shinfo(skb)->nr_frags > VSOCK_ARGO_MAX_FRAGS && skb_linearize(skb)) {
		kfree_skb(skb);
		return -ENOMEM;
	}
	if (le16_to_cpu(virtio_vsock_hdr(skb)->type) != VSOCK_ARGO_TYPE_DGRAM)
		vsock_argo_tap(skb);
	__skb_queue_head_init(&sent);
	spin_lock_bh(&peer->queue.lock);
	ret = vsock_argo_admit(peer, skb);
	if (!ret && peer->waiting && vsock_argo_merge_credit(peer, skb)) {
		ret = 1;
	} else if (!ret) {
		__skb_queue_tail(&peer->queue, skb);
		peer->queued += skb->truesize;
		if (peer->queued > VSOCK_ARGO_QUEUE_MAX)
			WRITE_ONCE(peer->congested, true);
		go_on = vsock_argo_tx_run(peer, &sent);
	}
	spin_unlock_bh(&peer->queue.lock);
	vsock_argo_tx_end(peer, &sent, go_on);
	if (ret)
		kfree_skb(skb);
	return ret < 0 ? ret : len;
}

/* Move what fits from the queue to @from, to be freed without the lock. */
static void vsock_argo_take(struct vsock_argo_peer *peer, struct sk_buff_head *freed,
			    const struct vsock_sock *vsk, bool requests)
{
	struct sk_buff *skb, *next;
	bool request;

	spin_lock_bh(&peer->queue.lock);
	skb_queue_walk_safe(&peer->queue, skb, next) {
		request = le16_to_cpu(virtio_vsock_hdr(skb)->op) == VIRTIO_VSOCK_OP_REQUEST;
		if ((vsk && skb->sk != sk_vsock((struct vsock_sock *)vsk)) ||
		    (request && !requests))
			continue;
		vsock_argo_unqueue(peer, skb);
		__skb_queue_tail(freed, skb);
	}
	spin_unlock_bh(&peer->queue.lock);
}

static void vsock_argo_tx_drop(struct vsock_argo_peer *peer, const struct vsock_sock *vsk,
			       bool requests)
{
	struct sk_buff_head freed;
	struct sk_buff *skb;

	__skb_queue_head_init(&freed);
	vsock_argo_take(peer, &freed, vsk, requests);
	while ((skb = __skb_dequeue(&freed)))
		kfree_skb(skb);
	/* Those who wait for a shorter queue have it. */
	vsock_argo_tx_kick(peer);
}

/**
 * vsock_argo_tx_purge() - connections are over: drop what waits for the peer
 * @peer: peer
 * @all: even connections that are about to begin
 *
 * Context: process.
 */
void vsock_argo_tx_purge(struct vsock_argo_peer *peer, bool all)
{
	spin_lock_bh(&peer->queue.lock);
	peer->up = false;
	spin_unlock_bh(&peer->queue.lock);
	vsock_argo_tx_drop(peer, NULL, all);
}

/**
 * vsock_argo_tx_forget() - drop what waits of a socket
 * @peer: its peer
 * @vsk: socket
 *
 * Context: process.
 */
void vsock_argo_tx_forget(struct vsock_argo_peer *peer, struct vsock_sock *vsk)
{
	vsock_argo_tx_drop(peer, vsk, true);
}
