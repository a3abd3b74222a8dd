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
/* In a larger ring frames queue for longer; a smaller one stops the sender more often. */
#define ARGONET_DEFAULT_RING_SIZE (9 * 128 * 1024)

/* Default time for which small frames of a flood are collected into one message */
#define ARGONET_TX_USECS	250
#define ARGONET_MAX_TX_USECS	10000

/* Delay until a failed attempt is repeated; it doubles with each failure. */
#define ARGONET_RETRY_MIN	msecs_to_jiffies(20)
#define ARGONET_RETRY_MAX	(2 * HZ)

/* The shortest time between two answers, so that no peer makes this side flood it */
#define ARGONET_HELLO_INTERVAL	msecs_to_jiffies(20)

/*
 * While the peer has no ring, Xen is asked at this interval whether the peer's domain
 * exists. libxl does not reuse the domid of a destroyed domain for 60 s, so the end of
 * the domain is noticed before the domid can belong to another one. The interval is
 * not shorter because each question leaves a line in Xen's log.
 */
#define ARGONET_DOUBT		(50 * HZ)

/* If a queue was blocked for this long, the link counts as stalled. */
#define ARGONET_STALL		(2 * HZ)

/**
 * struct argonet_queue - one of our rings, and the peer's ring of the same index
 * @an: device
 * @index: queue number
 * @ring: the ring that the peer sends to; NULL while the interface is down
 * @pool: single pages for received frames
 * @large_pool: compound pages of order ARGONET_RX_ORDER for received frames
 * @xdp_rxq: describes @pool to XDP
 * @stage: memory for the parts of argonet_tx.message that are copied. In the first
 *	ARGONET_BATCH bytes are records, headers and small frames, behind them the
 *	copies of pieces that exceed XEN_ARGO_MAXIOV
 * @mem: all that is allocated while the interface is up: @ring to @stage
 * @past: sum of the counters of earlier rings
 * @rcu: frees all queues of the device
 * @owes: the peer may be waiting for room that it was not told of. The receive NAPI
 *	sets it; the transmit NAPI clears it and tells the peer
 * @talks: the peer has sent frames since this queue sent last. The receive NAPI sets
 *	it; the transmit path clears it
 * @tx: the half that sends
 * @rx: the half that receives
 *
 * @an to @rcu change with RTNL held and while nothing of the queue runs. @owes and
 * @talks are written by both halves, so they have a cache line of their own.
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
	struct rcu_head rcu;

	bool owes ____cacheline_aligned_in_smp;
	bool talks;

	struct argonet_tx tx ____cacheline_aligned_in_smp;
	struct argonet_rx rx ____cacheline_aligned_in_smp;
};

/**
 * enum argonet_event - reasons to run the control work
 * @ARGONET_EV_HELLO: send a HELLO
 * @ARGONET_EV_DOWN: the peer ended its session or began another
 * @ARGONET_EV_APPLY: the link can go up, or the peer changed what it takes
 * @ARGONET_EV_HEARD: the peer sent a HELLO while the link was stalled
 * @ARGONET_EV_LOST: Xen dropped a ring of ours
 * @ARGONET_EV_GONE: the peer has no ring for us
 * @ARGONET_EV_NO_DOMAIN: the peer's domain does not exist
 * @ARGONET_EV_TOO_LONG: the peer's ring is smaller than it said
 * @ARGONET_EV_STALL: the peer does not read
 * @ARGONET_EV_NOTIFY: announce our addresses to the network
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
 * enum argonet_phase - state of the link
 * @ARGONET_CLOSED: our rings are not registered
 * @ARGONET_CONNECTING: our rings are registered, and the peer gets HELLOs
 * @ARGONET_UP: carrier is on
 * @ARGONET_STALLED: the peer does not read; carrier is off
 * @ARGONET_GONE: our rings are not registered, because the peer's domid may belong
 *	to another domain by now; only the user ends this phase
 */
enum argonet_phase {
	ARGONET_CLOSED,
	ARGONET_CONNECTING,
	ARGONET_UP,
	ARGONET_STALLED,
	ARGONET_GONE,
};

/**
 * struct argonet_gso - a limit that the user may choose, and that the peer may lower
 * @chosen: the value that the user chose
 * @set: the value that the driver set last. If the device has another value, the user
 *	has chosen that since
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
 * @rejoin: the link may join any later domain with the domid @peer. This is the only
 *	field that may change while the link runs
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
 * @node: in the list of devices that have ports, see ports.c
 * @claim: the configuration whose ports it has
 * @config: under RTNL; does not change while @running
 * @queue: config.queues of them
 * @running: the interface is up and bound
 * @xdp_prog: XDP program for received frames; changed under RTNL
 * @own: our parameters, which a HELLO tells the peer; @own.features under @lock
 * @offered: ARGONET_F_* that any HELLO of this session had, also if a later one had
 *	it no more
 * @peer_features: ARGONET_F_* of the peer that the stack may use, under RTNL
 * @gso6: of gso_max_size, under RTNL
 * @gso4: of gso_ipv4_max_size, under RTNL
 * @speed: speed that the user set with ethtool, under RTNL
 * @duplex: duplex that the user set with ethtool, under RTNL
 * @tx_usecs: time for which small frames of a flood are collected, under RTNL
 * @lock: the handshake
 * @handshake: its state
 * @rx_open: frames of the peer are accepted, see argonet_handshake_up()
 * @heard: the peer sent a HELLO or a frame, so it is alive
 * @stall: work that looks for queues that are blocked for too long
 * @control: work that does all that needs process context; it owns all fields below
 * @events: bit mask of &enum argonet_event, set for @control
 * @pending: events that @control could not handle yet
 * @phase: state of the link
 * @retry: delay until the peer is asked again, in jiffies
 * @next_probe: when the peer is asked again, in jiffies
 * @notify_at: earliest time to handle ARGONET_EV_NOTIFY, in jiffies
 * @next_apply: earliest time to change the device again, in jiffies
 * @next_hello: no answer before, in jiffies
 * @peer_absent: the peer had no ring when Xen was asked last
 * @opened_at: when the rings were last registered, in jiffies
 * @reopen_at: earliest time to register the rings again, in jiffies
 * @open_error: error of the last registration
 * @peer_existed: the peer's domain existed at some time since the user named the
 *	peer, because Xen took a ring for it
 * @restores: argo_restores() when the user named the peer; written under RTNL and by
 *	the control work
 * @next_doubt: when Xen is asked whether the peer's domain still exists, in jiffies
 * @tell_gone: the netlink event about ARGONET_GONE has not been sent yet
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
	u64 next_hello;
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

/* queue.c */
int argonet_queues_create(struct net_device *dev);
void argonet_queues_destroy(struct net_device *dev);
struct argonet_memory *argonet_memory_create(struct argonet *an,
					     const struct argonet_config *config,
					     const struct argonet_params *own);
void argonet_memory_destroy(struct argonet_memory *mem, unsigned int queues);
void argonet_queues_start(struct argonet *an, struct argonet_memory *mem);
void argonet_queues_stop(struct argonet *an);

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
void argonet_ports_release(struct net_device *dev);

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
 * Longest frame that this side ever sends. The stage has room for one such frame, and
 * its size is derived from the size of our rings, not from a number of the peer: a
 * side with small rings sends no frames of more than 64 KiB, even if the peer takes
 * them.
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
