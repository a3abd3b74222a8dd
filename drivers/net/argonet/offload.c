// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checksum and segmentation requests, between sk_buffs and the wire.
 *
 * The kernel's virtio codec does the work: hardened, and with a format that
 * other systems know.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/virtio_net.h>
#include <net/udp.h>

#include "argonet.h"
#include "compat_uapi.h"

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
	unsigned int payload;
	int ret;

	/* Have the checksum request checked and set, add the rest. */
	plain.gso_type = VIRTIO_NET_HDR_GSO_NONE;
	ret = virtio_net_hdr_to_skb(skb, &plain, true);
	if (ret)
		return ret;
	if (skb->ip_summed != CHECKSUM_PARTIAL ||
	    skb->csum_offset != offsetof(struct udphdr, check) ||
	    !pskb_may_pull(skb, skb_transport_offset(skb) + sizeof(struct udphdr)))
		return -EINVAL;
	payload = skb->len - skb_transport_offset(skb) - sizeof(struct udphdr);
	if (gso_size == GSO_BY_FRAGS || payload > gso_size * UDP_MAX_SEGMENTS)
		return -EINVAL;
	if (payload > gso_size) {
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
 * argonet_offload_encode() - say what the receiver has to finish
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
 * argonet_offload_decode() - mark what is left to be finished
 * @skb: frame, data at its Ethernet header
 * @h: what the peer says, little-endian, checked by argonet_record_next()
 *
 * Return: 0, or -EINVAL if it does not fit the frame.
 */
int argonet_offload_decode(struct sk_buff *skb, const struct virtio_net_hdr *h)
{
	unsigned int type;
	__be16 protocol;
	int ret;

	if (h->gso_type == VIRTIO_NET_HDR_GSO_UDP_L4)
		ret = argonet_uso_decode(skb, h);
	else
		ret = virtio_net_hdr_to_skb(skb, h, true);
	if (ret || !skb_is_gso(skb))
		return ret;

	/* Older kernels do not hold the type against the headers. */
	type = skb_shinfo(skb)->gso_type;
	protocol = __vlan_get_protocol(skb, eth_hdr(skb)->h_proto, NULL);
	if (type & SKB_GSO_UDP_L4) {
		if (protocol != htons(ETH_P_IP) && protocol != htons(ETH_P_IPV6))
			return -EINVAL;
	} else if (protocol != argonet_gso_protocol(skb)) {
		return -EINVAL;
	}
	if (skb_transport_offset(skb) < ETH_HLEN + (int)sizeof(struct iphdr))
		return -EINVAL;
	return 0;
}
