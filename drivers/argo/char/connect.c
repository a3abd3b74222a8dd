// SPDX-License-Identifier: GPL-2.0-only
/*
 * The default destination of an endpoint, which is watched, and queries about any
 * destination.
 */
#include <linux/poll.h>

#include "char.h"

static struct argo_end *argo_peer_end(struct argo_dest *dest)
{
	return container_of(dest, struct argo_end, peer);
}

/* Never called: writers wait for room with a destination of their own, see write.c. */
static void argo_peer_space(struct argo_dest *dest, enum argo_wake why)
{
}

static void argo_peer_gone(struct argo_dest *dest)
{
	struct argo_end *end = argo_peer_end(dest);

	WRITE_ONCE(end->there, false);
	WRITE_ONCE(end->gone, true);
	wake_up_interruptible_poll(&end->readable, EPOLLHUP | EPOLLIN);
	wake_up_interruptible_poll(&end->writable, EPOLLHUP | EPOLLOUT);
}

static void argo_peer_appeared(struct argo_dest *dest)
{
	struct argo_end *end = argo_peer_end(dest);

	WRITE_ONCE(end->there, true);
	wake_up_interruptible_poll(&end->writable, EPOLLOUT | EPOLLWRNORM);
}

static const struct argo_dest_ops argo_peer_ops = {
	.space = argo_peer_space,
	.gone = argo_peer_gone,
	.appeared = argo_peer_appeared,
};

static void argo_peer_del(struct argo_end *end)
{
	lockdep_assert_held(&end->connect_lock);

	if (!end->connected)
		return;
	argo_dest_del(&end->peer);
	WRITE_ONCE(end->connected, false);
	WRITE_ONCE(end->there, false);
	WRITE_ONCE(end->gone, false);
	WRITE_ONCE(end->removals, end->removals + 1);
	/* Wake those who wait in argo_end_connect() for this destination to appear. */
	wake_up_interruptible(&end->writable);
}

static bool argo_peer_is(struct argo_end *end, const struct argo_dev_connect *connect)
{
	return end->connected && end->peer.addr.domain_id == connect->domid &&
	       end->peer.addr.aport == connect->port;
}

/*
 * Set the default destination, ask Xen whether its ring exists, and watch it.
 *
 * Return: 0 if the ring exists, -EINPROGRESS if it does not and the program wants to
 * wait for it, or another error
 */
static int argo_peer_look(struct argo_end *end, const struct argo_dev_connect *connect)
{
	struct argo_dest_info info;
	int ret;

	lockdep_assert_held(&end->connect_lock);

	if (!argo_peer_is(end, connect)) {
		argo_peer_del(end);
		argo_dest_add(&end->peer, connect->domid, connect->port, &argo_peer_ops);
		WRITE_ONCE(end->connected, true);
	}
	argo_dest_watch(&end->peer, ARGO_WATCH_NONE);
	WRITE_ONCE(end->there, false);
	ret = argo_dest_query(&end->peer, &info);
	if (!ret && !info.exists)
		ret = connect->flags & ARGO_DEV_CONNECT_WAIT ? -EINPROGRESS :
							      -ECONNREFUSED;
	if (ret && ret != -EINPROGRESS) {
		argo_peer_del(end);
		return ret;
	}
	WRITE_ONCE(end->gone, false);
	WRITE_ONCE(end->there, !ret);
	argo_dest_watch(&end->peer, ret ? ARGO_WATCH_APPEARED : ARGO_WATCH_GONE);
	/* argo_peer_appeared() is not called for a ring that this function found. */
	if (!ret)
		wake_up_interruptible_poll(&end->writable, EPOLLOUT | EPOLLWRNORM);
	return ret;
}

/**
 * argo_end_connect() - set the default destination
 * @end: endpoint
 * @connect: which, or ARGO_DEV_DOMID_ANY to have none
 * @nonblock: do not wait for its ring to appear
 *
 * Return: 0; -ECONNREFUSED if the ring does not exist; with @nonblock -EINPROGRESS if
 * it does not exist yet: the endpoint becomes writable when it does, and the program
 * then connects once more; -ECANCELED if another thread set another destination
 * meanwhile, -EINVAL, -ERESTARTSYS, or as argo_query().
 */
int argo_end_connect(struct argo_end *end, const struct argo_dev_connect *connect,
		     bool nonblock)
{
	unsigned int removals = 0;
	bool again = false;
	int ret;

	if (connect->reserved || (connect->flags & ~ARGO_DEV_CONNECT_WAIT))
		return -EINVAL;
	if (connect->domid == ARGO_DEV_DOMID_ANY) {
		argo_end_disconnect(end);
		return 0;
	}
	if (connect->domid >= XEN_ARGO_DOMID_FIRST_RESERVED)
		return -EINVAL;
	do {
		mutex_lock(&end->connect_lock);
		if (again && end->removals != removals)
			ret = -ECANCELED;
		else
			ret = argo_peer_look(end, connect);
		removals = end->removals;
		mutex_unlock(&end->connect_lock);
		if (ret != -EINPROGRESS || nonblock)
			return ret;
		again = true;
		ret = wait_event_interruptible(end->writable, READ_ONCE(end->there) ||
					       READ_ONCE(end->removals) != removals);
	} while (!ret);
	return ret;
}

/**
 * argo_end_disconnect() - remove the default destination
 * @end: endpoint
 */
void argo_end_disconnect(struct argo_end *end)
{
	mutex_lock(&end->connect_lock);
	argo_peer_del(end);
	mutex_unlock(&end->connect_lock);
}

/**
 * argo_end_default() - get the default destination
 * @end: endpoint
 * @addr: filled in
 *
 * Return: true if there is one.
 */
bool argo_end_default(struct argo_end *end, struct xen_argo_addr *addr)
{
	bool connected;

	mutex_lock(&end->connect_lock);
	connected = end->connected;
	if (connected)
		*addr = end->peer.addr;
	mutex_unlock(&end->connect_lock);
	return connected;
}

/**
 * argo_end_query() - ask about a ring of another domain
 * @query: which; the answer is filled in
 *
 * Return: 0, -EINVAL, or as argo_query().
 */
int argo_end_query(struct argo_dev_query *query)
{
	struct argo_dest_info info;
	int ret;

	if (query->flags || query->reserved || query->reserved2)
		return -EINVAL;
	ret = argo_query(query->domid, query->port, &info);
	if (ret)
		return ret;
	if (info.exists)
		query->flags |= ARGO_DEV_QUERY_EXISTS;
	if (info.shared)
		query->flags |= ARGO_DEV_QUERY_SHARED;
	query->max_message = info.max_message;
	return 0;
}
