/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARGO_CORE_H
#define _ARGO_CORE_H

#include <linux/argo.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "cursor.h"
#include "hv.h"

/**
 * struct argo_ring - a ring of this domain
 * @node: in argo_core.rings while registered
 * @cursor: read position; only the client's single reader uses it
 * @config: as the client asked
 * @ops: callbacks
 * @priv: argument of the callbacks
 * @memory: ring header and message space. Xen may write to it from registration
 *	until Xen has accepted an unregistration
 * @pages: the pages of @memory, for the hypervisor
 * @epoch: argo_core.epoch at its registration
 * @shown: argo_ring_next() has returned the next message already, so no filter is
 *	asked about it again; only the reader uses it
 * @told: argo_ring_ops.data was called, and argo_ring_done() was not called since
 * @busy: argo_ring_ops.data returned true: the VIRQ may stay masked until the client
 *	has read
 * @broken: tx_ptr, which Xen writes, was not a valid position: the ring cannot be
 *	read until it is registered again
 * @lost: Xen dropped the ring, and argo_ring_ops.lost was called
 * @suspect: Xen may have dropped this ring: the next tick asks Xen about it
 * @seen: tx_ptr at the last tick
 * @silent: ticks since tx_ptr moved
 * @doubt: ticks of silence after which the ring becomes suspect for the first time
 * @doubt_next: ticks of silence after which it becomes suspect the next time
 * @exposed: Xen has the pages, so they must not be freed
 * @stats: counters
 */
struct argo_ring {
	struct list_head node;
	struct argo_cursor cursor;
	struct argo_ring_config config;
	const struct argo_ring_ops *ops;
	void *priv;
	void *memory;
	struct page **pages;
	unsigned int epoch;
	bool shown;
	bool told;
	bool busy;
	bool broken;
	bool lost;
	bool suspect;
	u32 seen;
	unsigned int silent;
	unsigned int doubt;
	unsigned int doubt_next;
	bool exposed;
	struct argo_ring_stats stats;
};

/**
 * struct argo_core - state of argo-core, of which there is one instance
 * @dead: there is no Argo, or the kernel goes down: nothing may be registered
 * @frozen: the domain is being suspended: nothing may be read or registered
 * @epoch: number of restores; a ring that was registered in an earlier epoch is not
 *	read
 * @domid: number of this domain, or a negative errno
 * @wq: ordered queue of @waits and @tick, so they never run at the same time; NULL if
 *	there is no Argo
 * @readers: runs the work of struct argo_reader
 * @scratch: a page for probing whether Xen still has a ring
 * @register_lock: serialises registrations. @rings changes with both locks held, so
 *	either of them is enough to walk it
 * @lock: protects everything below; taken in hard interrupts
 * @rings: registered rings
 * @dests: destinations of all clients; those with the same address are neighbours
 * @waiters: the destinations that wait for space
 * @virqs: number of VIRQs, both those that were handled and those that were dropped
 *	while masked. It is written with @lock. argo_send_wait() reads it without
 *	@lock before it sends, to find out later whether a VIRQ came since the send
 * @busy: number of rings whose &argo_ring.busy is set
 * @masked: the VIRQ is masked, because @busy is not 0
 * @kicked: a VIRQ came since the waits were checked
 * @waits_due: @waits is pending
 * @waits_at: the jiffy in which @waits will run
 * @fruitless_at: the jiffy of the last check of the waits that found no room
 * @fruitless: number of such checks in that jiffy
 * @waits: asks Xen whether there is room for the destinations that wait
 * @tick: runs once per second and finds what Xen does not report: rings that came,
 *	went or were dropped, and VIRQs that got lost
 */
struct argo_core {
	bool dead;
	bool frozen;
	unsigned int epoch;
	int domid;
	struct workqueue_struct *wq;
	struct workqueue_struct *readers;
	struct page *scratch;
	struct mutex register_lock; /* registrations, changes of rings */
	spinlock_t lock ____cacheline_aligned_in_smp; /* all below */
	struct list_head rings;
	struct list_head dests;
	struct list_head waiters;
	unsigned int virqs;
	unsigned int busy;
	bool masked;
	bool kicked;
	bool waits_due;
	unsigned long waits_at;
	unsigned long fruitless_at;
	unsigned int fruitless;
	struct delayed_work waits;
	struct delayed_work tick;
};

extern struct argo_core argo_core;

/* event.c */
void argo_lock(void);
void argo_unlock(void);
void argo_virq(void);

/* event.c, with argo_core.lock held */
void argo_ring_check(struct argo_ring *ring);
void argo_ring_idle(struct argo_ring *ring);
void argo_scan(void);

/* wait.c */
void argo_waits_work(struct work_struct *work);
void argo_dest_wait_since(struct argo_dest *dest, u32 bytes, unsigned int virqs);

/* wait.c, with argo_core.lock held */
void argo_dest_end_wait(struct argo_dest *dest, enum argo_wake why);
void argo_dest_still_waits(struct argo_dest *dest);
void argo_dest_forget_wait(struct argo_dest *dest);
void argo_kick_waits(void);

/*
 * A query for more space than any ring has. Xen's answer says whether the ring exists.
 * The query neither adds nor removes a wait of this domain for space in that ring.
 */
#define ARGO_NO_SPACE		U32_MAX

/* query.c */
int argo_queries_init(void);
void argo_queries_exit(void);
void argo_query_all(bool watch, enum argo_wake why);

/* probe.c */
int argo_probe_init(void);
void argo_probe_exit(void);
void argo_tick_start(void);
void argo_tick_work(struct work_struct *work);
void argo_ring_new(struct argo_ring *ring);
/* with argo_core.lock held */
void argo_suspect_rings_of(u16 partner);

/* ring.c */
void argo_rings_shutdown(void);
/* with argo_core.lock held */
void argo_ring_lost(struct argo_ring *ring);

/* power.c */
extern const struct dev_pm_ops argo_pm_ops;

/* quota.c, with argo_core.register_lock held */
bool argo_quota_reached(const struct argo_ring *ring);
void argo_quota_complain(const struct argo_ring *ring);

/* filter.c */
DECLARE_STATIC_KEY_FALSE(argo_filter_key);
int argo_filter_send(const struct xen_argo_send_addr *addr, u32 type,
		     const struct xen_argo_iov *iov, unsigned int niov);
bool argo_filter_recv(const struct argo_ring *ring, const struct argo_message *msg);

/* debugfs.c */
void argo_debugfs_init(void);
void argo_debugfs_exit(void);

/*
 * A ring that was registered before a restore must not be read: Xen's last writes to
 * the ring may be missing in the image of the domain. argo_ring_break() sets broken,
 * argo_restore() changes the epoch; both end in argo_ring_ops.lost, so a reader that
 * sees the old value for a moment does no harm.
 */
static inline bool argo_ring_readable(const struct argo_ring *ring)
{
	return !READ_ONCE(ring->broken) && ring->epoch == READ_ONCE(argo_core.epoch);
}

#endif /* _ARGO_CORE_H */
