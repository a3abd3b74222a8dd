// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of peers. Whether a peer is in it is for the roster to say; what
 * happens to it meanwhile is for control.c.
 */
#include <linux/slab.h>

#include "vsock-argo.h"

DEFINE_XARRAY(vsock_argo_peers);

static void vsock_argo_peer_free(struct kref *ref)
{
	struct vsock_argo_peer *peer = container_of(ref, struct vsock_argo_peer, ref);

	kfree_rcu(peer, rcu);
}

void vsock_argo_peer_put(struct vsock_argo_peer *peer)
{
	kref_put(&peer->ref, vsock_argo_peer_free);
}

/**
 * vsock_argo_peer_get() - find a peer
 * @cid: its CID, from wherever
 *
 * Context: any.
 * Return: the peer, to be given back with vsock_argo_peer_put(); or NULL
 */
struct vsock_argo_peer *vsock_argo_peer_get(u64 cid)
{
	struct vsock_argo_peer *peer = NULL;

	if (cid < VSOCK_ARGO_CID_BASE || cid > U16_MAX)
		return NULL;
	rcu_read_lock();
	peer = xa_load(&vsock_argo_peers, cid - VSOCK_ARGO_CID_BASE);
	if (peer && !kref_get_unless_zero(&peer->ref))
		peer = NULL;
	rcu_read_unlock();
	return peer;
}

bool vsock_argo_peer_known(u64 cid)
{
	return cid >= VSOCK_ARGO_CID_BASE && cid <= U16_MAX &&
	       xa_load(&vsock_argo_peers, cid - VSOCK_ARGO_CID_BASE);
}

/* The roster's only, as is vsock_argo_peer_del(). */
int vsock_argo_peer_add(u16 domid, bool eager)
{
	struct vsock_argo_peer *peer = kzalloc(sizeof(*peer), GFP_KERNEL);
	int ret;

	if (!peer)
		return -ENOMEM;
	kref_init(&peer->ref);
	peer->domid = domid;
	peer->eager = eager;
	peer->wanted_until = jiffies;
	peer->reopen_at = jiffies;
	peer->refused_at = jiffies - HZ;
	peer->hello_at = jiffies;
	peer->window_at = jiffies;
	INIT_DELAYED_WORK(&peer->control, vsock_argo_control_work);
	INIT_WORK(&peer->tx, vsock_argo_tx_work);
	INIT_DELAYED_WORK(&peer->stuck, vsock_argo_stuck_work);
	skb_queue_head_init(&peer->queue);
	init_waitqueue_head(&peer->space);
	argo_dest_add(&peer->dest, domid, VSOCK_ARGO_PORT, &vsock_argo_dest_ops);

	ret = xa_insert(&vsock_argo_peers, domid, peer, GFP_KERNEL);
	if (ret) {
		argo_dest_del(&peer->dest);
		kfree(peer);
		return ret;
	}
	vsock_argo_event(peer, VSOCK_ARGO_EV_LOOK);
	return 0;
}

void vsock_argo_peer_del(struct vsock_argo_peer *peer)
{
	xa_erase(&vsock_argo_peers, peer->domid);
	vsock_argo_control_stop(peer);
	argo_dest_del(&peer->dest);
	/* Callbacks of the destination may have queued them once more. */
	cancel_delayed_work_sync(&peer->control);
	cancel_work_sync(&peer->tx);
	cancel_delayed_work_sync(&peer->stuck);
	vsock_argo_peer_put(peer);
}
