/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernel versions. The Makefile finds out what the kernel has. This
 * file is not for mainline.
 */
#ifndef _ARGONET_COMPAT_H
#define _ARGONET_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>
#ifdef ARGONET_HAVE_PAGE_POOL_HELPERS
#include <net/page_pool/helpers.h>
#else
#include <net/page_pool.h>
#endif

/* Address families of which the stack can have frames longer than 64 KiB */
#ifdef ARGONET_HAVE_GSO_IPV4
#define ARGONET_BIG	(ARGONET_F_BIG4 | ARGONET_F_BIG6)

static inline unsigned int *argonet_gso_ipv4(struct net_device *dev)
{
	return &dev->gso_ipv4_max_size;
}
#else
#define ARGONET_BIG	ARGONET_F_BIG6

/* Before 6.3, frames of IPv4 were never longer, so there is no limit to set. */
static inline unsigned int *argonet_gso_ipv4(struct net_device *dev)
{
	return NULL;
}
#endif

/*
 * From 5.19 to 6.18, the stack wants a jumbogram option in an IPv6 frame longer than
 * 64 KiB. The protocol has no such option, so it is removed before a frame is sent and
 * inserted after it was received. On the wire the length of the record counts.
 */
#ifdef ARGONET_HAVE_JUMBO
static inline bool argonet_jumbo_remove(struct sk_buff *skb)
{
	const struct hop_jumbo_hdr *jumbo = (void *)(ipv6_hdr(skb) + 1);
	u8 next;

	if (!(skb_shinfo(skb)->gso_type & SKB_GSO_TCPV6) ||
	    skb_network_offset(skb) + sizeof(struct ipv6hdr) + sizeof(*jumbo) >
	    skb_headlen(skb) || ipv6_hdr(skb)->payload_len ||
	    ipv6_hdr(skb)->nexthdr != NEXTHDR_HOP || jumbo->hdrlen ||
	    jumbo->tlv_type != IPV6_TLV_JUMBO)
		return true;
	next = jumbo->nexthdr;
	if (skb_cow_head(skb, 0))
		return false;
	memmove(skb->data + sizeof(*jumbo), skb->data,
		skb_network_offset(skb) + sizeof(struct ipv6hdr));
	__skb_pull(skb, sizeof(*jumbo));
	skb_reset_mac_header(skb);
	skb->network_header += sizeof(*jumbo);
	ipv6_hdr(skb)->nexthdr = next;
	return true;
}

/* @offset: of the IPv6 header in the frame */
static inline int argonet_jumbo_insert(struct sk_buff *skb, int offset)
{
	int head = offset + sizeof(struct ipv6hdr);
	struct hop_jumbo_hdr *jumbo;
	struct ipv6hdr *ip;

	ip = (void *)(skb->data + offset);
	if (!(skb_shinfo(skb)->gso_type & SKB_GSO_TCPV6) ||
	    skb->len - head <= IPV6_MAXPLEN || skb_transport_offset(skb) < head ||
	    ip->payload_len || ip->nexthdr == NEXTHDR_HOP)
		return 0;
	if (skb_cow_head(skb, sizeof(*jumbo)))
		return -ENOMEM;
	skb_push(skb, sizeof(*jumbo));
	memmove(skb->data, skb->data + sizeof(*jumbo), head);
	skb_reset_mac_header(skb);
	ip = (void *)(skb->data + offset);
	jumbo = (void *)(ip + 1);
	*jumbo = (struct hop_jumbo_hdr) {
		.nexthdr = ip->nexthdr,
		.tlv_type = IPV6_TLV_JUMBO,
		.tlv_len = sizeof(jumbo->jumbo_payload_len),
		.jumbo_payload_len = htonl(skb->len - head),
	};
	ip->nexthdr = NEXTHDR_HOP;
	return 0;
}
#else
static inline bool argonet_jumbo_remove(struct sk_buff *skb)
{
	return true;
}

static inline int argonet_jumbo_insert(struct sk_buff *skb, int offset)
{
	return 0;
}
#endif

#ifndef ARGONET_HAVE_UNREADABLE
/* Pages that no CPU can read came with 6.12. */
static inline bool skb_frags_readable(const struct sk_buff *skb)
{
	return true;
}
#endif

static inline void argonet_pool_owner(struct page_pool_params *params,
				      struct net_device *dev)
{
#ifdef ARGONET_HAVE_PAGE_POOL_NETDEV
	params->netdev = dev;
#endif
}

/*
 * A pool that knows its NAPI recycles pages without a lock. From Linux 6.14 on, netlink
 * shows it; older kernels show what the pool had when it was made. A pool with a NAPI
 * must not be destroyed while that NAPI is enabled. So the NAPI is not set when the pool
 * is made, but later, while the NAPI is disabled.
 */
static inline void argonet_pool_napi(struct page_pool *pool, struct napi_struct *napi)
{
#if defined(ARGONET_HAVE_POOL_ENABLE_DIRECT)
	page_pool_enable_direct_recycling(pool, napi);
#elif defined(ARGONET_HAVE_PAGE_POOL_HELPERS)
	pool->p.napi = napi;
#endif
}

static inline void argonet_set_xdp_features(struct net_device *dev)
{
#ifdef ARGONET_HAVE_XDP_FEATURES
	dev->xdp_features = NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_REDIRECT |
			    NETDEV_XDP_ACT_NDO_XMIT | NETDEV_XDP_ACT_RX_SG |
			    NETDEV_XDP_ACT_NDO_XMIT_SG;
#endif
}

#ifndef ARGONET_HAVE_FRAG_FILL
static inline void skb_frag_fill_page_desc(skb_frag_t *frag, struct page *page,
					   int off, int size)
{
	__skb_frag_set_page(frag, page);
	skb_frag_off_set(frag, off);
	skb_frag_size_set(frag, size);
}
#endif

#ifndef ARGONET_HAVE_HRTIMER_SETUP
/* hrtimer_setup() came with 6.13, and replaced hrtimer_init() in 6.15. */
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#ifndef ARGONET_HAVE_NEWLINK_PARAMS
/* Before 6.15, newlink had a parameter for each of these fields. */
struct rtnl_newlink_params {
	struct net *src_net;
	struct nlattr **tb;
	struct nlattr **data;
};
#endif

#endif /* _ARGONET_COMPAT_H */
