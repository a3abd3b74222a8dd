/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGONET_XEN_PAIRS_H
#define ARGONET_XEN_PAIRS_H

#include "conf.h"
#include "node.h"

/*
 * What dom0 has to write so that xenstore holds a pair of halves for each entry of
 * the configuration whose two domains run: state in, actions out, no side effects.
 */

/**
 * struct domain - a domain that runs
 * @domid: its number
 * @name: what the toolstack calls it, or "" if it does not
 * @uuid: the same
 */
struct domain {
	uint32_t domid;
	char name[NAME_SIZE];
	char uuid[UUID_SIZE];
};

/**
 * struct half - a directory that is in xenstore
 * @owner: the domain below whose path it is
 * @lives: that domain runs
 * @valid: all of @node was read; else only its path
 * @node: what it holds
 */
struct half {
	uint32_t owner;
	bool lives;
	bool valid;
	struct node node;
};

enum pair_act {
	PAIR_WRITE,	/* both halves of .entry, for .front and .back */
	PAIR_OFFLINE,	/* tell the owner of .half that nobody is at the other end */
	PAIR_REMOVE,	/* remove .half */
	PAIR_REFUSE,	/* say .why about .entry */
};

struct pair_action {
	enum pair_act act;
	const struct entry *entry;
	const struct domain *front;
	const struct domain *back;
	const struct half *half;
	const char *why;
};

/**
 * struct pair_state - everything that the plan depends on
 * @entries: the configuration
 * @entry_count: number of @entries
 * @keep: the configuration has errors, so that what is not in it may belong there
 * @domains: all that run
 * @domain_count: number of @domains
 * @halves: all that are there
 * @half_count: number of @halves
 */
struct pair_state {
	const struct entry *entries;
	unsigned int entry_count;
	bool keep;
	const struct domain *domains;
	unsigned int domain_count;
	const struct half *halves;
	unsigned int half_count;
};

/* Room for any plan */
static inline unsigned int pairs_most(const struct pair_state *state)
{
	return state->entry_count + state->half_count;
}

unsigned int pairs_plan(const struct pair_state *state, struct pair_action *actions);
const char *pairs_find(const struct pair_state *state, const char *who,
		       const struct domain **found);

#endif /* ARGONET_XEN_PAIRS_H */
