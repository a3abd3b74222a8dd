// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets of what a program writes.
 *
 * The code for virtio allocates each packet as one piece of memory. A packet of 64 KiB
 * and its headers then takes 128 KiB, which most kernels fill with zeros. Here long
 * packets are made of pages, of which no more are allocated than are needed.
 */
#include "vsock-argo.h"

/* Shorter packets are made by the code for virtio. */
#define VSOCK_ARGO_LONG		SZ_16K

static void vsock_argo_fill_header(struct vsock_sock *vsk, struct sk_buff *skb)
{
	*virtio_vsock_hdr(skb) = (struct virtio_vsock_hdr) {
		.src_cid = cpu_to_le64(vsock_argo_local_cid()),
		.dst_cid = cpu_to_le64(vsk->remote_addr.svm_cid),
		.src_port = cpu_to_le32(vsk->local_addr.svm_port),
		.dst_port = cpu_to_le32(vsk->remote_addr.svm_port),
		.len = cpu_to_le32(skb->len),
		.type = cpu_to_le16(VIRTIO_VSOCK_TYPE_STREAM),
		.op = cpu_to_le16(VIRTIO_VSOCK_OP_RW),
	};
}

/* Return: NULL if memory is so scarce that there would be too many pieces */
static struct sk_buff *vsock_argo_alloc_long(struct sock *sk, u32 len)
{
	struct sk_buff *skb;
	int err;

	skb = alloc_skb_with_frags(VIRTIO_VSOCK_SKB_HEADROOM, len, PAGE_ALLOC_COSTLY_ORDER,
				   &err, GFP_KERNEL | __GFP_NOWARN);
	if (!skb)
		return NULL;
	if (skb_shinfo(skb)->nr_frags > VSOCK_ARGO_MAX_FRAGS ||
	    !skb_set_owner_sk_safe(skb, sk)) {
		kfree_skb(skb);
		return NULL;
	}
	skb_reserve(skb, VIRTIO_VSOCK_SKB_HEADROOM);
	skb->data_len = len;
	skb->len = len;
	return skb;
}

ssize_t vsock_argo_stream_enqueue(struct vsock_sock *vsk, struct msghdr *msg, size_t len)
{
	struct virtio_vsock_sock *vvs = vsk->trans;
	struct sk_buff *skb;
	u32 credit;
	int ret;

	if (len < VSOCK_ARGO_LONG || (msg->msg_flags & MSG_ZEROCOPY))
		return virtio_transport_stream_enqueue(vsk, msg, len);
	credit = virtio_transport_get_credit(vvs, min_t(size_t, len, VSOCK_ARGO_MAX_PAYLOAD));
	if (!credit)
		return 0;
	skb = vsock_argo_alloc_long(sk_vsock(vsk), credit);
	if (!skb) {
		virtio_transport_put_credit(vvs, credit);
		return virtio_transport_stream_enqueue(vsk, msg, VSOCK_ARGO_LONG);
	}
	ret = skb_copy_datagram_from_iter(skb, 0, &msg->msg_iter, credit);
	if (ret) {
		virtio_transport_put_credit(vvs, credit);
		kfree_skb(skb);
		return ret;
	}
	vsock_argo_fill_header(vsk, skb);
	virtio_transport_inc_tx_pkt(vvs, skb);
	return vsock_argo_xmit(skb);
}
