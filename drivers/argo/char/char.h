/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/argo: each open file is an endpoint, with a ring and a default destination.
 */
#ifndef _ARGO_CHAR_H
#define _ARGO_CHAR_H

#include <linux/argo.h>
#include <uapi/linux/argo_dev.h>
#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/uidgid.h>
#include <linux/wait.h>

/**
 * struct argo_end - an endpoint
 * @node: in argo_ends
 * @uid: user who opened it, and to whose quota it belongs
 * @pid: process that bound it, or that opened it if it is not bound
 * @comm: name of that process
 * @port: port of the ring, or ARGO_DEV_PORT_ANY without a ring
 * @partner: partner of the ring
 * @counted: the quota counts this endpoint. argo_ends_lock protects this field and
 *	those above
 * @ring_len: length of the ring
 * @bind_flags: ARGO_DEV_BIND_*
 * @ring: NULL until bound. Then it stays, even if it is lost, until the file is
 *	released, so no lock is needed to use it
 * @lost: Xen dropped the ring
 * @losses: how often Xen dropped the ring
 * @readable: wait queue of readers, woken for a message, or if none will come
 * @read_lock: serialises reading of the ring, and its registration
 * @truncated: messages that did not fit a buffer, under @read_lock
 * @connect_lock: serialises changes of the default destination
 * @peer: the default destination; it is watched, but never waits for room
 * @connected: there is a default destination
 * @removals: how often a default destination was removed; argo_end_connect() waits
 *	without @connect_lock, and notices by this that its destination was removed
 * @there: its ring existed when Xen was asked last
 * @gone: its ring existed, and does not any more
 * @writable: wait queue of writers, woken when there may be room
 * @write_lock: protects @full_dest and @has_full_dest
 * @full_dest: destination of the last write that had no room and did not block
 * @has_full_dest: @full_dest was added to argo-core
 * @full: @full_dest waits for room
 * @sent: messages written
 * @sent_bytes: payload bytes written
 * @no_room: number of writes that found no room
 */
struct argo_end {
	struct list_head node;
	kuid_t uid;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	u32 port;
	u16 partner;
	bool counted;

	u32 ring_len;
	u32 bind_flags;
	struct argo_ring *ring;
	bool lost;
	unsigned int losses;
	wait_queue_head_t readable;
	struct mutex read_lock; /* reading, registering */
	unsigned long truncated;

	struct mutex connect_lock; /* default destination */
	struct argo_dest peer;
	bool connected;
	unsigned int removals;
	bool there;
	bool gone;

	wait_queue_head_t writable;
	struct mutex write_lock; /* full_dest */
	struct argo_dest full_dest;
	bool has_full_dest;
	bool full;
	atomic64_t sent;
	atomic64_t sent_bytes;
	atomic64_t no_room;
};

/* The lock protects the list and the fields of endpoints that the quota uses. */
extern struct mutex argo_ends_lock;
extern struct list_head argo_ends;

static inline struct argo_ring *argo_end_ring(struct argo_end *end)
{
	/*
	 * Pairs with smp_store_release() in argo_bind_try(): whoever sees the ring
	 * sees its port, partner and length, too.
	 */
	return smp_load_acquire(&end->ring);
}

/* file.c */
extern const struct file_operations argo_dev_fops;

/* args.c */
int argo_args_get(void *to, size_t size, void __user *from);
int argo_args_put(void __user *to, const void *from, size_t size);

/* bind.c */
int argo_end_bind(struct argo_end *end, struct argo_dev_bind *bind);
void argo_end_unbind(struct argo_end *end);

/* quota.c */
int argo_quota_take(struct argo_end *end, u16 partner, u32 port);
void argo_quota_give(struct argo_end *end);
int argo_quota_bytes(u32 *bytes);

/* connect.c */
int argo_end_connect(struct argo_end *end, const struct argo_dev_connect *connect,
		     bool nonblock);
void argo_end_disconnect(struct argo_end *end);
bool argo_end_default(struct argo_end *end, struct xen_argo_addr *addr);
int argo_end_query(struct argo_dev_query *query);

/* read.c */
struct argo_dev_head argo_end_head(struct argo_end *end, const struct argo_message *msg);
ssize_t argo_end_read(struct kiocb *iocb, struct iov_iter *to);

/* write.c */
ssize_t argo_end_write(struct kiocb *iocb, struct iov_iter *from);
void argo_end_write_end(struct argo_end *end);

/* poll.c */
__poll_t argo_end_poll(struct file *file, struct poll_table_struct *table);

/* map.c */
int argo_end_mmap(struct file *file, struct vm_area_struct *vma);
int argo_end_consume(struct argo_end *end, struct argo_dev_consume *consume);

/* info.c */
void argo_end_info(struct argo_end *end, struct argo_dev_info *info);

/* debugfs.c */
void argo_dev_debugfs_init(void);
void argo_dev_debugfs_exit(void);

#endif /* _ARGO_CHAR_H */
