/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between kernels, found out by Makefile. Not for mainline. */
#ifndef _ARGONET_COMPAT_H
#define _ARGONET_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#ifdef ARGONET_HAVE_PAGE_POOL_HELPERS
#include <net/page_pool/helpers.h>
#else
#include <net/page_pool.h>
#endif

static inline void argonet_raise_gso(unsigned int *max, unsigned int old,
				     unsigned int new)
{
	/* Lowered for an earlier peer only: what the user chose stays. */
	if (*max == old && old < new)
		WRITE_ONCE(*max, new);
}

/* netif_set_tso_max_size() lowers the limits in use, but never raises them. */
static inline void argonet_set_gso_max(struct net_device *dev, unsigned int max)
{
	unsigned int old = dev->tso_max_size;

	netif_set_tso_max_size(dev, max);
	argonet_raise_gso(&dev->gso_max_size, old, max);
#ifdef ARGONET_HAVE_GSO_IPV4
	argonet_raise_gso(&dev->gso_ipv4_max_size, old, max);
#endif
}

#ifndef ARGONET_HAVE_UNREADABLE
/* Pages that no CPU can read came with 6.12. */
static inline bool skb_frags_readable(const struct sk_buff *skb)
{
	return true;
}
#endif

/* Pools that know their NAPI recycle without a lock, and show in netlink. */
static inline void argonet_pool_owner(struct page_pool_params *params,
				      struct napi_struct *napi)
{
#ifdef ARGONET_HAVE_PAGE_POOL_HELPERS
	params->napi = napi;
#endif
#ifdef ARGONET_HAVE_PAGE_POOL_NETDEV
	params->netdev = napi->dev;
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
/* Came with 6.13, took the place of hrtimer_init() with 6.15. */
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#ifndef ARGONET_HAVE_NEWLINK_PARAMS
/* Before 6.15, newlink took these one by one. */
struct rtnl_newlink_params {
	struct net *src_net;
	struct nlattr **tb;
	struct nlattr **data;
};
#endif

#endif /* _ARGONET_COMPAT_H */
