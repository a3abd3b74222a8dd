// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams. The vsock core leaves their ports to the transport, so the table of
 * bound sockets is here.
 */
#include <linux/sched/signal.h>

#include "vsock-argo.h"

/* The lock is taken in process context only. */
static DEFINE_MUTEX(vsock_argo_dgram_lock);
static DEFINE_XARRAY_ALLOC(vsock_argo_dgram_ports);

/* As the vsock core does for streams: from a random one on, not below 1024 */
static struct xa_limit vsock_argo_any_port = XA_LIMIT(LAST_RESERVED_PORT + 1, VMADDR_PORT_ANY - 1);

int vsock_argo_dgram_bind(struct vsock_sock *vsk, struct sockaddr_vm *addr)
{
	static u32 next;
	u32 port = addr->svm_port;
	int ret;

	if (addr->svm_cid != VMADDR_CID_ANY && addr->svm_cid != vsock_argo_local_cid())
		return -EADDRNOTAVAIL;
	if (port != VMADDR_PORT_ANY && port <= LAST_RESERVED_PORT &&
	    !capable(CAP_NET_BIND_SERVICE))
		return -EACCES;

	mutex_lock(&vsock_argo_dgram_lock);
	if (port == VMADDR_PORT_ANY) {
		if (!next)
			next = LAST_RESERVED_PORT + 1 + get_random_u32() % SZ_1G;
		ret = xa_alloc_cyclic(&vsock_argo_dgram_ports, &port, vsk,
				      vsock_argo_any_port, &next, GFP_KERNEL);
		ret = min(ret, 0);
	} else {
		ret = xa_insert(&vsock_argo_dgram_ports, port, vsk, GFP_KERNEL);
		if (ret == -EBUSY)
			ret = -EADDRINUSE;
	}
	if (!ret)
		vsock_addr_init(&vsk->local_addr, addr->svm_cid, port);
	mutex_unlock(&vsock_argo_dgram_lock);
	return ret;
}

void vsock_argo_dgram_release(struct vsock_sock *vsk)
{
	u32 port = vsk->local_addr.svm_port;

	mutex_lock(&vsock_argo_dgram_lock);
	if (port != VMADDR_PORT_ANY)
		xa_cmpxchg(&vsock_argo_dgram_ports, port, vsk, NULL, GFP_KERNEL);
	mutex_unlock(&vsock_argo_dgram_lock);
}

static struct sk_buff *vsock_argo_dgram_alloc(u32 len)
{
	struct sk_buff *skb;
	int err;

	skb = alloc_skb_with_frags(VSOCK_ARGO_HEADER, len, PAGE_ALLOC_COSTLY_ORDER, &err,
				   GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, VSOCK_ARGO_HEADER);
	skb->len = len;
	skb->data_len = len;
	return skb;
}

/* Copy the payload of a message to the pages of @skb. */
static void vsock_argo_dgram_fill(struct sk_buff *skb, const struct argo_message *msg)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	u32 at = VSOCK_ARGO_HEADER;
	unsigned int i;

	for (i = 0; i < info->nr_frags; i++) {
		argo_message_copy(msg, at, skb_frag_address(&info->frags[i]),
				  skb_frag_size(&info->frags[i]));
		at += skb_frag_size(&info->frags[i]);
	}
}

/*
 * What sock_queue_rcv_skb() asks first. Only readers add to a socket, with the
 * table locked, so the answer holds until then.
 */
static bool vsock_argo_dgram_room(struct vsock_sock *vsk)
{
	struct sock *sk = sk_vsock(vsk);

	return atomic_read(&sk->sk_rmem_alloc) < READ_ONCE(sk->sk_rcvbuf);
}

/**
 * vsock_argo_dgram_recv() - a datagram came
 * @peer: who sent it
 * @hdr: its header, checked
 * @msg: the message
 *
 * It is dropped, and counted, if nobody is there or the socket is full.
 *
 * Context: the peer's reader.
 */
void vsock_argo_dgram_recv(struct vsock_argo_peer *peer,
			   const struct virtio_vsock_hdr *hdr,
			   const struct argo_message *msg)
{
	struct sk_buff *skb = NULL;
	struct vsock_sock *vsk;

	mutex_lock(&vsock_argo_dgram_lock);
	/* The lock keeps the socket from being released with this one left behind. */
	vsk = xa_load(&vsock_argo_dgram_ports, le32_to_cpu(hdr->dst_port));
	if (!vsk) {
		mutex_unlock(&vsock_argo_dgram_lock);
		vsock_argo_inc(peer, VSOCK_ARGO_NO_SOCKET);
		return;
	}
	/* What is dropped anyway costs no memory, not even for a moment. */
	if (vsock_argo_dgram_room(vsk))
		skb = vsock_argo_dgram_alloc(msg->len - VSOCK_ARGO_HEADER);
	if (skb) {
		*virtio_vsock_hdr(skb) = *hdr;
		vsock_argo_dgram_fill(skb, msg);
	}
	if (skb && !sock_queue_rcv_skb(sk_vsock(vsk), skb)) {
		vsock_argo_inc(peer, VSOCK_ARGO_RX);
	} else {
		kfree_skb(skb);
		vsock_argo_inc(peer, VSOCK_ARGO_NO_ROOM);
	}
	mutex_unlock(&vsock_argo_dgram_lock);
}

int vsock_argo_dgram_dequeue(struct vsock_sock *vsk, struct msghdr *msg, size_t len,
			     int flags)
{
	struct virtio_vsock_hdr *hdr;
	struct sk_buff *skb;
	int ret;

	if (flags & (MSG_OOB | MSG_ERRQUEUE))
		return -EOPNOTSUPP;
	skb = skb_recv_datagram(sk_vsock(vsk), flags, &ret);
	if (!skb)
		return ret;
	hdr = virtio_vsock_hdr(skb);
	if (len < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	ret = skb_copy_datagram_msg(skb, 0, msg, min_t(size_t, len, skb->len));
	if (!ret)
		ret = flags & MSG_TRUNC ? skb->len : min_t(size_t, len, skb->len);
	if (ret >= 0 && msg->msg_name) {
		vsock_addr_init(msg->msg_name, le64_to_cpu(hdr->src_cid),
				le32_to_cpu(hdr->src_port));
		msg->msg_namelen = sizeof(struct sockaddr_vm);
	}
	skb_free_datagram(sk_vsock(vsk), skb);
	return ret;
}

static bool vsock_argo_dgram_ready(struct vsock_argo_peer *peer)
{
	return READ_ONCE(peer->stopping) ||
	       (READ_ONCE(peer->up) && !READ_ONCE(peer->congested));
}

/* Wait until the peer is up and has room. With the socket locked. */
static int vsock_argo_dgram_wait(struct vsock_argo_peer *peer, struct sock *sk, int flags)
{
	long timeo = sock_sndtimeo(sk, flags & MSG_DONTWAIT);
	long left;

	if (vsock_argo_dgram_ready(peer))
		return READ_ONCE(peer->stopping) ? -ENODEV : 0;
	vsock_argo_want(peer);
	if (!timeo)
		return -EAGAIN;
	/* A peer that is not there at all is waited for as when connecting. */
	if (!READ_ONCE(peer->up))
		timeo = min_t(long, timeo, vsock_sk(sk)->connect_timeout);
	release_sock(sk);
	left = wait_event_interruptible_timeout(peer->space, vsock_argo_dgram_ready(peer),
						timeo);
	lock_sock(sk);
	if (left < 0)
		return sock_intr_errno(timeo);
	if (!left)
		return READ_ONCE(peer->up) ? -EAGAIN : -EHOSTUNREACH;
	return READ_ONCE(peer->stopping) ? -ENODEV : 0;
}

static int vsock_argo_dgram_send(struct vsock_argo_peer *peer, struct vsock_sock *vsk,
				 u32 port, struct msghdr *msg, size_t len)
{
	struct sk_buff *skb = vsock_argo_dgram_alloc(len);
	int ret;

	if (!skb)
		return -ENOBUFS;
	*virtio_vsock_hdr(skb) = (struct virtio_vsock_hdr) {
		.src_cid = cpu_to_le64(vsock_argo_local_cid()),
		.dst_cid = cpu_to_le64(vsock_argo_cid(peer->domid)),
		.src_port = cpu_to_le32(vsk->local_addr.svm_port),
		.dst_port = cpu_to_le32(port),
		.len = cpu_to_le32(len),
		.type = cpu_to_le16(VSOCK_ARGO_TYPE_DGRAM),
		.op = cpu_to_le16(VIRTIO_VSOCK_OP_RW),
	};
	ret = skb_copy_datagram_from_iter(skb, 0, &msg->msg_iter, len);
	if (ret) {
		kfree_skb(skb);
		return ret;
	}
	return vsock_argo_send(peer, skb);
}

int vsock_argo_dgram_enqueue(struct vsock_sock *vsk, struct sockaddr_vm *to,
			     struct msghdr *msg, size_t len)
{
	u32 cid = to->svm_cid, port = to->svm_port;
	struct vsock_argo_peer *peer;
	int ret;

	if (len > VSOCK_ARGO_MAX_PAYLOAD)
		return -EMSGSIZE;
	peer = vsock_argo_peer_get(cid);
	if (!peer)
		return -EHOSTUNREACH;
	ret = vsock_argo_dgram_wait(peer, sk_vsock(vsk), msg->msg_flags);
	if (!ret && !(READ_ONCE(peer->hs.peer.features) & VSOCK_ARGO_F_DGRAM))
		ret = -EOPNOTSUPP;
	if (!ret)
		ret = vsock_argo_dgram_send(peer, vsk, port, msg, len);
	vsock_argo_peer_put(peer);
	return ret;
}
