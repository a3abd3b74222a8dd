// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading: each call copies one message from the ring to the program.
 */
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>

#include "char.h"
#include "trace.h"

/**
 * argo_end_head() - make the header that a program gets for a message
 * @end: endpoint
 * @msg: message in its ring
 *
 * Return: the header, without ARGO_DEV_TRUNCATED.
 */
struct argo_dev_head argo_end_head(struct argo_end *end, const struct argo_message *msg)
{
	struct argo_ring_stats stats;

	argo_ring_get_stats(end->ring, &stats);
	return (struct argo_dev_head) {
		.domid = msg->domid,
		.flags = ARGO_DEV_VOUCHED,
		.port = msg->port,
		.type = msg->type,
		.len = msg->len,
		.drops = stats.bad_headers + stats.filtered,
	};
}

static bool argo_copy_payload(const struct argo_message *msg, u32 len, struct iov_iter *to)
{
	u32 first = min(len, msg->seg_len[0]);

	return copy_to_iter(msg->seg[0], first, to) == first &&
	       copy_to_iter(msg->seg[1], len - first, to) == len - first;
}

/*
 * Copy a message to the program, and consume it. It stays in the ring if copying fails,
 * or if it did not fit and the program has set ARGO_DEV_BIND_KEEP.
 */
static ssize_t argo_copy_message(struct argo_end *end, const struct argo_message *msg,
				 struct iov_iter *to)
{
	struct argo_dev_head head = argo_end_head(end, msg);
	u32 len = min_t(size_t, msg->len, iov_iter_count(to) - sizeof(head));

	if (len < msg->len)
		head.flags |= ARGO_DEV_TRUNCATED;
	if (copy_to_iter(&head, sizeof(head), to) != sizeof(head) ||
	    !argo_copy_payload(msg, len, to))
		return -EFAULT;
	trace_argo_dev_read(end->port, msg, len);
	if (len == msg->len || !(end->bind_flags & ARGO_DEV_BIND_KEEP)) {
		end->truncated += len < msg->len;
		argo_ring_consume(end->ring, msg);
		argo_ring_publish(end->ring);
	}
	return sizeof(head) + len;
}

/* Return: bytes, 0 if there is no message, or an error */
static ssize_t argo_take_message(struct argo_end *end, struct iov_iter *to)
{
	struct argo_message msg;
	ssize_t ret;

	if (mutex_lock_interruptible(&end->read_lock))
		return -ERESTARTSYS;
	ret = argo_ring_next(end->ring, &msg);
	if (ret > 0)
		ret = argo_copy_message(end, &msg, to);
	mutex_unlock(&end->read_lock);
	/* -EIO: the ring is broken, or was registered before a restore. */
	return ret == -EIO ? -ECONNRESET : ret;
}

static bool argo_end_news(struct argo_end *end)
{
	return argo_ring_pending(end->ring) || READ_ONCE(end->lost) ||
	       READ_ONCE(end->gone);
}

/**
 * argo_end_read() - read_iter of the device
 * @iocb: request for the endpoint's file
 * @to: where to copy a header and a message to
 *
 * Messages that came before the ring was lost, or before the default destination was
 * gone, are read first.
 *
 * Return: bytes; 0 if the default destination is gone; -ECONNRESET if the ring
 * is lost, -ENOTCONN if there is none, -EINVAL if there is no room for a header,
 * -EAGAIN, -EFAULT, -ERESTARTSYS.
 */
ssize_t argo_end_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct argo_end *end = iocb->ki_filp->private_data;
	struct argo_ring *ring = argo_end_ring(end);
	ssize_t ret;

	if (!ring)
		return -ENOTCONN;
	if (iov_iter_count(to) < sizeof(struct argo_dev_head))
		return -EINVAL;
	for (;;) {
		ret = argo_take_message(end, to);
		if (ret)
			return ret;
		/* From now on argo_end_data() is called for a message. */
		argo_ring_done(ring);
		if (!argo_ring_pending(ring)) {
			if (READ_ONCE(end->lost))
				return -ECONNRESET;
			if (READ_ONCE(end->gone))
				return 0;
		}
		if (iocb->ki_flags & IOCB_NOWAIT ||
		    iocb->ki_filp->f_flags & O_NONBLOCK)
			return -EAGAIN;
		/* A peer whose messages argo_ring_next() skips must not keep us here. */
		if (signal_pending(current))
			return -ERESTARTSYS;
		cond_resched();
		ret = wait_event_interruptible(end->readable, argo_end_news(end));
		if (ret)
			return ret;
	}
}
