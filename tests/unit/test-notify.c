// SPDX-License-Identifier: GPL-2.0-only
/* When the notify hypercall may be left out */
#include <check.h>

#include "notify_model.h"

static u32 any_length(struct rnd *r)
{
	static const u32 lens[] = { 48, 64, 80, 96, 112, 128, 256, 512, 1024,
				    4096 - 64, 65536 - 64 };

	return lens[rnd_below(r, ARRAY_SIZE(lens))];
}

static u32 any_max_message(struct rnd *r, u32 len)
{
	switch (rnd_below(r, 4)) {
	case 0:
		return rnd_below(r, 2 * len);
	case 1:
		return len - 32 - rnd_below(r, 17);
	default:
		return rnd_below(r, len / 2);
	}
}

/* True: it lost a sender in one of many rings */
static bool many_worlds(publish_fn publish, u32 worlds, u32 steps)
{
	bool lost = false;
	struct rnd r;
	u32 i, len;

	rnd_init(&r, 2);
	for (i = 0; i < worlds && !lost; i++) {
		len = any_length(&r);
		world_create(i, len, any_max_message(&r, len));
		lost = world_run(publish, steps);
		xen_destroy(&w.xen);
	}
	return lost;
}

START_TEST(no_sender_is_left_asleep)
{
	expect(!many_worlds(argo_cursor_publish, 2000, 1000),
	       "ring of %u bytes, largest message %u, %u sent, %u refused",
	       w.xen.len, w.c.max_message, w.sent, w.refused);
	expect(w.refused && w.notified, "the last ring was never full");
}
END_TEST

/* The rule in other words, with mistakes to choose from */
static struct {
	bool new_position_only;	/* forget what this call gives back */
	bool no_barrier;
	bool read_before_store;
	bool slot_forgotten;	/* the one that is never filled */
	bool debt_forgotten;	/* a wake-up put off is a wake-up lost */
} mistake;

static bool own_publish(struct argo_cursor *c)
{
	u32 worst = xen_slots(c->max_message) + 16 - 16 * mistake.slot_forgotten;
	u32 before = c->published, tx = READ_ONCE(c->ring->tx_ptr);
	u32 unread, used, enough;

	if (c->rx == c->published)
		return false;
	c->published = c->rx;
	/* Read all of it first, then give it back, then look at tx. */
	virt_store_release(&c->ring->rx_ptr, c->rx);
	if (!mistake.no_barrier)
		virt_mb();	/* pairs with the one in the hypervisor */
	if (!mistake.read_before_store)
		tx = READ_ONCE(c->ring->tx_ptr);
	unread = (tx + c->len - c->rx) % c->len;
	used = (c->rx + c->len - before) % c->len + unread;
	if (mistake.new_position_only)
		used = unread;

	if (used + worst > c->len)
		c->owed = true;
	enough = max(worst, c->len / 2);
	if (!c->owed)
		return false;
	if (unread && unread + enough > c->len) {
		c->owed = !mistake.debt_forgotten;
		return false;
	}
	c->owed = false;
	return true;
}

#define CAUGHT(what) do {						\
	memset(&mistake, 0, sizeof(mistake));				\
	mistake.what = true;						\
	expect(many_worlds(own_publish, 1000, 1000), "not caught: " #what); \
} while (0)

START_TEST(wrong_rules_are_caught)
{
	expect(!many_worlds(own_publish, 500, 1000), "the right rule");
	CAUGHT(new_position_only);
	CAUGHT(no_barrier);
	CAUGHT(read_before_store);
	CAUGHT(slot_forgotten);
	CAUGHT(debt_forgotten);
}
END_TEST

/*
 * What was used and given back while the receiver looked counts twice. Half
 * of the room in front of the largest message is never mistaken for full.
 */
START_TEST(a_ring_with_room_needs_no_hypercall)
{
	struct rnd r;
	u32 i, len, sent = 0;

	rnd_init(&r, 3);
	for (i = 0; i < 500; i++) {
		len = any_length(&r);
		world_create(i, len, rnd_below(&r, len / 4));
		w.most = (len - xen_slots(w.largest) - 16) / 2;
		expect(!world_run(argo_cursor_publish, 1000) && !w.notified &&
		       !w.refused, "ring of %u bytes, largest message %u", len,
		       w.c.max_message);
		sent += w.sent;
		xen_destroy(&w.xen);
	}
	expect(sent > 50000, "only %u messages", sent);
}
END_TEST

/* Senders at the limit all the time: one wake-up frees a good part of a ring. */
START_TEST(a_full_ring_is_not_signalled_for_each_message)
{
	struct argo_message m;
	u32 i, notified = 0;

	world_create(0, 65536 - 64, 1024);
	for (i = 0; i < 100000; i++) {
		while (xen_send(&w.xen, 0, 0, 0, NULL, 1024))
			;
		expect(argo_cursor_next(&w.c, &m) == 1, "message %u", i);
		argo_cursor_consume(&w.c, &m);
		notified += argo_cursor_publish(&w.c);
	}
	expect(!notified, "%u: less than three quarters were ever free", notified);
	for (i = 0; argo_cursor_next(&w.c, &m); i++) {
		argo_cursor_consume(&w.c, &m);
		notified += argo_cursor_publish(&w.c);
		expect(notified == (xen_used(&w.xen) <= w.xen.len - w.xen.len / 4 * 3),
		       "message %u", i);
	}
	expect(notified == 1, "%u", notified);
	xen_destroy(&w.xen);
}
END_TEST

struct Suite *notify_suite(void)
{
	struct Suite *suite = suite_create("notify");
	struct TCase *tc = tcase_create("notify");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, no_sender_is_left_asleep);
	tcase_add_test(tc, wrong_rules_are_caught);
	tcase_add_test(tc, a_ring_with_room_needs_no_hypercall);
	tcase_add_test(tc, a_full_ring_is_not_signalled_for_each_message);
	suite_add_tcase(suite, tc);
	return suite;
}
