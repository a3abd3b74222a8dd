// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll, select, epoll.
 */
#include <linux/poll.h>

#include "char.h"

static __poll_t argo_poll_ring(struct argo_end *end, struct argo_ring *ring)
{
	__poll_t mask = 0;

	/* All was read: from now on a message wakes us. One may have come just now. */
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
 * @file: file of the endpoint
 * @table: for the wait queues
 *
 * Only a write finds out that the ring of a destination is full. So an endpoint is
 * writable until a write finds no room, and again when there may be room.
 *
 * Return: EPOLLIN for a message, EPOLLOUT if writable, EPOLLERR if the ring is lost,
 * EPOLLHUP if the default destination is gone. With a ring, EPOLLERR and EPOLLHUP come
 * with EPOLLIN, because a read then tells the reason.
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
