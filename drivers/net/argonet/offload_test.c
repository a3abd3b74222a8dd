// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of checksum and segmentation requests, valid and invalid, for given frames.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "argonet.h"
#include "compat.h"
#include "compat_uapi.h"

#define START4	(ETH_HLEN + sizeof(struct iphdr))
#define START6	(ETH_HLEN + sizeof(struct ipv6hdr))
#define PAYLOAD	3000

/* Short names for the tables below */
#define V4	ETH_P_IP
#define V6	ETH_P_IPV6
#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP

/* Make an IPv4 or IPv6 frame as the receive path hands it to argonet_offload_decode(). */
static struct sk_buff *frame(struct kunit *test, u16 ethertype, u8 protocol)
{
	u32 start = ethertype == ETH_P_IPV6 ? START6 : START4;
	u32 len = start + sizeof(struct tcphdr) + PAYLOAD;
	struct sk_buff *skb = alloc_skb(len + NET_IP_ALIGN, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, NET_IP_ALIGN);
	memset(skb_put(skb, len), 0, len);
	skb_reset_mac_header(skb);
	eth_hdr(skb)->h_proto = htons(ethertype);
	if (ethertype == ETH_P_IPV6) {
		struct ipv6hdr *ip = (void *)(skb->data + ETH_HLEN);

		ip->version = 6;
		ip->nexthdr = protocol;
		ip->payload_len = htons(len - START6);
	} else {
		struct iphdr *ip = (void *)(skb->data + ETH_HLEN);

		ip->version = 4;
		ip->ihl = 5;
		ip->protocol = protocol;
		ip->tot_len = htons(len - ETH_HLEN);
	}
	if (protocol == IPPROTO_TCP)
		((struct tcphdr *)(skb->data + start))->doff = 5;
	return skb;
}

static void decode_table(struct kunit *test)
{
	static const struct {
		const char *name;
		u16 ethertype;
		u8 protocol, flags, type;
		u16 size, hdr_len, start, offset;
		bool good, gso;
	} rows[] = {
		{ "plain", V4, TCP, 0, 0, 0, 0, 0, 0, true, false },
		{ "checksum", V4, TCP, 1, 0, 0, 0, START4, 16, true, false },
		{ "checksum behind the end", V4, TCP, 1, 0, 0, 0, 5000, 16, false, false },
		{ "TCP over IPv4", V4, TCP, 1, 1, 1000, 54, START4, 16, true, true },
		{ "the same with ECN", V4, TCP, 1, 0x81, 1000, 54, START4, 16, true, true },
		{ "TCP over IPv6", V6, TCP, 1, 4, 1000, 74, START6, 16, true, true },
		{ "UDP over IPv4", V4, UDP, 1, 5, 1000, 42, START4, 6, true, true },
		{ "UDP over IPv6", V6, UDP, 1, 5, 1000, 62, START6, 6, true, true },
		{ "TCPv6 said of IPv4", V4, TCP, 1, 4, 1000, 54, START4, 16, false, false },
		{ "TCPv4 said of IPv6", V6, TCP, 1, 1, 1000, 74, START6, 16, false, false },
		{ "UDP said of TCP", V4, TCP, 1, 5, 1000, 42, START4, 16, false, false },
		{ "TCP said of ARP", ETH_P_ARP, 0, 1, 1, 1000, 54, START4, 16, false, false },
		{ "UDP said of ARP", ETH_P_ARP, 0, 1, 5, 1000, 42, START4, 6, false, false },
		{ "two types at once", V4, TCP, 1, 1 | 4, 1000, 54, START4, 16, false, false },
		{ "unknown type", V4, TCP, 1, 0x40, 1000, 54, START4, 16, false, false },
		{ "no segment size", V4, TCP, 1, 1, 0, 54, START4, 16, false, false },
		{ "segments of one byte", V4, TCP, 1, 1, 1, 54, START4, 16, true, true },
		{ "TCP segments by fragments", V4, TCP, 1, 1, 0xffff, 54, START4, 16, false,
		  false },
		{ "UDP segments by fragments", V4, UDP, 1, 5, 0xffff, 42, START4, 6, false,
		  false },
		{ "65 and more UDP segments", V4, UDP, 1, 5, 10, 42, START4, 6, false, false },
		{ "segments without checksum", V4, UDP, 0, 5, 1000, 42, 0, 0, false, false },
		/* If all fits one segment, the frame is not GSO. */
		{ "one TCP segment", V4, TCP, 1, 1, 0xfffe, 54, START4, 16, true, false },
		{ "one UDP segment", V4, UDP, 1, 5, 0xfffe, 42, START4, 6, true, false },
		/* Accepted: whoever segments the frame checks the protocol. */
		{ "TCP said of UDP", V4, UDP, 1, 1, 1000, 54, START4, 16, true, true },
		/* hdr_len is a hint, so any value is accepted. */
		{ "no header length", V4, TCP, 1, 1, 1000, 0, START4, 16, true, true },
		{ "header length of all", V4, TCP, 1, 1, 1000, 0xffff, START4, 16, true, true },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct virtio_net_hdr h = {
			.flags = rows[i].flags,
			.gso_type = rows[i].type,
			.gso_size = __cpu_to_virtio16(true, rows[i].size),
			.hdr_len = __cpu_to_virtio16(true, rows[i].hdr_len),
			.csum_start = __cpu_to_virtio16(true, rows[i].start),
			.csum_offset = __cpu_to_virtio16(true, rows[i].offset),
		};
		struct sk_buff *skb = frame(test, rows[i].ethertype, rows[i].protocol);
		int ret = argonet_offload_decode(skb, &h);

		KUNIT_EXPECT_EQ_MSG(test, ret, rows[i].good ? 0 : -EINVAL, "%s", rows[i].name);
		if (!ret) {
			KUNIT_EXPECT_EQ_MSG(test, skb_is_gso(skb), rows[i].gso, "%s", rows[i].name);
			KUNIT_EXPECT_EQ_MSG(test, skb->ip_summed == CHECKSUM_PARTIAL,
					    rows[i].flags, "%s", rows[i].name);
			/* A peer cannot make the stack trust a checksum. */
			KUNIT_EXPECT_TRUE(test, skb->ip_summed != CHECKSUM_UNNECESSARY);
			if (rows[i].gso)
				KUNIT_EXPECT_TRUE(test, skb_shinfo(skb)->gso_type & SKB_GSO_DODGY);
			KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->gso_segs, 0);
		}
		kfree_skb(skb);
	}
}

static void encode_and_decode(struct kunit *test)
{
	static const struct {
		u16 ethertype;
		u8 protocol;
		unsigned int type;
	} rows[] = {
		{ ETH_P_IP, IPPROTO_TCP, 0 },
		{ ETH_P_IP, IPPROTO_TCP, SKB_GSO_TCPV4 },
		{ ETH_P_IP, IPPROTO_TCP, SKB_GSO_TCPV4 | SKB_GSO_TCP_ECN },
		{ ETH_P_IPV6, IPPROTO_TCP, SKB_GSO_TCPV6 },
		{ ETH_P_IP, IPPROTO_UDP, SKB_GSO_UDP_L4 },
		{ ETH_P_IPV6, IPPROTO_UDP, SKB_GSO_UDP_L4 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sk_buff *skb = frame(test, rows[i].ethertype, rows[i].protocol);
		struct sk_buff *copy = frame(test, rows[i].ethertype, rows[i].protocol);
		u32 start = rows[i].ethertype == ETH_P_IPV6 ? START6 : START4;
		struct virtio_net_hdr h;

		skb_set_transport_header(skb, start);
		skb_partial_csum_set(skb, start, rows[i].protocol == IPPROTO_TCP ? 16 : 6);
		if (rows[i].type) {
			skb_shinfo(skb)->gso_type = rows[i].type;
			skb_shinfo(skb)->gso_size = 1000;
			skb_shinfo(skb)->gso_segs = 3;
		}
		KUNIT_EXPECT_EQ(test, argonet_offload_encode(skb, &h), 0);
		KUNIT_EXPECT_EQ(test, argonet_offload_decode(copy, &h), 0);
		KUNIT_EXPECT_EQ(test, skb_shinfo(copy)->gso_type & ~SKB_GSO_DODGY, rows[i].type);
		KUNIT_EXPECT_EQ(test, skb_shinfo(copy)->gso_size, skb_shinfo(skb)->gso_size);
		KUNIT_EXPECT_EQ(test, skb_checksum_start_offset(copy), start);
		KUNIT_EXPECT_EQ(test, copy->csum_offset, skb->csum_offset);
		kfree_skb(skb);
		kfree_skb(copy);
	}
}

/* Make an IPv6 frame that is too long for its payload length, with @tags VLAN tags. */
static struct sk_buff *jumbo_frame(struct kunit *test, unsigned int tags)
{
	u32 head = ETH_HLEN + tags * VLAN_HLEN, i;
	u32 len = head + sizeof(struct ipv6hdr) + sizeof(struct tcphdr) + 70000;
	struct sk_buff *skb = alloc_skb(len + XDP_PACKET_HEADROOM, GFP_KERNEL);
	struct ipv6hdr *ip;
	__be16 *type;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, XDP_PACKET_HEADROOM);
	memset(skb_put(skb, len), 0x5a, len);
	skb_reset_mac_header(skb);
	for (i = 0; i < tags; i++)
		*(__be16 *)(skb->data + ETH_HLEN - 2 + i * VLAN_HLEN) = htons(ETH_P_8021Q);
	type = (void *)(skb->data + head - 2);
	*type = htons(ETH_P_IPV6);
	ip = (void *)(skb->data + head);
	*ip = (struct ipv6hdr) { .version = 6, .nexthdr = IPPROTO_TCP };
	((struct tcphdr *)(ip + 1))->doff = 5;
	return skb;
}

/* Kernels that want a jumbogram option get one, and it is removed before sending. */
static void jumbo_option_comes_and_goes(struct kunit *test)
{
	unsigned int tags, more = __is_defined(ARGONET_HAVE_JUMBO) ? 8 : 0;

	for (tags = 0; tags < 3; tags++) {
		struct sk_buff *skb = jumbo_frame(test, tags), *sent = jumbo_frame(test, tags);
		u32 at = ETH_HLEN + tags * VLAN_HLEN, len = skb->len;
		struct virtio_net_hdr h = {
			.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
			.gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
			.gso_size = __cpu_to_virtio16(true, 1000),
			.csum_start = __cpu_to_virtio16(true, at + sizeof(struct ipv6hdr)),
			.csum_offset = __cpu_to_virtio16(true, 16),
		}, again;

		KUNIT_EXPECT_EQ(test, argonet_offload_decode(skb, &h), 0);
		KUNIT_EXPECT_EQ(test, skb->len, len + more);
		KUNIT_EXPECT_EQ(test, skb_mac_offset(skb), 0);
		KUNIT_EXPECT_EQ(test, skb_checksum_start_offset(skb),
				at + sizeof(struct ipv6hdr) + more);
		skb_set_network_header(skb, at);
#ifdef ARGONET_HAVE_JUMBO
		skb->protocol = htons(ETH_P_IPV6);
		KUNIT_EXPECT_EQ(test, ipv6_has_hopopt_jumbo(skb), IPPROTO_TCP);
		KUNIT_EXPECT_EQ(test, *(__be32 *)(skb->data + at + sizeof(struct ipv6hdr) + 4),
				htonl(len - at - sizeof(struct ipv6hdr) + more));
#endif
		KUNIT_EXPECT_TRUE(test, argonet_jumbo_remove(skb));
		KUNIT_EXPECT_EQ(test, skb->len, len);
		KUNIT_EXPECT_EQ(test, skb_network_offset(skb), at);
		KUNIT_EXPECT_EQ(test, memcmp(skb->data, sent->data, len), 0);
		KUNIT_EXPECT_EQ(test, argonet_offload_encode(skb, &again), 0);
		KUNIT_EXPECT_EQ(test, again.csum_start, h.csum_start);
		kfree_skb(skb);
		kfree_skb(sent);
	}
}

/* A kind of GSO that the device does not offer must be refused. */
static void encode_refuses(struct kunit *test)
{
	struct sk_buff *skb = frame(test, ETH_P_IP, IPPROTO_TCP);
	struct virtio_net_hdr h;

	skb_shinfo(skb)->gso_type = SKB_GSO_GRE;
	skb_shinfo(skb)->gso_size = 1000;
	KUNIT_EXPECT_EQ(test, argonet_offload_encode(skb, &h), -EINVAL);
	kfree_skb(skb);
}

/* The features that a frame needs, also at the limits and for frames that none allows */
static void needs_table(struct kunit *test)
{
	static const struct {
		unsigned int len, type, size;
		u32 needs;
	} rows[] = {
		{ 1000, 0, 0, 0 },
		{ ARGONET_MAX_FRAME, 0, 0, 0 },
		{ ARGONET_MAX_FRAME + 1, 0, 0, ARGONET_F_NEVER },
		{ 5000, SKB_GSO_TCPV4, 1000, ARGONET_F_TSO4 },
		{ 5000, SKB_GSO_TCPV4 | SKB_GSO_TCP_ECN, 1000, ARGONET_F_TSO4 | ARGONET_F_ECN },
		{ 5000, SKB_GSO_TCPV6, 1000, ARGONET_F_TSO6 },
		{ ARGONET_MAX_FRAME, SKB_GSO_TCPV4, 1000, ARGONET_F_TSO4 },
		{ ARGONET_MAX_FRAME + 1, SKB_GSO_TCPV4, 1000, ARGONET_F_TSO4 | ARGONET_F_BIG4 },
		{ ARGONET_MAX_FRAME + 1, SKB_GSO_TCPV6, 1000, ARGONET_F_TSO6 | ARGONET_F_BIG6 },
		{ 42 + 64 * 100, SKB_GSO_UDP_L4, 100, ARGONET_F_USO },
		{ 42 + 64 * 100 + 1, SKB_GSO_UDP_L4, 100, ARGONET_F_NEVER },
		{ ARGONET_MAX_FRAME + 1, SKB_GSO_UDP_L4, 2000, ARGONET_F_NEVER },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sk_buff *skb = alloc_skb(100, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, skb);
		skb_reset_mac_header(skb);
		skb_put(skb, 42);
		skb_set_network_header(skb, 14);
		skb_set_transport_header(skb, 34);
		/* The length alone matters: the function does not read the frame. */
		skb->len = rows[i].len;
		skb_shinfo(skb)->gso_type = rows[i].type;
		skb_shinfo(skb)->gso_size = rows[i].size;
		KUNIT_EXPECT_EQ_MSG(test, argonet_offload_needs(skb), rows[i].needs, "row %u", i);
		skb->len = 42;
		kfree_skb(skb);
	}
}

static struct kunit_case argonet_offload_cases[] = {
	KUNIT_CASE(needs_table),
	KUNIT_CASE(decode_table),	/* B38 B41 B43 B44 B45 */
	KUNIT_CASE(encode_and_decode),
	KUNIT_CASE(jumbo_option_comes_and_goes),
	KUNIT_CASE(encode_refuses),
	{}
};

static struct kunit_suite argonet_offload_suite = {
	.name = "argonet-offload",
	.test_cases = argonet_offload_cases,
};

kunit_test_suite(argonet_offload_suite);
