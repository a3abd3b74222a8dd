// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include <linux/argonet.h>

#include "links.h"

void links_alias(char alias[ALIAS_SIZE], const struct node *node, bool is_new)
{
	snprintf(alias, ALIAS_SIZE, "%s %s%s", node->path, node->generation,
		 is_new ? " new" : "");
}

/* Was this interface made for the node at @path? */
static bool made_for(const struct link *link, const char *path)
{
	size_t len = strlen(path);

	return !strncmp(link->alias, path, len) && link->alias[len] == ' ';
}

static bool same_generation(const struct link *link, const struct node *node)
{
	char want[ALIAS_SIZE];

	links_alias(want, node, false);
	/* with or without the word behind it */
	return !strncmp(link->alias, want, strlen(want));
}

static bool is_new(const struct link *link)
{
	size_t len = strlen(link->alias);

	return len > 4 && !strcmp(link->alias + len - 4, " new");
}

static const struct link *find(const struct link *links, unsigned int count,
			       const struct node *node)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (made_for(&links[i], node->path))
			return &links[i];
	return NULL;
}

static const struct link *named(const struct link *links, unsigned int count,
				const char *name)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (!strcmp(links[i].name, name))
			return &links[i];
	return NULL;
}

static bool plan_missing(const struct link_role *role, const struct node *node,
			 const struct link *links, unsigned int count,
			 struct link_action *a)
{
	int len;

	if (role->backend)
		len = snprintf(a->name, sizeof(a->name), "%s%u.%u", role->prefix,
			       node->peer, node->handle);
	else
		len = snprintf(a->name, sizeof(a->name), "%s%u", role->prefix, node->handle);
	if (len >= IFNAMSIZ) {
		a->act = LINK_REFUSE;
		a->why = "the name of its interface would be too long";
	} else if (!named(links, count, a->name)) {
		a->act = LINK_CREATE;
	} else {
		a->act = LINK_REFUSE;
		a->why = "somebody else made an interface of that name";
	}
	return true;
}

static bool plan_state(const struct node *node, uint32_t state, struct link_action *a)
{
	a->act = LINK_STATE;
	a->state = state;
	return node->state != state;
}

static bool plan_guest(const struct node *node, const struct link *link,
		       struct link_action *a)
{
	/*
	 * While there is no backend the interface stays as it is: its number may be a
	 * stranger's by now.
	 */
	if (!node->online)
		return false;
	if (!same_generation(link, node)) {
		/* Nobody can change how many there are. */
		a->act = node->queues && node->queues != link->queues ?
			LINK_DELETE : LINK_REBIND;
		return true;
	}
	/*
	 * ARGONET_STATE_GONE is no reason to act: whether the number is that of the
	 * same domain again, only dom0 can say, with a new generation.
	 */
	return plan_state(node, STATE_CONNECTED, a);
}

static bool plan_backend(const struct node *node, const struct link *link,
			 struct link_action *a)
{
	a->act = LINK_DELETE;
	if (!node->online || node->state == STATE_CLOSED || !same_generation(link, node))
		return true;
	/*
	 * The guest's domain does not exist any more. Dom0 may not have noticed, so
	 * write down first that there shall be no other interface for this node.
	 */
	if (link->state == ARGONET_STATE_GONE)
		return plan_state(node, STATE_CLOSED, a);
	if (is_new(link)) {
		a->act = LINK_ONLINE;
		return true;
	}
	return plan_state(node, STATE_CONNECTED, a);
}

static bool plan_node(const struct link_role *role, const struct node *node,
		      const struct link *links, unsigned int count, struct link_action *a)
{
	memset(a, 0, sizeof(*a));
	a->node = node;
	a->link = find(links, count, node);
	if (a->link)
		return role->backend ? plan_backend(node, a->link, a) :
				       plan_guest(node, a->link, a);
	if (role->backend && node->state == STATE_CLOSED)
		return false;
	if (!node->online)
		return role->backend && plan_state(node, STATE_CLOSED, a);
	return plan_missing(role, node, links, count, a);
}

/**
 * links_plan() - one step for each node and each interface
 * @role: which daemon this is
 * @nodes: what xenstore asks for
 * @node_count: number of @nodes
 * @links: all interfaces of kind argonet
 * @link_count: number of @links
 * @actions: room for LINK_ACTIONS()
 *
 * After they were carried out, look at everything again: one step may make another
 * one necessary. Interfaces whose alias is not of the role's are never touched.
 *
 * Return: number of @actions; 0 if all is as it should be
 */
unsigned int links_plan(const struct link_role *role, const struct node *nodes,
			unsigned int node_count, const struct link *links,
			unsigned int link_count, struct link_action *actions)
{
	const char *class = role->backend ? "backend/argonet/" : "device/argonet/";
	unsigned int i, j, n = 0;

	for (i = 0; i < node_count; i++)
		n += plan_node(role, &nodes[i], links, link_count, &actions[n]);
	for (i = 0; i < link_count; i++) {
		bool half_made = !links[i].alias[0] &&
				 links[i].group == LINK_NEW(role->backend);

		if (!half_made &&
		    (role->keep || strncmp(links[i].alias, class, strlen(class))))
			continue;
		for (j = 0; j < node_count && !made_for(&links[i], nodes[j].path); j++)
			;
		if (j < node_count)
			continue;
		memset(&actions[n], 0, sizeof(actions[n]));
		actions[n].act = LINK_DELETE;
		actions[n++].link = &links[i];
	}
	return n;
}
