// SPDX-License-Identifier: GPL-2.0-only
/*
 * vsock-argo's handshake: two of them, each with the ring that the other sends to,
 * in time. What the driver does about an answer of the handshake is done here, too:
 * a HELLO goes into the peer's ring if that is there, a ring that appears or goes is
 * told of within a second, and a side that is not up has its timer.
 */
#include <check.h>

#include "unit.h"
#include "../../drivers/argo/vsock/handshake.h"

static_assert(sizeof(struct vsock_argo_hello) == 64, "hello");
static_assert(offsetof(struct vsock_argo_hello, session) == 8, "hello");
static_assert(offsetof(struct vsock_argo_hello, reserved) == 32, "hello");
static_assert(sizeof(struct vsock_argo_bye) == 16, "bye");

#define QUEUE	64
#define TICK	1000	/* the query of argo-core, in ms */

struct wire {
	enum { HELLO, BYE, PACKET } kind;
	u64 session;	/* that a packet was sent in */
	union {
		struct vsock_argo_hello hello;
		struct vsock_argo_bye bye;
	};
};

struct end {
	bool open;		/* our ring is registered */
	bool up;		/* what the driver was told */
	bool sees;		/* last answer about the peer's ring */
	u32 sent_at;
	u32 hellos;
	u32 drop;		/* so many HELLOs of ours are lost from now on */
	struct vsock_argo_handshake hs;
	u32 queued;
	struct wire queue[QUEUE];
};

struct pair {
	u32 now;
	u64 sessions;
	u32 hellos;
	struct end end[2];
};

static const struct vsock_argo_params own = {
	VSOCK_ARGO_F_ALL, VSOCK_ARGO_MAX_PACKET, 1 << 19
};

static void act(struct pair *p, int i, int todo)
{
	struct end *e = &p->end[i], *o = &p->end[!i];

	expect(todo >= 0 && !(todo & ~7), "%d", todo);
	if (todo & VSOCK_ARGO_HS_DOWN) {
		expect(e->up, "down twice at %u", p->now);
		e->up = false;
	}
	if (todo & VSOCK_ARGO_HS_UP) {
		expect(!e->up, "up twice at %u", p->now);
		e->up = true;
	}
	expect(e->up == vsock_argo_hs_up(&e->hs), "told %#x at %u", todo, p->now);
	if (!(todo & VSOCK_ARGO_HS_HELLO) || !e->hs.there)
		return;
	e->sent_at = p->now;
	p->hellos++;
	e->hellos++;
	if (!o->open) {
		/* Xen refuses it. */
		e->sees = false;
		act(p, i, vsock_argo_hs_gone(&e->hs, ++p->sessions));
	} else if (e->drop) {
		e->drop--;
	} else {
		expect(o->queued < QUEUE, "%u HELLOs", p->hellos);
		o->queue[o->queued].kind = HELLO;
		vsock_argo_hs_fill(&e->hs, &own, &o->queue[o->queued++].hello);
	}
}

static void take(struct pair *p, int i)
{
	struct end *e = &p->end[i];
	struct wire m = e->queue[0];

	e->queued--;
	memmove(e->queue, e->queue + 1, e->queued * sizeof(m));
	switch (m.kind) {
	case HELLO:
		act(p, i, vsock_argo_hs_hello(&e->hs, &m.hello, sizeof(m.hello)));
		break;
	case BYE:
		act(p, i, vsock_argo_hs_bye(&e->hs, &m.bye, sizeof(m.bye), ++p->sessions));
		e->sees = false;
		break;
	default:
		/* Nothing of an earlier session is ever taken. */
		expect(!e->up || m.session == e->hs.peer_session, "at %u", p->now);
	}
}

static void packet(struct pair *p, int i)
{
	struct end *e = &p->end[i], *o = &p->end[!i];

	if (!e->up || !o->open || o->queued == QUEUE)
		return;
	o->queue[o->queued].kind = PACKET;
	o->queue[o->queued++].session = e->hs.session;
}

static void ring_open(struct pair *p, int i)
{
	struct end *e = &p->end[i];

	e->open = true;
	e->queued = 0;
	vsock_argo_hs_start(&e->hs, ++p->sessions);
	e->up = false;
	e->sees = p->end[!i].open;
	if (e->sees)
		act(p, i, vsock_argo_hs_there(&e->hs));
}

static void ring_close(struct pair *p, int i, bool bye)
{
	struct end *e = &p->end[i], *o = &p->end[!i];

	if (bye && o->open && o->queued < QUEUE) {
		o->queue[o->queued].kind = BYE;
		o->queue[o->queued++].bye = (struct vsock_argo_bye) {
			.session = cpu_to_le64(e->hs.session),
		};
	}
	e->open = false;
	e->up = false;
	e->queued = 0;
}

/* The once-a-second look at the other's ring. */
static void look(struct pair *p, int i)
{
	struct end *e = &p->end[i];
	bool there = p->end[!i].open;

	if (!e->open || e->hs.there == there)
		return;
	e->sees = there;
	act(p, i, there ? vsock_argo_hs_there(&e->hs) :
	    vsock_argo_hs_gone(&e->hs, ++p->sessions));
}

/* One millisecond, in which what is in the rings may be read. */
static void pass(struct pair *p, bool read)
{
	int i;

	p->now++;
	for (i = 0; i < 2; i++) {
		struct end *e = &p->end[i];
		u32 delay;

		if (!e->open)
			continue;
		if (p->now % TICK == 0)
			look(p, i);
		delay = vsock_argo_hs_delay(&e->hs);
		if (delay && p->now - e->sent_at >= delay)
			act(p, i, vsock_argo_hs_timer(&e->hs));
		while (read && e->queued)
			take(p, i);
	}
}

static bool both_up(const struct pair *p)
{
	const struct end *a = &p->end[0], *b = &p->end[1];

	return a->up && b->up && a->hs.peer_session == b->hs.session &&
	       b->hs.peer_session == a->hs.session;
}

/* Return: how many ms it took */
static u32 settle(struct pair *p, u32 most)
{
	u32 begin = p->now;

	while (!both_up(p)) {
		pass(p, true);
		expect(p->now - begin <= most, "not up after %u ms, %u HELLOs", most,
		       p->hellos);
	}
	return p->now - begin;
}

static void fresh(struct pair *p, u32 phase)
{
	memset(p, 0, sizeof(*p));
	p->now = phase;
	p->sessions = 1000;
}

START_TEST(either_may_come_first)
{
	struct pair p;
	int first;
	u32 lead;

	for (first = 0; first < 2; first++)
		for (lead = 0; lead < 2500; lead += 7) {
			fresh(&p, 0);
			ring_open(&p, first);
			while (p.now < lead)
				pass(&p, true);
			ring_open(&p, !first);
			/* The second sees the first one's ring at once. */
			settle(&p, 5);
			expect(p.hellos <= 4, "%u", p.hellos);
		}
}
END_TEST

/* Each opens its ring before it can see the other's. */
START_TEST(both_at_the_same_time)
{
	struct pair p;
	int i;

	fresh(&p, 0);
	for (i = 0; i < 2; i++) {
		p.end[i].open = true;
		vsock_argo_hs_start(&p.end[i].hs, ++p.sessions);
	}
	settle(&p, TICK + 5);
}
END_TEST

START_TEST(any_hello_may_be_lost)
{
	struct pair p;
	u32 a, b;
	int first;

	for (first = 0; first < 2; first++)
		for (a = 0; a < 6; a++)
			for (b = 0; b < 6; b++) {
				fresh(&p, 0);
				ring_open(&p, first);
				p.end[first].drop = a;
				p.end[!first].drop = b;
				ring_open(&p, !first);
				/* 20 + 40 + 80 + ... */
				settle(&p, 1300);
			}
}
END_TEST

START_TEST(either_may_start_over)
{
	struct pair p;
	int i, way;
	u32 away;

	for (i = 0; i < 2; i++)
		for (way = 0; way < 3; way++)
			for (away = 0; away < 1500; away += 11) {
				fresh(&p, 0);
				ring_open(&p, 0);
				ring_open(&p, 1);
				settle(&p, 5);
				packet(&p, i);
				packet(&p, !i);
				if (way < 2)
					ring_close(&p, i, way);
				while (p.now < away)
					pass(&p, true);
				packet(&p, !i);
				ring_open(&p, i);
				packet(&p, !i);
				settle(&p, TICK + 50);
			}
}
END_TEST

/* A ring that its owner does not miss yet: it learns from the other. */
START_TEST(a_side_that_is_up_answers_one_that_is_not)
{
	struct pair p;

	fresh(&p, 0);
	ring_open(&p, 0);
	ring_open(&p, 1);
	settle(&p, 5);
	act(&p, 0, vsock_argo_hs_gone(&p.end[0].hs, ++p.sessions));
	packet(&p, 1);
	expect(!p.end[0].up && p.end[1].up, "at %u", p.now);
	settle(&p, TICK + 50);
}
END_TEST

/* What is about connections that are over must not be taken for news. */
START_TEST(an_old_hello_brings_nothing_up)
{
	struct pair p;

	fresh(&p, 0);
	ring_open(&p, 0);
	ring_open(&p, 1);
	settle(&p, 5);
	p.end[0].queued = 0;
	vsock_argo_hs_fill(&p.end[1].hs, &own, &p.end[0].queue[0].hello);
	p.end[0].queue[0].kind = HELLO;
	p.end[0].queued = 1;
	packet(&p, 1);
	act(&p, 0, vsock_argo_hs_gone(&p.end[0].hs, ++p.sessions));
	take(&p, 0);
	expect(!p.end[0].up, "at %u", p.now);
	settle(&p, TICK + 50);
}
END_TEST

START_TEST(silence_once_both_are_up)
{
	struct pair p;
	u32 hellos;

	fresh(&p, 0);
	ring_open(&p, 0);
	ring_open(&p, 1);
	settle(&p, 5);
	pass(&p, true);
	hellos = p.hellos;
	while (p.now < 20000)
		pass(&p, true);
	expect(p.hellos == hellos, "%u more", p.hellos - hellos);
}
END_TEST

START_TEST(a_silent_ring_costs_one_hello_per_second)
{
	struct pair p;

	fresh(&p, 0);
	ring_open(&p, 0);
	p.end[1].open = true;
	while (p.now < 10000) {
		pass(&p, false);
		p.end[1].queued = 0;
	}
	expect(p.end[0].hellos >= 9 && p.end[0].hellos <= 17, "%u", p.end[0].hellos);
}
END_TEST

START_TEST(long_histories)
{
	struct pair p;
	struct rnd r;
	int run, step, i;

	rnd_init(&r, 77);
	for (run = 0; run < 3000; run++) {
		fresh(&p, rnd_below(&r, TICK));
		for (step = 0; step < 200; step++) {
			i = rnd_below(&r, 2);
			switch (rnd_below(&r, 12)) {
			case 0:
				if (p.end[i].open)
					ring_close(&p, i, rnd_below(&r, 2));
				break;
			case 1:
				ring_open(&p, i);
				break;
			case 2:
				p.end[i].drop = rnd_below(&r, 4);
				break;
			case 3:
			case 4:
				packet(&p, i);
				break;
			case 5:
				look(&p, i);
				break;
			case 6:
				if (p.end[i].open && p.end[i].queued)
					take(&p, i);
				break;
			default:
				pass(&p, rnd_below(&r, 2));
			}
			for (i = 0; i < 2; i++)
				if (p.end[i].queued > QUEUE / 2)
					p.end[i].queued = 0;
		}
		for (i = 0; i < 2; i++) {
			p.end[i].drop = 0;
			if (!p.end[i].open)
				ring_open(&p, i);
		}
		settle(&p, TICK + 1100);
	}
}
END_TEST

static int hello_with(struct vsock_argo_handshake *hs, u32 len,
		      const struct vsock_argo_hello *hello)
{
	return vsock_argo_hs_hello(hs, hello, len);
}

START_TEST(senseless_hellos_change_nothing)
{
	struct vsock_argo_handshake hs, before, peer;
	struct vsock_argo_hello good, bad;
	struct vsock_argo_bye bye = {};
	int i;

	vsock_argo_hs_start(&hs, 7);
	vsock_argo_hs_start(&peer, 9);
	vsock_argo_hs_fill(&peer, &own, &good);
	before = hs;

#define REFUSED(error, change) do {						\
	bad = good;								\
	change;									\
	ck_assert_int_eq(hello_with(&hs, sizeof(bad), &bad), error);		\
	expect(!memcmp(&hs, &before, sizeof(hs)), "changed by " #change);	\
} while (0)

	REFUSED(-EBADMSG, bad.session = 0);
	REFUSED(-EBADMSG, bad.session = cpu_to_le64(7));
	REFUSED(-EBADMSG, bad.flags = cpu_to_le16(2));
	REFUSED(-EBADMSG, bad.version_min = 2);
	REFUSED(-EPROTONOSUPPORT, bad.version_min = bad.version_max = 2);
	REFUSED(-EPROTONOSUPPORT, bad.version_min = bad.version_max = 0);
	REFUSED(-EMSGSIZE, bad.max_message = cpu_to_le32(VSOCK_ARGO_MAX_PACKET - 1));
	for (i = 0; i < 8; i++)
		REFUSED(-EBADMSG, bad.reserved[i] = cpu_to_le32(1));
	for (i = 0; i < (int)sizeof(good); i++)
		ck_assert_int_eq(hello_with(&hs, i, &good), -EBADMSG);
	ck_assert_int_eq(hello_with(&hs, 4096, &good), VSOCK_ARGO_HS_HELLO);
	before = hs;

	ck_assert_int_eq(vsock_argo_hs_bye(&hs, &bye, sizeof(bye), 8), -EBADMSG);
	bye.session = cpu_to_le64(10);
	ck_assert_int_eq(vsock_argo_hs_bye(&hs, &bye, sizeof(bye) - 1, 8), -EBADMSG);
	ck_assert_int_eq(vsock_argo_hs_bye(&hs, &bye, sizeof(bye), 8), 0);
	bye.reserved = 1;
	ck_assert_int_eq(vsock_argo_hs_bye(&hs, &bye, sizeof(bye), 8), -EBADMSG);
	expect(!memcmp(&hs, &before, sizeof(hs)), "changed by a BYE");
}
END_TEST

Suite *vsock_handshake_suite(void)
{
	Suite *s = suite_create("vsock-handshake");
	TCase *t = tcase_create("vsock-handshake");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, either_may_come_first);
	tcase_add_test(t, both_at_the_same_time);
	tcase_add_test(t, any_hello_may_be_lost);
	tcase_add_test(t, either_may_start_over);
	tcase_add_test(t, a_side_that_is_up_answers_one_that_is_not);
	tcase_add_test(t, an_old_hello_brings_nothing_up);
	tcase_add_test(t, silence_once_both_are_up);
	tcase_add_test(t, a_silent_ring_costs_one_hello_per_second);
	tcase_add_test(t, long_histories);
	tcase_add_test(t, senseless_hellos_change_nothing);
	suite_add_tcase(s, t);
	return s;
}
