// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network core: NAPIs and who polls them, RTNL, what a device is told.
 */
#include "net.h"

#define POLLERS	2
#define BUDGET	4	/* small, so that it is used up */

static struct list_head polls;
static bool polling;

/* How often each began and ended a poll */
static struct poller {
	unsigned int begun, ended;
} pollers[POLLERS];
struct mutex rtnl;

static struct napi_struct *net_next(void)
{
	struct napi_struct *napi;

	list_for_each_entry(napi, &polls, node)
		if (!napi->stuck)
			return napi;
	return NULL;
}

static void net_list(struct napi_struct *napi)
{
	list_add_tail(&napi->node, &polls);
	sim_wake(&polls);
}

static void net_poller(void *arg)
{
	struct poller *p = arg;
	struct napi_struct *napi;

	while (polling) {
		napi = net_next();
		if (!napi) {
			sim_wait(&polls);
			continue;
		}
		list_del_init(&napi->node);
		p->begun++;
		if (napi->poll(napi, BUDGET) == BUDGET)
			net_list(napi);
		p->ended++;
		sim_wake(p);
		sim_point();
	}
}

void net_start(void)
{
	int i;

	INIT_LIST_HEAD(&polls);
	rtnl = (struct mutex) {};
	polling = true;
	memset(pollers, 0, sizeof(pollers));
	for (i = 0; i < POLLERS; i++)
		sim_spawn(net_poller, &pollers[i]);
}

void net_stop(void)
{
	expect(list_empty(&polls), "a NAPI is left");
	polling = false;
	sim_wake(&polls);
	sim_sleep(1);
}

/* Polls under way end first. */
void synchronize_net(void)
{
	unsigned int begun;
	struct poller *p;

	for (p = pollers; p < pollers + POLLERS; p++) {
		begun = p->begun;
		while (p->ended < begun)
			sim_wait(p);
	}
}

void napi_schedule(struct napi_struct *napi)
{
	if (napi->scheduled) {
		napi->missed = true;
		return;
	}
	napi->scheduled = true;
	net_list(napi);
}

bool napi_complete_done(struct napi_struct *napi, int done)
{
	sim_point();
	if (napi->missed) {
		napi->missed = false;
		net_list(napi);
		return false;
	}
	napi->scheduled = false;
	sim_wake(napi);
	return true;
}

void napi_enable(struct napi_struct *napi)
{
	expect(napi->scheduled, "enabled twice");
	napi->scheduled = false;
	napi->missed = false;
}

void napi_disable(struct napi_struct *napi)
{
	/* The core waits for a poll under way, which is not left alone then. */
	napi_stick(napi, false);
	while (napi->scheduled)
		sim_wait(napi);
	napi->scheduled = true;
}

void napi_stick(struct napi_struct *napi, bool stuck)
{
	napi->stuck = stuck;
	sim_wake(&polls);
}

void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *napi, int budget))
{
	*napi = (struct napi_struct) { .poll = poll, .scheduled = true };
	INIT_LIST_HEAD(&napi->node);
}

void netif_carrier_on(struct net_device *dev)
{
	expect(rtnl.held, "carrier without RTNL");
	dev->carriers += !dev->carrier;
	dev->carrier = true;
	dev->notified = 0;
}

void netif_carrier_off(struct net_device *dev)
{
	dev->carrier = false;
	sim_point();
}

int netif_set_real_num_tx_queues(struct net_device *dev, unsigned int n)
{
	expect(rtnl.held, "queues without RTNL");
	if (sim_percent && !sim_below(4))
		return -ENOMEM;
	dev->real_num_tx_queues = n;
	return 0;
}

void netdev_update_features(struct net_device *dev)
{
	netdev_features_t features;

	expect(rtnl.held, "features without RTNL");
	features = dev->netdev_ops->ndo_fix_features(dev, dev->wanted);
	if (features != dev->features)
		dev->netdev_ops->ndo_set_features(dev, features);
	dev->features = features;
}

void __netdev_notify_peers(struct net_device *dev)
{
	expect(rtnl.held, "notified without RTNL");
	dev->notified++;
}

void netdev_state_change(struct net_device *dev)
{
	expect(rtnl.held, "an event without RTNL");
	dev->events++;
}
