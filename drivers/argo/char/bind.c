// SPDX-License-Identifier: GPL-2.0-only
/*
 * Binding an endpoint: it gets a ring to receive on.
 *
 * The reader is a program, which may be asleep, stopped or swapped out. Messages stay
 * in the ring until it reads them, and the VIRQ is not masked for it.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/poll.h>
#include <linux/random.h>

#include "char.h"
#include "trace.h"

/* Range of the ports that are chosen for ARGO_DEV_PORT_ANY */
#define ARGO_PORT_FIRST	0x40000000U
#define ARGO_PORT_BITS	0x0fffffffU
#define ARGO_PORT_TRIES	8

/*
 * Wake the program. Return false, because it may not read for long: the VIRQ must not
 * stay masked until then. argo_ring_done() follows when all was read.
 */
static bool argo_end_data(void *priv)
{
	struct argo_end *end = priv;

	wake_up_interruptible_poll(&end->readable, EPOLLIN | EPOLLRDNORM);
	return false;
}

static void argo_end_lost(void *priv)
{
	struct argo_end *end = priv;

	WRITE_ONCE(end->losses, end->losses + 1);
	WRITE_ONCE(end->lost, true);
	wake_up_interruptible_poll(&end->readable, EPOLLERR);
}

static const struct argo_ring_ops argo_end_ring_ops = {
	.data = argo_end_data,
	.lost = argo_end_lost,
};

static int argo_bind_check(struct argo_dev_bind *bind)
{
	if (bind->reserved || (bind->flags & ~ARGO_DEV_BIND_KEEP))
		return -EINVAL;
	if (bind->port < ARGO_DEV_PORT_USER && !capable(CAP_NET_BIND_SERVICE))
		return -EACCES;
	return argo_quota_bytes(&bind->ring_bytes);
}

static int argo_bind_try(struct argo_end *end, const struct argo_dev_bind *bind, u32 port)
{
	struct argo_ring_config config = {
		.client = KBUILD_MODNAME,
		.partner = bind->domid,
		.port = port,
		.len = argo_ring_len(bind->ring_bytes),
		.max_message = bind->max_message,
	};
	struct argo_ring *ring;
	int ret;

	ret = argo_quota_take(end, bind->domid, port);
	if (ret)
		return ret;
	ring = argo_ring_create(&config, &argo_end_ring_ops, end);
	if (IS_ERR(ring)) {
		argo_quota_give(end);
		return PTR_ERR(ring);
	}
	WRITE_ONCE(end->lost, false);
	ret = argo_ring_register(ring);
	if (ret) {
		argo_ring_destroy(ring);
		argo_quota_give(end);
		return ret;
	}
	end->ring_len = config.len;
	end->bind_flags = bind->flags;
	/* Pairs with smp_load_acquire() in argo_end_ring(): publish the fields above. */
	smp_store_release(&end->ring, ring);
	/* A poll that argo_end_data() woke before the store above did not see the ring. */
	wake_up_interruptible_poll(&end->readable, EPOLLIN | EPOLLRDNORM);
	return 0;
}

static int argo_bind_any(struct argo_end *end, struct argo_dev_bind *bind)
{
	int tries, ret = -EADDRINUSE;

	for (tries = 0; tries < ARGO_PORT_TRIES; tries++) {
		bind->port = ARGO_PORT_FIRST + (get_random_u32() & ARGO_PORT_BITS);
		ret = argo_bind_try(end, bind, bind->port);
		if (ret != -EADDRINUSE && ret != -EEXIST)
			break;
	}
	return ret;
}

/* Register a lost ring again, with the same partner and port. */
static int argo_bind_again(struct argo_end *end, struct argo_dev_bind *bind)
{
	int ret;

	if (!READ_ONCE(end->lost) || bind->domid != end->partner ||
	    (bind->port != end->port && bind->port != ARGO_DEV_PORT_ANY))
		return -EINVAL;
	WRITE_ONCE(end->lost, false);
	ret = argo_ring_register(end->ring);
	if (ret)
		WRITE_ONCE(end->lost, true);
	else
		end->bind_flags = bind->flags;
	bind->port = end->port;
	return ret;
}

/**
 * argo_end_bind() - make a ring for an endpoint, or register its lost ring again
 * @end: endpoint
 * @bind: what the program asks for; the chosen port and size are filled in
 *
 * Return: 0; -EINVAL if the endpoint has a ring that is not lost, -EACCES for a port
 * that needs CAP_NET_BIND_SERVICE, -EPERM for a ring that is too large or that Xen's
 * policy forbids, -ENOSPC if there are too many rings, or as argo_ring_create() and
 * argo_ring_register().
 */
int argo_end_bind(struct argo_end *end, struct argo_dev_bind *bind)
{
	int ret = argo_bind_check(bind);

	if (ret)
		return ret;
	/* Nobody may read a ring while it is being registered. */
	if (mutex_lock_interruptible(&end->read_lock))
		return -ERESTARTSYS;
	if (end->ring)
		ret = argo_bind_again(end, bind);
	else if (bind->port == ARGO_DEV_PORT_ANY)
		ret = argo_bind_any(end, bind);
	else
		ret = argo_bind_try(end, bind, bind->port);
	mutex_unlock(&end->read_lock);
	trace_argo_dev_bind(bind->domid, bind->port, ret);
	return ret;
}

/**
 * argo_end_unbind() - destroy the ring of an endpoint
 * @end: endpoint that is going away
 */
void argo_end_unbind(struct argo_end *end)
{
	if (end->ring)
		argo_ring_destroy(end->ring);
}
