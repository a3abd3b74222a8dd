// SPDX-License-Identifier: GPL-2.0-only
/* The receive cursor against the model of the writer */
#include <check.h>

#include "xen_model.h"

static_assert(sizeof(struct xen_argo_ring) == 64, "ring header");
static_assert(sizeof(struct xen_argo_ring_message_header) == 16, "message header");
static_assert(sizeof(struct xen_argo_register_ring) == 12, "register");
static_assert(sizeof(struct xen_argo_iov) == 16, "iov");
static_assert(sizeof(struct xen_argo_ring_data_ent) == 20, "ring data");

#define DOMID	0x1234
#define PORT	0x89abcdef
#define TYPE	0xfedcba98

struct bench {
	struct xen_model xen;
	struct argo_cursor c;
	u8 *noise;		/* twice the length of the ring */
	u8 *copy;
};

static void bench_create(struct bench *b, u32 len)
{
	struct rnd r;

	rnd_init(&r, len);
	xen_create(&b->xen, len);
	argo_cursor_init(&b->c, b->xen.ring, len, len - 32);
	b->noise = xmalloc(2 * len);
	rnd_fill(&r, b->noise, 2 * len);
	b->copy = xmalloc(len + 1);
}

static void bench_destroy(struct bench *b)
{
	free(b->copy);
	free(b->noise);
	xen_destroy(&b->xen);
}

/* An empty ring with all positions at @pos */
static void bench_place(struct bench *b, u32 pos)
{
	b->xen.ring->rx_ptr = pos;
	b->c.rx = pos;
	b->c.published = pos;
	b->c.owed = false;
	xen_set_tx(&b->xen, pos);
}

static void check_copy(struct bench *b, const struct argo_message *m,
		       const u8 *sent, u32 offset, u32 len)
{
	memset(b->copy, 0x5a, len + 1);
	argo_message_copy(m, offset, b->copy, len);
	expect(!memcmp(b->copy, sent + offset, len) && b->copy[len] == 0x5a,
	       "ring %u, at %u, payload %u, copy %u + %u", b->xen.len, b->c.rx,
	       m->len, offset, len);
}

/* @len may be more than there is. */
static void check_piece(struct bench *b, const struct argo_message *m,
			const u8 *sent, u32 offset, u32 len)
{
	u32 end = offset < m->seg_len[0] ? m->seg_len[0] : m->len;
	u32 got = len;
	const void *p = argo_message_piece(m, offset, &got);

	expect(got == min(len, end - offset) && !memcmp(p, sent + offset, got),
	       "ring %u, at %u, payload %u, piece %u + %u gave %u", b->xen.len,
	       b->c.rx, m->len, offset, len, got);
}

static void check_part(struct bench *b, const struct argo_message *m,
		       const u8 *sent, u32 offset, u32 len)
{
	check_copy(b, m, sent, offset, len);
	if (offset == m->len)
		return;
	check_piece(b, m, sent, offset, len);
	check_piece(b, m, sent, offset, m->len - offset + 1);
	check_piece(b, m, sent, offset, ~0);
}

static void check_message(struct bench *b, const struct argo_message *m,
			  const u8 *sent, u32 len)
{
	const u32 edge = m->seg_len[0];
	const u32 cuts[] = { 0, 1, 15, 16, 17, edge - 1, edge, edge + 1,
			     len / 2, len - 1, len };
	u32 i, j;

	expect(m->domid == DOMID && m->port == PORT && m->type == TYPE &&
	       m->len == len && m->slots == xen_slots(len) &&
	       m->seg_len[0] + m->seg_len[1] == len,
	       "ring %u, at %u, payload %u", b->xen.len, b->c.rx, len);
	if (b->xen.len <= 112) {
		for (i = 0; i <= len; i++)
			for (j = 0; j <= len - i; j++)
				check_part(b, m, sent, i, j);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(cuts); i++)
		for (j = 0; j < ARRAY_SIZE(cuts); j++)
			if (cuts[i] <= cuts[j] && cuts[j] <= len)
				check_part(b, m, sent, cuts[i],
					   cuts[j] - cuts[i]);
}

/* One message through an empty ring, from any position */
static void check_one(struct bench *b, u32 pos, u32 len)
{
	const u8 *sent = b->noise + pos;
	struct argo_message m;

	bench_place(b, pos);
	expect(!argo_cursor_pending(&b->c) && !argo_cursor_next(&b->c, &m),
	       "ring %u, at %u", b->xen.len, pos);
	expect(xen_send(&b->xen, DOMID, PORT, TYPE, sent, len),
	       "ring %u, at %u, payload %u", b->xen.len, pos, len);
	expect(argo_cursor_pending(&b->c) && argo_cursor_next(&b->c, &m) == 1,
	       "ring %u, at %u, payload %u", b->xen.len, pos, len);
	check_message(b, &m, sent, len);
	argo_cursor_consume(&b->c, &m);
	expect(!argo_cursor_pending(&b->c) && !argo_cursor_next(&b->c, &m) &&
	       b->xen.ring->rx_ptr == pos,
	       "ring %u, at %u, payload %u", b->xen.len, pos, len);
	argo_cursor_publish(&b->c);
	expect(b->xen.ring->rx_ptr == b->xen.tx && !xen_used(&b->xen),
	       "ring %u, at %u, payload %u", b->xen.len, pos, len);
}

START_TEST(every_position_and_length)
{
	u32 len, pos, payload;
	struct bench b;

	for (len = 48; len <= 512; len += 16) {
		bench_create(&b, len);
		for (pos = 0; pos < len; pos += 16)
			for (payload = 0; payload <= len - 32; payload++)
				check_one(&b, pos, payload);
		bench_destroy(&b);
	}
}
END_TEST

START_TEST(large_ring)
{
	const u32 len = 16 * 4096 - 64;
	u32 pos, left, i;
	struct bench b;

	bench_create(&b, len);
	for (pos = 0; pos < len; pos += 16) {
		/* What is left behind the header, and around it */
		left = len - 16 - pos;
		for (i = left < 17 ? 0 : left - 17; i <= left + 17; i += 1 + pos % 7)
			if (i <= len - 32 && i < 1024)
				check_one(&b, pos, i);
		check_one(&b, pos, pos % 1021);
		if (pos % 1024 == 0)
			check_one(&b, pos, len - 32);
	}
	bench_destroy(&b);
}
END_TEST

/* Many messages in flight, the ring full now and then */
static void check_stream(struct bench *b, struct rnd *r, u32 count)
{
	u32 sent_at = 0, read_at = 0, sent = 0, read = 0, queue[8192], len;
	const u32 most = rnd_one_in(r, 3) ? b->xen.len - 32 : b->xen.len / 8;
	struct argo_message m;

	bench_place(b, 0);
	while (read < count) {
		len = rnd_below(r, most + 1);
		if (sent < count && rnd_below(r, 5) < 3 &&
		    xen_send(&b->xen, DOMID, sent, len, b->noise + len, len)) {
			queue[sent_at++ % ARRAY_SIZE(queue)] = len;
			sent++;
			continue;
		}
		if (rnd_one_in(r, 4))
			argo_cursor_publish(&b->c);
		if (read == sent) {
			expect(!argo_cursor_next(&b->c, &m), "message %u", read);
			argo_cursor_publish(&b->c);
			continue;
		}
		len = queue[read_at++ % ARRAY_SIZE(queue)];
		expect(argo_cursor_next(&b->c, &m) == 1, "message %u", read);
		expect(m.port == read && m.type == len && m.len == len,
		       "message %u", read);
		check_copy(b, &m, b->noise + len, 0, len);
		argo_cursor_consume(&b->c, &m);
		read++;
	}
}

START_TEST(streams)
{
	static const u32 lens[] = { 48, 64, 80, 256, 4096 - 64, 65536 - 64 };
	struct bench b;
	struct rnd r;
	u32 i, j;

	rnd_init(&r, 1);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		bench_create(&b, lens[i]);
		for (j = 0; j < 4; j++)
			check_stream(&b, &r, lens[i] > 10000 ? 500 : 4000);
		bench_destroy(&b);
	}
}
END_TEST

/* A header that claims @claim bytes where @unread are there */
static void check_claim(struct bench *b, u32 pos, u32 unread, u32 claim)
{
	struct argo_message m;
	int ret;

	bench_place(b, pos);
	xen_put_header(&b->xen, claim, DOMID, PORT, TYPE);
	xen_set_tx(&b->xen, pos + unread);
	ret = argo_cursor_next(&b->c, &m);
	if (claim >= 16 && claim <= unread) {
		expect(ret == 1 && m.len == claim - 16 && m.slots <= unread &&
		       m.seg_len[0] + m.seg_len[1] == m.len,
		       "ring %u, at %u, unread %u, claimed %u", b->xen.len, pos,
		       unread, claim);
		/* All of it is readable. */
		argo_message_copy(&m, 0, b->copy, m.len);
		argo_cursor_consume(&b->c, &m);
		return;
	}
	expect(ret == -EBADMSG && b->c.rx == b->xen.tx &&
	       b->c.published == pos && !argo_cursor_pending(&b->c) &&
	       !argo_cursor_next(&b->c, &m),
	       "ring %u, at %u, unread %u, claimed %u: %d", b->xen.len, pos,
	       unread, claim, ret);

	/* The space is given back and the next message is fine. */
	argo_cursor_publish(&b->c);
	expect(!xen_used(&b->xen) &&
	       xen_send(&b->xen, DOMID, PORT, TYPE, b->noise, 16) &&
	       argo_cursor_next(&b->c, &m) == 1 && m.len == 16,
	       "ring %u, at %u, unread %u, claimed %u", b->xen.len, pos, unread,
	       claim);
	check_copy(b, &m, b->noise, 0, 16);
}

START_TEST(lying_headers)
{
	static const u32 lens[] = { 48, 64, 128, 256 };
	static const u32 wild[] = { 0x7fffffff, 0x80000000, 0x80000010,
				    0xffff0000, 0xffffffef, 0xfffffff0,
				    0xfffffff1, 0xffffffff };
	u32 i, j, pos, unread, claim;
	struct bench b;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		bench_create(&b, lens[i]);
		for (pos = 0; pos < lens[i]; pos += 16)
			for (unread = 16; unread < lens[i]; unread += 16) {
				for (claim = 0; claim <= lens[i] + 33; claim++)
					check_claim(&b, pos, unread, claim);
				for (j = 0; j < ARRAY_SIZE(wild); j++)
					check_claim(&b, pos, unread, wild[j]);
			}
		bench_destroy(&b);
	}
}
END_TEST

static void check_bad_tx(struct bench *b, u32 pos, u32 tx)
{
	struct argo_message m;

	bench_place(b, pos);
	xen_send(&b->xen, DOMID, PORT, TYPE, b->noise, 3);
	b->xen.ring->tx_ptr = tx;
	expect(argo_cursor_pending(&b->c) &&
	       argo_cursor_next(&b->c, &m) == -EIO && b->c.rx == pos &&
	       argo_cursor_pending(&b->c), "ring %u, at %u, tx %#x", b->xen.len,
	       pos, tx);

	/* A sender may be waiting, for all that can be told. */
	argo_cursor_consume(&b->c, &(struct argo_message) { .slots = 16 });
	expect(argo_cursor_publish(&b->c), "ring %u, at %u, tx %#x", b->xen.len,
	       pos, tx);

	/* Anew, as after registering again */
	argo_cursor_reset(&b->c);
	b->xen.tx = 0;
	expect(!b->xen.ring->rx_ptr && !b->xen.ring->tx_ptr && !b->c.owed &&
	       !argo_cursor_pending(&b->c) && !argo_cursor_next(&b->c, &m) &&
	       !argo_cursor_publish(&b->c) &&
	       xen_send(&b->xen, DOMID, PORT, TYPE, b->noise, 9) &&
	       argo_cursor_next(&b->c, &m) == 1 && m.len == 9,
	       "ring %u, at %u, tx %#x", b->xen.len, pos, tx);
}

START_TEST(bad_write_positions)
{
	static const u32 wild[] = { 0x7ffffff0, 0x80000000, 0xffff0000,
				    0xfffffff0, 0xffffffff };
	u32 len, pos, tx, i;
	struct bench b;

	for (len = 48; len <= 160; len += 16) {
		bench_create(&b, len);
		for (pos = 0; pos < len; pos += 16) {
			for (tx = 0; tx < 4 * len; tx++)
				if (tx % 16 || tx >= len)
					check_bad_tx(&b, pos, tx);
			for (i = 0; i < ARRAY_SIZE(wild); i++)
				check_bad_tx(&b, pos, wild[i]);
		}
		bench_destroy(&b);
	}
}
END_TEST

START_TEST(nothing_moves_before_it_is_told_to)
{
	struct argo_message m, again;
	struct bench b;

	bench_create(&b, 256);
	xen_send(&b.xen, DOMID, PORT, TYPE, b.noise, 20);
	xen_send(&b.xen, DOMID, PORT, TYPE, b.noise, 0);
	expect(argo_cursor_next(&b.c, &m) == 1 &&
	       argo_cursor_next(&b.c, &again) == 1 && m.len == 20 &&
	       again.len == 20 && again.seg[0] == m.seg[0], "looked twice");
	expect(!argo_cursor_publish(&b.c) && !b.xen.ring->rx_ptr,
	       "published nothing");
	argo_cursor_consume(&b.c, &m);
	expect(!b.xen.ring->rx_ptr && argo_cursor_pending(&b.c), "consumed");
	argo_cursor_publish(&b.c);
	expect(b.xen.ring->rx_ptr == 48, "published %u", b.xen.ring->rx_ptr);
	expect(argo_cursor_next(&b.c, &m) == 1 && !m.len && m.slots == 16 &&
	       !m.seg_len[0] && !m.seg_len[1], "empty payload");
	argo_cursor_consume(&b.c, &m);
	argo_cursor_publish(&b.c);
	expect(b.xen.ring->rx_ptr == 64 && !argo_cursor_pending(&b.c), "end");
	/* Nothing new: not even a store */
	b.xen.ring->rx_ptr = 7;
	expect(!argo_cursor_publish(&b.c) && b.xen.ring->rx_ptr == 7, "idle");
	bench_destroy(&b);
}
END_TEST

START_TEST(read_position_in_the_ring_is_not_believed)
{
	static const u32 wild[] = { 0, 1, 16, 17, 112, 127, 128, 129, 0x80000000,
				    0xfffffff0, 0xffffffff };
	struct argo_message m;
	struct bench b;
	u32 pos, i;

	bench_create(&b, 128);
	for (pos = 0; pos < 128; pos += 16)
		for (i = 0; i < ARRAY_SIZE(wild); i++) {
			bench_place(&b, pos);
			xen_send(&b.xen, DOMID, PORT, TYPE, b.noise, 70);
			b.xen.ring->rx_ptr = wild[i];
			memset(b.xen.ring->reserved, 0xff, 56);
			expect(argo_cursor_next(&b.c, &m) == 1,
			       "at %u, scribbled %#x", pos, wild[i]);
			check_message(&b, &m, b.noise, 70);
			b.xen.ring->rx_ptr = ~wild[i];
			argo_cursor_consume(&b.c, &m);
			expect(!argo_cursor_next(&b.c, &m),
			       "at %u, scribbled %#x", pos, wild[i]);
			argo_cursor_publish(&b.c);
			expect(b.xen.ring->rx_ptr == b.xen.tx,
			       "at %u, scribbled %#x", pos, wild[i]);
		}
	bench_destroy(&b);
}
END_TEST

/* A header that changes under the reader is read once. */
static struct bench *racing;

static void race_turn(void)
{
	static const u32 lens[] = { 0, 16, 80, 96, 0x1000, 0xffffffff };
	static u32 n;

	memcpy(xen_byte(&racing->xen, 0), &lens[n++ % ARRAY_SIZE(lens)], 4);
}

static void race_store(u32 *to, u32 value)
{
	*to = value;
}

static void race_barrier(void)
{
}

START_TEST(header_changes_while_it_is_read)
{
	static const struct shim_world race = {
		race_turn, race_store, race_barrier
	};
	struct argo_message m;
	struct bench b;
	int i, ret;

	bench_create(&b, 128);
	racing = &b;
	for (i = 0; i < 1000; i++) {
		bench_place(&b, 0);
		xen_send(&b.xen, DOMID, PORT, TYPE, b.noise, 80);
		shim_world = &race;
		ret = argo_cursor_next(&b.c, &m);
		if (i % 2)
			race_turn();
		shim_world = NULL;
		if (ret == -EBADMSG)
			continue;
		expect(ret == 1 && m.len <= 80 && m.slots == xen_slots(m.len) &&
		       m.seg_len[0] + m.seg_len[1] == m.len, "turn %d", i);
		argo_message_copy(&m, 0, b.copy, m.len);
	}
	bench_destroy(&b);
}
END_TEST

struct Suite *cursor_suite(void)
{
	struct Suite *suite = suite_create("cursor");
	struct TCase *tc = tcase_create("cursor");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_position_and_length);
	tcase_add_test(tc, large_ring);
	tcase_add_test(tc, streams);
	tcase_add_test(tc, lying_headers);
	tcase_add_test(tc, bad_write_positions);
	tcase_add_test(tc, nothing_moves_before_it_is_told_to);
	tcase_add_test(tc, read_position_in_the_ring_is_not_believed);
	tcase_add_test(tc, header_changes_while_it_is_read);
	suite_add_tcase(suite, tc);
	return suite;
}
