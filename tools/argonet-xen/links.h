/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGONET_XEN_LINKS_H
#define ARGONET_XEN_LINKS_H

#include "node.h"

/*
 * What has to be done so that the interfaces of a domain are those that xenstore
 * asks for: state in, actions out, no side effects.
 */
#define ALIAS_SIZE	256

/**
 * struct link - an interface of kind argonet
 * @ifindex: its number
 * @name: its name
 * @mac: its address
 * @alias: the tools note here what they made it for: the path of the node, its
 *	generation, and "new" until everything about it was done. So whoever is
 *	started anew knows what the one before had come to.
 * @bound: it has a peer
 * @peer: domid
 * @port: Argo port of the first queue
 * @queues: how many
 * @state: enum argonet_state
 * @group: LINK_NEW of the role until it has an alias
 */
struct link {
	int ifindex;
	char name[IFNAMSIZ];
	uint8_t mac[MAC_LEN];
	char alias[ALIAS_SIZE];
	bool bound;
	uint32_t peer;
	uint32_t port;
	uint32_t queues;
	uint32_t state;
	uint32_t group;
};

/*
 * An interface cannot be made with an alias. If a daemon ends before it gave one, the
 * group says whose the interface is. Odd enough for nobody to use it otherwise
 */
#define LINK_NEW(backend)	(0x6172676eU + (backend))

enum link_act {
	LINK_CREATE,	/* make the interface of .node, called .name */
	LINK_REBIND,	/* name the peer of .link anew, as .node says */
	LINK_ONLINE,	/* .link is new: have the script or the bridge take it */
	LINK_STATE,	/* write .state to .node */
	LINK_DELETE,	/* remove .link; .node may be NULL */
	LINK_REFUSE,	/* say .why */
};

struct link_action {
	enum link_act act;
	const struct node *node;
	const struct link *link;
	char name[IFNAMSIZ];
	uint32_t state;
	const char *why;
};

/**
 * struct link_role - which of the two daemons this is
 * @backend: it makes the ports of guests; else it is a guest
 * @prefix: names begin with it
 * @keep: remove nothing that has no node. The domain was moved, and dom0 has not
 *	written the nodes of the new one yet.
 */
struct link_role {
	bool backend;
	const char *prefix;
	bool keep;
};

/* Room for any plan: for each node one action, for each link another. */
#define LINK_ACTIONS(nodes, links) ((nodes) + (links))

unsigned int links_plan(const struct link_role *role, const struct node *nodes,
			unsigned int node_count, const struct link *links,
			unsigned int link_count, struct link_action *actions);
void links_alias(char alias[ALIAS_SIZE], const struct node *node, bool is_new);

#endif /* ARGONET_XEN_LINKS_H */
