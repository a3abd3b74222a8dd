/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between kernels, found out by Makefile. Not for mainline. */
#ifndef _VSOCK_ARGO_COMPAT_H
#define _VSOCK_ARGO_COMPAT_H

#include <linux/virtio_vsock.h>

/*
 * From 7.x on, sockets of network namespaces may be kept apart. Other domains
 * belong to no namespace: they talk to sockets of the global mode only.
 */
#ifdef VSOCK_ARGO_HAVE_NET
#define VSOCK_ARGO_SEND_ARGS	struct sk_buff *skb, struct net *net
#define VSOCK_ARGO_ALLOW_ARGS(...)	struct vsock_sock *vsk, __VA_ARGS__
#define vsock_argo_global()		vsock_net_mode_global(vsk)

static inline void vsock_argo_recv_pkt(struct virtio_transport *t, struct sk_buff *skb)
{
	virtio_transport_recv_pkt(t, skb, NULL);
}
#else
#define VSOCK_ARGO_SEND_ARGS	struct sk_buff *skb
#define VSOCK_ARGO_ALLOW_ARGS(...)	__VA_ARGS__
#define vsock_argo_global()		true

static inline void vsock_argo_recv_pkt(struct virtio_transport *t, struct sk_buff *skb)
{
	virtio_transport_recv_pkt(t, skb);
}
#endif

#ifndef VSOCK_ARGO_HAVE_LINEAR_SKB
static inline struct sk_buff *virtio_vsock_alloc_linear_skb(unsigned int size, gfp_t mask)
{
	return virtio_vsock_alloc_skb(size, mask);
}
#endif

/* The taps of kernels that know no MSG_ZEROCOPY cannot read pages: only headers then. */
static inline void vsock_argo_tap(struct sk_buff *skb)
{
#ifdef VSOCK_ARGO_HAVE_ZEROCOPY
	virtio_transport_deliver_tap_pkt(skb);
#else
	unsigned int len = skb->len;

	skb->len = skb_headlen(skb);
	virtio_transport_deliver_tap_pkt(skb);
	skb->len = len;
#endif
}

/*
 * Sent: counts what SIOCOUTQ tells. That function takes the owner for a
 * connected socket, which only packets with data are sure to have; others may
 * belong to a listener.
 */
static inline void vsock_argo_skb_sent(struct sk_buff *skb)
{
#ifdef VSOCK_ARGO_HAVE_SKB_SENT
	struct virtio_vsock_hdr *hdr = virtio_vsock_hdr(skb);

	if (skb->sk && skb->len && vsock_sk(skb->sk)->trans &&
	    le16_to_cpu(hdr->type) <= VIRTIO_VSOCK_TYPE_SEQPACKET) {
		virtio_transport_consume_skb_sent(skb, true);
		return;
	}
#endif
	consume_skb(skb);
}

#endif /* _VSOCK_ARGO_COMPAT_H */
