/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGONET_XEN_STORE_H
#define ARGONET_XEN_STORE_H

#include <xenstore.h>

#include "node.h"
#include "pairs.h"

/* Nodes of one domain, and all halves: lists that grow as they are read */
struct store_nodes {
	struct node *node;
	unsigned int count;
	bool refused;	/* there were others, which are not right */
};

struct store_domains {
	struct domain *domain;
	unsigned int count;
};

struct store_halves {
	struct half *half;
	unsigned int count;
};

int store_domid(struct xs_handle *xs, uint32_t *domid);
int store_nodes(struct xs_handle *xs, bool backend, struct store_nodes *nodes);
int store_state(struct xs_handle *xs, const struct node *node, uint32_t state);
int store_domains(struct xs_handle *xs, struct store_domains *domains);
int store_halves(struct xs_handle *xs, const struct store_domains *domains,
		 struct store_halves *halves);

int store_write_pair(struct xs_handle *xs, const struct pair_action *a);
int store_offline(struct xs_handle *xs, const struct half *half);
int store_remove(struct xs_handle *xs, const struct half *half);

#endif /* ARGONET_XEN_STORE_H */
