// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the vsock core calls. Nearly all of it is the kernel's code for virtio;
 * ours is who may be talked to, how packets travel, and datagrams.
 */
#include "vsock-argo.h"

static void vsock_argo_reset_socket(struct sock *sk)
{
	struct vsock_sock *vsk = vsock_sk(sk);

	vsk->peer_shutdown = SHUTDOWN_MASK;
	sk->sk_state = TCP_CLOSE;
	sk->sk_err = ECONNRESET;
	sk_error_report(sk);
}

/* The table's lock is held around what follows, and keeps the sockets there. */
static u32 vsock_argo_cid_meant;
static DEFINE_MUTEX(vsock_argo_cid_lock);

static void vsock_argo_reset_one(struct sock *sk)
{
	if (vsock_sk(sk)->remote_addr.svm_cid == vsock_argo_cid_meant)
		vsock_argo_reset_socket(sk);
}

static void vsock_argo_wake_one(struct sock *sk)
{
	if (vsock_sk(sk)->remote_addr.svm_cid == vsock_argo_cid_meant)
		sk->sk_write_space(sk);
}

static void vsock_argo_for_each(u32 cid, void (*fn)(struct sock *sk))
{
	mutex_lock(&vsock_argo_cid_lock);
	vsock_argo_cid_meant = cid;
	vsock_for_each_connected_socket(&vsock_argo_transport.transport, fn);
	mutex_unlock(&vsock_argo_cid_lock);
}

/**
 * vsock_argo_reset_sockets() - end all connections with a peer
 * @cid: the peer's CID
 *
 * Context: process, may sleep.
 */
void vsock_argo_reset_sockets(u32 cid)
{
	vsock_argo_for_each(cid, vsock_argo_reset_one);
}

/**
 * vsock_argo_wake_writers() - those who wait for a shorter queue have it
 * @cid: the peer's CID
 *
 * Context: process, may sleep.
 */
void vsock_argo_wake_writers(u32 cid)
{
	vsock_argo_for_each(cid, vsock_argo_wake_one);
}

/**
 * vsock_argo_xmit() - send a packet of a socket, or of none
 * @skb: packet; consumed
 *
 * Context: process; the socket is locked.
 * Return: bytes of payload, or a negative errno
 */
int vsock_argo_xmit(struct sk_buff *skb)
{
	u32 fwd_cnt = le32_to_cpu(virtio_vsock_hdr(skb)->fwd_cnt);
	struct vsock_argo_peer *peer;
	struct sock *sk = skb->sk;
	int ret;

	if (vsock_argo_credit_spared(skb)) {
		consume_skb(skb);
		return 0;
	}
	peer = vsock_argo_peer_get(le64_to_cpu(virtio_vsock_hdr(skb)->dst_cid));
	if (!peer) {
		kfree_skb(skb);
		return -ENODEV;
	}
	ret = vsock_argo_send(peer, skb);
	vsock_argo_peer_put(peer);
	/* The caller keeps the socket. */
	if (sk && ret >= 0)
		vsock_argo_credit_sent(sk, fwd_cnt);
	return ret;
}

static int vsock_argo_send_pkt(VSOCK_ARGO_SEND_ARGS)
{
	return vsock_argo_xmit(skb);
}

static int vsock_argo_connect(struct vsock_sock *vsk)
{
	struct vsock_argo_peer *peer = vsock_argo_peer_get(vsk->remote_addr.svm_cid);

	if (!peer)
		return -ENODEV;
	vsock_argo_want(peer);
	vsock_argo_peer_put(peer);
	return virtio_transport_connect(vsk);
}

static int vsock_argo_cancel_pkt(struct vsock_sock *vsk)
{
	struct vsock_argo_peer *peer = vsock_argo_peer_get(vsk->remote_addr.svm_cid);

	if (!peer)
		return -ENODEV;
	vsock_argo_tx_forget(peer, vsk);
	vsock_argo_peer_put(peer);
	return 0;
}

static void vsock_argo_release(struct vsock_sock *vsk)
{
	struct sock *sk = sk_vsock(vsk);

	if (sk->sk_type == SOCK_DGRAM)
		vsock_argo_dgram_release(vsk);
	else if (sk->sk_state == TCP_SYN_SENT)
		vsock_argo_cancel_pkt(vsk);
	virtio_transport_release(vsk);
}

/* A full queue is as good as no credit: the writer waits. */
static s64 vsock_argo_stream_has_space(struct vsock_sock *vsk)
{
	struct vsock_argo_peer *peer = vsock_argo_peer_get(vsk->remote_addr.svm_cid);
	bool congested = peer && READ_ONCE(peer->congested);

	if (peer)
		vsock_argo_peer_put(peer);
	return congested ? 0 : virtio_transport_stream_has_space(vsk);
}

static bool vsock_argo_stream_allow(VSOCK_ARGO_ALLOW_ARGS(u32 cid, u32 port))
{
	return vsock_argo_global() && vsock_argo_peer_known(cid);
}

static bool vsock_argo_seqpacket_allow(VSOCK_ARGO_ALLOW_ARGS(u32 cid))
{
	return vsock_argo_global();
}

#ifdef VSOCK_ARGO_HAVE_REMOTE_CID
static bool vsock_argo_has_remote_cid(struct vsock_sock *vsk, u32 cid)
{
	return vsock_argo_peer_known(cid);
}
#endif

#ifdef VSOCK_ARGO_HAVE_ZEROCOPY
static bool vsock_argo_msgzerocopy_allow(void)
{
	return true;
}

static bool vsock_argo_can_msgzerocopy(int pages)
{
	return pages <= VSOCK_ARGO_MAX_FRAGS;
}
#endif

struct virtio_transport vsock_argo_transport = {
	.transport = {
		.module = THIS_MODULE,
		.get_local_cid = vsock_argo_local_cid,

		.init = vsock_argo_socket_init,
		.destruct = vsock_argo_socket_destruct,
		.release = vsock_argo_release,
		.connect = vsock_argo_connect,
		.shutdown = virtio_transport_shutdown,
		.cancel_pkt = vsock_argo_cancel_pkt,

		.dgram_bind = vsock_argo_dgram_bind,
		.dgram_dequeue = vsock_argo_dgram_dequeue,
		.dgram_enqueue = vsock_argo_dgram_enqueue,
		.dgram_allow = vsock_argo_stream_allow,

		.stream_dequeue = vsock_argo_stream_dequeue,
		.stream_enqueue = vsock_argo_stream_enqueue,
		.stream_has_data = virtio_transport_stream_has_data,
		.stream_has_space = vsock_argo_stream_has_space,
		.stream_rcvhiwat = virtio_transport_stream_rcvhiwat,
		.stream_is_active = virtio_transport_stream_is_active,
		.stream_allow = vsock_argo_stream_allow,

		.seqpacket_dequeue = virtio_transport_seqpacket_dequeue,
		.seqpacket_enqueue = virtio_transport_seqpacket_enqueue,
		.seqpacket_allow = vsock_argo_seqpacket_allow,
		.seqpacket_has_data = virtio_transport_seqpacket_has_data,

		.notify_poll_in = vsock_argo_notify_poll_in,
		.notify_poll_out = virtio_transport_notify_poll_out,
		.notify_recv_init = virtio_transport_notify_recv_init,
		.notify_recv_pre_block = vsock_argo_notify_recv_pre_block,
		.notify_recv_pre_dequeue = virtio_transport_notify_recv_pre_dequeue,
		.notify_recv_post_dequeue = virtio_transport_notify_recv_post_dequeue,
		.notify_send_init = virtio_transport_notify_send_init,
		.notify_send_pre_block = virtio_transport_notify_send_pre_block,
		.notify_send_pre_enqueue = virtio_transport_notify_send_pre_enqueue,
		.notify_send_post_enqueue = virtio_transport_notify_send_post_enqueue,
		.notify_buffer_size = vsock_argo_notify_buffer_size,
#ifdef VSOCK_ARGO_HAVE_NOTIFY_RCVLOWAT
		.notify_set_rcvlowat = virtio_transport_notify_set_rcvlowat,
#endif
#ifdef VSOCK_ARGO_HAVE_UNSENT
		.unsent_bytes = virtio_transport_unsent_bytes,
#endif
#ifdef VSOCK_ARGO_HAVE_READ_SKB
		.read_skb = virtio_transport_read_skb,
#endif
#ifdef VSOCK_ARGO_HAVE_ZEROCOPY
		.msgzerocopy_allow = vsock_argo_msgzerocopy_allow,
#endif
#ifdef VSOCK_ARGO_HAVE_REMOTE_CID
		.has_remote_cid = vsock_argo_has_remote_cid,
#endif
	},
	.send_pkt = vsock_argo_send_pkt,
#ifdef VSOCK_ARGO_HAVE_ZEROCOPY
	.can_msgzerocopy = vsock_argo_can_msgzerocopy,
#endif
};
