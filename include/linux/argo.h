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
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <xen/interface/argo.h>

struct argo_ring;
struct argo_dest;
struct device;
struct vm_area_struct;

/* As a ring's partner: any domain, if Xen was booted with argo=1,mac-permissive=1. */
#define ARGO_ANY_DOMAIN		XEN_ARGO_DOMID_ANY

/**
 * argo_domid() - number of this domain
 *
 * It may be another one after argo_ring_ops.lost, when the domain was restored
 * from an image.
 *
 * Context: any.
 * Return: the number; -ENODEV if there is no Argo
 */
int argo_domid(void);

/**
 * argo_restores() - how often this domain was restored from an image
 *
 * A migration counts as a restore. Afterwards the domain may run on another host,
 * where the number of a domain may belong to a different one. A client that was
 * given the number of its peer compares this with what it was at that time. To
 * be sure, it does so again once argo_ring_register() has returned 0.
 *
 * Context: any.
 * Return: the number of restores since argo-core was loaded
 */
unsigned int argo_restores(void);

/**
 * argo_device() - parent for devices whose driver uses Argo
 *
 * A device is restored after its parent: rings can be registered by then.
 *
 * Return: the device; NULL if there is no Argo
 */
struct device *argo_device(void);

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
	return len - sizeof(struct xen_argo_ring_message_header) - XEN_ARGO_MSG_SLOT_SIZE;
}

/**
 * struct argo_ring_ops - what a client is told about its ring
 * @data: there are messages to read. Called once; then not again until the
 *	client calls argo_ring_done(). Returns true if the client is going to
 *	read now, as a NAPI does: the VIRQ of the whole domain is held back until
 *	argo_ring_done() or argo_ring_park(). Returns false if it has only taken
 *	note, as for a program that may be asleep.
 * @lost: Xen dropped the ring (its partner died, or the domain was restored
 *	from an image). Nothing arrives until the client registers it again.
 *
 * @lost may run within argo_ring_next(). Both are called with interrupts off and
 * a lock of argo-core held: they must
 * not sleep nor call argo-core, and usually schedule a NAPI or a work item.
 * Neither runs once argo_ring_unregister() returned.
 */
struct argo_ring_ops {
	bool (*data)(void *priv);
	void (*lost)(void *priv);
};

/**
 * struct argo_ring_config - how a ring shall be
 * @client: name of the client, for those who look for who has all the rings
 * @partner: the only domain that may send to the ring, or ARGO_ANY_DOMAIN. Xen
 *	prefers a ring for the sender alone to one for anybody.
 * @port: local port
 * @len: bytes of message space, a multiple of 16, from 48 to 16 MiB - 64
 * @max_message: largest payload the sender is expected to send; 0 if not known.
 *	A sender of larger ones is served too, but may wait for its own timer
 *	when the ring was full.
 */
struct argo_ring_config {
	const char *client;
	u16 partner;
	u32 port;
	u32 len;
	u32 max_message;
};

/**
 * struct argo_ring_stats - counters of a ring since it was made
 * @messages: messages consumed
 * @bytes: payload bytes consumed
 * @filtered: messages that a filter dropped
 * @bad_headers: times unread data was skipped because of a senseless header
 * @notify: notify hypercalls issued to signal senders
 * @notify_elided: times the position was published without one
 */
struct argo_ring_stats {
	unsigned long messages;
	unsigned long bytes;
	unsigned long filtered;
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
bool argo_ring_give(struct argo_ring *ring);
void argo_ring_notify(struct argo_ring *ring);
void argo_ring_publish(struct argo_ring *ring);
bool argo_ring_pending(const struct argo_ring *ring);
void argo_ring_done(struct argo_ring *ring);
void argo_ring_again(struct argo_ring *ring);
void argo_ring_park(struct argo_ring *ring);
void argo_ring_suspect(struct argo_ring *ring);
void argo_ring_get_stats(const struct argo_ring *ring,
			 struct argo_ring_stats *stats);
int argo_ring_map(struct argo_ring *ring, struct vm_area_struct *vma);
u32 argo_ring_offset(const struct argo_ring *ring, const void *piece);

/**
 * enum argo_wake - what ended a wait for space
 * @ARGO_WAKE_VIRQ: a VIRQ came: the receiver may have made room
 * @ARGO_WAKE_TIMER: argo-core found room, or the ring gone, by asking
 */
enum argo_wake {
	ARGO_WAKE_VIRQ,
	ARGO_WAKE_TIMER,
};

/**
 * struct argo_dest_ops - what a client is told about a destination
 * @space: a wait is over: send again. There may be room, or the send now fails
 *	in another way. It may run before argo_dest_wait() or argo_send_wait()
 *	returns, in the context of that call.
 * @gone: the ring of a watched destination does not exist any more, or only one
 *	for anybody has taken its place; the watch has ended.
 * @appeared: the ring of a watched destination is there; the watch has ended.
 *	May be left out by those who never watch for this.
 *
 * Same context as struct argo_ring_ops; neither runs once argo_dest_del()
 * returned.
 */
struct argo_dest_ops {
	void (*space)(struct argo_dest *dest, enum argo_wake why);
	void (*gone)(struct argo_dest *dest);
	void (*appeared)(struct argo_dest *dest);
};

/**
 * enum argo_watch - what a destination is watched for
 * @ARGO_WATCH_NONE: nothing
 * @ARGO_WATCH_GONE: that there is no ring for this domain any more
 * @ARGO_WATCH_APPEARED: that there is one
 */
enum argo_watch {
	ARGO_WATCH_NONE,
	ARGO_WATCH_GONE,
	ARGO_WATCH_APPEARED,
};

/**
 * struct argo_dest - a ring of another domain, embedded by the client
 * @addr: its owner and port
 * @ops: callbacks
 * @node: argo-core's list of all
 * @waiter: its list of those that wait
 * @space: payload bytes waited for, 0 if not waiting
 * @slot: place in the query under way, -1 if not in it
 * @round: last query this destination was part of
 * @watch: what argo-core looks out for, once per second
 * @exclusive: Xen's last answer was a ring for this domain alone
 * @fresh: the watch began after the query under way
 * @woken: told of room by a VIRQ that may be about something else
 * @due: when the timer looks for space
 * @backoff: how long it waits until then
 *
 * All but @addr belong to argo-core.
 */
struct argo_dest {
	struct xen_argo_addr addr;
	const struct argo_dest_ops *ops;
	struct list_head node;
	struct list_head waiter;
	u32 space;
	int slot;
	unsigned int round;
	enum argo_watch watch;
	bool exclusive;
	bool fresh;
	bool woken;
	unsigned long due;
	unsigned long backoff;
};

/**
 * struct argo_dest_info - what Xen says about a destination
 * @exists: a ring is there that takes messages from this domain
 * @shared: and from any other domain
 * @max_message: largest payload it can ever take
 */
struct argo_dest_info {
	bool exists;
	bool shared;
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
		.iov_hnd = (unsigned long)base,
		.iov_len = len,
	};
}

/**
 * argo_full() - was a message refused only for now?
 * @ret: what sending it returned
 *
 * Return: true if waiting for room helps.
 */
static inline bool argo_full(int ret)
{
	return ret == -EAGAIN || ret == -EBUSY || ret == -ENOMEM;
}

void argo_dest_add(struct argo_dest *dest, u16 domid, u32 port,
		   const struct argo_dest_ops *ops);
void argo_dest_del(struct argo_dest *dest);
void argo_dest_watch(struct argo_dest *dest, enum argo_watch watch);
void argo_dest_wait(struct argo_dest *dest, u32 bytes);
void argo_dest_wait_end(struct argo_dest *dest);
int argo_sendv(const struct argo_dest *dest, u32 port, u32 type,
	       const struct xen_argo_iov *iov, unsigned int niov);
int argo_send_wait(struct argo_dest *dest, u32 port, u32 type,
		   const struct xen_argo_iov *iov, unsigned int niov, u32 bytes);
int argo_query(u16 domid, u32 port, struct argo_dest_info *info);

/**
 * argo_dest_query() - ask Xen about a destination
 * @dest: destination
 * @info: filled in
 *
 * Return: as argo_query().
 */
static inline int argo_dest_query(const struct argo_dest *dest,
				  struct argo_dest_info *info)
{
	return argo_query(dest->addr.domain_id, dest->addr.aport, info);
}

/**
 * struct argo_stage - a message in the making, of any number of pieces
 * @iov: the pieces, for argo_sendv()
 * @niov: how many
 * @len: bytes of all
 * @bounce: memory for what does not fit into @iov
 * @size: bytes of it
 * @used: how many are taken
 */
struct argo_stage {
	struct xen_argo_iov iov[XEN_ARGO_MAXIOV];
	unsigned int niov;
	u32 len;
	void *bounce;
	u32 size;
	u32 used;
};

void argo_stage_init(struct argo_stage *stage, void *bounce, u32 size);
int argo_stage_add(struct argo_stage *stage, const void *base, u32 len);

/**
 * enum argo_read - what a reader made of a message
 * @ARGO_READ_ON: it is done with it
 * @ARGO_READ_PARK: it cannot take it now; argo_reader_resume() follows
 */
enum argo_read {
	ARGO_READ_ON,
	ARGO_READ_PARK,
};

/**
 * struct argo_reader - reads a ring in process context
 * @work: does it
 * @ring: the ring
 * @message: called for each message
 */
struct argo_reader {
	struct work_struct work;
	struct argo_ring *ring;
	enum argo_read (*message)(struct argo_reader *reader,
				  const struct argo_message *msg);
};

void argo_reader_init(struct argo_reader *reader, struct argo_ring *ring,
		      enum argo_read (*message)(struct argo_reader *reader,
						const struct argo_message *msg));
bool argo_reader_data(struct argo_reader *reader);
void argo_reader_resume(struct argo_reader *reader);
void argo_reader_stop(struct argo_reader *reader);

/**
 * struct argo_filter - somebody who decides what may pass
 * @send: return 0 to let a message be sent to @addr, or a negative errno
 * @recv: return true to let a message of the ring @port for @partner be read
 *
 * Called wherever clients send and read: must not sleep.
 */
struct argo_filter {
	int (*send)(const struct xen_argo_send_addr *addr, u32 type,
		    const struct xen_argo_iov *iov, unsigned int niov);
	bool (*recv)(u16 partner, u32 port, const struct argo_message *msg);
};

int argo_filter_register(const struct argo_filter *filter);
void argo_filter_unregister(const struct argo_filter *filter);

#endif /* _LINUX_ARGO_H */
