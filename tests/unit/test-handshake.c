// SPDX-License-Identifier: GPL-2.0-only
/* The handshake: two of them joined, and one alone with every input */
#include <check.h>

#include "handshake_model.h"

static_assert(sizeof(struct argonet_hello) == 64, "hello");
static_assert(offsetof(struct argonet_hello, session) == 8, "hello");
static_assert(offsetof(struct argonet_hello, reserved) == 40, "hello");
static_assert(sizeof(struct argonet_bye) == 16, "bye");

static void explore(const struct pair *from, int depth)
{
	struct pair p;
	int event, i;

	check_settles(from);
	if (!depth)
		return;
	for (event = 0; event < EVENTS; event++)
		for (i = 0; i < 2; i++) {
			pair_copy(&p, from);
			if (happen(&p, event, i))
				explore(&p, depth - 1);
		}
}

START_TEST(every_order_of_events)
{
	struct pair p;

	pair_create(&p);
	explore(&p, 6);
	/* The same from a link that is up */
	quiet(&p);
	check_knows_other(&p, 0);
	explore(&p, 6);
}
END_TEST

START_TEST(long_histories)
{
	struct pair p;
	struct rnd r;
	int i, step;

	rnd_init(&r, 1);
	for (i = 0; i < 20000; i++) {
		pair_create(&p);
		for (step = 0; step < 60; step++)
			happen(&p, rnd_one_in(&r, 3) ? rnd_below(&r, EVENTS) :
			       rnd_below(&r, 2), rnd_below(&r, 2));
		check_settles(&p);
	}
}
END_TEST

/* A link that came up the plain way: one timer, no event between */
static void pair_up(struct pair *p)
{
	pair_create(p);
	send_hello(p, 0);
	while (happen(p, DELIVER, 1) || happen(p, DELIVER, 0))
		;
	check_knows_other(p, 0);
	check_knows_other(p, 1);
}

START_TEST(three_messages_suffice)
{
	struct pair p;

	pair_up(&p);
	expect(p.sent == 3, "%u messages", p.sent);
}
END_TEST

START_TEST(a_repeated_hello_changes_nothing)
{
	struct argonet_handshake before;
	struct argonet_hello hello;
	struct pair p;
	int i, up, todo;

	for (up = 0; up < 2; up++) {
		pair_up(&p);
		argonet_handshake_fill(&p.end[1].hs, &own[1], up, &hello);
		for (i = 0; i < 3; i++) {
			before = p.end[0].hs;
			todo = argonet_handshake_hello(&p.end[0].hs, &hello, 64);
			expect(todo == (up ? 0 : (int)ARGONET_HS_REPLY) &&
			       same_state(&before, &p.end[0].hs), "%d: %#x", i,
			       todo);
		}
	}
}
END_TEST

/* Messages of a former life, or of an earlier stage of this one, come again. */
START_TEST(replays_do_no_lasting_harm)
{
	struct argonet_hello old[3];
	struct pair p;
	int i, n;

	pair_create(&p);
	argonet_handshake_fill(&p.end[1].hs, &own[1], false, &old[0]);
	old[1] = old[0];
	old[1].session = cpu_to_le64(77);
	old[2] = old[1];
	old[2].peer_session = cpu_to_le64(p.end[0].hs.session);
	for (i = 0; i < 3; i++)
		for (n = 1; n < 5; n++) {
			quiet(&p);
			while (p.end[0].queued < (u32)n)
				p.end[0].queue[p.end[0].queued++].hello = old[i];
			/* Whoever replays can keep it down, not break it. */
			while (happen(&p, DELIVER, 0))
				;
			send_hello(&p, 1);
			check_settles(&p);
		}
}
END_TEST

START_TEST(news_while_up)
{
	struct argonet_params news = own[1];
	struct argonet_hello hello;
	struct pair p;
	int todo;

	pair_up(&p);
	news.max_frame = 9022;
	argonet_handshake_fill(&p.end[1].hs, &news, true, &hello);
	todo = argonet_handshake_hello(&p.end[0].hs, &hello, 64);
	expect(todo == ARGONET_HS_CHANGED && p.end[0].hs.peer.max_frame == 9022 &&
	       argonet_handshake_up(&p.end[0].hs), "%#x", todo);
	todo = argonet_handshake_hello(&p.end[0].hs, &hello, 64);
	expect(!todo, "%#x", todo);
}
END_TEST

/* Good in all fields, from a peer that saw session 5 */
static struct argonet_hello good_hello(void)
{
	return (struct argonet_hello) {
		.version_min = 1,
		.version_max = 1,
		.features = cpu_to_le32(ALL),
		.session = cpu_to_le64(9),
		.peer_session = cpu_to_le64(5),
		.max_frame = cpu_to_le32(1522),
		.max_message = cpu_to_le32(65536),
		.queues = cpu_to_le32(2),
		.ring_size = cpu_to_le32(65536),
	};
}

/* A handshake in one of its states: fresh, up, peer gone */
static struct argonet_handshake some_state(int state)
{
	const struct argonet_hello hello = good_hello();
	const struct argonet_bye bye = { .session = cpu_to_le64(9) };
	struct argonet_handshake hs;

	memset(&hs, 0, sizeof(hs));
	argonet_handshake_start(&hs, 5);
	if (state)
		argonet_handshake_hello(&hs, &hello, sizeof(hello));
	if (state == 2)
		argonet_handshake_bye(&hs, &bye, sizeof(bye));
	return hs;
}

static void check_refused(const struct argonet_hello *hello, u32 len, int error)
{
	/* Just as large as promised */
	struct argonet_hello *copy = xmalloc(sizeof(*copy));
	int state, ret;

	*copy = *hello;
	for (state = 0; state < 3; state++) {
		struct argonet_handshake hs = some_state(state), before = hs;

		ret = argonet_handshake_hello(&hs, copy, len);
		expect(ret == error && same_state(&before, &hs),
		       "state %d: %d, not %d", state, ret, error);
	}
	free(copy);
}

static struct argonet_handshake accepted(const struct argonet_hello *hello)
{
	struct argonet_handshake hs = some_state(0);
	int ret = argonet_handshake_hello(&hs, hello, sizeof(*hello));

	expect(ret >= 0 && argonet_handshake_up(&hs), "%d", ret);
	return hs;
}

/* All there is to tell about one HELLO, in each state */
START_TEST(what_a_hello_asks_for)
{
	int i, todo, due;

	for (i = 0; i < 3 * 8; i++) {
		int state = i / 8, known = i & 1, acked = i >> 1 & 1;
		int up = i >> 2 & 1;
		struct argonet_handshake hs = some_state(state);
		struct argonet_hello hello = good_hello();
		bool was_up = state == 1;
		bool new = state != 1 || !known;

		hello.session = cpu_to_le64(known ? 9 : 10);
		hello.peer_session = cpu_to_le64(acked ? 5 : 6);
		hello.flags = cpu_to_le16(up);
		due = state ? 0 : ARGONET_HS_CHANGED;
		if (new || !acked || !up)
			due |= ARGONET_HS_REPLY;
		if (was_up && (new || !acked))
			due |= ARGONET_HS_DOWN;
		if (acked && (new || !was_up))
			due |= ARGONET_HS_UP;
		todo = argonet_handshake_hello(&hs, &hello, sizeof(hello));
		expect(todo == due && argonet_handshake_up(&hs) == acked,
		       "state %d, known %d, acked %d, UP %d: %#x, not %#x",
		       state, known, acked, up, todo, due);
	}
}
END_TEST

#define REFUSED(field, value) do {					\
	hello = good_hello();						\
	hello.field = (value);						\
	check_refused(&hello, sizeof(hello), -EBADMSG);			\
} while (0)

START_TEST(every_bad_field_is_refused)
{
	struct argonet_hello hello = good_hello();
	u32 i, bit;

	accepted(&hello);
	for (i = 0; i < sizeof(hello); i++)
		check_refused(&hello, i, -EBADMSG);
	for (bit = 1; bit < 16; bit++)
		REFUSED(flags, cpu_to_le16(1 << bit));
	for (i = 0; i < ARRAY_SIZE(hello.reserved); i++)
		for (bit = 0; bit < 32; bit++)
			REFUSED(reserved[i], cpu_to_le32(1U << bit));
	REFUSED(session, 0);
	REFUSED(queues, 0);
	for (i = 0; i < ARGONET_MIN_FRAME; i++)
		REFUSED(max_frame, cpu_to_le32(i));
	for (i = 0; i < 1522 + 16; i++)
		REFUSED(max_message, cpu_to_le32(i));
	/* Larger frames than there are need room for the largest there is. */
	hello = good_hello();
	hello.max_frame = cpu_to_le32(0xffffffff);
	hello.max_message = cpu_to_le32(ARGONET_MAX_BIG_FRAME + 15);
	check_refused(&hello, sizeof(hello), -EBADMSG);
}
END_TEST

START_TEST(limits_are_taken_at_their_edges)
{
	struct argonet_hello hello = good_hello();
	struct argonet_handshake hs;

	hello.max_frame = cpu_to_le32(ARGONET_MIN_FRAME);
	hello.max_message = cpu_to_le32(ARGONET_MIN_FRAME + 16);
	hs = accepted(&hello);
	expect(hs.peer.max_frame == ARGONET_MIN_FRAME, "%u", hs.peer.max_frame);
	hello.max_frame = cpu_to_le32(0xffffffff);
	hello.max_message = cpu_to_le32(ARGONET_MAX_BIG_FRAME + 16);
	hello.queues = cpu_to_le32(0xffffffff);
	hs = accepted(&hello);
	expect(hs.peer.max_frame == ARGONET_MAX_BIG_FRAME &&
	       hs.peer.queues == ARGONET_MAX_QUEUES, "%u", hs.peer.max_frame);
	hello.max_message = cpu_to_le32(0xffffffff);
	hello.session = cpu_to_le64(~0ULL);
	hs = accepted(&hello);
	expect(hs.peer.max_message == 0xffffffff && hs.peer_session == ~0ULL,
	       "%u", hs.peer.max_message);
	/* A longer one, of a later version */
	hs = some_state(0);
	expect(argonet_handshake_hello(&hs, &hello, 1000) > 0, "longer");
}
END_TEST

START_TEST(every_version_range)
{
	struct argonet_hello hello = good_hello();
	u32 low, high;

	for (low = 0; low < 256; low++)
		for (high = 0; high < 256; high++) {
			hello.version_min = low;
			hello.version_max = high;
			if (low > high)
				check_refused(&hello, 64, -EBADMSG);
			else if (low > 1 || high < 1)
				check_refused(&hello, 64, -EPROTONOSUPPORT);
			else
				expect(accepted(&hello).peer.version == 1,
				       "%u to %u", low, high);
		}
}
END_TEST

START_TEST(features_are_masked)
{
	static const u32 above[] = { 0, 0x80, 0x8000, 0x80000000, 0xffffff80 };
	struct argonet_hello hello = good_hello();
	u32 i, low, got;

	for (i = 0; i < ARRAY_SIZE(above); i++)
		for (low = 0; low <= ALL; low++) {
			hello.features = cpu_to_le32(above[i] | low);
			got = accepted(&hello).peer.features;
			expect(got == (low & ARGONET_F_CSUM ? low : 0),
			       "%#x: %#x", above[i] | low, got);
		}
}
END_TEST

START_TEST(bye)
{
	struct argonet_bye bye = { .session = cpu_to_le64(9) }, bad = bye;
	struct argonet_handshake hs, before;
	u32 i;
	int state;

	for (state = 0; state < 3; state++) {
		hs = some_state(state);
		before = hs;
		for (i = 0; i < sizeof(bye); i++)
			expect(argonet_handshake_bye(&hs, &bye, i) == -EBADMSG,
			       "length %u", i);
		for (i = 0; i < 64; i++) {
			bad.reserved = cpu_to_le64(1ULL << i);
			expect(argonet_handshake_bye(&hs, &bad, 16) == -EBADMSG,
			       "reserved bit %u", i);
		}
		bad = (struct argonet_bye) { 0 };
		expect(argonet_handshake_bye(&hs, &bad, 16) == -EBADMSG,
		       "session 0");
		/* Of somebody else, or of ourselves */
		bad.session = cpu_to_le64(8);
		expect(!argonet_handshake_bye(&hs, &bad, 16), "not its own");
		bad.session = cpu_to_le64(5);
		expect(!argonet_handshake_bye(&hs, &bad, 16), "ours");
		expect(same_state(&before, &hs), "state %d", state);

		expect(argonet_handshake_bye(&hs, &bye, 16 + 7 * state) ==
		       (state == 1 ? (int)ARGONET_HS_DOWN : 0) &&
		       !argonet_handshake_up(&hs), "state %d", state);
		expect(!argonet_handshake_bye(&hs, &bye, 16), "again");
	}
}
END_TEST

START_TEST(hello_on_the_wire)
{
	static const u8 wire[64] = {
		1, 1, 1, 0, 0x7f, 0, 0, 0,
		8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0,
		0xf2, 5, 0, 0, 0, 0, 1, 0, 4, 0, 0, 0, 0, 0, 0x10, 0,
	};
	struct argonet_handshake hs;
	struct argonet_hello hello;

	argonet_handshake_start(&hs, 0x0102030405060708);
	argonet_handshake_fill(&hs, &own[0], true, &hello);
	expect(!memcmp(&hello, wire, 64), "up");
	argonet_handshake_fill(&hs, &own[0], false, &hello);
	expect(!hello.flags, "not up");
}
END_TEST

struct Suite *handshake_suite(void)
{
	struct Suite *suite = suite_create("handshake");
	struct TCase *tc = tcase_create("handshake");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_order_of_events);
	tcase_add_test(tc, long_histories);
	tcase_add_test(tc, three_messages_suffice);
	tcase_add_test(tc, a_repeated_hello_changes_nothing);
	tcase_add_test(tc, replays_do_no_lasting_harm);
	tcase_add_test(tc, news_while_up);
	tcase_add_test(tc, what_a_hello_asks_for);
	tcase_add_test(tc, every_bad_field_is_refused);
	tcase_add_test(tc, limits_are_taken_at_their_edges);
	tcase_add_test(tc, every_version_range);
	tcase_add_test(tc, features_are_masked);
	tcase_add_test(tc, bye);
	tcase_add_test(tc, hello_on_the_wire);
	suite_add_tcase(suite, tc);
	return suite;
}
