// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the read side of a ring: every position and every length, valid or not.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "cursor.h"

#define DOMID	3
#define PORT	0x1234
#define TYPE	0x414e0103

static uint kunit_seed;
module_param(kunit_seed, uint, 0444);
MODULE_PARM_DESC(kunit_seed, "seed of the random tests; 0 takes a new seed each time");

static const u32 lens[] = { 48, 64, 80, 112, 256, 4032 };

/* A ring, and the write position that a correct hypervisor has in it */
struct world {
	struct argo_cursor c;
	struct xen_argo_ring *ring;
	u32 len;
	u32 tx;
};

static void world_init(struct kunit *test, struct world *w, u32 len)
{
	w->ring = kunit_kzalloc(test, sizeof(*w->ring) + len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, w->ring);
	w->len = len;
	w->tx = 0;
	argo_cursor_init(&w->c, w->ring, len, len - 32);
}

/* Empty, with both ends at @pos */
static void world_at(struct world *w, u32 pos)
{
	argo_cursor_reset(&w->c);
	w->c.rx = pos;
	w->c.published = pos;
	w->ring->rx_ptr = pos;
	w->ring->tx_ptr = pos;
	w->tx = pos;
}

static u8 *world_byte(struct world *w, u32 pos)
{
	return (u8 *)(w->ring + 1) + pos % w->len;
}

static u32 world_free(const struct world *w)
{
	return w->len - (w->tx + w->len - w->ring->rx_ptr) % w->len;
}

static u8 pattern(u32 i)
{
	return i * 7 + (i >> 8) + 1;
}

static bool world_send(struct world *w, u32 len)
{
	struct xen_argo_ring_message_header head = {
		.len = sizeof(head) + len,
		.source.aport = PORT,
		.source.domain_id = DOMID,
		.message_type = TYPE,
	};
	u32 slots = ALIGN(head.len, XEN_ARGO_MSG_SLOT_SIZE);
	u32 i;

	if (slots >= world_free(w))
		return false;
	memcpy(world_byte(w, w->tx), &head, sizeof(head));
	/* Fill the padding, too, so that a reader that returns it is noticed. */
	for (i = 0; i < slots - sizeof(head); i++)
		*world_byte(w, w->tx + sizeof(head) + i) =
			i < len ? pattern(i) : 0xee;
	w->tx = (w->tx + slots) % w->len;
	w->ring->tx_ptr = w->tx;
	return true;
}

static bool is_whole(const struct argo_message *msg, u32 len)
{
	u32 i;
	u8 c;

	if (msg->domid != DOMID || msg->port != PORT || msg->type != TYPE ||
	    msg->len != len || msg->seg_len[0] + msg->seg_len[1] != len)
		return false;
	for (i = 0; i < len; i++) {
		argo_message_copy(msg, i, &c, 1);
		if (c != pattern(i))
			return false;
	}
	return true;
}

static void every_position_and_length(struct kunit *test)
{
	struct argo_message msg;
	u32 l, pos, len, step;
	struct world w;

	for (l = 0; l < ARRAY_SIZE(lens); l++) {
		world_init(test, &w, lens[l]);
		/* All positions of the largest ring would take minutes: test the last ones only. */
		step = w.len > 256 ? 37 : 1;
		pos = w.len > 256 ? w.len - 64 : 0;
		for (; pos < w.len; pos += XEN_ARGO_MSG_SLOT_SIZE) {
			for (len = 0; len <= w.len - 32; len += step) {
				world_at(&w, pos);
				KUNIT_ASSERT_TRUE(test, world_send(&w, len));
				KUNIT_ASSERT_EQ(test, argo_cursor_next(&w.c, &msg), 1);
				if (!is_whole(&msg, len))
					KUNIT_FAIL(test, "ring %u at %u: %u bytes",
						   w.len, pos, len);
				argo_cursor_consume(&w.c, &msg);
				KUNIT_ASSERT_EQ(test, argo_cursor_next(&w.c, &msg), 0);
				argo_cursor_publish(&w.c);
				KUNIT_ASSERT_EQ(test, w.ring->rx_ptr, w.tx);
			}
		}
	}
}

/* A write position outside the ring, or inside a slot, must be refused. */
static void every_lying_position(struct kunit *test)
{
	static const u32 wild[] = { 0x7fffffff, 0x80000000, 0xfffffff0, U32_MAX };
	struct argo_message msg;
	struct world w;
	u32 l, tx;

	for (l = 0; l < ARRAY_SIZE(lens); l++) {
		world_init(test, &w, lens[l]);
		for (tx = 0; tx < 2 * w.len; tx++) {
			bool good = tx < w.len && tx % 16 == 0;

			world_at(&w, 16);
			w.ring->tx_ptr = tx;
			KUNIT_EXPECT_EQ(test, argo_cursor_pending(&w.c), tx != 16);
			KUNIT_EXPECT_EQ(test, argo_cursor_next(&w.c, &msg) == -EIO, !good);
		}
		for (tx = 0; tx < ARRAY_SIZE(wild); tx++) {
			w.ring->tx_ptr = wild[tx];
			KUNIT_EXPECT_EQ(test, argo_cursor_next(&w.c, &msg), -EIO);
		}
	}
}

/* If a message is longer than the unread bytes, all of these are skipped. */
static void every_lying_length(struct kunit *test)
{
	u32 pos, len, unread = 3 * 32;
	struct argo_message msg;
	struct world w;

	world_init(test, &w, 256);
	for (pos = 0; pos < w.len; pos += XEN_ARGO_MSG_SLOT_SIZE) {
		for (len = 0; len < 600; len++) {
			u32 lie = len < 599 ? len : U32_MAX;
			int want = lie < 16 || lie > unread ? -EBADMSG : 1;

			world_at(&w, pos);
			world_send(&w, 16);
			world_send(&w, 16);
			world_send(&w, 16);
			memcpy(world_byte(&w, pos), &lie, sizeof(lie));
			KUNIT_ASSERT_EQ(test, argo_cursor_next(&w.c, &msg), want);
			if (want < 0)
				KUNIT_ASSERT_EQ(test, argo_cursor_next(&w.c, &msg), 0);
			/* A message after the bad one is read as usual. */
			world_at(&w, w.tx);
			world_send(&w, 5);
			KUNIT_ASSERT_EQ(test, argo_cursor_next(&w.c, &msg), 1);
			KUNIT_ASSERT_TRUE(test, is_whole(&msg, 5));
		}
	}
}

/* The reader must keep its own read position: others may write to rx_ptr. */
static void read_position_is_not_read(struct kunit *test)
{
	static const u32 lies[] = { 0, 1, 47, 48, 256, U32_MAX };
	struct argo_message msg;
	struct world w;
	u32 i;

	world_init(test, &w, 256);
	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		world_at(&w, 96);
		world_send(&w, 40);
		w.ring->rx_ptr = lies[i];
		KUNIT_ASSERT_EQ(test, argo_cursor_next(&w.c, &msg), 1);
		KUNIT_EXPECT_TRUE(test, is_whole(&msg, 40));
		argo_cursor_consume(&w.c, &msg);
		argo_cursor_publish(&w.c);
		KUNIT_EXPECT_EQ(test, w.ring->rx_ptr, w.tx);
	}
}

static u32 seed(struct kunit *test)
{
	u32 s = kunit_seed ?: get_random_u32();

	kunit_info(test, "kunit_seed=%u", s);
	return s;
}

/* Whatever the ring contains, reading ends and stays inside the ring. */
static void random_contents(struct kunit *test)
{
	struct argo_message msg;
	struct rnd_state rnd;
	struct world w;
	u32 round, n;

	world_init(test, &w, 256);
	prandom_seed_state(&rnd, seed(test));
	for (round = 0; round < 20000; round++) {
		prandom_bytes_state(&rnd, w.ring + 1, w.len);
		/* Lengths that might be right */
		for (n = 0; n < w.len; n += 16)
			if (prandom_u32_state(&rnd) % 2)
				*(u32 *)world_byte(&w, n) = prandom_u32_state(&rnd) % 64;
		world_at(&w, prandom_u32_state(&rnd) % 16 * 16);
		w.ring->tx_ptr = prandom_u32_state(&rnd) % 16 * 16;
		for (n = 0; argo_cursor_next(&w.c, &msg) == 1; n++) {
			KUNIT_ASSERT_LT(test, n, w.len / 16);
			KUNIT_ASSERT_EQ(test, msg.seg_len[0] + msg.seg_len[1], msg.len);
			KUNIT_ASSERT_TRUE(test, msg.seg[0] + msg.seg_len[0] <=
						(void *)world_byte(&w, 0) + w.len);
			argo_cursor_consume(&w.c, &msg);
		}
		KUNIT_ASSERT_EQ(test, w.c.rx, w.ring->tx_ptr);
	}
}

/*
 * A sender that was refused sleeps until the receiver signals. It may sleep while
 * there is something to read, because the reader will publish again. Once all was
 * read nobody would wake it.
 */
static void no_sender_is_forgotten(struct kunit *test)
{
	u32 round, step, refused = 0, signals = 0, elided = 0;
	struct argo_message msg;
	struct rnd_state rnd;
	struct world w;

	prandom_seed_state(&rnd, seed(test));
	for (round = 0; round < 200; round++) {
		bool asleep = false;
		u32 max;

		world_init(test, &w, lens[prandom_u32_state(&rnd) % ARRAY_SIZE(lens)]);
		max = prandom_u32_state(&rnd) % (w.len - 31);
		argo_cursor_init(&w.c, w.ring, w.len, max);
		for (step = 0; step < 500; step++) {
			u32 n = prandom_u32_state(&rnd) % 4;

			while (!asleep && n--) {
				asleep = !world_send(&w, prandom_u32_state(&rnd) % (max + 1));
				refused += asleep;
			}
			n = prandom_u32_state(&rnd) % 6;
			while (n-- && argo_cursor_next(&w.c, &msg) == 1)
				argo_cursor_consume(&w.c, &msg);
			if (argo_cursor_publish(&w.c)) {
				signals++;
				asleep = false;
			} else {
				elided++;
			}
			KUNIT_ASSERT_FALSE(test, asleep && w.ring->rx_ptr == w.tx);
		}
	}
	/* The random steps must have reached each case often. */
	KUNIT_EXPECT_GT(test, refused, 1000);
	KUNIT_EXPECT_GT(test, signals, 1000);
	KUNIT_EXPECT_GT(test, elided, 1000);
}

static void room_needs_no_signal(struct kunit *test)
{
	struct argo_message msg;
	struct world w;
	u32 i;

	world_init(test, &w, 4032);
	argo_cursor_init(&w.c, w.ring, w.len, 1000);
	for (i = 0; i < 1000; i++) {
		KUNIT_ASSERT_TRUE(test, world_send(&w, 1000));
		KUNIT_ASSERT_EQ(test, argo_cursor_next(&w.c, &msg), 1);
		argo_cursor_consume(&w.c, &msg);
		KUNIT_ASSERT_FALSE(test, argo_cursor_publish(&w.c));
	}
}

static struct kunit_case argo_cursor_cases[] = {
	KUNIT_CASE(every_position_and_length),	/* B5 B6 B13 B14 */
	KUNIT_CASE(every_lying_position),	/* B58 */
	KUNIT_CASE(every_lying_length),	/* B57 */
	KUNIT_CASE(read_position_is_not_read),
	KUNIT_CASE(random_contents),
	KUNIT_CASE(no_sender_is_forgotten),
	KUNIT_CASE(room_needs_no_signal),
	{}
};

static struct kunit_suite argo_cursor_suite = {
	.name = "argo-cursor",
	.test_cases = argo_cursor_cases,
};

kunit_test_suite(argo_cursor_suite);
