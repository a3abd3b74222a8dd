// SPDX-License-Identifier: GPL-2.0-only
/*
 * Converts requests to finish checksums and to segment frames between sk_buffs and
 * the wire.
 *
 * The kernel's virtio functions do the work: they check what an untrusted side says,
 * and other systems know the format, too.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/virtio_net.h>
#include <net/udp.h>

#include "argonet.h"
#include "compat.h"
#include "compat_uapi.h"

static unsigned int argonet_udp_payload(const struct sk_buff *skb)
{
	return skb->len - skb_transport_offset(skb) - sizeof(struct udphdr);
}

/* The limit is one of the protocol, because those of kernels differ. */
static bool argonet_too_many(const struct sk_buff *skb)
{
	return argonet_udp_payload(skb) >
	       skb_shinfo(skb)->gso_size * ARGONET_MAX_DATAGRAMS;
}

#ifdef ARGONET_NO_VIRTIO_USO
/* Kernels before 6.2 carry no UDP segmentation in the virtio header. */
static int argonet_uso_encode(const struct sk_buff *skb,
			      struct virtio_net_hdr *h)
{
	if (!(skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4) ||
	    skb->ip_summed != CHECKSUM_PARTIAL)
		return -EINVAL;
	*h = (struct virtio_net_hdr) {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4,
		.hdr_len = __cpu_to_virtio16(true, skb_headlen(skb)),
		.gso_size = __cpu_to_virtio16(true, skb_shinfo(skb)->gso_size),
		.csum_start = __cpu_to_virtio16(true, skb_checksum_start_offset(skb)),
		.csum_offset = __cpu_to_virtio16(true, skb->csum_offset),
	};
	return 0;
}

static int argonet_uso_decode(struct sk_buff *skb,
			      const struct virtio_net_hdr *h)
{
	unsigned int gso_size = __virtio16_to_cpu(true, h->gso_size);
	struct virtio_net_hdr plain = *h;
	int ret;

	/* The kernel checks and sets the checksum request; segmentation is set below. */
	plain.gso_type = VIRTIO_NET_HDR_GSO_NONE;
	ret = virtio_net_hdr_to_skb(skb, &plain, true);
	if (ret)
		return ret;
	if (skb->ip_summed != CHECKSUM_PARTIAL ||
	    skb->csum_offset != offsetof(struct udphdr, check) ||
	    !pskb_may_pull(skb, skb_transport_offset(skb) + sizeof(struct udphdr)))
		return -EINVAL;
	if (gso_size == GSO_BY_FRAGS)
		return -EINVAL;
	if (argonet_udp_payload(skb) > gso_size) {
		skb_shinfo(skb)->gso_size = gso_size;
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4 | SKB_GSO_DODGY;
		skb_shinfo(skb)->gso_segs = 0;
	}
	return 0;
}
#else
static int argonet_uso_encode(const struct sk_buff *skb,
			      struct virtio_net_hdr *h)
{
	return -EINVAL;
}

static int argonet_uso_decode(struct sk_buff *skb,
			      const struct virtio_net_hdr *h)
{
	return virtio_net_hdr_to_skb(skb, h, true);
}
#endif

/**
 * argonet_offload_needs() - features that a peer must offer to be sent a frame
 * @skb: frame, with its Ethernet header
 *
 * Return: ARGONET_F_*; with ARGONET_F_NEVER, which no peer offers, if the frame cannot
 * be sent unsegmented
 */
u32 argonet_offload_needs(const struct sk_buff *skb)
{
	bool big = skb->len > ARGONET_MAX_FRAME;
	unsigned int type;
	u32 needs = 0;

	if (!skb_is_gso(skb))
		return big ? ARGONET_F_NEVER : 0;
	type = skb_shinfo(skb)->gso_type;
	if (type & SKB_GSO_TCPV4)
		needs |= ARGONET_F_TSO4 | (big ? ARGONET_F_BIG4 : 0);
	else if (type & SKB_GSO_TCPV6)
		needs |= ARGONET_F_TSO6 | (big ? ARGONET_F_BIG6 : 0);
	else if (big)
		return ARGONET_F_NEVER;
	if (type & SKB_GSO_TCP_ECN)
		needs |= ARGONET_F_ECN;
	if (type & SKB_GSO_UDP_L4)
		needs |= argonet_too_many(skb) ? ARGONET_F_NEVER : ARGONET_F_USO;
	return needs;
}

/**
 * argonet_features_check() - may this frame be left to the peer to segment?
 * @skb: frame
 * @dev: device
 * @features: features of the device that the stack would use for the frame
 *
 * A frame may be longer than the peer takes: the stack compares a forwarded frame with
 * one limit for all address families, and the limit may have changed since the frame
 * was made. The stack then segments the frame. Queue 0 stands for all queues, because
 * the peer takes the same on each.
 *
 * Context: softirqs off.
 * Return: @features, less those of segmentation if the peer does not take the frame.
 */
netdev_features_t argonet_features_check(struct sk_buff *skb,
					 struct net_device *dev,
					 netdev_features_t features)
{
	const struct argonet *an = netdev_priv(dev);
	const struct argonet_queue *q = &an->queue[0];

	if (skb_is_gso(skb) &&
	    (skb->len > READ_ONCE(q->tx.max_frame) ||
	     argonet_offload_needs(skb) & ~READ_ONCE(q->tx.peer_features)))
		features &= ~NETIF_F_GSO_MASK;
	return features;
}

/**
 * argonet_offload_encode() - describe what the receiver has to finish in a frame
 * @skb: frame
 * @h: filled in, little-endian
 *
 * Return: 0, or -EINVAL for a kind of segmentation the device never offered.
 */
int argonet_offload_encode(const struct sk_buff *skb, struct virtio_net_hdr *h)
{
	if (!virtio_net_hdr_from_skb(skb, h, true, false, 0))
		return 0;
	return argonet_uso_encode(skb, h);
}

static __be16 argonet_gso_protocol(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->gso_type & SKB_GSO_TCPV6 ?
	       htons(ETH_P_IPV6) : htons(ETH_P_IP);
}

/**
 * argonet_offload_decode() - mark in a frame what has to be finished
 * @skb: frame, data at its Ethernet header
 * @h: the peer's description, little-endian, checked by argonet_record_next()
 *
 * Return: 0, -EINVAL if the description does not fit the headers of the frame, or
 * -ENOMEM.
 */
int argonet_offload_decode(struct sk_buff *skb, const struct virtio_net_hdr *h)
{
	unsigned int type;
	__be16 protocol;
	int ret, least, depth = 0;

	if (h->gso_type == VIRTIO_NET_HDR_GSO_UDP_L4)
		ret = argonet_uso_decode(skb, h);
	else
		ret = virtio_net_hdr_to_skb(skb, h, true);
	if (ret || !skb_is_gso(skb))
		return ret;

	/* Older kernels do not check that the GSO type fits the headers. */
	type = skb_shinfo(skb)->gso_type;
	protocol = __vlan_get_protocol(skb, eth_hdr(skb)->h_proto, &depth);
	if (type & SKB_GSO_UDP_L4) {
		if (argonet_too_many(skb))
			return -EINVAL;
		if (protocol != htons(ETH_P_IP) && protocol != htons(ETH_P_IPV6))
			return -EINVAL;
	} else if (protocol != argonet_gso_protocol(skb)) {
		return -EINVAL;
	}
	least = protocol == htons(ETH_P_IPV6) ? sizeof(struct ipv6hdr) :
						sizeof(struct iphdr);
	if (skb_transport_offset(skb) < ETH_HLEN + least)
		return -EINVAL;
	return argonet_jumbo_insert(skb, max(depth, ETH_HLEN));
}
