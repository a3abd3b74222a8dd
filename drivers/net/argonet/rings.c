// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our rings for the peer, opened and closed. All of it runs in the control work,
 * or with that stopped.
 */
#include "argonet.h"

static void argonet_open_failed(struct argonet *an, int error)
{
	bool known = error == an->open_error;

	an->open_error = error;
	/* A peer that does not exist yet is nothing to talk about. */
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

/* The ring may have got messages before its NAPI could be scheduled. */
static void argonet_napi_start(struct argonet_queue *q)
{
	napi_enable(&q->tx_napi);
	napi_enable(&q->napi);
	local_bh_disable();
	argonet_rx_schedule(q);
	local_bh_enable();
}

void argonet_open_rings(struct argonet *an)
{
	unsigned int i;
	int ret;

	an->opened_at = jiffies;
	argonet_new_session(an);
	for (i = 0; i < an->config.queues; i++) {
		an->queue[i].rx_pos = 0;
		ret = argo_ring_register(an->queue[i].ring);
		if (ret)
			goto err_unregister;
	}
	for (i = 0; i < an->config.queues; i++)
		argonet_napi_start(&an->queue[i]);
	an->open_error = 0;
	an->peer_absent = false;
	argonet_set_phase(an, ARGONET_CONNECTING);
	return;

err_unregister:
	while (i--)
		argo_ring_unregister(an->queue[i].ring);
	argonet_open_failed(an, ret);
	an->reopen_at = jiffies + an->retry;
	an->retry = min(2 * an->retry, (unsigned long)ARGONET_RETRY_MAX);
}

void argonet_close_rings(struct argonet *an, unsigned long hold)
{
	unsigned int i;

	if (an->phase == ARGONET_CLOSED)
		return;
	argonet_carrier_off(an);
	argo_dest_watch(&an->queue[0].dest, ARGO_WATCH_NONE);
	for (i = 0; i < an->config.queues; i++)
		argo_ring_unregister(an->queue[i].ring);
	for (i = 0; i < an->config.queues; i++) {
		napi_disable(&an->queue[i].napi);
		napi_disable(&an->queue[i].tx_napi);
		hrtimer_cancel(&an->queue[i].timer);
	}
	argonet_set_phase(an, ARGONET_CLOSED);
	an->reopen_at = jiffies + hold;
}
