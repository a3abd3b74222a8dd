/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGONET_XEN_RTNL_H
#define ARGONET_XEN_RTNL_H

#include "links.h"

struct mnl_socket;

/* Interfaces, by rtnetlink. All functions return 0 or a negative error. */
struct rtnl {
	struct mnl_socket *requests;
	struct mnl_socket *events;
	unsigned int seq;
};

struct rtnl_links {
	struct link *link;
	unsigned int count;
};

int rtnl_open(struct rtnl *r);
void rtnl_close(struct rtnl *r);
int rtnl_event_fd(const struct rtnl *r);
int rtnl_drain(struct rtnl *r);
int rtnl_links(struct rtnl *r, struct rtnl_links *links);

int rtnl_create(struct rtnl *r, const struct node *node, const char *name,
		const uint8_t mac[MAC_LEN], uint32_t group);
int rtnl_alias(struct rtnl *r, int ifindex, const char *alias, bool is_new);
int rtnl_mac(struct rtnl *r, int ifindex, const uint8_t mac[MAC_LEN]);
int rtnl_peer(struct rtnl *r, int ifindex, uint32_t peer, uint32_t port,
	      uint32_t peer_port);
int rtnl_master(struct rtnl *r, int ifindex, const char *bridge);
int rtnl_up(struct rtnl *r, int ifindex);
int rtnl_delete(struct rtnl *r, int ifindex);

#endif /* ARGONET_XEN_RTNL_H */
