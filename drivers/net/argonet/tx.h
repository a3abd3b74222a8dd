/* SPDX-License-Identifier: GPL-2.0-only */
/* Sending: tx.c, and what the stack or XDP adds to it */
#ifndef _ARGONET_TX_H
#define _ARGONET_TX_H

#include <linux/argo.h>
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/u64_stats_sync.h>

#include "handshake.h"

struct argonet_queue;

/* Frames up to this size are copied rather than sent from where they are. */
#define ARGONET_COPY_ALWAYS	256
#define ARGONET_COPY_BATCHED	2048

/* So many frames go out at once before a run of them is a flood. */
#define ARGONET_RUN		4
/* Frames up to this size make one; for larger ones a message each is cheap. */
#define ARGONET_COLLECT		8192

/**
 * struct argonet_tx_stats - transmit counters of a queue
 * @packets: frames the peer got
 * @bytes: bytes of those frames
 * @dropped: frames not sent: link down, or no memory
 * @errors: frames that could not be sent at all
 * @oversize: frames larger than the peer takes, part of @errors
 * @sendv: messages that carried them
 * @eagain: messages refused because the peer's ring was full
 * @bounced: times pieces of a frame were copied, for being too many
 * @copied: frames copied for being small
 * @stop: times the queue was stopped
 * @wake_virq: times it went on because the VIRQ said so
 * @wake_timer: times it went on because the timer said so
 * @xdp: frames of those that XDP programs sent
 * @xdp_full: such frames that found the queue stopped, or no way to be sent
 */
struct argonet_tx_stats {
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t dropped;
	u64_stats_t errors;
	u64_stats_t oversize;
	u64_stats_t sendv;
	u64_stats_t eagain;
	u64_stats_t bounced;
	u64_stats_t copied;
	u64_stats_t stop;
	u64_stats_t wake_virq;
	u64_stats_t wake_timer;
	u64_stats_t xdp;
	u64_stats_t xdp_full;
};

/**
 * struct argonet_message - a DATA message being put together
 * @pieces: what is sent: parts of argonet_queue.stage, and pages of frames
 * @staged: bytes in use of the first ARGONET_BATCH of argonet_queue.stage; of a
 *	longer frame from XDP, more
 * @frames: frames it carries
 * @frame_bytes: their bytes
 */
struct argonet_message {
	struct argo_stage pieces;
	u32 staged;
	unsigned int frames;
	unsigned int frame_bytes;
};

/**
 * struct argonet_tx - the half of a queue that sends, to one ring of the peer
 * @dest: what we send to
 * @napi: sends what was collected, and what waited for room
 * @timer: schedules @napi
 * @on: the link is up
 * @peer_features: ARGONET_F_* the peer took at any time since @on
 * @max_frame: largest frame the peer takes; with @on
 * @max_message: largest message the peer takes; with @on
 * @message: what is to be sent next
 * @held: frames of it that are sent from where they are
 * @parked: frame that is to follow, while @message waits
 * @run: small frames sent at once since the peer was heard of
 * @last: when the last message of a longer run was begun
 * @blocked: @message waits for room
 * @blocked_since: since when, in jiffies
 * @stats: counters
 * @sync: for them
 * @woken: 1 + &enum argo_wake once there may be room; 0 before
 *
 * The lock of the transmit queue protects all of it but @dest, which argo-core locks.
 * These are read without the lock: @peer_features and @max_frame by
 * argonet_features_check(), @blocked and @blocked_since by the stall work, @stats by
 * means of @sync. @woken is written without it when a wait is over, in any context.
 */
struct argonet_tx {
	struct argo_dest dest;
	struct napi_struct napi;
	struct hrtimer timer;
	bool on;
	bool blocked;
	u32 peer_features;
	u32 max_frame;
	u32 max_message;
	unsigned int run;
	ktime_t last;
	unsigned long blocked_since;
	struct sk_buff *parked;
	struct sk_buff_head held;
	struct argonet_message message;
	struct argonet_tx_stats stats;
	struct u64_stats_sync sync;
	atomic_t woken;
};

void argonet_tx_on(struct argonet_queue *q, const struct argonet_params *peer);
void argonet_tx_off(struct argonet_queue *q);
void argonet_tx_kick(struct argonet_queue *q, enum argo_wake why);
void argonet_tx_room(struct argonet_queue *q);
void argonet_tx_room_later(struct argonet_queue *q);
bool argonet_tx_xdp(struct argonet_queue *q, struct xdp_frame *xdp);
int argonet_tx_poll(struct napi_struct *napi, int budget);
enum hrtimer_restart argonet_tx_timer(struct hrtimer *timer);
extern const struct argo_dest_ops argonet_dest_ops;

#endif /* _ARGONET_TX_H */
