// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <strings.h>

#include "pairs.h"

static bool is_called(const struct domain *d, const char *who)
{
	if (!strcmp(who, "dom0"))
		return !d->domid;
	return !strcmp(d->name, who) || !strcasecmp(d->uuid, who);
}

/**
 * pairs_find() - the domain of a name or UUID
 * @state: its domains
 * @who: as the configuration has it; "dom0" is known, too
 * @found: set to the domain, or NULL if it does not run
 *
 * Return: NULL, or what is wrong
 */
const char *pairs_find(const struct pair_state *state, const char *who,
		       const struct domain **found)
{
	unsigned int i;

	*found = NULL;
	for (i = 0; i < state->domain_count; i++) {
		if (!is_called(&state->domains[i], who))
			continue;
		if (*found) {
			*found = NULL;
			return "two domains have that name";
		}
		*found = &state->domains[i];
	}
	return NULL;
}

static const struct half *find_half(const struct pair_state *s, bool front, uint32_t owner,
				    uint32_t peer, uint32_t handle)
{
	unsigned int i;

	for (i = 0; i < s->half_count; i++) {
		const struct half *h = &s->halves[i];

		if (h->owner == owner && h->node.front == front &&
		    h->node.handle == handle && (front || h->node.peer == peer))
			return h;
	}
	return NULL;
}

static bool same_values(const struct node *n, const struct entry *e)
{
	return !memcmp(n->mac, e->mac, MAC_LEN) && n->mtu == e->mtu &&
	       n->port == e->port && n->queues == e->queues;
}

/*
 * Are both halves as @e wants them, and written together? A domain's halves vanish
 * with it. So if one of them is missing, its domain is not the one for which they
 * were written, be its number the same.
 */
static bool is_written(const struct pair_state *s, const struct entry *e,
		       const struct domain *f, const struct domain *b)
{
	const struct half *front = find_half(s, true, f->domid, 0, e->handle);
	const struct half *back = find_half(s, false, b->domid, f->domid, e->handle);

	return front && back && front->valid && back->valid &&
	       front->node.peer == b->domid &&
	       front->node.online && back->node.online &&
	       !strcmp(front->node.generation, back->node.generation) &&
	       same_values(&front->node, e) && same_values(&back->node, e) &&
	       !strcmp(back->node.bridge, e->bridge) &&
	       !strcmp(back->node.script, e->script) &&
	       !strcmp(back->node.domain, f->name);
}

#define NOBODY	UINT32_MAX

/* The halves of an entry whose guest runs */
struct wanted {
	uint32_t front;
	uint32_t back;		/* NOBODY if the backend does not */
	uint32_t handle;
};

static const char *plan_entry(const struct pair_state *s, const struct entry *e,
			      const struct domain **f, const struct domain **b)
{
	const char *why = pairs_find(s, e->guest, f);

	if (!why)
		why = pairs_find(s, e->backend, b);
	if (why || !*f || !*b)
		return why;
	return *f == *b ? "guest and backend are the same domain" : NULL;
}

static bool has_front(const struct wanted *w, unsigned int count, uint32_t front,
		      uint32_t handle)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (w[i].front == front && w[i].handle == handle)
			return true;
	return false;
}

static const struct wanted *find_wanted(const struct wanted *w, unsigned int count,
					const struct half *h)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (w[i].handle != h->node.handle)
			continue;
		if (h->node.front ? w[i].front == h->owner :
		    w[i].back == h->owner && w[i].front == h->node.peer)
			return &w[i];
	}
	return NULL;
}

/* A half that is there; @w is what wants it, or NULL. */
static bool plan_half(const struct half *h, const struct wanted *w, struct pair_action *a)
{
	memset(a, 0, sizeof(*a));
	a->half = h;
	a->act = PAIR_OFFLINE;
	/*
	 * A guest keeps its interface while its backend is away, but must not take
	 * another domain for it which has the number meanwhile.
	 */
	if (w)
		return w->back == NOBODY && h->valid && h->node.online;
	a->act = PAIR_REMOVE;
	/*
	 * Of a backend's half its owner has to hear, or its script cannot be told the
	 * end of what it began.
	 */
	if (h->lives && !h->node.front && h->valid &&
	    h->node.state != STATE_CLOSED && h->node.state != STATE_INITIALISING) {
		a->act = PAIR_OFFLINE;
		return h->node.online;
	}
	return true;
}

/**
 * pairs_plan() - what has to be written, removed and said
 * @s: all there is
 * @actions: room for pairs_most()
 *
 * Return: number of @actions
 */
unsigned int pairs_plan(const struct pair_state *s, struct pair_action *actions)
{
	struct wanted wanted[s->entry_count + 1];
	unsigned int i, n = 0, count = 0;

	for (i = 0; i < s->entry_count; i++) {
		const struct entry *e = &s->entries[i];
		struct pair_action *a = &actions[n];

		memset(a, 0, sizeof(*a));
		a->entry = e;
		a->why = plan_entry(s, e, &a->front, &a->back);
		if (!a->why && !a->front)
			continue;
		if (a->front && has_front(wanted, count, a->front->domid, e->handle)) {
			a->why = "another entry is about the same interface";
			a->front = NULL;
		}
		if (a->front)
			wanted[count++] = (struct wanted) {
				a->front->domid, a->why || !a->back ? NOBODY : a->back->domid,
				e->handle
			};
		if (a->why) {
			a->act = PAIR_REFUSE;
			n++;
			continue;
		}
		a->act = PAIR_WRITE;
		if (a->back && !is_written(s, e, a->front, a->back))
			n++;
	}
	for (i = 0; i < s->half_count; i++) {
		const struct half *h = &s->halves[i];
		const struct wanted *w = find_wanted(wanted, count, h);

		/* What is left of a domain that is gone is nobody's in any case. */
		if (!w && s->keep && h->lives && h->node.front)
			continue;
		if (!w && s->keep && !h->node.front && h->lives &&
		    find_half(s, true, h->node.peer, 0, h->node.handle))
			continue;
		n += plan_half(h, w, &actions[n]);
	}
	return n;
}
