// SPDX-License-Identifier: GPL-2.0-only
/*
 * Have the interfaces that xenstore asks this domain for: links_plan(), carried out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/argonet.h>

#include "follow.h"
#include "loop.h"
#include "say.h"
#include "script.h"
#include "store.h"

#define STEPS		16	/* more than any device needs in one pass */
#define SECOND		(1000 * 1000ULL)
#define MOVED_WAIT	60	/* seconds in which dom0 should have written the nodes */

/* Every port of a bridge, so that the bridge's own address does not change with them */
static const uint8_t port_mac[MAC_LEN] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff };

static struct follow {
	struct link_role role;
	const char *scripts;
	uint32_t domid;
	bool knows_domid;
	time_t moved;
	/* Scripts of nodes that may be gone when their interface goes */
	struct store_nodes last;
} follow;

static int failed(const struct link_action *a, const char *what, int ret)
{
	say_once("%s: %s: %s", a->link ? a->link->name : a->name, what, strerror(-ret));
	return ret;
}

static int set_alias(struct loop *l, const struct link_action *a, int ifindex)
{
	bool created = a->act == LINK_CREATE;
	char alias[ALIAS_SIZE];
	int ret;

	links_alias(alias, a->node, created && follow.role.backend);
	ret = rtnl_alias(&l->rtnl, ifindex, alias, created);
	return ret ? failed(a, "alias", ret) : 0;
}

static int create(struct loop *l, const struct link_action *a)
{
	const uint8_t *mac = follow.role.backend ? port_mac : a->node->mac;
	int ret = rtnl_create(&l->rtnl, a->node, a->name, mac,
			      LINK_NEW(follow.role.backend));

	if (ret)
		return failed(a, "cannot be made", ret);
	say(LOG_INFO, "%s: made for domain %u%s%s", a->name, a->node->peer,
	    a->node->domain[0] ? ", " : "", a->node->domain);
	return set_alias(l, a, if_nametoindex(a->name));
}

static int set_mac(struct loop *l, const struct link_action *a)
{
	int ret = 0;

	if (memcmp(a->link->mac, a->node->mac, MAC_LEN))
		ret = rtnl_mac(&l->rtnl, a->link->ifindex, a->node->mac);
	return ret ? failed(a, "address", ret) : 0;
}

/*
 * Naming the peer that the link has already changes nothing, unless the driver has
 * noticed that its domain is gone. It may not have yet. Nobody is at the other end
 * of the port in between.
 */
static int rebind(struct loop *l, const struct link_action *a)
{
	const struct node *n = a->node;
	int ifindex = a->link->ifindex, ret;

	if (a->link->bound && a->link->peer == n->peer &&
	    a->link->state != ARGONET_STATE_GONE) {
		ret = rtnl_peer(&l->rtnl, ifindex, n->peer, n->port,
				n->port ^ ARGONET_MAX_QUEUES);
		if (ret)
			return failed(a, "peer", ret);
	}
	ret = rtnl_peer(&l->rtnl, ifindex, n->peer, n->port, n->port);
	if (ret)
		return failed(a, "peer", ret);
	ret = set_mac(l, a);
	if (ret)
		return ret;
	say(LOG_INFO, "%s: now to domain %u", a->link->name, n->peer);
	return set_alias(l, a, ifindex);
}

static int online(struct loop *l, const struct link_action *a)
{
	const struct node *n = a->node;
	int ret;

	if (n->script[0]) {
		ret = script_run(follow.scripts, n->script, "online", a->link->name, n->path);
		if (ret)
			return ret;
	} else {
		ret = n->bridge[0] ? rtnl_master(&l->rtnl, a->link->ifindex, n->bridge) : 0;
		if (ret)
			return failed(a, n->bridge, ret);
		ret = rtnl_up(&l->rtnl, a->link->ifindex);
		if (ret)
			return failed(a, "up", ret);
	}
	return set_alias(l, a, a->link->ifindex);
}

/* The script of an interface, also of one whose node is gone */
static const struct node *remembered(const struct link_action *a)
{
	unsigned int i;
	size_t len;

	for (i = 0; i < follow.last.count; i++) {
		len = strlen(follow.last.node[i].path);
		if (!strncmp(a->link->alias, follow.last.node[i].path, len) &&
		    a->link->alias[len] == ' ')
			return &follow.last.node[i];
	}
	return a->node;
}

static int delete(struct loop *l, const struct link_action *a)
{
	const struct node *n = remembered(a);
	int ret;

	/* Whatever it says, the interface goes. */
	if (follow.role.backend && n && n->script[0])
		script_run(follow.scripts, n->script, "offline", a->link->name, n->path);
	ret = rtnl_delete(&l->rtnl, a->link->ifindex);
	if (ret && ret != -ENODEV)
		return failed(a, "cannot be removed", ret);
	say(LOG_INFO, "%s: removed, it was for domain %u", a->link->name, a->link->peer);
	return 0;
}

static int set_state(struct loop *l, const struct link_action *a)
{
	int ret = store_state(l->xs, a->node, a->state);

	/* It was removed just now, of which there will be an event. */
	if (ret == -ENOENT)
		return 0;
	if (ret)
		say_once("xenstore: %s/state: %s", a->node->path, strerror(-ret));
	return ret;
}

static int act(struct loop *l, const struct link_action *a)
{
	switch (a->act) {
	case LINK_CREATE:
		return create(l, a);
	case LINK_REBIND:
		return rebind(l, a);
	case LINK_ONLINE:
		return online(l, a);
	case LINK_STATE:
		return set_state(l, a);
	case LINK_DELETE:
		return delete(l, a);
	case LINK_REFUSE:
		say_once("%s: %s", a->name, a->why);
		return -EEXIST;
	}
	return 0;
}

/*
 * After the domain was moved its nodes are gone until dom0 of the new host has
 * written them anew. The interfaces, with their addresses, stay.
 */
static bool was_moved(struct loop *l)
{
	uint32_t domid;

	if (!store_domid(l->xs, &domid)) {
		if (follow.knows_domid && domid != follow.domid) {
			follow.moved = time(NULL);
			say(LOG_INFO, "this domain was %u and is %u", follow.domid, domid);
		}
		follow.domid = domid;
		follow.knows_domid = true;
	}
	return follow.moved && time(NULL) - follow.moved < MOVED_WAIT;
}

/* Return: how many steps there were, or an error of one of them */
static int step(struct loop *l)
{
	struct store_nodes nodes = { NULL };
	struct rtnl_links links = { NULL };
	struct link_role role = follow.role;
	struct link_action *actions = NULL;
	unsigned int i, n;
	int ret, error = 0;

	role.keep = was_moved(l);
	ret = rtnl_links(&l->rtnl, &links);
	if (!ret)
		ret = store_nodes(l->xs, role.backend, &nodes);
	if (ret) {
		say_once("cannot look: %s", strerror(-ret));
		goto out;
	}
	/* What could not be read must not be taken for what is gone. */
	role.keep |= nodes.refused;
	actions = calloc(LINK_ACTIONS(nodes.count, links.count) + 1, sizeof(*actions));
	ret = -ENOMEM;
	if (!actions)
		goto out;
	n = links_plan(&role, nodes.node, nodes.count, links.link, links.count, actions);
	for (i = 0; i < n; i++) {
		ret = act(l, &actions[i]);
		if (ret)
			error = ret;
	}
	snprintf(l->status, sizeof(l->status), "%u devices, %u links", nodes.count, links.count);
	ret = error ? error : (int)n;
	free(follow.last.node);
	follow.last = nodes;
	nodes.node = NULL;
out:
	free(actions);
	free(nodes.node);
	free(links.link);
	return ret;
}

static int pass(struct loop *l)
{
	int i, ret = 0;

	for (i = 0; i < STEPS; i++) {
		ret = step(l);
		if (ret <= 0)
			break;
	}
	return ret;
}

/**
 * follow_run() - until SIGTERM; the interfaces stay then
 * @role: guest or backend
 * @scripts: folder of scripts
 *
 * Return: what main() is to return
 */
int follow_run(struct link_role role, const char *scripts)
{
	const char * const watches[] = {
		role.backend ? "backend/argonet" : "device/argonet", NULL
	};
	struct loop l = {
		.pass = pass, .watches = watches, .period = 30 * SECOND, .use_rtnl = true,
	};

	follow.role = role;
	follow.scripts = scripts;
	return loop_run(&l);
}
