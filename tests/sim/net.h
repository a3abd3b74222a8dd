/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little of the network core that argonet's control path asks for, see
 * net.c. It is included after kernel.h, before anything of argonet.
 *
 * A NAPI is polled by a task, RTNL is a mutex. What is about the data path only
 * is there to be compiled: frames.c stands in for it.
 */
#ifndef _SIM_NET_H
#define _SIM_NET_H

#include <endian.h>
#include <limits.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/virtio_types.h>

#include "sim.h"

#define BIT(n)		(1UL << (n))
#define MAX_JIFFY_OFFSET	((LONG_MAX >> 1) - 1)
#define get_jiffies_64()	((u64)jiffies)
#define time_after64(a, b)	((__s64)((b) - (a)) < 0)
#define le16_to_cpu(x)	le16toh(x)
#define le32_to_cpu(x)	le32toh(x)
#define le64_to_cpu(x)	le64toh(x)
#define cpu_to_le16(x)	htole16(x)
#define cpu_to_le32(x)	htole32(x)
#define cpu_to_le64(x)	htole64(x)
#define __virtio16_to_cpu(little_endian, x)	le16toh(x)

#define xchg(p, v) ({ __typeof__(p) _p = (p); __typeof__(*_p) _old; \
		      sim_point(); _old = *_p; *_p = (v); _old; })
#define atomic_xchg(a, n)	xchg(&(a)->v, n)

static inline bool test_and_set_bit(int bit, unsigned long *bits)
{
	bool was = *bits & BIT(bit);

	*bits |= BIT(bit);
	return was;
}

/* What runs in softirqs elsewhere does so between two steps of this task. */
#define spin_lock_init(l)	((l)->held = false)
#define spin_lock(l)	spin_lock_irq(l)
#define spin_unlock(l)	spin_unlock_irq(l)
#define spin_lock_bh(l)	spin_lock_irq(l)
#define spin_unlock_bh(l)	spin_unlock_irq(l)
#define INIT_DELAYED_WORK(w, f) \
	(*(w) = (struct delayed_work) { .work.func = (f) })
#define usleep_range(least, most)	sim_sleep((most) / 1000)
#define get_random_u64()	sim_random()

extern struct mutex rtnl;
#define rtnl_lock()	mutex_lock(&rtnl)
#define rtnl_trylock()	mutex_trylock(&rtnl)
#define rtnl_unlock()	mutex_unlock(&rtnl)
#define rtnl_dereference(p)	(p)
#define rcu_dereference_bh(p)	(p)
void synchronize_net(void);

static inline void kick_all_cpus_sync(void)
{
}

#define net_ratelimit()	true
#define netdev_info(dev, fmt, ...)	sim_log(fmt, ##__VA_ARGS__)
#define netdev_warn(dev, fmt, ...)	sim_log(fmt, ##__VA_ARGS__)
#define netdev_err(dev, fmt, ...)	sim_log(fmt, ##__VA_ARGS__)

typedef u64 u64_stats_t;
struct u64_stats_sync { int unused; };
#define u64_stats_init(sync)
#define u64_stats_update_begin(sync)
#define u64_stats_update_end(sync)
#define u64_stats_fetch_begin(sync)	0
#define u64_stats_fetch_retry(sync, start)	((void)(start), false)
#define u64_stats_read(p)	(*(p))
#define u64_stats_inc(p)	((void)++*(p))
#define u64_stats_add(p, n)	((void)(*(p) += (n)))

typedef u64 netdev_features_t;
typedef int netdev_tx_t;
typedef __s64 ktime_t;
typedef struct { int unused; } call_single_data_t;

bool capable(int cap);
#define CAP_NET_ADMIN	12

#define struct_group_tagged(tag, name, members...) \
	union { struct { members }; struct tag { members } name; }

#define ____cacheline_aligned_in_smp

struct net_device;
struct sk_buff;
struct sk_buff_head { int unused; };
struct bpf_prog;
struct netdev_bpf;
struct xdp_buff;
struct xdp_frame;
struct xdp_rxq_info { int unused; };
struct rtnl_link_ops { int unused; };

/* hrtimers are tx.c's */
struct hrtimer { int unused; };
enum hrtimer_restart { HRTIMER_NORESTART };
#define hrtimer_setup(timer, fn, clock, mode)
#define hrtimer_cancel(timer)

/**
 * struct napi_struct - polls
 * @poll: the driver's
 * @node: in the list of those that are to be polled
 * @scheduled: it is, or is being polled, or is disabled
 * @missed: scheduled once more meanwhile
 * @stuck: left alone by the test
 */
struct napi_struct {
	int (*poll)(struct napi_struct *napi, int budget);
	struct list_head node;
	bool scheduled, missed, stuck;
};

void napi_schedule(struct napi_struct *napi);
bool napi_complete_done(struct napi_struct *napi, int done);
void napi_enable(struct napi_struct *napi);
void napi_disable(struct napi_struct *napi);
void napi_stick(struct napi_struct *napi, bool stuck);
void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *napi, int budget));
#define netif_napi_add_tx(dev, napi, poll)	netif_napi_add(dev, napi, poll)
#define __netif_napi_del(napi)	expect((napi)->scheduled, "deleted while enabled")

/* Those who poll come and go with the world. */
void net_start(void);
void net_stop(void);

struct netdev_queue {
	spinlock_t lock;
};

#define __netif_tx_lock_bh(txq)	spin_lock_irq(&(txq)->lock)
#define __netif_tx_unlock_bh(txq)	spin_unlock_irq(&(txq)->lock)

struct netlink_ext_ack { int unused; };
#define NL_SET_ERR_MSG(extack, text)	do { } while (0)

struct net_device_ops {
	int (*ndo_init)(struct net_device *dev);
	void (*ndo_uninit)(struct net_device *dev);
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_stop)(struct net_device *dev);
	netdev_tx_t (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
	void (*ndo_get_stats64)(struct net_device *dev, struct rtnl_link_stats64 *stats);
	netdev_features_t (*ndo_fix_features)(struct net_device *dev,
					      netdev_features_t features);
	int (*ndo_set_features)(struct net_device *dev, netdev_features_t features);
	void *ndo_features_check, *ndo_set_mac_address, *ndo_validate_addr;
	int (*ndo_change_mtu)(struct net_device *dev, int mtu);
	int (*ndo_bpf)(struct net_device *dev, struct netdev_bpf *bpf);
	int (*ndo_xdp_xmit)(struct net_device *dev, int n, struct xdp_frame **frames,
			    u32 flags);
};

struct device_type {
	const char *name;
};

#define SIM_TX_QUEUES	4

/**
 * struct net_device - a device
 * @name: for log lines
 * @wanted: features that the user wants
 * @running: the interface is up
 * @carrier: so it is
 * @carriers: how often it went on
 * @notified: how often the network was told of it since
 * @events: how often programs were told that something changed
 */
struct net_device {
	const char *name;
	const struct net_device_ops *netdev_ops;
	const struct ethtool_ops *ethtool_ops;
	bool needs_free_netdev;
	void (*priv_destructor)(struct net_device *dev);
	void *priv;
	netdev_features_t features, hw_features, vlan_features, hw_enc_features, wanted;
	unsigned int priv_flags, mtu, min_mtu, max_mtu, real_num_tx_queues;
	unsigned int gso_max_size, gso_ipv4_max_size, tso_max_size;
	struct netdev_queue txq[SIM_TX_QUEUES];
	bool running, carrier;
	unsigned int carriers, notified, events;
};

#define netdev_priv(dev)	((dev)->priv)
#define netdev_get_tx_queue(dev, index)	(&(dev)->txq[index])
#define netif_running(dev)	((dev)->running)
#define netif_carrier_ok(dev)	((dev)->carrier)
void netif_carrier_on(struct net_device *dev);
void netif_carrier_off(struct net_device *dev);
int netif_set_real_num_tx_queues(struct net_device *dev, unsigned int n);
void netdev_update_features(struct net_device *dev);
void __netdev_notify_peers(struct net_device *dev);
void netdev_state_change(struct net_device *dev);

#define ether_setup(dev)	((dev)->mtu = ETH_DATA_LEN)
#define eth_mac_addr	NULL
#define eth_validate_addr	NULL
#define SET_NETDEV_DEVTYPE(dev, type)	((void)(type))
#define IFF_LIVE_ADDR_CHANGE	1
#define IFF_TX_SKB_SHARING	2

enum {
	NETIF_F_SG = BIT(0), NETIF_F_HW_CSUM = BIT(1), NETIF_F_TSO = BIT(2),
	NETIF_F_TSO6 = BIT(3), NETIF_F_TSO_ECN = BIT(4), NETIF_F_GSO_UDP_L4 = BIT(5),
	NETIF_F_RXCSUM = BIT(6), NETIF_F_GRO_HW = BIT(7),
};

#define VLAN_HLEN	4
#define GSO_LEGACY_MAX_SIZE	65536U

#define __skb_queue_head_init(list)
#define skb_record_rx_queue(skb, queue)
#define xdp_do_flush()
#define kfree_skb(skb)	kfree(skb)

struct sk_buff {
	u16 protocol;
};

void napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb);

static inline u16 eth_type_trans(struct sk_buff *skb, struct net_device *dev)
{
	return 0;
}

/* What ethtool asks for */
#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), #cond)
#define strscpy(to, from, size)	scnprintf(to, size, "%s", from)
#define ETHTOOL_COALESCE_TX_USECS	1
#define ethtool_op_get_link	NULL
#define ethtool_op_get_ts_info	NULL
#define ethtool_sprintf(data, fmt, ...)				\
	do {								\
		snprintf((char *)*(data), ETH_GSTRING_LEN, fmt, ##__VA_ARGS__);	\
		*(data) += ETH_GSTRING_LEN;				\
	} while (0)

struct kernel_ethtool_coalesce;
struct kernel_ethtool_ringparam;
struct ethtool_link_ksettings {
	struct ethtool_link_settings base;
};

#define ethtool_virtdev_set_link_ksettings(dev, settings, s, d) \
	(*(s) = (settings)->base.speed, *(d) = (settings)->base.duplex, 0)

struct ethtool_ops {
	u32 supported_coalesce_params;
	int (*get_coalesce)(struct net_device *dev, struct ethtool_coalesce *coal,
			    struct kernel_ethtool_coalesce *kernel,
			    struct netlink_ext_ack *extack);
	int (*set_coalesce)(struct net_device *dev, struct ethtool_coalesce *coal,
			    struct kernel_ethtool_coalesce *kernel,
			    struct netlink_ext_ack *extack);
	void (*get_drvinfo)(struct net_device *dev, struct ethtool_drvinfo *info);
	void *get_link, *get_ts_info;
	int (*get_link_ksettings)(struct net_device *dev,
				  struct ethtool_link_ksettings *settings);
	int (*set_link_ksettings)(struct net_device *dev,
				  const struct ethtool_link_ksettings *settings);
	void (*get_channels)(struct net_device *dev, struct ethtool_channels *channels);
	void (*get_ringparam)(struct net_device *dev, struct ethtool_ringparam *param,
			      struct kernel_ethtool_ringparam *kernel,
			      struct netlink_ext_ack *extack);
	int (*set_ringparam)(struct net_device *dev, struct ethtool_ringparam *param,
			     struct kernel_ethtool_ringparam *kernel,
			     struct netlink_ext_ack *extack);
	int (*get_sset_count)(struct net_device *dev, int sset);
	void (*get_strings)(struct net_device *dev, u32 sset, u8 *data);
	void (*get_ethtool_stats)(struct net_device *dev, struct ethtool_stats *stats,
				  u64 *data);
};

/* This is the newest kernel, which needs nothing that compat.h has. */
#define _ARGONET_COMPAT_H
#define ARGONET_BIG			(ARGONET_F_BIG4 | ARGONET_F_BIG6)
#define netif_set_tso_max_size(dev, max)	((dev)->tso_max_size = (max))
#define argonet_gso_ipv4(dev)		(&(dev)->gso_ipv4_max_size)
#define argonet_set_xdp_features(dev)

#endif /* _SIM_NET_H */
