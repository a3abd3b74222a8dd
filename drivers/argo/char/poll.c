// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll, select, epoll.
 */
#include <linux/poll.h>

#include "char.h"

static __poll_t argo_poll_ring(struct argo_end *end, struct argo_ring *ring)
{
	__poll_t mask = 0;

	/* All was read: be told of the next one. It may be there now. */
	if (!argo_ring_pending(ring))
		argo_ring_done(ring);
	if (argo_ring_pending(ring))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(end->lost))
		mask |= EPOLLERR | EPOLLIN | EPOLLRDNORM;
	return mask;
}

/**
 * argo_end_poll() - poll of the device
 * @file: its endpoint
 * @table: who waits
 *
 * Writable is what is not known to be full: only a write finds that out, and what
 * it has found out, room ends.
 *
 * Return: EPOLLIN for a message, EPOLLOUT, EPOLLERR if the ring is lost, EPOLLHUP
 * if the default destination is gone; a read or a write then says so, too.
 */
__poll_t argo_end_poll(struct file *file, struct poll_table_struct *table)
{
	struct argo_end *end = file->private_data;
	struct argo_ring *ring;
	__poll_t mask = 0;
	bool waits;

	poll_wait(file, &end->readable, table);
	poll_wait(file, &end->writable, table);

	ring = argo_end_ring(end);
	if (ring)
		mask |= argo_poll_ring(end, ring);
	if (READ_ONCE(end->gone))
		mask |= EPOLLHUP | (ring ? EPOLLIN | EPOLLRDNORM : 0);
	waits = READ_ONCE(end->connected) && !READ_ONCE(end->there) &&
		!READ_ONCE(end->gone);
	if (!READ_ONCE(end->full) && !waits)
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}
