/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _PLATFORM_MODEL_H
#define _PLATFORM_MODEL_H

/*
 * xenstore, domains with few numbers, what the driver knows about its peers, and the
 * daemons' actions carried out on all of that.
 */
#include <check.h>
#include <stdio.h>

#include "unit.h"
#include "links.h"
#include "pairs.h"
#include "linux/argonet.h"

#define SLOTS	4	/* dom0, a network VM, two guests */
#define NUMBERS	5	/* that domains have; so few that they meet soon */
#define MANY	32

struct its_link {
	struct link l;
	u32 life;	/* of the peer that it was bound to; the driver does not know */
};

struct slot {
	bool runs;
	u32 life;	/* another one each time it starts */
	struct domain d;
	u32 links;
	struct its_link link[MANY];
};

static struct world {
	struct rnd rnd;
	u32 lives;
	u32 generations;
	u32 index;
	struct slot slot[SLOTS];
	u32 halves;
	struct half half[MANY];
	struct entry entry[2];
} w;

static struct slot *by_number(u32 domid)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		if (w.slot[i].runs && w.slot[i].d.domid == domid)
			return &w.slot[i];
	return NULL;
}

static void drop_half(u32 i)
{
	w.half[i] = w.half[--w.halves];
}

static void start(int i)
{
	struct slot *s = &w.slot[i];
	u32 domid = i ? 1 + rnd_below(&w.rnd, NUMBERS) : 0;

	if (s->runs || by_number(domid))
		return;
	s->runs = true;
	s->life = ++w.lives;
	s->links = 0;
	s->d.domid = domid;
	snprintf(s->d.name, sizeof(s->d.name), "g%d", i);
	snprintf(s->d.uuid, sizeof(s->d.uuid), "%08x", s->life);
}

/* The toolstack removes all of its directory, others keep what they have. */
static void end(int i)
{
	struct slot *s = &w.slot[i];
	u32 j = 0;

	if (!s->runs || !i)
		return;
	s->runs = false;
	while (j < w.halves) {
		if (w.half[j].owner == s->d.domid)
			drop_half(j);
		else
			j++;
	}
}

/* The driver looks after its peers. */
static void notice(struct slot *s)
{
	u32 i;

	for (i = 0; i < s->links; i++) {
		struct slot *peer = by_number(s->link[i].l.peer);

		if (!peer || peer->life != s->link[i].life)
			s->link[i].l.state = ARGONET_STATE_GONE;
	}
}

static struct half *half_of(u32 owner, const char *path)
{
	u32 i;

	for (i = 0; i < w.halves; i++)
		if (w.half[i].owner == owner && !strcmp(w.half[i].node.path, path))
			return &w.half[i];
	return NULL;
}

static void put_half(u32 owner, const char *path, u32 peer, const struct entry *e,
		     const char *name)
{
	struct half *h = half_of(owner, path);

	if (!h)
		h = &w.half[w.halves++];
	ck_assert_int_lt(w.halves, MANY);
	memset(h, 0, sizeof(*h));
	h->owner = owner;
	h->valid = true;
	ck_assert(node_path(&h->node, path));
	h->node.peer = peer;
	snprintf(h->node.generation, GENERATION_SIZE, "%016x", w.generations);
	memcpy(h->node.mac, e->mac, MAC_LEN);
	h->node.port = e->port;
	h->node.state = STATE_INITIALISING;
	h->node.online = true;
	if (!h->node.front) {
		text_copy(h->node.bridge, sizeof(h->node.bridge), e->bridge);
		text_copy(h->node.domain, sizeof(h->node.domain), name);
	}
}

static bool same_domain(const struct domain *d)
{
	struct slot *s = by_number(d->domid);

	return s && !strcmp(s->d.uuid, d->uuid);
}

static void pair_act(const struct pair_action *a)
{
	struct half *h = a->half ? half_of(a->half->owner, a->half->node.path) : NULL;
	char path[PATH_SIZE];

	switch (a->act) {
	case PAIR_WRITE:
		if (!same_domain(a->front) || !same_domain(a->back))
			break;
		w.generations++;
		snprintf(path, sizeof(path), "device/argonet/%u", a->entry->handle);
		put_half(a->front->domid, path, a->back->domid, a->entry, "");
		snprintf(path, sizeof(path), "backend/argonet/%u/%u", a->front->domid,
			 a->entry->handle);
		put_half(a->back->domid, path, a->front->domid, a->entry, a->front->name);
		break;
	case PAIR_OFFLINE:
		if (h)
			h->node.online = false;
		break;
	case PAIR_REMOVE:
		if (h)
			drop_half(h - w.half);
		break;
	case PAIR_REFUSE:
		break;
	}
}

/* Something may happen between two steps of a daemon. */
static void happen(void)
{
	int i = rnd_below(&w.rnd, SLOTS);

	switch (rnd_below(&w.rnd, 12)) {
	case 0:
		end(i);
		break;
	case 1:
	case 2:
		start(i);
		break;
	case 3:
	case 4:
		if (w.slot[i].runs)
			notice(&w.slot[i]);
		break;
	case 5:
		/* the administrator: another backend */
		text_copy(w.entry[i & 1].backend, NAME_SIZE,
			  rnd_below(&w.rnd, 2) ? "g1" : "dom0");
		break;
	}
}

/* Return: whether there was anything to do */
static bool argonetd(u32 steps, bool quiet)
{
	struct domain domains[SLOTS];
	struct half halves[MANY];
	struct pair_state s = { .entries = w.entry, .entry_count = 2, .domains = domains,
				.halves = halves, .half_count = w.halves };
	struct pair_action actions[2 + MANY];
	u32 i, n;

	for (i = 0; i < SLOTS; i++)
		if (w.slot[i].runs)
			domains[s.domain_count++] = w.slot[i].d;
	memcpy(halves, w.half, sizeof(halves));
	for (i = 0; i < w.halves; i++)
		halves[i].lives = by_number(halves[i].owner);
	n = pairs_plan(&s, actions);
	for (i = 0; i < n && i < steps; i++) {
		pair_act(&actions[i]);
		if (!quiet)
			happen();
	}
	return n;
}

static struct its_link *link_of(struct slot *s, const struct link *l)
{
	u32 i;

	for (i = 0; l && i < s->links; i++)
		if (s->link[i].l.ifindex == l->ifindex)
			return &s->link[i];
	return NULL;
}

static void bind_to(struct its_link *i, u32 peer)
{
	struct slot *s = by_number(peer);

	i->l.bound = true;
	i->l.peer = peer;
	i->l.state = ARGONET_STATE_CONNECTING;
	i->life = s ? s->life : 0;
}

static void link_act(struct slot *s, const struct link_action *a, bool backend)
{
	struct half *h = a->node ? half_of(s->d.domid, a->node->path) : NULL;
	struct its_link *i = link_of(s, a->link);

	switch (a->act) {
	case LINK_CREATE:
		i = &s->link[s->links++];
		ck_assert_int_lt(s->links, MANY);
		memset(i, 0, sizeof(*i));
		i->l.ifindex = ++w.index;
		text_copy(i->l.name, sizeof(i->l.name), a->name);
		i->l.group = LINK_NEW(backend);
		bind_to(i, a->node->peer);
		/* The daemon may end before it comes to the next thing. */
		if (rnd_one_in(&w.rnd, 4))
			break;
		links_alias(i->l.alias, a->node, backend);
		i->l.group = 0;
		break;
	case LINK_REBIND:
		bind_to(i, a->node->peer);
		if (!rnd_one_in(&w.rnd, 4))
			links_alias(i->l.alias, a->node, false);
		break;
	case LINK_ONLINE:
		links_alias(i->l.alias, a->node, false);
		break;
	case LINK_STATE:
		if (h)
			h->node.state = a->state;
		break;
	case LINK_DELETE:
		if (i)
			*i = s->link[--s->links];
		break;
	case LINK_REFUSE:
		break;
	}
}

static bool follow(struct slot *s, bool backend, u32 steps)
{
	struct link_role role = { .backend = backend, .prefix = "argo" };
	struct link_action actions[2 * MANY];
	struct link links[MANY];
	struct node nodes[MANY];
	u32 i, n, count = 0;

	for (i = 0; i < w.halves; i++)
		if (w.half[i].owner == s->d.domid && w.half[i].node.front != backend)
			nodes[count++] = w.half[i].node;
	for (i = 0; i < s->links; i++)
		links[i] = s->link[i].l;
	n = links_plan(&role, nodes, count, links, s->links, actions);
	ck_assert_int_le(n, LINK_ACTIONS(count, s->links));
	for (i = 0; i < n && i < steps; i++)
		link_act(s, &actions[i], backend);
	return n;
}

#endif /* _PLATFORM_MODEL_H */
