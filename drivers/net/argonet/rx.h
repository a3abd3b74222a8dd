/* SPDX-License-Identifier: GPL-2.0-only */
/* Receiving: rx.c, buffer.c, cpu.c, xdp.c */
#ifndef _ARGONET_RX_H
#define _ARGONET_RX_H

#include <linux/argo.h>
#include <linux/netdevice.h>
#include <linux/smp.h>
#include <linux/u64_stats_sync.h>
#include <net/xdp.h>

#include "record.h"

struct argonet_memory;
struct argonet_queue;

/* Bytes of a received frame that its first page has room for */
#define ARGONET_RX_HEAD \
	((unsigned int)SKB_WITH_OVERHEAD(PAGE_SIZE - XDP_PACKET_HEADROOM))

/**
 * struct argonet_rx_stats - receive counters of a queue
 * @packets: frames received, for the stack or an XDP program
 * @bytes: bytes of those frames
 * @big: those of them that were longer than 64 KiB
 * @messages: messages read, of any kind
 * @dropped: frames dropped because there was no memory
 * @xdp_drop: frames that the XDP program dropped, or that have fragments, which the
 *	program does not support
 * @xdp_tx: frames that the program sent back
 * @xdp_redirect: frames that the program sent to another place
 * @xdp_error: frames for which the program failed, or that could not be sent
 * @bad: messages, records and frames dropped, by &enum argonet_bad
 */
struct argonet_rx_stats {
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t big;
	u64_stats_t messages;
	u64_stats_t dropped;
	u64_stats_t xdp_drop;
	u64_stats_t xdp_tx;
	u64_stats_t xdp_redirect;
	u64_stats_t xdp_error;
	u64_stats_t bad[ARGONET_BAD_REASONS];
};

/**
 * struct argonet_rx - the half of a queue that receives, from our ring
 * @napi: reads argonet_queue.ring
 * @cpu: CPU on which @napi runs, unless that is offline; written under RTNL while
 *	nothing is read
 * @csd: schedules @napi on @cpu
 * @redirected: this poll redirected frames, which XDP has to flush at its end
 * @pos: where to go on in the current message, if the budget of @napi ended before
 *	the message did; 0 otherwise
 * @stats: counters
 * @sync: lets readers in any context see consistent @stats
 *
 * Only one poll of @napi runs at a time, and only that poll writes the fields for which
 * no other writer is named.
 */
struct argonet_rx {
	struct napi_struct napi;
	int cpu;
	bool redirected;
	u32 pos;
	call_single_data_t csd;
	struct argonet_rx_stats stats;
	struct u64_stats_sync sync;
};

/* cpu.c */
void argonet_cpu_get(struct argonet_queue *q);
void argonet_cpu_put(struct argonet_queue *q);
void argonet_cpu_init(struct argonet_queue *q);
void argonet_rx_schedule(struct argonet_queue *q);

/* buffer.c */
int argonet_pools_create(struct argonet_queue *q, struct argonet_memory *mem,
			 u32 ring_size);
void argonet_pools_start(struct argonet_queue *q);
void argonet_pools_destroy(struct argonet_memory *mem);
struct sk_buff *argonet_rx_skb(struct argonet_queue *q,
			       const struct argo_message *msg,
			       const struct argonet_frame *frame,
			       struct bpf_prog *prog);

/* rx.c */
int argonet_rx_poll(struct napi_struct *napi, int budget);

/* xdp.c */
bool argonet_xdp_run(struct argonet_queue *q, struct bpf_prog *prog,
		     struct xdp_buff *xdp);

#endif /* _ARGONET_RX_H */
