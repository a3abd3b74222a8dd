// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ports that each link uses. Ports belong to the domain, so the links of all
 * network namespaces are compared. The list has a lock of its own, because RTNL may
 * become one lock per namespace.
 */
#include <linux/list.h>
#include <linux/mutex.h>

#include "argonet.h"

static DEFINE_MUTEX(argonet_ports_lock); /* the list, argonet.claim */
static LIST_HEAD(argonet_claims);

static bool argonet_overlap(const struct argonet_config *a,
			    const struct argonet_config *b)
{
	return a->bound && b->bound && a->peer == b->peer &&
	       a->port < b->port + b->queues && b->port < a->port + a->queues;
}

/**
 * argonet_ports_claim() - replace the ports of a device by those of a configuration
 * @an: device
 * @config: configuration that it is going to use
 * @extack: for the reason of a refusal
 *
 * Return: 0, or -EADDRINUSE, after which the device has the ports that it had before
 */
int argonet_ports_claim(struct argonet *an, const struct argonet_config *config,
			struct netlink_ext_ack *extack)
{
	const struct argonet *other;
	int ret = 0;

	mutex_lock(&argonet_ports_lock);
	list_for_each_entry(other, &argonet_claims, node)
		if (other != an && argonet_overlap(&other->claim, config))
			ret = -EADDRINUSE;
	if (!ret) {
		an->claim = *config;
		list_move_tail(&an->node, &argonet_claims);
	}
	mutex_unlock(&argonet_ports_lock);
	if (ret)
		NL_SET_ERR_MSG(extack, "port in use for this peer, choose another");
	return ret;
}

/* If register_netdevice() fails, newlink calls this, possibly after ndo_uninit did. */
void argonet_ports_release(struct net_device *dev)
{
	struct argonet *an = netdev_priv(dev);

	mutex_lock(&argonet_ports_lock);
	list_del_init(&an->node);
	mutex_unlock(&argonet_ports_lock);
}
