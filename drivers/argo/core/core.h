/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARGO_CORE_H
#define _ARGO_CORE_H

#include <linux/argo.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "cursor.h"
#include "hv.h"

/**
 * struct argo_ring - a ring of this domain
 * @node: in argo_core.rings while registered
 * @cursor: read side; belongs to the client's single reader
 * @config: as the client asked
 * @ops: callbacks
 * @priv: their argument
 * @memory: Xen's from registration to a successful unregistration
 * @pages: the pages of @memory, for the hypervisor
 * @busy: the client was told of data and did not say it is done
 * @broken: not to be read: Xen's write position made no sense, or the domain was
 *	restored from an image
 * @lost: Xen dropped the ring, the client knows
 * @suspect: the partner's rings are gone, so this one may be too; only changed
 *	by work items of argo_core.wq, which run one at a time
 * @exposed: Xen has the pages; they are not freed as long as it does
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
	bool busy;
	bool broken;
	bool lost;
	bool suspect;
	bool exposed;
	struct argo_ring_stats stats;
};

/**
 * struct argo_core - the one instance
 * @hv: hypervisor
 * @register_lock: serialises registrations; held to change @rings
 * @lock: everything below, and @rings; taken in hard interrupts
 * @rings: registered rings
 * @dests: destinations of all clients
 * @waiting: how many of them wait for space
 * @busy: rings being read, plus one while waits are checked
 * @masked: the VIRQ is held back, because @busy
 * @querying: a check of the waits is queued or runs
 * @frozen: the domain is being suspended, nothing may be read
 * @dead: there is no Argo, or the kernel goes down: nothing may be registered
 * @backoff: delay until waits are checked without a VIRQ, in jiffies
 * @wq: runs all below, one at a time
 * @query: checks the waits after a VIRQ
 * @retry: checks them without one
 * @tick: once per second, all else that Xen does not tell
 */
struct argo_core {
	const struct argo_hv_ops *hv;
	struct mutex register_lock; /* registrations, changes of rings */
	spinlock_t lock; /* all below */
	struct list_head rings;
	struct list_head dests;
	unsigned int waiting;
	unsigned int busy;
	bool masked;
	bool querying;
	bool frozen;
	bool dead;
	unsigned long backoff;
	struct workqueue_struct *wq;
	struct work_struct query;
	struct delayed_work retry;
	struct delayed_work tick;
};

extern struct argo_core argo;

/* event.c */
void argo_lock(void);
void argo_unlock(void);
void argo_virq(void);

/* event.c, with argo.lock held */
void argo_ring_check(struct argo_ring *ring);
void argo_scan(void);
void argo_busy_put(void);
void argo_kick_waits(void);

/* ring.c */
void argo_rings_probe_suspects(void);
void argo_rings_freeze(void);
void argo_rings_thaw(void);
void argo_rings_lost(void);
void argo_rings_shutdown(void);

/* dest.c */
int argo_dests_init(void);
void argo_dests_exit(void);
void argo_query_work(struct work_struct *work);
void argo_retry_work(struct work_struct *work);
void argo_tick_work(struct work_struct *work);

/* debugfs.c */
void argo_debugfs_init(void);
void argo_debugfs_exit(void);

#endif /* _ARGO_CORE_H */
