/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARGONET_H
#define _ARGONET_H

#include <linux/argo.h>
#include <linux/cache.h>
#include <linux/netdevice.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <uapi/linux/argonet.h>

#include "handshake.h"
#include "record.h"
#include "rx.h"
#include "tx.h"

#define ARGONET_NAME		"argonet"

/* User-visible limits of IFLA_ARGONET_RING_SIZE */
#define ARGONET_MIN_RING_SIZE	4096U
#define ARGONET_MAX_RING_SIZE	(16U * 1024 * 1024)
/* More is a queue that others wait behind, less stops senders more often. */
#define ARGONET_DEFAULT_RING_SIZE (9 * 128 * 1024)

/* How long small frames of a flood are collected, unless the user says otherwise */
#define ARGONET_TX_USECS	250
#define ARGONET_MAX_TX_USECS	10000

/* How soon what failed is tried again, doubling */
#define ARGONET_RETRY_MIN	msecs_to_jiffies(20)
#define ARGONET_RETRY_MAX	(2 * HZ)

/*
 * While the peer has no ring, Xen is asked so often whether its domain exists. That
 * is before its number can belong to another domain: libxl keeps the number of a
 * destroyed domain unused for 60 s. Each question leaves a line in Xen's log.
 */
#define ARGONET_DOUBT		(50 * HZ)

/* A queue that sent nothing for so long takes the link down. */
#define ARGONET_STALL		(2 * HZ)

/**
 * struct argonet_queue - our ring, and one of the peer's
 * @an: device
 * @index: queue number
 * @ring: what the peer sends to; NULL while the interface is down
 * @pool: pages for received frames, single ones
 * @large_pool: the same, ARGONET_RX_ORDER of them together
 * @xdp_rxq: @pool as XDP knows it
 * @stage: memory for what of argonet_tx.message is copied. First there are records,
 *	headers and small frames; from ARGONET_BATCH on, what makes too many pieces
 * @mem: all that is allocated while the interface is up: @ring to @stage
 * @past: counters of earlier rings
 * @owes: the peer may wait for room that there is. Set by the NAPI that reads,
 *	taken by the one that sends
 * @talks: the peer sent frames. Set by the NAPI that reads, taken by whoever sends
 * @tx: the half that sends
 * @rx: the half that receives
 *
 * @an to @past change under RTNL and while nothing of the queue runs. @owes and @talks
 * are written by both halves, and have a cache line for themselves.
 */
struct argonet_queue {
	struct argonet *an;
	unsigned int index;
	struct_group_tagged(argonet_memory, mem,
		struct argo_ring *ring;
		struct page_pool *pool;
		struct page_pool *large_pool;
		struct xdp_rxq_info xdp_rxq;
		void *stage;
	);
	struct argo_ring_stats past;

	bool owes ____cacheline_aligned_in_smp;
	bool talks;

	struct argonet_tx tx ____cacheline_aligned_in_smp;
	struct argonet_rx rx ____cacheline_aligned_in_smp;
};

/**
 * enum argonet_event - what the control work is to look at
 * @ARGONET_EV_HELLO: send a HELLO
 * @ARGONET_EV_DOWN: the peer ended its session or began another
 * @ARGONET_EV_APPLY: the link can go up, or the peer changed what it takes
 * @ARGONET_EV_HEARD: the peer answered
 * @ARGONET_EV_LOST: Xen dropped a ring of ours
 * @ARGONET_EV_GONE: the peer has no ring for us
 * @ARGONET_EV_NO_DOMAIN: the peer's domain does not exist
 * @ARGONET_EV_TOO_LONG: the peer's ring is smaller than it said
 * @ARGONET_EV_STALL: the peer does not read
 * @ARGONET_EV_NOTIFY: tell the network where we are
 */
enum argonet_event {
	ARGONET_EV_HELLO,
	ARGONET_EV_DOWN,
	ARGONET_EV_APPLY,
	ARGONET_EV_HEARD,
	ARGONET_EV_LOST,
	ARGONET_EV_GONE,
	ARGONET_EV_NO_DOMAIN,
	ARGONET_EV_TOO_LONG,
	ARGONET_EV_STALL,
	ARGONET_EV_NOTIFY,
};

/**
 * enum argonet_phase - how far the link is
 * @ARGONET_CLOSED: our rings are not registered
 * @ARGONET_CONNECTING: they are, and the peer is being asked for a session
 * @ARGONET_UP: carrier is on
 * @ARGONET_STALLED: the peer does not read; carrier is off
 * @ARGONET_GONE: our rings are not registered, because nobody knows any more
 *	which domain has the peer's number; only the user ends this phase
 */
enum argonet_phase {
	ARGONET_CLOSED,
	ARGONET_CONNECTING,
	ARGONET_UP,
	ARGONET_STALLED,
	ARGONET_GONE,
};

/**
 * struct argonet_gso - a limit that the user may choose, and the peer lower
 * @chosen: what the user wants
 * @set: what it was set to last; anything else was chosen since
 */
struct argonet_gso {
	unsigned int chosen;
	unsigned int set;
};

/**
 * struct argonet_config - what the user chose
 * @bound: a peer is named
 * @peer: its domid
 * @port: our port of queue 0
 * @peer_port: the peer's port of queue 0
 * @ring_size: bytes of each of our rings
 * @queues: how many rings we have
 * @rejoin: go on with any domain that has the number @peer; the only one that
 *	may change while the link runs
 */
struct argonet_config {
	bool bound;
	u16 peer;
	u32 port;
	u32 peer_port;
	u32 ring_size;
	u32 queues;
	bool rejoin;
};

/**
 * struct argonet - private part of an argonet device
 * @dev: device
 * @node: in the list of those that have ports
 * @claim: its ports there
 * @config: under RTNL; does not change while @running
 * @queue: config.queues of them
 * @running: the interface is up and bound
 * @xdp_prog: sees received frames first; changed under RTNL
 * @own: what we tell the peer; @own.features under @lock
 * @offered: ARGONET_F_* told in this session, taken back ones included
 * @peer_features: ARGONET_F_* the stack may make use of, under RTNL
 * @gso6: of gso_max_size, under RTNL
 * @gso4: of gso_ipv4_max_size, under RTNL
 * @speed: what the user says it is, for those who want a number, under RTNL
 * @duplex: the same
 * @tx_usecs: how long small frames of a flood are collected, under RTNL
 * @lock: the handshake
 * @handshake: its state
 * @rx_open: frames of the peer are welcome
 * @heard: the peer sent something that only a living peer sends
 * @stall: looks for queues that are blocked for too long
 * @control: all that needs process context; owns all below
 * @events: for it
 * @pending: of those, the ones it could not act on yet
 * @phase: how far the link is
 * @retry: delay until the peer is asked again, in jiffies
 * @next_probe: when it will be, in jiffies
 * @notify_at: not before, for ARGONET_EV_NOTIFY, in jiffies
 * @next_apply: no change of the device before, in jiffies
 * @hello_sent: when the last HELLO was sent, in jiffies
 * @peer_absent: the peer had no ring when it was looked for
 * @opened_at: last registration, in jiffies
 * @reopen_at: no registration before, in jiffies
 * @open_error: why registering failed last
 * @peer_existed: Xen took a ring for the peer since the user vouched for its
 *	number, so its domain existed
 * @restores: argo_restores() at that time; written under RTNL and by the control
 *	work
 * @next_doubt: when Xen is asked whether the peer's domain still exists, in jiffies
 * @tell_gone: the network has not been told of ARGONET_GONE yet
 */
struct argonet {
	struct net_device *dev;
	struct list_head node;
	struct argonet_config claim;
	struct argonet_config config;
	struct argonet_queue *queue;
	bool running;
	struct bpf_prog __rcu *xdp_prog;

	struct argonet_params own;
	u32 offered;
	u32 peer_features;
	struct argonet_gso gso6;
	struct argonet_gso gso4;
	u32 speed;
	u8 duplex;
	unsigned int tx_usecs;
	spinlock_t lock; /* handshake, own.features */
	struct argonet_handshake handshake;
	bool rx_open;
	bool heard;

	struct delayed_work stall;
	struct delayed_work control;
	unsigned long events;
	unsigned long pending;
	u64 notify_at;
	enum argonet_phase phase;
	unsigned long retry;
	u64 next_probe;
	u64 next_apply;
	u64 hello_sent;
	bool peer_absent;
	u64 opened_at;
	u64 reopen_at;
	int open_error;
	bool peer_existed;
	unsigned int restores;
	u64 next_doubt;
	bool tell_gone;
};

/* device.c */
void argonet_setup(struct net_device *dev);
u32 argonet_offer(netdev_features_t features);
int argonet_check_allowed(struct netlink_ext_ack *extack);
int argonet_restart(struct argonet *an, const struct argonet_config *config,
		    bool peer_named, struct netlink_ext_ack *extack);

/* stats.c */
void argonet_tx_count(struct argonet_queue *q, u64_stats_t *counter, unsigned int n);
void argonet_rx_count(struct argonet_queue *q, u64_stats_t *counter);
void argonet_rx_bad(struct argonet_queue *q, enum argonet_bad why);
void argonet_read_tx_stats(const struct argonet_queue *q,
			   struct argonet_tx_stats *tx);
void argonet_read_rx_stats(const struct argonet_queue *q,
			   struct argonet_rx_stats *rx);
void argonet_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats);
void argonet_show_queues(struct argonet *an);

/* event.c */
extern struct workqueue_struct *argonet_wq;

void argonet_event(struct argonet *an, enum argonet_event event);
void argonet_event_blocked(struct argonet *an);
void argonet_events_init(struct argonet *an);

/* carrier.c */
enum argonet_state argonet_state(const struct argonet *an);
bool argonet_rings_open(const struct argonet *an);
void argonet_say(const struct argonet *an, const char *what);
void argonet_set_phase(struct argonet *an, enum argonet_phase phase);
void argonet_carrier_off(struct argonet *an);
void argonet_limit_gso(struct argonet *an, u32 max4, u32 max6);
bool argonet_link_up(struct argonet *an);
void argonet_link_down(struct argonet *an);
void argonet_stall(struct argonet *an, const char *why);

/* control.c */
void argonet_control_init(struct argonet *an);
void argonet_control_start(struct argonet *an, bool vouched);
void argonet_control_stop(struct argonet *an);

/* ports.c */
int argonet_ports_claim(struct argonet *an, const struct argonet_config *config,
			struct netlink_ext_ack *extack);
void argonet_ports_release(struct argonet *an);

/* session.c */
bool argonet_rx_control(struct argonet_queue *q, const struct argo_message *msg);
bool argonet_peer_known(struct argonet *an, struct argonet_params *peer);
int argonet_send_hello(struct argonet *an);
void argonet_send_bye(struct argonet *an);
void argonet_new_session(struct argonet *an);

/* rings.c */
void argonet_open_rings(struct argonet *an);
void argonet_close_rings(struct argonet *an, unsigned long hold);

/* cpu.c */
void argonet_cpu_spread(struct argonet *an);

/* xdp.c */
int argonet_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames,
		     u32 flags);
bool argonet_xdp_mtu_fits(const struct bpf_prog *prog, unsigned int mtu);
int argonet_bpf(struct net_device *dev, struct netdev_bpf *bpf);

/* tx.c */
netdev_tx_t argonet_start_xmit(struct sk_buff *skb, struct net_device *dev);

/* offload.c */
u32 argonet_offload_needs(const struct sk_buff *skb);
netdev_features_t argonet_features_check(struct sk_buff *skb,
					 struct net_device *dev,
					 netdev_features_t features);
int argonet_offload_encode(const struct sk_buff *skb, struct virtio_net_hdr *h);
int argonet_offload_decode(struct sk_buff *skb, const struct virtio_net_hdr *h);

/* link.c */
extern struct rtnl_link_ops argonet_link_ops;

/* ethtool.c */
extern const struct ethtool_ops argonet_ethtool_ops;

/*
 * Longest frame that this side ever sends. The stage has room for one such frame,
 * and its size follows from our own ring: a side with small rings sends no frames
 * of more than 64 KiB, even if the peer takes them.
 */
static inline u32 argonet_max_sent(const struct argonet_params *own)
{
	return max_t(u32, own->max_frame, ARGONET_MAX_FRAME);
}

/* The stack's queue, whose lock protects argonet_queue.tx */
static inline struct netdev_queue *argonet_txq(const struct argonet_queue *q)
{
	return netdev_get_tx_queue(q->an->dev, q->index);
}

#endif /* _ARGONET_H */
