/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argo for kernel clients: rings to receive on, destinations to send to.
 *
 * Documentation: docs/argo-core.md
 */
#ifndef _LINUX_ARGO_H
#define _LINUX_ARGO_H

#include <linux/align.h>
#include <linux/argo_message.h>
#include <linux/list.h>
#include <linux/types.h>
#include <xen/interface/argo.h>

struct argo_ring;
struct argo_dest;

/* Longest ring Xen takes: 4096 pages less the ring header. */
#define ARGO_RING_LEN_MAX \
	(XEN_ARGO_MAX_RING_PAGES * XEN_ARGO_PAGE_SIZE - sizeof(struct xen_argo_ring))

/**
 * argo_ring_len() - ring length that fills whole pages
 * @bytes: memory to spend, header included
 *
 * Return: the length to register so that no byte of the last page is lost.
 */
static inline u32 argo_ring_len(u32 bytes)
{
	return ALIGN(bytes, XEN_ARGO_PAGE_SIZE) - sizeof(struct xen_argo_ring);
}

/**
 * argo_ring_max_payload() - largest message a ring can hold
 * @len: ring length
 *
 * Return: @len less a message header and the slot Xen keeps free.
 */
static inline u32 argo_ring_max_payload(u32 len)
{
	return len - sizeof(struct xen_argo_message_header) - XEN_ARGO_SLOT_SIZE;
}

/**
 * struct argo_ring_ops - what a client is told about its ring
 * @data: there are messages to read. Called once; then not again until the
 *	client calls argo_ring_done().
 * @lost: Xen dropped the ring (its partner died, or the domain was restored
 *	from an image). Nothing arrives until the client registers it again.
 *
 * Both are called with interrupts off and a lock of argo-core held: they must
 * not sleep nor call argo-core, and usually schedule a NAPI or a work item.
 * Neither runs once argo_ring_unregister() returned.
 */
struct argo_ring_ops {
	void (*data)(void *priv);
	void (*lost)(void *priv);
};

/**
 * struct argo_ring_config - how a ring shall be
 * @partner: the only domain that may send to the ring
 * @port: local port
 * @len: bytes of message space, a multiple of 16, from 48 to 16 MiB - 64
 * @max_message: largest payload the sender is expected to send; 0 if not known.
 *	A sender of larger ones is served too, but may wait for its own timer
 *	when the ring was full.
 */
struct argo_ring_config {
	u16 partner;
	u32 port;
	u32 len;
	u32 max_message;
};

/**
 * struct argo_ring_stats - counters of a ring since it was made
 * @messages: messages consumed
 * @bytes: payload bytes consumed
 * @bad_headers: times unread data was skipped because of a senseless header
 * @notify: notify hypercalls issued to signal senders
 * @notify_elided: times the position was published without one
 */
struct argo_ring_stats {
	unsigned long messages;
	unsigned long bytes;
	unsigned long bad_headers;
	unsigned long notify;
	unsigned long notify_elided;
};

struct argo_ring *argo_ring_create(const struct argo_ring_config *config,
				   const struct argo_ring_ops *ops, void *priv);
void argo_ring_destroy(struct argo_ring *ring);
int argo_ring_register(struct argo_ring *ring);
void argo_ring_unregister(struct argo_ring *ring);

int argo_ring_next(struct argo_ring *ring, struct argo_message *msg);
void argo_ring_consume(struct argo_ring *ring, const struct argo_message *msg);
void argo_ring_publish(struct argo_ring *ring);
bool argo_ring_pending(const struct argo_ring *ring);
void argo_ring_done(struct argo_ring *ring);
void argo_ring_again(struct argo_ring *ring);
void argo_ring_get_stats(const struct argo_ring *ring,
			 struct argo_ring_stats *stats);

/**
 * enum argo_wake - what ended a wait for space
 * @ARGO_WAKE_VIRQ: the receiver made room and Xen said so
 * @ARGO_WAKE_TIMER: argo-core found room, or the ring gone, by asking
 */
enum argo_wake {
	ARGO_WAKE_VIRQ,
	ARGO_WAKE_TIMER,
};

/**
 * struct argo_dest_ops - what a client is told about a destination
 * @space: the wait that argo_dest_wait() began is over: send again. There may
 *	be room, or the send now fails in another way.
 * @gone: the ring of a watched destination does not exist any more; the watch
 *	has ended.
 *
 * Same context as struct argo_ring_ops; neither runs once argo_dest_del()
 * returned.
 */
struct argo_dest_ops {
	void (*space)(struct argo_dest *dest, enum argo_wake why);
	void (*gone)(struct argo_dest *dest);
};

/**
 * struct argo_dest - a ring of another domain, embedded by the client
 * @addr: its owner and port
 * @ops: callbacks
 * @node: argo-core's list
 * @space: payload bytes waited for, 0 if not waiting
 * @slot: place in the query under way, -1 if not in it
 * @round: last query this destination was part of
 * @watched: argo-core checks now and then that the ring exists
 *
 * All but @addr belong to argo-core.
 */
struct argo_dest {
	struct xen_argo_addr addr;
	const struct argo_dest_ops *ops;
	struct list_head node;
	u32 space;
	int slot;
	unsigned int round;
	bool watched;
};

/**
 * struct argo_dest_info - what Xen says about a destination
 * @exists: a ring is there that takes messages from this domain
 * @max_message: largest payload it can ever take
 */
struct argo_dest_info {
	bool exists;
	u32 max_message;
};

/**
 * argo_iov() - describe a piece of a message
 * @base: kernel address, mapped for as long as the send lasts
 * @len: bytes, not 0
 *
 * Return: the piece, for argo_sendv().
 */
static inline struct xen_argo_iov argo_iov(const void *base, u32 len)
{
	return (struct xen_argo_iov) {
		.base = (unsigned long)base,
		.len = len,
	};
}

void argo_dest_add(struct argo_dest *dest, u16 domid, u32 port,
		   const struct argo_dest_ops *ops);
void argo_dest_del(struct argo_dest *dest);
void argo_dest_watch(struct argo_dest *dest, bool watch);
int argo_dest_query(struct argo_dest *dest, struct argo_dest_info *info);
void argo_dest_wait(struct argo_dest *dest, u32 bytes);
void argo_dest_wait_end(struct argo_dest *dest);
int argo_sendv(const struct argo_dest *dest, u32 port, u32 type,
	       const struct xen_argo_iov *iov, unsigned int niov);

#endif /* _LINUX_ARGO_H */
