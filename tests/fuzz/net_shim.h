/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of the kernel's network core that link.c is written against, as far
 * as it can be seen from there. Every kernel header it includes is this one.
 */
#ifndef _NET_SHIM_H
#define _NET_SHIM_H

#include <linux/capability.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <stdlib.h>

#include "kernel_shim.h"

#define __read_mostly

/* Lists */

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD(name)	struct list_head name = { &(name), &(name) }

static inline void list_add_tail(struct list_head *node, struct list_head *head)
{
	node->next = head;
	node->prev = head->prev;
	head->prev->next = node;
	head->prev = node;
}

static inline void list_del(struct list_head *node)
{
	node->next->prev = node->prev;
	node->prev->next = node->next;
	node->next = NULL;
	node->prev = NULL;
}

static inline void INIT_LIST_HEAD(struct list_head *node)
{
	node->next = node;
	node->prev = node;
}

static inline void list_del_init(struct list_head *node)
{
	list_del(node);
	INIT_LIST_HEAD(node);
}

static inline void list_move_tail(struct list_head *node, struct list_head *head)
{
	list_del(node);
	list_add_tail(node, head);
}

struct mutex {
	bool held;
};

#define DEFINE_MUTEX(name)	struct mutex name

static inline void mutex_lock(struct mutex *m)
{
	if (m->held)
		__builtin_trap();
	m->held = true;
}

static inline void mutex_unlock(struct mutex *m)
{
	if (!m->held)
		__builtin_trap();
	m->held = false;
}

#define list_entry(node, type, member) \
	((type *)((u8 *)(node) - offsetof(type, member)))

#define list_for_each_entry(at, head, member)				\
	for (at = list_entry((head)->next, typeof(*at), member);	\
	     &at->member != (head);					\
	     at = list_entry(at->member.next, typeof(*at), member))

/* What the structures of the driver consist of */

typedef u64 netdev_features_t;
typedef int netdev_tx_t;
typedef u64 u64_stats_t;
typedef int atomic_t;
typedef int spinlock_t;
#define __rcu
#define ____cacheline_aligned_in_smp
typedef __s64 ktime_t;

enum hrtimer_restart { HRTIMER_NORESTART };

struct u64_stats_sync { int unused; };
struct rcu_head { int unused; };
struct napi_struct { int unused; };
struct xdp_rxq_info { int unused; };
struct netdev_bpf;
struct xdp_buff;
struct xdp_frame;
struct bpf_prog;
typedef struct { int unused; } call_single_data_t;
struct hrtimer { int unused; };
struct sk_buff_head { int unused; };
struct work_struct { int unused; };
struct delayed_work { int unused; };
struct netdev_queue { int unused; };

struct ethtool_ops {
	u32 unused;
};

struct net_device {
	const struct ethtool_ops *ethtool_ops;
	netdev_features_t features;
	unsigned int num_tx_queues, num_rx_queues;
	unsigned int real_num_tx_queues, real_num_rx_queues;
	bool random_address;
	void *priv;
};

static inline void *netdev_priv(const struct net_device *dev)
{
	return dev->priv;
}

static inline struct netdev_queue *
netdev_get_tx_queue(const struct net_device *dev, unsigned int index)
{
	return NULL;
}

static inline int netif_set_real_num_tx_queues(struct net_device *dev,
					       unsigned int n)
{
	dev->real_num_tx_queues = n;
	return 0;
}

static inline int netif_set_real_num_rx_queues(struct net_device *dev,
					       unsigned int n)
{
	dev->real_num_rx_queues = n;
	return 0;
}

static inline void netif_carrier_off(struct net_device *dev)
{
}

static inline void eth_hw_addr_random(struct net_device *dev)
{
	dev->random_address = true;
}

int register_netdevice(struct net_device *dev);
bool capable(int cap);

static inline void spin_lock_bh(spinlock_t *lock)
{
	(*lock)++;
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
	(*lock)--;
}

static inline bool is_valid_ether_addr(const u8 *a)
{
	return !(a[0] & 1) && (a[0] | a[1] | a[2] | a[3] | a[4] | a[5]);
}

/* Netlink */

/* This is the newest kernel, which needs nothing that compat.h has. */
#define _ARGONET_COMPAT_H
#define ARGONET_HAVE_NEWLINK_PARAMS

enum { NLA_UNSPEC, NLA_U8, NLA_U16, NLA_U32, NLA_REJECT };

struct nla_policy {
	u8 type;
	u16 strict_start_type;
};

#define struct_group_tagged(tag, name, members...) \
	union { struct { members }; struct tag { members } name; }

struct netlink_ext_ack {
	const char *message;
	const struct nlattr *attr;
};

#define NL_SET_ERR_MSG(extack, text)	((extack)->message = (text))
#define NL_SET_ERR_MSG_ATTR(extack, which, text) do {	\
	(extack)->message = (text);			\
	(extack)->attr = (which);			\
} while (0)

static inline void *nla_data(const struct nlattr *attr)
{
	return (u8 *)attr + NLA_HDRLEN;
}

static inline int nla_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

static inline u16 nla_get_u16(const struct nlattr *attr)
{
	return *(u16 *)nla_data(attr);
}

static inline u32 nla_get_u32(const struct nlattr *attr)
{
	return *(u32 *)nla_data(attr);
}

static inline size_t nla_total_size(size_t len)
{
	return NLA_ALIGN(NLA_HDRLEN + len);
}

/* A message being made */
struct sk_buff {
	size_t len, room;
	u8 *data;
};

static inline int nla_put(struct sk_buff *skb, int type, int len,
			  const void *value)
{
	struct nlattr *attr = (struct nlattr *)(skb->data + skb->len);

	if (skb->len + nla_total_size(len) > skb->room)
		return -EMSGSIZE;
	skb->len += nla_total_size(len);
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy(nla_data(attr), value, len);
	return 0;
}

static inline int nla_put_u8(struct sk_buff *skb, int type, u8 value)
{
	return nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_u16(struct sk_buff *skb, int type, u16 value)
{
	return nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_u32(struct sk_buff *skb, int type, u32 value)
{
	return nla_put(skb, type, sizeof(value), &value);
}

struct rtnl_newlink_params {
	struct nlattr **tb, **data;
};

struct rtnl_link_ops {
	const char *kind;
	size_t priv_size;
	void (*setup)(struct net_device *dev);
	unsigned int maxtype;
	const struct nla_policy *policy;
	int (*validate)(struct nlattr *tb[], struct nlattr *data[],
			struct netlink_ext_ack *extack);
	int (*newlink)(struct net_device *dev,
		       struct rtnl_newlink_params *params,
		       struct netlink_ext_ack *extack);
	int (*changelink)(struct net_device *dev, struct nlattr *tb[],
			  struct nlattr *data[], struct netlink_ext_ack *extack);
	size_t (*get_size)(const struct net_device *dev);
	int (*fill_info)(struct sk_buff *skb, const struct net_device *dev);
	unsigned int (*get_num_tx_queues)(void);
	unsigned int (*get_num_rx_queues)(void);
};

#endif /* _NET_SHIM_H */
