// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two handshakes joined by a channel that does what it likes: restarts and
 * stalls as in the unit tests' model, messages lost, doubled, out of order, and
 * forged. After each message the state has to be what a second reading of the
 * bytes says; afterwards, on a channel that works, both must find each other.
 */
#include "fuzz.h"
#include "handshake_model.h"

static struct pair p;
static bool orderly;	/* so far only what can happen between honest ends */

static u64 get(const u8 *from, int bytes)
{
	u64 value = 0;

	while (bytes--)
		value = value << 8 | from[bytes];
	return value;
}

/* What is to be known after a HELLO. Return: what it has to be told. */
static int judge_hello(const u8 *b, u32 len, struct argonet_handshake *hs)
{
	u32 features, i;
	u64 frame;

	if (len < 64 || b[0] > b[1])
		return -EBADMSG;
	if (b[0] > 1 || !b[1])
		return -EPROTONOSUPPORT;
	for (i = 40; i < 64; i++)
		if (b[i])
			return -EBADMSG;
	if (get(b + 2, 2) > 1 || !get(b + 8, 8) || get(b + 8, 8) == hs->session)
		return -EBADMSG;
	frame = min(get(b + 24, 4), 229398ull);
	if (frame < 90 || get(b + 28, 4) < frame + 16 || !get(b + 32, 4))
		return -EBADMSG;
	features = b[4] & 1 ? b[4] & ALL : 0;
	hs->peer_session = get(b + 8, 8);
	hs->acked = get(b + 16, 8) == hs->session;
	hs->peer = (struct argonet_params) {
		1, features, frame, get(b + 28, 4), min(get(b + 32, 4), 16ull),
		get(b + 36, 4)
	};
	return 0;
}

static int judge_bye(const u8 *b, u32 len, struct argonet_handshake *hs)
{
	if (len < 16 || get(b + 8, 8) || !get(b, 8))
		return -EBADMSG;
	if (get(b, 8) == hs->peer_session) {
		hs->peer_session = 0;
		hs->acked = false;
	}
	return 0;
}

static int judge(const struct wire *m, u32 len, struct argonet_handshake *hs)
{
	const u8 *bytes = (const u8 *)&m->hello;

	return m->is_bye ? judge_bye(bytes, len, hs) : judge_hello(bytes, len, hs);
}

static void check_state(int i, const struct argonet_handshake *due)
{
	const struct argonet_handshake *hs = &p.end[i].hs;

	expect(same_state(hs, due),
	       "end %d: peer %llx, acked %d, not %llx, %d", i, hs->peer_session,
	       hs->acked, due->peer_session, due->acked);
	expect(p.end[i].link == (due->acked && due->peer_session), "end %d", i);
}

/* The rest of what the peer's driver has to do about a HELLO */
static void check_told(const struct wire *m, const struct argonet_handshake *was,
		       const struct argonet_handshake *now, int todo)
{
	const bool news = now->peer_session != was->peer_session;
	const bool reply = !m->is_bye && (news || !now->acked ||
			   !(get((const u8 *)&m->hello + 2, 2) & 1));

	expect(!(todo & ARGONET_HS_REPLY) == !reply, "%#x", todo);
	expect(!(todo & ARGONET_HS_CHANGED) == same_params(&was->peer, &now->peer),
	       "%#x", todo);
}

/* A message out of the queue, from the other end at some time */
static void receive(int i)
{
	struct argonet_handshake due = p.end[i].hs;

	if (!p.end[i].queued || p.end[!i].queued > QUEUE / 2)
		return;
	expect(!judge(&p.end[i].queue[0], 64, &due), "an honest message");
	happen(&p, DELIVER, i);
	check_state(i, &due);
}

/* A message of anybody */
static void inject(int i, const struct wire *m, u32 len)
{
	struct argonet_handshake was = p.end[i].hs, due = was;
	const bool was_up = argonet_handshake_up(&was);
	int ret = judge(m, len, &due), todo;

	todo = m->is_bye ? argonet_handshake_bye(&p.end[i].hs, &m->bye, len) :
	       argonet_handshake_hello(&p.end[i].hs, &m->hello, len);
	orderly = orderly && ret;
	if (ret) {
		expect(todo == ret, "%d, not %d", todo, ret);
	} else {
		check_todo(&p.end[i], was_up, todo);
		check_told(m, &was, &due, todo);
		if (todo & ARGONET_HS_REPLY && p.end[!i].queued <= QUEUE / 2)
			send_hello(&p, i);
	}
	check_state(i, &due);
}

/* Like what an end would say now, but for a few fields */
static void forge(int i)
{
	struct argonet_handshake *from = &p.end[!i].hs;
	u64 sessions[] = { 0, from->session, p.end[i].hs.session, below(256),
			   p.end[i].hs.peer_session };
	u32 changes = below(4), len = 64;
	struct wire m = { .is_bye = one_in(4) };
	u8 *bytes = (u8 *)&m.hello;

	if (m.is_bye)
		m.bye.session = cpu_to_le64(sessions[below(ARRAY_SIZE(sessions))]);
	else
		argonet_handshake_fill(from, &own[!i], one_in(2), &m.hello);
	if (!m.is_bye && one_in(2))
		m.hello.session = cpu_to_le64(sessions[below(ARRAY_SIZE(sessions))]);
	if (!m.is_bye && one_in(2))
		m.hello.peer_session =
			cpu_to_le64(sessions[below(ARRAY_SIZE(sessions))]);
	while (changes--)
		bytes[below(m.is_bye ? 16 : 64)] = below(256);
	if (one_in(8))
		len = below(96);
	inject(i, &m, len);
}

static void noise(int i)
{
	struct wire m = { .is_bye = one_in(4) };
	u32 len = fuzz_take((u8 *)&m.hello, sizeof(m.hello));

	inject(i, &m, len);
}

/* What no ring does: lose, double or reorder messages */
static void disorder(int i)
{
	struct end *e = &p.end[i];
	struct wire m;
	u32 at;

	if (!e->queued)
		return;
	orderly = false;
	at = below(e->queued);
	m = e->queue[at];
	switch (below(3)) {
	case 0:
		e->queued--;
		memmove(&e->queue[at], &e->queue[at + 1],
			(e->queued - at) * sizeof(m));
		break;
	case 1:
		if (e->queued < QUEUE / 2)
			e->queue[e->queued++] = m;
		break;
	default:
		e->queue[at] = e->queue[0];
		e->queue[0] = m;
	}
}

static void act(void)
{
	const int i = below(2), what = below(16);

	if (what < 6)
		receive(i);
	else if (what < 6 + EVENTS)
		happen(&p, what - 6, i);
	else if (what == 13)
		disorder(i);
	else if (what == 14)
		noise(i);
	else
		forge(i);
}

/*
 * Forged or stale news may have left both ends content with a session that is
 * not the other's, and silent. One sign of life from each side has to be enough
 * to find out; the driver gives it when it cannot send.
 */
static void settle(void)
{
	int i;

	for (i = 0; i < 2; i++)
		p.end[i].queued = min(p.end[i].queued, QUEUE / 4u);
	for (i = 0; i < 2; i++) {
		happen(&p, STALL, i);
		happen(&p, TIMER, i);
	}
	quiet(&p);
	check_knows_other(&p, 0);
	check_knows_other(&p, 1);
}

void fuzz_one(void)
{
	int steps;

	pair_create(&p);
	orderly = true;
	for (steps = 0; steps < 32; steps++)
		act();
	if (orderly)
		check_settles(&p);
	else
		settle();
}
