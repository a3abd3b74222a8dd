// SPDX-License-Identifier: GPL-2.0-only
/*
 * vsock-argo against a peer that says what it likes: headers of packets, and what
 * they are cut into; HELLOs and BYEs amid what else happens to the handshake. Each
 * is read a second time here, in the plain. Whatever was said, a peer that starts
 * over and is honest must be found.
 */
#include <linux/virtio_vsock.h>

#include "fuzz.h"
#include "argo/vsock/handshake.h"
#include "argo/vsock/packet.h"

#define LARGEST	(44 + 65536)

static const struct vsock_argo_params own = { 7, LARGEST, 1 << 19 };

static u64 get(const u8 *from, int bytes)
{
	u64 value = 0;

	while (bytes--)
		value = value << 8 | from[bytes];
	return value;
}

static void put(u8 *to, u64 value, int bytes)
{
	for (; bytes--; value >>= 8)
		*to++ = value;
}

/* Packets */

static int judge_packet(const u8 *b, u32 len, u32 cid)
{
	const u32 type = get(b + 28, 2), op = get(b + 30, 2);

	if (get(b + 24, 4) != len || len > 65536)
		return -EMSGSIZE;
	if (get(b + 8, 8) != cid || type < 1 || type > 3 || op < 1 || op > 7)
		return -EBADMSG;
	if (op != 5 && (len || type == 3))
		return -EBADMSG;
	return 0;
}

/* All of the payload, in order, nothing twice, and one end of a message at most */
static void check_pieces(const u8 *b, u32 len, u32 most)
{
	struct virtio_vsock_hdr hdr, piece;
	u8 as[44], due[44];
	u32 at = 0, n;

	memcpy(&hdr, b, 44);
	do {
		n = vsock_argo_packet_piece(&hdr, at, most, &piece);
		expect(n == min(most, len - at), "%u of %u at %u", n, len, at);
		memcpy(due, b, 44);
		put(due + 24, n, 4);
		if (at + n < len)
			due[32] &= ~3;
		memcpy(as, &piece, 44);
		expect(!memcmp(as, due, 44), "at %u of %u", at, len);
		at += n;
	} while (at < len);
}

static void packet(void)
{
	static const u32 lengths[] = { 0, 1, 4, 65535, 65536, 65537, ~0u };
	const u32 cid = one_in(2) ? 2 : 2 + below(0x7ff0);
	u32 len = one_in(2) ? lengths[below(ARRAY_SIZE(lengths))] : below(70000);
	struct virtio_vsock_hdr hdr;
	u8 b[44] = { 0 };
	int due;

	fuzz_take(b, sizeof(b));
	/* Mostly nearly right, so that each field is what it fails for */
	if (!one_in(8))
		put(b + 24, len, 4);
	if (!one_in(8))
		put(b + 8, cid, 8);
	if (!one_in(4))
		put(b + 28, below(6), 2);
	if (!one_in(4))
		put(b + 30, below(10), 2);
	memcpy(&hdr, b, 44);
	due = judge_packet(b, len, cid);
	expect(vsock_argo_packet_check(&hdr, len, cid) == due, "not %d", due);
	expect(!memcmp(&hdr, b, 44), "changed");
	if (!due)
		check_pieces(b, len, 1 + below(66000));
}

/* The handshake */

static struct vsock_argo_handshake hs;
static u64 sessions;
static bool up;		/* as the driver was told */

static bool same(const struct vsock_argo_handshake *a, const struct vsock_argo_handshake *b)
{
	return a->session == b->session && a->peer_session == b->peer_session &&
	       a->acked == b->acked && a->there == b->there &&
	       a->peer.features == b->peer.features &&
	       a->peer.max_message == b->peer.max_message &&
	       a->peer.ring_size == b->peer.ring_size;
}

static int judge_hello(const u8 *b, u32 len, struct vsock_argo_handshake *due)
{
	u32 i;

	if (len < 64 || b[0] > b[1] || get(b + 2, 2) > 1 || !get(b + 8, 8))
		return -EBADMSG;
	if (b[0] > 1 || !b[1])
		return -EPROTONOSUPPORT;
	for (i = 32; i < 64; i++)
		if (b[i])
			return -EBADMSG;
	if (get(b + 24, 4) < LARGEST)
		return -EMSGSIZE;
	if (get(b + 8, 8) == due->session)
		return -EBADMSG;
	due->there = true;
	due->peer_session = get(b + 8, 8);
	due->acked = get(b + 16, 8) == due->session;
	due->peer = (struct vsock_argo_params) {
		b[4] & 7, get(b + 24, 4), get(b + 28, 4)
	};
	return 0;
}

static int judge_bye(const u8 *b, u32 len, struct vsock_argo_handshake *due)
{
	if (len < 16 || get(b + 8, 8) || !get(b, 8))
		return -EBADMSG;
	if (get(b, 8) == due->peer_session)
		*due = (struct vsock_argo_handshake) { .session = sessions };
	return 0;
}

/* Down comes before up, and both only when that is news. */
static void told(int todo)
{
	expect(todo >= 0 && todo <= 7, "%d", todo);
	if (todo & VSOCK_ARGO_HS_DOWN) {
		expect(up, "down twice");
		up = false;
	}
	if (todo & VSOCK_ARGO_HS_UP) {
		expect(!up, "up twice");
		up = true;
	}
	expect(up == (hs.acked && hs.peer_session), "todo %#x", todo);
	expect(up == vsock_argo_hs_up(&hs), "todo %#x", todo);
}

static void hear(const u8 *b, u32 len, bool is_bye)
{
	const struct vsock_argo_handshake was = hs;
	struct vsock_argo_handshake due = hs;
	struct vsock_argo_hello hello;
	struct vsock_argo_bye bye;
	int ret, todo;
	bool news;

	memcpy(&hello, b, 64);
	memcpy(&bye, b, 16);
	sessions++;
	ret = is_bye ? judge_bye(b, len, &due) : judge_hello(b, len, &due);
	todo = is_bye ? vsock_argo_hs_bye(&hs, &bye, len, sessions) :
	       vsock_argo_hs_hello(&hs, &hello, len);
	expect(same(&hs, &due), "peer %llx, not %llx", hs.peer_session, due.peer_session);
	if (ret) {
		expect(todo == ret, "%d, not %d", todo, ret);
		return;
	}
	/* Connections of another session, or that the peer knows nothing of, are over. */
	news = was.peer_session != hs.peer_session;
	expect(!(todo & VSOCK_ARGO_HS_DOWN) == !(up && (news || !hs.acked)), "%#x", todo);
	told(todo);
	if (!is_bye)
		expect(!(todo & VSOCK_ARGO_HS_HELLO) ==
		       !(news || !hs.acked || !(b[2] & 1)), "%#x", todo);
}

/* What an honest peer would say now, but for a few bytes */
static void forge(void)
{
	const bool is_bye = one_in(4);
	const u64 some[] = { 0, 1, hs.session, hs.peer_session, below(256) };
	u32 changes = below(3), len = one_in(8) ? below(96) : 64;
	u8 b[64] = { 1, 1, one_in(2), 0, 7 };

	if (is_bye) {
		memset(b, 0, sizeof(b));
		put(b, some[below(ARRAY_SIZE(some))], 8);
	} else {
		put(b + 8, some[below(ARRAY_SIZE(some))], 8);
		put(b + 16, some[below(ARRAY_SIZE(some))], 8);
		put(b + 24, one_in(8) ? LARGEST - 1 : LARGEST, 4);
		put(b + 28, 1 << 19, 4);
	}
	while (changes--)
		b[below(is_bye ? 16 : 64)] = below(256);
	hear(b, len, is_bye);
}

static void noise(void)
{
	const bool is_bye = one_in(4);
	u8 b[64] = { 0 };
	u32 len = fuzz_take(b, sizeof(b));

	hear(b, len, is_bye);
}

static void happen(void)
{
	u32 delay;
	int todo;

	switch (below(4)) {
	case 0:
		told(vsock_argo_hs_there(&hs));
		break;
	case 1:
		told(vsock_argo_hs_gone(&hs, ++sessions));
		expect(hs.session == sessions && !hs.peer_session && !hs.there, "gone");
		break;
	default:
		delay = vsock_argo_hs_delay(&hs);
		expect(!delay == (up || !hs.there), "%u ms", delay);
		expect(delay <= 1000, "%u ms", delay);
		todo = vsock_argo_hs_timer(&hs);
		expect(todo == (delay ? VSOCK_ARGO_HS_HELLO : 0), "%#x", todo);
	}
}

/* The peer starts over, has a ring for us and sees ours. */
static void settle(void)
{
	struct vsock_argo_handshake peer;
	struct vsock_argo_hello hello;
	int todo, n = 0;

	vsock_argo_hs_start(&peer, 1ull << 32);
	todo = vsock_argo_hs_there(&peer);
	while (todo & VSOCK_ARGO_HS_HELLO) {
		expect(n++ < 4, "they do not come to an end");
		vsock_argo_hs_fill(n % 2 ? &peer : &hs, &own, &hello);
		if (n % 2)
			told(todo = vsock_argo_hs_hello(&hs, &hello, 64));
		else
			todo = vsock_argo_hs_hello(&peer, &hello, 64);
	}
	expect(up && vsock_argo_hs_up(&peer), "not up");
	expect(hs.peer_session == peer.session && peer.peer_session == hs.session, "strangers");
}

static void handshake(void)
{
	int steps;

	sessions = 7;
	up = false;
	vsock_argo_hs_start(&hs, sessions);
	for (steps = 0; steps < 16; steps++) {
		const u32 what = below(8);

		if (what < 5)
			forge();
		else if (what < 7)
			happen();
		else
			noise();
	}
	settle();
}

void fuzz_one(void)
{
	if (one_in(3))
		packet();
	else
		handshake();
}
