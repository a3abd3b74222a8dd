// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring that others write to between any two accesses of the reader: Xen,
 * which puts messages there as it should, and somebody who changes any byte.
 *
 * The reader loads the write position first and a header's length second; what
 * it makes of them is known. As long as only Xen wrote, each message comes out
 * as it was sent.
 */
#include "fuzz.h"
#include "xen_model.h"

#define QUEUE	128	/* more than fit into the largest ring */

static struct {
	struct xen_model xen;
	struct argo_cursor c;
	bool hostile;		/* somebody else may write */
	bool clean;		/* nobody else did since the ring was registered */
	u32 turn;		/* accesses of the call under way */
	u32 tx;			/* as the first of them found it */
	u32 len;		/* as the second did, if it was for a header */
	u32 sent, read;		/* messages */
	u32 queue[QUEUE];	/* payload sizes of those in the ring */
	u8 payload[2048], copy[2048];
} t;

/* The byte @i of the message @n */
static void fill(u8 *to, u32 len, u32 n)
{
	u32 i;

	for (i = 0; i < len; i++)
		to[i] = n * 37 + i;
}

static void send(void)
{
	u32 len = below(4) ? below(64) : below(t.xen.len);

	fill(t.payload, len, t.sent);
	if (xen_send(&t.xen, t.sent % 0x7ff0, ~t.sent, t.sent, t.payload, len))
		t.queue[t.sent++ % QUEUE] = len;
}

static void scribble(u32 offset, u32 value, u32 bytes)
{
	t.clean = false;
	memcpy((u8 *)t.xen.ring + offset, &value, bytes);
}

/* Values near those that matter, or any */
static u32 evil(void)
{
	static const u32 near[] = { 0, 15, 16, 17, 0x7ffffff0, 0x80000000,
				    0xffffffef, 0xfffffff0, 0xfffffff1, ~0u };
	switch (below(4)) {
	case 0:
		return near[below(ARRAY_SIZE(near))];
	case 1:
		return t.xen.len + 16 - below(33);
	case 2:
		return 16 * below(t.xen.len / 16);
	default:
		return below(~0u);
	}
}

static void act(void)
{
	switch (t.hostile ? below(8) : 1) {
	case 0:
		scribble(offsetof(struct xen_argo_ring, tx_ptr), evil(), 4);
		break;
	case 2:
		scribble(offsetof(struct xen_argo_ring, rx_ptr), evil(), 4);
		break;
	case 3:
		scribble(sizeof(struct xen_argo_ring) + t.c.rx, evil(), 4);
		break;
	case 4:
		scribble(below(sizeof(struct xen_argo_ring) + t.xen.len),
			 below(256), 1);
		break;
	default:
		send();
	}
}

static void turn(void)
{
	while (one_in(4))
		act();
	if (++t.turn == 1)
		t.tx = t.xen.ring->tx_ptr;
	else if (t.turn == 2)
		memcpy(&t.len, (u8 *)(t.xen.ring + 1) + t.c.rx, 4);
}

static void store(u32 *to, u32 value)
{
	*to = value;
}

static void barrier(void)
{
}

static const struct shim_world others = { turn, store, barrier };

static u32 distance(u32 from, u32 to)
{
	return (to + t.xen.len - from) % t.xen.len;
}

static void check_positions(void)
{
	expect(t.c.rx < t.xen.len && t.c.published < t.xen.len &&
	       t.c.rx % 16 == 0 && t.c.published % 16 == 0, "rx %u, published %u",
	       t.c.rx, t.c.published);
	expect(!t.clean || distance(t.c.published, t.c.rx) +
	       distance(t.c.rx, t.xen.tx) == distance(t.c.published, t.xen.tx),
	       "published %u, rx %u, tx %u", t.c.published, t.c.rx, t.xen.tx);
}

/* All of the payload is in the ring, and in as few pieces as can be. */
static void check_segments(const struct argo_message *m)
{
	const u8 *start = (const u8 *)(t.xen.ring + 1);
	const u8 *first = start + (t.c.rx + 16) % t.xen.len;

	expect(m->seg_len[0] == min(m->len, (u32)(start + t.xen.len - first)) &&
	       m->seg_len[1] == m->len - m->seg_len[0] && m->seg[1] == start &&
	       (m->seg[0] == first || !m->seg_len[0]), "%u + %u of %u at %u",
	       m->seg_len[0], m->seg_len[1], m->len, t.c.rx);
}

static void check_message(const struct argo_message *m)
{
	u32 at, len;

	expect(m->len == t.len - 16 && m->slots == xen_slots(m->len) &&
	       m->slots <= distance(t.c.rx, t.tx), "%u of %u at %u, tx %u",
	       m->len, m->slots, t.c.rx, t.tx);
	check_segments(m);
	argo_message_copy(m, 0, t.copy, m->len);
	for (at = 0; at < m->len; at += len) {
		const void *p;

		len = 1 + below(m->len);
		p = argo_message_piece(m, at, &len);
		expect(len && at + len <= m->len && !memcmp(p, t.copy + at, len),
		       "%u + %u of %u", at, len, m->len);
	}
	if (!t.clean)
		return;
	len = t.queue[t.read % QUEUE];
	fill(t.payload, len, t.read);
	expect(m->len == len && m->domid == t.read % 0x7ff0 &&
	       m->port == ~t.read && m->type == t.read &&
	       !memcmp(t.copy, t.payload, len), "message %u of %u bytes", t.read,
	       len);
}

static int next(struct argo_message *m)
{
	u32 rx = t.c.rx;
	int ret, due;

	t.turn = 0;
	ret = argo_cursor_next(&t.c, m);
	if (t.tx >= t.xen.len || t.tx % 16)
		due = -EIO;
	else if (t.tx == rx)
		due = 0;
	else if (t.len < 16 || t.len > distance(rx, t.tx))
		due = -EBADMSG;
	else
		due = 1;
	expect(ret == due, "at %u, tx %#x, header %#x: %d, not %d", rx, t.tx,
	       t.len, ret, due);
	expect(ret >= 0 || !t.clean, "%d", ret);
	expect(t.c.rx == (ret == -EBADMSG ? t.tx : rx), "from %u to %u, tx %u",
	       rx, t.c.rx, t.tx);
	return ret;
}

/* As argo-core does when it registers a ring anew; it is nobody else's then. */
static void start(void)
{
	shim_world = NULL;
	argo_cursor_reset(&t.c);
	xen_set_tx(&t.xen, 0);
	t.clean = true;
	t.read = t.sent;
	shim_world = &others;
}

/* Return: how many messages and bad headers there were, at most @most */
static u32 read(u32 most)
{
	struct argo_message m;
	u32 count;
	int ret;

	for (count = 0; count < most; count++) {
		ret = next(&m);
		if (ret == -EIO)
			start();
		if (!ret)
			break;
		if (ret < 0)
			continue;
		check_message(&m);
		argo_cursor_consume(&t.c, &m);
		t.read++;
		check_positions();
	}
	return count;
}

static void publish(void)
{
	const u32 before = t.c.published;
	const bool owed = t.c.owed;
	bool notify;

	t.turn = 0;
	notify = argo_cursor_publish(&t.c);
	expect(t.c.published == t.c.rx, "%u, not %u", t.c.published, t.c.rx);
	expect(!notify || !t.c.owed || !t.clean, "still owed");
	expect(before != t.c.rx || owed || !notify, "nothing was given back");
	if (t.clean)
		expect(t.xen.ring->rx_ptr == t.c.rx, "%u", t.xen.ring->rx_ptr);
	check_positions();
}

void fuzz_one(void)
{
	const u32 len = 48 + 16 * below(61), pos = 16 * below(len / 16);
	u32 steps, most;

	memset(&t, 0, offsetof(typeof(t), queue));
	xen_create(&t.xen, len);
	t.hostile = !one_in(4);
	argo_cursor_init(&t.c, t.xen.ring, len, below(len));
	t.clean = true;

	/* Anywhere in the ring, as after a while */
	t.c.rx = pos;
	t.c.published = pos;
	t.xen.ring->rx_ptr = pos;
	xen_set_tx(&t.xen, pos);

	shim_world = &others;
	for (steps = 0; steps < 16; steps++) {
		while (one_in(2))
			act();
		read(below(4));
		if (below(4))
			publish();
		if (one_in(32))
			start();
	}
	/* The others have nothing to do any more: it has to end. */
	while (fuzz_take(t.copy, sizeof(t.copy)))
		;
	most = len / 16 + 1;
	expect(read(most) < most, "%u steps", most);
	publish();
	expect(!argo_cursor_pending(&t.c), "%u", t.c.rx);
	xen_destroy(&t.xen);
}
