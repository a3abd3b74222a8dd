/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of vsock-argo share. Documentation: docs/vsock.md
 */
#ifndef _VSOCK_ARGO_H
#define _VSOCK_ARGO_H

#include <linux/argo.h>
#include <linux/kref.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "compat.h"
#include "handshake.h"

/* dom0 is 2, VMADDR_CID_HOST, and no guest gets a reserved CID. */
#define VSOCK_ARGO_CID_BASE	2

/* Bytes of memory that wait for a peer until writers have to wait, too */
#define VSOCK_ARGO_QUEUE_MAX	SZ_4M

/* So many packets may wait that no socket of ours asked for: answers. */
#define VSOCK_ARGO_REPLIES_MAX	256

/* Pieces that Xen takes, less the header and what is not in pages */
#define VSOCK_ARGO_MAX_FRAGS	(XEN_ARGO_MAXIOV - 2)

/**
 * enum vsock_argo_event - what the control work of a peer has to look at
 * @VSOCK_ARGO_EV_WANT: a socket has something to send
 * @VSOCK_ARGO_EV_APPEARED: the peer has a ring for us
 * @VSOCK_ARGO_EV_GONE: it has none any more, or refuses what we send
 * @VSOCK_ARGO_EV_LOST: Xen dropped our ring
 * @VSOCK_ARGO_EV_BYE: the peer went away and said so
 * @VSOCK_ARGO_EV_LOOK: the handshake moved
 */
enum vsock_argo_event {
	VSOCK_ARGO_EV_WANT,
	VSOCK_ARGO_EV_APPEARED,
	VSOCK_ARGO_EV_GONE,
	VSOCK_ARGO_EV_LOST,
	VSOCK_ARGO_EV_BYE,
	VSOCK_ARGO_EV_LOOK,
};

/**
 * enum vsock_argo_count - what is counted for each peer
 * @VSOCK_ARGO_RX: packets taken
 * @VSOCK_ARGO_TX: packets sent
 * @VSOCK_ARGO_BAD_TYPE: dropped: message of no known kind
 * @VSOCK_ARGO_BAD_HELLO: dropped: HELLO or BYE that makes no sense
 * @VSOCK_ARGO_BAD_LENGTH: dropped: length that does not fit header or limits
 * @VSOCK_ARGO_BAD_PACKET: dropped: header with a wrong field
 * @VSOCK_ARGO_NOT_UP: dropped: packet before or after a session
 * @VSOCK_ARGO_FLOOD: dropped: would have needed one answer too many
 * @VSOCK_ARGO_NO_SOCKET: datagrams dropped: nobody at the port
 * @VSOCK_ARGO_NO_ROOM: datagrams dropped: the socket is full
 * @VSOCK_ARGO_UPS: sessions
 * @VSOCK_ARGO_COUNTS: how many there are
 */
enum vsock_argo_count {
	VSOCK_ARGO_RX,
	VSOCK_ARGO_TX,
	VSOCK_ARGO_BAD_TYPE,
	VSOCK_ARGO_BAD_HELLO,
	VSOCK_ARGO_BAD_LENGTH,
	VSOCK_ARGO_BAD_PACKET,
	VSOCK_ARGO_NOT_UP,
	VSOCK_ARGO_FLOOD,
	VSOCK_ARGO_NO_SOCKET,
	VSOCK_ARGO_NO_ROOM,
	VSOCK_ARGO_UPS,
	VSOCK_ARGO_COUNTS,
};

/**
 * struct vsock_argo_peer - another domain that we may talk to
 * @ref: those who use it
 * @rcu: frees it
 * @domid: its number
 * @eager: keep a ring for it, which tells it that we are there
 * @dest: its ring
 * @ring: ours for it; NULL if closed. Of the control work
 * @reader: reads @ring
 * @control: the one work that opens and closes @ring
 * @tx: sends what waits, once there is room
 * @stuck: notices a reader that sleeps
 * @events: bits of enum vsock_argo_event
 * @wanted_until: sockets need the ring until then, in jiffies
 * @reopen_at: the ring stays closed until then, in jiffies
 * @watching: what @dest is watched for
 * @refused_at: when the peer's ring last refused a message though it is there
 * @deaf: until @reopen_at the peer's ring is not looked for
 * @hello_at: when the last HELLO was sent, in jiffies
 * @window_at: beginning of the time in which @hellos were sent, in jiffies
 * @hellos: how many
 * @queue: packets to be sent; its lock is also that of all that follows
 * @queued: bytes of memory in @queue
 * @hs: handshake
 * @opened: our ring is registered, so HELLOs may be sent
 * @up: packets may be sent and are taken
 * @hello_due: a HELLO is to be sent, before any packet
 * @waiting: for room in the peer's ring
 * @congested: writers wait until @queue is shorter
 * @stopping: the peer is about to be removed
 * @space: whoever waits for room for a datagram, or for @up
 * @rx_begin: when the reader began with its message, in jiffies
 * @rx_busy: the reader has a message in its hands
 * @rx_retry: it had no memory
 * @counts: see enum vsock_argo_count
 */
struct vsock_argo_peer {
	struct kref ref;
	struct rcu_head rcu;
	u16 domid;
	bool eager;

	struct argo_dest dest;
	struct argo_ring *ring;
	struct argo_reader reader;
	struct delayed_work control;
	struct work_struct tx;
	struct delayed_work stuck;
	unsigned long events;
	unsigned long wanted_until;
	unsigned long reopen_at;
	enum argo_watch watching;
	unsigned long refused_at;
	bool deaf;
	unsigned long hello_at;
	unsigned long window_at;
	unsigned int hellos;

	struct sk_buff_head queue;
	size_t queued;
	struct vsock_argo_handshake hs;
	bool opened;
	bool up;
	bool hello_due;
	bool waiting;
	bool congested;
	bool stopping;
	wait_queue_head_t space;

	unsigned long rx_begin;
	bool rx_busy;
	bool rx_retry;
	atomic_long_t counts[VSOCK_ARGO_COUNTS];
};

extern struct workqueue_struct *vsock_argo_wq;
extern struct virtio_transport vsock_argo_transport;
extern struct xarray vsock_argo_peers;
extern struct vsock_argo_params vsock_argo_own;

static inline u32 vsock_argo_cid(u16 domid)
{
	return domid + VSOCK_ARGO_CID_BASE;
}

static inline void vsock_argo_inc(struct vsock_argo_peer *peer, enum vsock_argo_count what)
{
	atomic_long_inc(&peer->counts[what]);
}

/* main.c */
u32 vsock_argo_local_cid(void);

/* roster.c */
int vsock_argo_roster_start(void);
void vsock_argo_roster_stop(void);

/* peer.c */
struct vsock_argo_peer *vsock_argo_peer_get(u64 cid);
void vsock_argo_peer_put(struct vsock_argo_peer *peer);
int vsock_argo_peer_add(u16 domid, bool eager);
void vsock_argo_peer_del(struct vsock_argo_peer *peer);
bool vsock_argo_peer_known(u64 cid);

/* control.c */
extern const struct argo_dest_ops vsock_argo_dest_ops;
void vsock_argo_event(struct vsock_argo_peer *peer, enum vsock_argo_event event);
void vsock_argo_want(struct vsock_argo_peer *peer);
void vsock_argo_todo(struct vsock_argo_peer *peer, int todo);
u64 vsock_argo_new_session(void);
void vsock_argo_control_work(struct work_struct *work);
void vsock_argo_control_stop(struct vsock_argo_peer *peer);

/* tx.c */
int vsock_argo_send(struct vsock_argo_peer *peer, struct sk_buff *skb);
void vsock_argo_tx_kick(struct vsock_argo_peer *peer);
void vsock_argo_tx_work(struct work_struct *work);
void vsock_argo_tx_purge(struct vsock_argo_peer *peer, bool all);
void vsock_argo_tx_forget(struct vsock_argo_peer *peer, struct vsock_sock *vsk);
int vsock_argo_send_control(struct vsock_argo_peer *peer, unsigned int kind,
			    const void *payload, u32 len, bool wait);

/* rx.c */
enum argo_read vsock_argo_rx(struct argo_reader *reader, const struct argo_message *msg);
void vsock_argo_stuck_work(struct work_struct *work);

/* credit.c */
bool vsock_argo_credit_spared(struct sk_buff *skb);
void vsock_argo_credit_sent(struct sock *sk, u32 fwd_cnt);
ssize_t vsock_argo_stream_dequeue(struct vsock_sock *vsk, struct msghdr *msg, size_t len,
				  int flags);
int vsock_argo_notify_recv_pre_block(struct vsock_sock *vsk, size_t target,
				     struct vsock_transport_recv_notify_data *data);
int vsock_argo_notify_poll_in(struct vsock_sock *vsk, size_t target, bool *ready);
void vsock_argo_notify_buffer_size(struct vsock_sock *vsk, u64 *size);
int vsock_argo_socket_init(struct vsock_sock *vsk, struct vsock_sock *psk);
void vsock_argo_socket_destruct(struct vsock_sock *vsk);

/* stream.c */
ssize_t vsock_argo_stream_enqueue(struct vsock_sock *vsk, struct msghdr *msg, size_t len);

/* transport.c */
int vsock_argo_xmit(struct sk_buff *skb);
void vsock_argo_reset_sockets(u32 cid);
void vsock_argo_wake_writers(u32 cid);

/* dgram.c */
void vsock_argo_dgram_recv(struct vsock_argo_peer *peer,
			   const struct virtio_vsock_hdr *hdr,
			   const struct argo_message *msg);
int vsock_argo_dgram_bind(struct vsock_sock *vsk, struct sockaddr_vm *addr);
int vsock_argo_dgram_enqueue(struct vsock_sock *vsk, struct sockaddr_vm *to,
			     struct msghdr *msg, size_t len);
int vsock_argo_dgram_dequeue(struct vsock_sock *vsk, struct msghdr *msg, size_t len,
			     int flags);
void vsock_argo_dgram_release(struct vsock_sock *vsk);

/* debugfs.c */
void vsock_argo_debugfs_init(void);
void vsock_argo_debugfs_exit(void);

#endif /* _VSOCK_ARGO_H */
