// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening and closing our rings for the peer. All of it runs in the control work, or
 * while that work is stopped.
 */
#include "argonet.h"

static void argonet_open_failed(struct argonet *an, int error)
{
	bool known = error == an->open_error;

	an->open_error = error;
	/*
	 * An error is logged once. These are not logged, because they are normal: the
	 * peer's domain does not exist yet or is ending, or this one is being
	 * suspended or shut down.
	 */
	if (known || error == -ESRCH || error == -ECONNREFUSED ||
	    error == -EAGAIN || error == -ESHUTDOWN || !net_ratelimit())
		return;
	if (error == -EADDRINUSE)
		netdev_err(an->dev, "port %#x for domain %u is in use, choose another\n",
			   an->config.port, an->config.peer);
	else if (error == -EPERM || error == -EACCES)
		netdev_err(an->dev, "Xen's security policy forbids a ring for domain %u\n",
			   an->config.peer);
	else if (error == -ENOSPC)
		netdev_err(an->dev, "this domain has all the Argo rings Xen allows, %u\n",
			   XEN_ARGO_MAX_RINGS);
	else
		netdev_err(an->dev, "cannot register a ring for domain %u: %d\n",
			   an->config.peer, error);
}

/*
 * A message that came before the NAPI was enabled could not schedule it, so schedule it
 * once here.
 */
static void argonet_napi_start(struct argonet_queue *q)
{
	napi_enable(&q->tx.napi);
	napi_enable(&q->rx.napi);
	local_bh_disable();
	argonet_rx_schedule(q);
	local_bh_enable();
}

/*
 * From now on the peer's domid may belong to a domain that the user did not mean. Stop
 * until the user names the peer again.
 */
static void argonet_peer_gone(struct argonet *an, bool restored)
{
	argonet_set_phase(an, ARGONET_GONE);
	an->tell_gone = true;
	/* This is logged once until the user acts, so no peer can flood the log. */
	if (restored)
		netdev_warn(an->dev, "restored, domain %u may be another one now: 'ip link set %s type argonet peer DOMID' to go on\n",
			    an->config.peer, an->dev->name);
	else
		netdev_warn(an->dev, "domain %u does not exist any more: 'ip link set %s type argonet peer DOMID' to go on\n",
			    an->config.peer, an->dev->name);
}

/*
 * Has this domain been restored since the user named the peer? It may run on another
 * host now, where the domid belongs to another domain. With "rejoin on" that is allowed.
 */
static bool argonet_moved(struct argonet *an)
{
	unsigned int restores = argo_restores();

	if (READ_ONCE(an->restores) == restores)
		return false;
	if (!READ_ONCE(an->config.rejoin))
		return true;
	WRITE_ONCE(an->restores, restores);
	return false;
}

/* Return: 0, an error of argo_ring_register(), or -ESTALE after a restore */
static int argonet_register(struct argonet *an)
{
	unsigned int i;
	int ret;

	if (argonet_moved(an))
		return -ESTALE;
	for (i = 0; i < an->config.queues; i++) {
		an->queue[i].rx.pos = 0;
		ret = argo_ring_register(an->queue[i].ring);
		if (ret)
			goto err_unregister;
		an->peer_existed = true;
	}
	/*
	 * If the domain was restored during the registration, some of the rings may be
	 * open for a domain that the user did not mean. Close them: the NAPIs are not
	 * enabled yet, so nothing was read.
	 */
	if (!argonet_moved(an))
		return 0;
	ret = -ESTALE;

err_unregister:
	while (i--)
		argo_ring_unregister(an->queue[i].ring);
	return ret;
}

void argonet_open_rings(struct argonet *an)
{
	unsigned int i;
	int ret;

	an->opened_at = get_jiffies_64();
	argonet_new_session(an);
	ret = argonet_register(an);
	if (ret == -ESTALE) {
		argonet_peer_gone(an, true);
		return;
	}
	/* The peer's domain existed and has ended, so Xen may give its domid to another. */
	if (ret == -ESRCH && an->peer_existed && !READ_ONCE(an->config.rejoin)) {
		argonet_peer_gone(an, false);
		return;
	}
	if (ret) {
		argonet_open_failed(an, ret);
		an->reopen_at = get_jiffies_64() + an->retry;
		an->retry = min(2 * an->retry, (unsigned long)ARGONET_RETRY_MAX);
		return;
	}

	for (i = 0; i < an->config.queues; i++)
		argonet_napi_start(&an->queue[i]);
	an->open_error = 0;
	an->peer_absent = false;
	an->next_doubt = get_jiffies_64() + ARGONET_DOUBT;
	argonet_set_phase(an, ARGONET_CONNECTING);
}

void argonet_close_rings(struct argonet *an, unsigned long hold)
{
	unsigned int i;

	if (!argonet_rings_open(an))
		return;
	argonet_carrier_off(an);
	argo_dest_watch(&an->queue[0].tx.dest, ARGO_WATCH_NONE);
	for (i = 0; i < an->config.queues; i++)
		argo_ring_unregister(an->queue[i].ring);
	for (i = 0; i < an->config.queues; i++) {
		napi_disable(&an->queue[i].rx.napi);
		napi_disable(&an->queue[i].tx.napi);
		hrtimer_cancel(&an->queue[i].tx.timer);
	}
	argonet_set_phase(an, ARGONET_CLOSED);
	an->reopen_at = get_jiffies_64() + hold;
}
