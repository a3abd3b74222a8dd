// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who the peers are: the parameter "peers", and in dom0 by default all domains
 * that xenstore knows of.
 */
#define pr_fmt(fmt) "vsock-argo: " fmt

#include <linux/bitmap.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/xenbus.h>

#include "vsock-argo.h"

#define VSOCK_ARGO_DOMIDS	XEN_ARGO_DOMID_FIRST_RESERVED

/* Each is asked about once per second, 256 in one hypercall. */
#define VSOCK_ARGO_PEERS_MAX	512

/* For so few named domains a ring each is no great expense. */
#define VSOCK_ARGO_EAGER_MAX	16

/* The parameter; NULL is the default. All below is under the lock. */
static DEFINE_MUTEX(vsock_argo_roster_lock);
static char *vsock_argo_named;
static bool vsock_argo_running;
static bool vsock_argo_watching;

static bool vsock_argo_all(void)
{
	if (!vsock_argo_named)
		return !argo_domid();
	return !strcmp(vsock_argo_named, "all");
}

/* Return: an error if xenstore cannot tell, as a guest */
static int vsock_argo_list_domains(unsigned long *map)
{
	unsigned int n, i;
	char **names;
	u16 domid;

	names = xenbus_directory(XBT_NIL, "/local", "domain", &n);
	if (IS_ERR(names))
		return PTR_ERR(names);
	for (i = 0; i < n; i++)
		if (!kstrtou16(names[i], 10, &domid) && domid < VSOCK_ARGO_DOMIDS)
			__set_bit(domid, map);
	kfree(names);
	return 0;
}

/* Whom to know. Return: is each of them to have a ring at once? */
static bool vsock_argo_wanted_peers(unsigned long *map)
{
	if (vsock_argo_all()) {
		if (!vsock_argo_watching || vsock_argo_list_domains(map))
			bitmap_set(map, 0, VSOCK_ARGO_PEERS_MAX / 2);
		__clear_bit(argo_domid(), map);
		return false;
	}
	if (vsock_argo_named)
		/* It was checked when it was set. */
		(void)bitmap_parselist(vsock_argo_named, map, VSOCK_ARGO_DOMIDS);
	else
		__set_bit(0, map);
	__clear_bit(argo_domid(), map);
	return bitmap_weight(map, VSOCK_ARGO_DOMIDS) <= VSOCK_ARGO_EAGER_MAX;
}

static void vsock_argo_apply(const unsigned long *map, bool eager)
{
	struct vsock_argo_peer *peer;
	unsigned long domid;
	unsigned int n = 0;

	xa_for_each(&vsock_argo_peers, domid, peer) {
		if (!test_bit(domid, map)) {
			vsock_argo_peer_del(peer);
			continue;
		}
		n++;
		WRITE_ONCE(peer->eager, eager);
		vsock_argo_event(peer, VSOCK_ARGO_EV_LOOK);
	}
	for_each_set_bit(domid, map, VSOCK_ARGO_DOMIDS) {
		if (xa_load(&vsock_argo_peers, domid))
			continue;
		if (n++ >= VSOCK_ARGO_PEERS_MAX || vsock_argo_peer_add(domid, eager)) {
			pr_warn_ratelimited("not all peers can be looked after\n");
			return;
		}
	}
}

static void vsock_argo_roster_work(struct work_struct *work)
{
	unsigned long *map = bitmap_zalloc(VSOCK_ARGO_DOMIDS, GFP_KERNEL);

	if (!map)
		return;
	mutex_lock(&vsock_argo_roster_lock);
	if (vsock_argo_running) {
		bool eager = vsock_argo_wanted_peers(map);

		vsock_argo_apply(map, eager);
	}
	mutex_unlock(&vsock_argo_roster_lock);
	bitmap_free(map);
}

static DECLARE_WORK(vsock_argo_roster, vsock_argo_roster_work);

/* Xenstore: domains come and go. */

static void vsock_argo_domains_changed(struct xenbus_watch *watch, const char *path,
				       const char *token)
{
	queue_work(system_long_wq, &vsock_argo_roster);
}

static struct xenbus_watch vsock_argo_introduced = {
	.node = "@introduceDomain",
	.callback = vsock_argo_domains_changed,
};

static struct xenbus_watch vsock_argo_released = {
	.node = "@releaseDomain",
	.callback = vsock_argo_domains_changed,
};

/* In dom0, xenstore may come later than this module. */
static int vsock_argo_xenstore_up(struct notifier_block *block, unsigned long event, void *data)
{
	mutex_lock(&vsock_argo_roster_lock);
	if (!vsock_argo_watching && !register_xenbus_watch(&vsock_argo_introduced)) {
		if (register_xenbus_watch(&vsock_argo_released))
			unregister_xenbus_watch(&vsock_argo_introduced);
		else
			vsock_argo_watching = true;
	}
	mutex_unlock(&vsock_argo_roster_lock);
	queue_work(system_long_wq, &vsock_argo_roster);
	return NOTIFY_DONE;
}

static struct notifier_block vsock_argo_xenstore = {
	.notifier_call = vsock_argo_xenstore_up,
};

int vsock_argo_roster_start(void)
{
	mutex_lock(&vsock_argo_roster_lock);
	vsock_argo_running = true;
	mutex_unlock(&vsock_argo_roster_lock);
	if (!argo_domid())
		register_xenstore_notifier(&vsock_argo_xenstore);
	queue_work(system_long_wq, &vsock_argo_roster);
	flush_work(&vsock_argo_roster);
	return 0;
}

void vsock_argo_roster_stop(void)
{
	struct vsock_argo_peer *peer;
	unsigned long domid;

	unregister_xenstore_notifier(&vsock_argo_xenstore);
	if (vsock_argo_watching) {
		unregister_xenbus_watch(&vsock_argo_introduced);
		unregister_xenbus_watch(&vsock_argo_released);
		vsock_argo_watching = false;
	}
	mutex_lock(&vsock_argo_roster_lock);
	vsock_argo_running = false;
	mutex_unlock(&vsock_argo_roster_lock);
	cancel_work_sync(&vsock_argo_roster);
	xa_for_each(&vsock_argo_peers, domid, peer)
		vsock_argo_peer_del(peer);
}

/* Return: 0 if @text is a value for the parameter */
static int vsock_argo_check_named(const char *text)
{
	unsigned long *map;
	int ret;

	if (!strcmp(text, "all") || !*text)
		return 0;
	map = bitmap_zalloc(VSOCK_ARGO_DOMIDS, GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	ret = bitmap_parselist(text, map, VSOCK_ARGO_DOMIDS);
	if (!ret && bitmap_weight(map, VSOCK_ARGO_DOMIDS) > VSOCK_ARGO_PEERS_MAX)
		ret = -E2BIG;
	bitmap_free(map);
	return ret;
}

static int vsock_argo_set_peers(const char *value, const struct kernel_param *param)
{
	char *copy = kstrdup(value, GFP_KERNEL), *old, *text;
	bool running;
	int ret;

	if (!copy)
		return -ENOMEM;
	text = strim(copy);
	ret = vsock_argo_check_named(text);
	if (ret) {
		kfree(copy);
		return ret;
	}
	memmove(copy, text, strlen(text) + 1);

	mutex_lock(&vsock_argo_roster_lock);
	old = vsock_argo_named;
	/* "" is nobody, "default" would be hard to tell from a list. */
	vsock_argo_named = copy;
	running = vsock_argo_running;
	mutex_unlock(&vsock_argo_roster_lock);
	kfree(old);
	if (running) {
		queue_work(system_long_wq, &vsock_argo_roster);
		flush_work(&vsock_argo_roster);
	}
	return 0;
}

static int vsock_argo_get_peers(char *buffer, const struct kernel_param *param)
{
	int ret;

	mutex_lock(&vsock_argo_roster_lock);
	ret = sysfs_emit(buffer, "%s\n", vsock_argo_named ?:
			 vsock_argo_all() ? "all" : "0");
	mutex_unlock(&vsock_argo_roster_lock);
	return ret;
}

static void vsock_argo_free_peers(void *arg)
{
	kfree(vsock_argo_named);
	vsock_argo_named = NULL;
}

static const struct kernel_param_ops vsock_argo_peers_ops = {
	.set = vsock_argo_set_peers,
	.get = vsock_argo_get_peers,
	.free = vsock_argo_free_peers,
};

module_param_cb(peers, &vsock_argo_peers_ops, NULL, 0644);
MODULE_PARM_DESC(peers, "domains to talk to: numbers and ranges such as 0,3-7, or all");
