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

/*
 * Frames up to this size are copied into the message, instead of being sent from their
 * own pages: always, or if the message has or may get other frames.
 */
#define ARGONET_COPY_ALWAYS	256
#define ARGONET_COPY_BATCHED	2048

/* After this many small frames in a row that were sent at once, the next are a flood. */
#define ARGONET_RUN		4
/* Larger frames are not part of a flood: to collect them would save little. */
#define ARGONET_COLLECT		8192

/**
 * struct argonet_tx_stats - transmit counters of a queue
 * @packets: frames that Xen copied to the peer's ring
 * @bytes: bytes of those frames
 * @dropped: frames dropped because the link was down or there was no memory
 * @errors: frames that the peer or Xen does not take
 * @oversize: frames larger than the peer takes, part of @errors
 * @sendv: messages that carried @packets
 * @eagain: sends that Xen refused because the peer's ring was full
 * @bounced: times that pieces of a frame were copied because Xen takes only 8
 * @copied: frames that were copied because they are small
 * @stop: times that the queue was stopped
 * @wake_virq: times that it went on after a VIRQ
 * @wake_timer: times that it went on after the timer of argo-core
 * @xdp: frames of @packets that XDP programs sent
 * @xdp_full: frames of XDP programs that were refused, because the queue was stopped
 *	or the frame does not fit
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
 * struct argonet_message - the DATA message that is being made
 * @pieces: its pieces: parts of argonet_queue.stage, and pages of frames
 * @staged: bytes of argonet_queue.stage in use, counted from its beginning; more than
 *	ARGONET_BATCH only for a long frame from XDP
 * @frames: number of frames in it
 * @frame_bytes: bytes of these frames
 */
struct argonet_message {
	struct argo_stage pieces;
	u32 staged;
	unsigned int frames;
	unsigned int frame_bytes;
};

/**
 * struct argonet_tx - the half of a queue that sends, to one ring of the peer
 * @dest: the peer's ring
 * @napi: sends messages that were collected, or that waited for room
 * @timer: schedules @napi when a message was collected for long enough
 * @on: the link is up
 * @peer_features: ARGONET_F_* that the peer took at any time since @on was set
 * @max_frame: largest frame that the peer takes; valid while @on
 * @max_message: largest message that the peer takes; valid while @on
 * @message: the message that is sent next
 * @held: frames of @message whose pages are pieces of it; freed once it was sent
 * @parked: frame that follows @message, while that waits for room
 * @run: small frames that were sent at once since the peer sent a frame
 * @last: when the last message of a flood was begun
 * @blocked: @message waits for room
 * @blocked_since: the jiffy in which it began to wait
 * @stats: counters
 * @sync: lets readers without the lock see consistent @stats
 * @woken: 0, or 1 + &enum argo_wake if a wait for room has ended
 *
 * The lock of the transmit queue protects all fields but @dest, which argo-core locks.
 * These are read without the lock: @peer_features and @max_frame by
 * argonet_features_check(), @blocked and @blocked_since by the stall work, @stats by
 * means of @sync. @woken is written without the lock when a wait ends, in any context.
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
