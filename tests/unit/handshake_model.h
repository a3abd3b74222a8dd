/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two handshakes joined by queues that keep their order but may be emptied
 * when an end starts over. Each end behaves as the driver does: it sends a
 * HELLO when told to reply and whenever its timer runs while it is not up. One
 * that is up but cannot send asks for a sign of life: it leaves UP out until
 * it hears from the other.
 */
#ifndef _HANDSHAKE_MODEL_H
#define _HANDSHAKE_MODEL_H

#include <linux/argonet.h>

#include "unit.h"
#include "handshake.h"

#define ALL	0x7f
#define QUEUE	24

struct wire {
	bool is_bye;
	union {
		struct argonet_hello hello;
		struct argonet_bye bye;
	};
};

struct end {
	struct argonet_handshake hs;
	bool link;		/* what the driver was told */
	bool stalled;
	u32 queued;
	struct wire queue[QUEUE];	/* towards this end */
};

struct pair {
	u64 sessions;
	u32 sent;
	struct end end[2];
};

static const struct argonet_params own[2] = {
	{ 1, ALL, 1522, 65536, 4, 1 << 20 },
	{ 1, ARGONET_F_TSO4, ARGONET_MAX_BIG_FRAME, 1 << 20, 1, 1 << 16 },
};

/* What padding holds is nobody's business. */
static inline bool same_params(const struct argonet_params *a,
			       const struct argonet_params *b)
{
	return a->version == b->version && a->features == b->features &&
	       a->max_frame == b->max_frame && a->max_message == b->max_message &&
	       a->queues == b->queues && a->ring_size == b->ring_size;
}

static inline bool same_state(const struct argonet_handshake *a,
			      const struct argonet_handshake *b)
{
	return a->session == b->session && a->peer_session == b->peer_session &&
	       a->acked == b->acked && same_params(&a->peer, &b->peer);
}

static inline void pair_copy(struct pair *to, const struct pair *from)
{
	int i;

	memcpy(to, from, offsetof(struct pair, end));
	for (i = 0; i < 2; i++)
		memcpy(&to->end[i], &from->end[i],
		       offsetof(struct end, queue[from->end[i].queued]));
}

static inline struct wire *pair_queue(struct pair *p, int to)
{
	struct end *e = &p->end[to];

	expect(e->queued < QUEUE, "%u messages sent", p->sent);
	p->sent++;
	return &e->queue[e->queued++];
}

static inline void send_hello(struct pair *p, int from)
{
	struct end *e = &p->end[from];
	struct wire *m = pair_queue(p, !from);
	bool up = argonet_handshake_up(&e->hs) && !e->stalled;

	m->is_bye = false;
	argonet_handshake_fill(&e->hs, &own[from], up, &m->hello);
}

static inline void send_bye(struct pair *p, int from)
{
	struct wire *m = pair_queue(p, !from);

	m->is_bye = true;
	m->bye = (struct argonet_bye) {
		.session = cpu_to_le64(p->end[from].hs.session),
	};
}

/* What the flags say has to fit the state before and after. */
static inline void check_todo(struct end *e, bool was_up, int todo)
{
	bool up = argonet_handshake_up(&e->hs);

	expect(todo >= 0 && !(todo & ~0xf), "%d", todo);
	expect(e->link == was_up, "link %d", e->link);
	if (todo & ARGONET_HS_DOWN) {
		expect(e->link, "down twice");
		e->link = false;
	}
	if (todo & ARGONET_HS_UP) {
		expect(!e->link, "up twice");
		e->link = true;
	}
	expect(e->link == up, "was %d, is %d, told %#x", was_up, up, todo);
}

static inline void deliver(struct pair *p, int to)
{
	struct end *e = &p->end[to];
	struct wire m = e->queue[0];
	bool was_up = argonet_handshake_up(&e->hs);
	int todo;

	e->queued--;
	memmove(e->queue, e->queue + 1, e->queued * sizeof(m));
	if (m.is_bye) {
		todo = argonet_handshake_bye(&e->hs, &m.bye, sizeof(m.bye));
		expect(!(todo & ~ARGONET_HS_DOWN), "%d", todo);
	} else {
		todo = argonet_handshake_hello(&e->hs, &m.hello, sizeof(m.hello));
	}
	check_todo(e, was_up, todo);
	if (todo & ARGONET_HS_REPLY)
		send_hello(p, to);
	if (!m.is_bye || !e->link)
		e->stalled = false;
}

static inline void start(struct pair *p, int i)
{
	argonet_handshake_start(&p->end[i].hs, ++p->sessions);
	p->end[i].link = false;
	p->end[i].stalled = false;
	expect(!argonet_handshake_up(&p->end[i].hs), "end %d", i);
}

static inline void pair_create(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	p->sessions = 1000;
	start(p, 0);
	start(p, 1);
}

enum event {
	DELIVER, TIMER, STALL, RESTART, RESTART_LOSING_INPUT, RESTART_LOSING_ALL,
	RESTART_WITH_BYE, EVENTS
};

/* False: that cannot happen now, or would be as if nothing happened. */
static inline bool happen(struct pair *p, enum event what, int i)
{
	struct end *e = &p->end[i];

	switch (what) {
	case DELIVER:
		if (!e->queued)
			return false;
		deliver(p, i);
		return true;
	case TIMER:
		if (e->link && !e->stalled)
			return false;
		if (p->end[!i].queued > QUEUE / 2)
			return false;
		send_hello(p, i);
		return true;
	case STALL:
		if (!e->link || e->stalled)
			return false;
		e->stalled = true;
		return true;
	case RESTART_LOSING_ALL:
		if (!p->end[!i].queued)
			return false;
		p->end[!i].queued = 0;
		fallthrough;
	case RESTART_LOSING_INPUT:
		if (!e->queued && what == RESTART_LOSING_INPUT)
			return false;
		e->queued = 0;
		fallthrough;
	case RESTART:
		start(p, i);
		return true;
	case RESTART_WITH_BYE:
		if (p->end[!i].queued > QUEUE / 2)
			return false;
		send_bye(p, i);
		e->queued = 0;
		start(p, i);
		return true;
	default:
		return false;
	}
}

static inline void check_knows_other(const struct pair *p, int i)
{
	const struct argonet_handshake *hs = &p->end[i].hs;
	const struct argonet_params *o = &own[!i];

	expect(argonet_handshake_up(hs) && p->end[i].link &&
	       hs->peer_session == p->end[!i].hs.session && hs->peer.version == 1 &&
	       hs->peer.features == (o->features & ARGONET_F_CSUM ? ALL : 0) &&
	       hs->peer.max_frame == o->max_frame &&
	       hs->peer.max_message == o->max_message &&
	       hs->peer.queues == o->queues && hs->peer.ring_size == o->ring_size,
	       "end %d", i);
}

/*
 * From here on nothing is lost. Both must be up soon and then fall silent.
 * Each message in flight may be answered, the answer be of a side that is not
 * up yet and be answered too, and so once more; not longer.
 */
static inline void check_settles(const struct pair *from)
{
	const u32 flying = from->end[0].queued + from->end[1].queued;
	static struct pair p;
	int turn = 0, timers = 0;

	pair_copy(&p, from);
	p.sent = 0;
	for (;;) {
		turn = !turn;
		if (happen(&p, DELIVER, turn) || happen(&p, DELIVER, !turn))
			expect(p.sent <= 6 + 3 * flying, "%u in flight: %u more",
			       flying, p.sent);
		else if (happen(&p, TIMER, turn) || happen(&p, TIMER, !turn))
			expect(++timers <= 2, "%u in flight", flying);
		else
			break;
	}
	check_knows_other(&p, 0);
	check_knows_other(&p, 1);
}

/* Until nothing happens any more by itself */
static inline void quiet(struct pair *p)
{
	int events = 0;

	while (happen(p, DELIVER, 1) || happen(p, DELIVER, 0) ||
	       happen(p, TIMER, 0) || happen(p, TIMER, 1))
		expect(++events < 200, "%u messages", p->sent);
}

#endif /* _HANDSHAKE_MODEL_H */
