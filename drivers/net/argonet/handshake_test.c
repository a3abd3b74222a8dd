// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the handshake: every event in every state.
 */
#include <kunit/test.h>
#include <uapi/linux/argonet.h>

#include "handshake.h"

#define OURS	5
#define PEERS	9
#define OTHERS	77

/* The states that differ in what the functions return */
enum state { FRESH, HEARD, UP, GONE, STATES };

enum event {
	NEW,		/* HELLO of another session, which has not seen ours */
	NEW_ACK,	/* HELLO of another session, which has seen ours */
	NEW_UP,		/* the same with the UP flag */
	SAME, SAME_ACK, SAME_UP,	/* these three, but of the known session */
	NEWS,		/* SAME_UP with another max_frame */
	BYE, BYE_OTHER,	/* BYE of the known session, BYE of another one */
	EVENTS
};

static struct argonet_hello good_hello(u64 session)
{
	return (struct argonet_hello) {
		.version_min = ARGONET_VERSION,
		.version_max = ARGONET_VERSION,
		.features = cpu_to_le32(ARGONET_F_ALL),
		.session = cpu_to_le64(session),
		.max_frame = cpu_to_le32(1522),
		.max_message = cpu_to_le32(65536),
		.queues = cpu_to_le32(2),
		.ring_size = cpu_to_le32(65536),
	};
}

static int happen(struct argonet_handshake *hs, enum event event)
{
	struct argonet_hello hello = good_hello(event <= NEW_UP ? OTHERS : PEERS);
	struct argonet_bye bye = {
		.session = cpu_to_le64(event == BYE ? PEERS : OTHERS),
	};

	if (event == BYE || event == BYE_OTHER)
		return argonet_handshake_bye(hs, &bye, sizeof(bye));
	if (event == NEW_ACK || event == SAME_ACK)
		hello.peer_session = cpu_to_le64(OURS);
	if (event == NEW_UP || event == SAME_UP || event == NEWS) {
		hello.peer_session = cpu_to_le64(OURS);
		hello.flags = cpu_to_le16(ARGONET_HELLO_UP);
	}
	if (event == NEWS)
		hello.max_frame = cpu_to_le32(9022);
	return argonet_handshake_hello(hs, &hello, sizeof(hello));
}

static struct argonet_handshake in_state(enum state state)
{
	struct argonet_handshake hs;

	memset(&hs, 0, sizeof(hs));
	argonet_handshake_start(&hs, OURS);
	if (state == HEARD)
		happen(&hs, SAME);
	if (state == UP || state == GONE)
		happen(&hs, SAME_UP);
	if (state == GONE)
		happen(&hs, BYE);
	return hs;
}

static enum state state_of(const struct argonet_handshake *hs)
{
	if (argonet_handshake_up(hs))
		return UP;
	if (hs->peer_session)
		return HEARD;
	return hs->peer.version ? GONE : FRESH;
}

/*
 * GONE differs from FRESH: the parameters that the peer told before its BYE are kept, so
 * a HELLO with the same ones is no change.
 */
#define REPLY	ARGONET_HS_REPLY
#define DOWN	ARGONET_HS_DOWN
#define GO	ARGONET_HS_UP
#define CHANGED	ARGONET_HS_CHANGED

static const struct {
	int todo;
	enum state next;
} table[STATES][EVENTS] = {
	[FRESH] = {
		[NEW] = { REPLY | CHANGED, HEARD },
		[NEW_ACK] = { REPLY | GO | CHANGED, UP },
		[NEW_UP] = { REPLY | GO | CHANGED, UP },
		[SAME] = { REPLY | CHANGED, HEARD },
		[SAME_ACK] = { REPLY | GO | CHANGED, UP },
		[SAME_UP] = { REPLY | GO | CHANGED, UP },
		[NEWS] = { REPLY | GO | CHANGED, UP },
		[BYE] = { 0, FRESH },
		[BYE_OTHER] = { 0, FRESH },
	},
	[HEARD] = {
		[NEW] = { REPLY, HEARD },
		[NEW_ACK] = { REPLY | GO, UP },
		[NEW_UP] = { REPLY | GO, UP },
		[SAME] = { REPLY, HEARD },
		[SAME_ACK] = { REPLY | GO, UP },
		[SAME_UP] = { GO, UP },
		[NEWS] = { GO | CHANGED, UP },
		[BYE] = { 0, GONE },
		[BYE_OTHER] = { 0, HEARD },
	},
	[UP] = {
		[NEW] = { REPLY | DOWN, HEARD },
		[NEW_ACK] = { REPLY | DOWN | GO, UP },
		[NEW_UP] = { REPLY | DOWN | GO, UP },
		[SAME] = { REPLY | DOWN, HEARD },
		[SAME_ACK] = { REPLY, UP },
		[SAME_UP] = { 0, UP },
		[NEWS] = { CHANGED, UP },
		[BYE] = { DOWN, GONE },
		[BYE_OTHER] = { 0, UP },
	},
	[GONE] = {
		[NEW] = { REPLY, HEARD },
		[NEW_ACK] = { REPLY | GO, UP },
		[NEW_UP] = { REPLY | GO, UP },
		[SAME] = { REPLY, HEARD },
		[SAME_ACK] = { REPLY | GO, UP },
		[SAME_UP] = { REPLY | GO, UP },
		[NEWS] = { REPLY | GO | CHANGED, UP },
		[BYE] = { 0, GONE },
		[BYE_OTHER] = { 0, GONE },
	},
};

static void every_state_and_event(struct kunit *test)
{
	unsigned int state, event;

	for (state = 0; state < STATES; state++) {
		for (event = 0; event < EVENTS; event++) {
			struct argonet_handshake hs = in_state(state);
			int todo;

			KUNIT_ASSERT_EQ(test, state_of(&hs), state);
			todo = happen(&hs, event);
			KUNIT_EXPECT_EQ_MSG(test, todo, table[state][event].todo,
					    "state %u event %u", state, event);
			KUNIT_EXPECT_EQ_MSG(test, state_of(&hs),
					    table[state][event].next,
					    "state %u event %u", state, event);
		}
	}
}

/* Make field @i of a HELLO invalid. Return: the error for it; 0 behind the last case */
static int spoil(struct argonet_hello *h, unsigned int i)
{
	switch (i) {
	case 0:
		h->version_min = 2;
		return -EBADMSG;
	case 1:
		h->session = 0;
		return -EBADMSG;
	case 2:
		h->session = cpu_to_le64(OURS);
		return -EBADMSG;
	case 3:
		h->flags = cpu_to_le16(2);
		return -EBADMSG;
	case 4:
		h->flags = cpu_to_le16(0x8001);
		return -EBADMSG;
	case 5:
		h->reserved[0] = cpu_to_le32(1);
		return -EBADMSG;
	case 6:
		h->reserved[5] = cpu_to_le32(1U << 31);
		return -EBADMSG;
	case 7:
		h->max_frame = 0;
		return -EBADMSG;
	case 8:
		h->max_frame = cpu_to_le32(ARGONET_MIN_FRAME - 1);
		return -EBADMSG;
	case 9:
		h->max_message = 0;
		return -EBADMSG;
	case 10:
		h->max_message = cpu_to_le32(1522 + sizeof(struct argonet_record) - 1);
		return -EBADMSG;
	case 11:
		h->queues = 0;
		return -EBADMSG;
	case 12:
		h->version_min = 2;
		h->version_max = 9;
		return -EPROTONOSUPPORT;
	case 13:
		h->version_min = 0;
		h->version_max = 0;
		return -EPROTONOSUPPORT;
	default:
		return 0;
	}
}

static bool same(const struct argonet_handshake *a,
		 const struct argonet_handshake *b)
{
	return a->session == b->session && a->peer_session == b->peer_session &&
	       a->acked == b->acked && !memcmp(&a->peer, &b->peer, sizeof(a->peer));
}

/* After any event, the same event once more must not change the state. */
static void repeated_events(struct kunit *test)
{
	unsigned int state, event;

	for (state = 0; state < STATES; state++) {
		for (event = 0; event < EVENTS; event++) {
			struct argonet_handshake hs = in_state(state), once;
			int todo;

			happen(&hs, event);
			once = hs;
			todo = happen(&hs, event);
			KUNIT_EXPECT_FALSE(test, todo & (DOWN | GO | CHANGED));
			KUNIT_EXPECT_TRUE(test, same(&hs, &once));
		}
	}
}

static void bad_hellos_change_nothing(struct kunit *test)
{
	unsigned int state, i, len;

	for (state = 0; state < STATES; state++) {
		struct argonet_handshake hs = in_state(state);
		const struct argonet_handshake before = hs;
		struct argonet_hello hello;

		for (i = 0;; i++) {
			int want;

			hello = good_hello(PEERS);
			want = spoil(&hello, i);
			if (!want)
				break;
			KUNIT_EXPECT_EQ_MSG(test, want,
					    argonet_handshake_hello(&hs, &hello, sizeof(hello)),
					    "state %u, case %u", state, i);
		}
		KUNIT_EXPECT_EQ(test, i, 14);
		hello = good_hello(PEERS);
		for (len = 0; len < sizeof(hello); len++)
			KUNIT_EXPECT_EQ(test, -EBADMSG,
					argonet_handshake_hello(&hs, &hello, len));
		KUNIT_EXPECT_TRUE(test, same(&hs, &before));
	}
}

static void bad_byes_change_nothing(struct kunit *test)
{
	unsigned int state, len;

	for (state = 0; state < STATES; state++) {
		struct argonet_handshake hs = in_state(state);
		const struct argonet_handshake before = hs;
		struct argonet_bye bye = { .session = cpu_to_le64(PEERS) };

		for (len = 0; len < sizeof(bye); len++)
			KUNIT_EXPECT_EQ(test, -EBADMSG,
					argonet_handshake_bye(&hs, &bye, len));
		bye.reserved = cpu_to_le64(1);
		KUNIT_EXPECT_EQ(test, -EBADMSG,
				argonet_handshake_bye(&hs, &bye, sizeof(bye)));
		bye.reserved = 0;
		bye.session = 0;
		KUNIT_EXPECT_EQ(test, -EBADMSG,
				argonet_handshake_bye(&hs, &bye, sizeof(bye)));
		KUNIT_EXPECT_TRUE(test, same(&hs, &before));
	}
}

/* Numbers of the peer are bounded when its HELLO is read. */
static void claims_are_bounded(struct kunit *test)
{
	static const u32 frames[] = { ARGONET_MIN_FRAME, 65535, ARGONET_MAX_FRAME,
				      ARGONET_MAX_BIG_FRAME,
				      ARGONET_MAX_BIG_FRAME + 1, U32_MAX };
	struct argonet_handshake hs;
	struct argonet_hello hello;
	unsigned int i;
	u32 f;

	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		hello = good_hello(PEERS);
		hello.max_frame = cpu_to_le32(frames[i]);
		hello.max_message = cpu_to_le32(U32_MAX);
		hello.queues = cpu_to_le32(U32_MAX);
		hs = in_state(FRESH);
		KUNIT_ASSERT_GE(test, argonet_handshake_hello(&hs, &hello, sizeof(hello)), 0);
		KUNIT_EXPECT_EQ(test, hs.peer.max_frame,
				min_t(u32, frames[i], ARGONET_MAX_BIG_FRAME));
		KUNIT_EXPECT_EQ(test, hs.peer.queues, ARGONET_MAX_QUEUES);
	}
	/* Unknown features are masked; without checksums there is no TSO. */
	for (f = 0; f <= ARGONET_F_ALL; f++) {
		hello = good_hello(PEERS);
		hello.features = cpu_to_le32(f << 25 | f);
		hs = in_state(FRESH);
		KUNIT_ASSERT_GE(test, argonet_handshake_hello(&hs, &hello, sizeof(hello)), 0);
		KUNIT_EXPECT_EQ(test, hs.peer.features,
				f & ARGONET_F_CSUM ? f & ARGONET_F_ALL : 0);
	}
	/* A later version may append fields. */
	hello = good_hello(PEERS);
	hello.version_max = 255;
	hs = in_state(FRESH);
	KUNIT_EXPECT_GE(test, argonet_handshake_hello(&hs, &hello, 4096), 0);
	KUNIT_EXPECT_EQ(test, hs.peer.version, ARGONET_VERSION);
}

static void fill_and_read_back(struct kunit *test)
{
	const struct argonet_params own = {
		.version = ARGONET_VERSION, .features = ARGONET_F_ALL,
		.max_frame = 9022, .max_message = 70000, .queues = 4,
		.ring_size = 1 << 20,
	};
	struct argonet_handshake a = in_state(FRESH), b;
	struct argonet_hello hello;

	memset(&b, 0, sizeof(b));
	argonet_handshake_start(&b, PEERS);
	argonet_handshake_fill(&a, &own, false, &hello);
	argonet_handshake_hello(&b, &hello, sizeof(hello));
	KUNIT_EXPECT_FALSE(test, memcmp(&b.peer, &own, sizeof(own)));
	KUNIT_EXPECT_EQ(test, b.peer_session, OURS);
	KUNIT_EXPECT_FALSE(test, argonet_handshake_up(&b));

	argonet_handshake_fill(&b, &own, false, &hello);
	argonet_handshake_hello(&a, &hello, sizeof(hello));
	argonet_handshake_fill(&a, &own, true, &hello);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(hello.flags), ARGONET_HELLO_UP);
	KUNIT_EXPECT_EQ(test, argonet_handshake_hello(&b, &hello, sizeof(hello)),
			ARGONET_HS_UP);
	KUNIT_EXPECT_TRUE(test, argonet_handshake_up(&a) && argonet_handshake_up(&b));
}

static struct kunit_case argonet_handshake_cases[] = {
	KUNIT_CASE(every_state_and_event),	/* B20 */
	KUNIT_CASE(repeated_events),	/* B20 */
	KUNIT_CASE(bad_hellos_change_nothing),	/* B16 B17 B18 B24 */
	KUNIT_CASE(bad_byes_change_nothing),	/* B17 B18 */
	KUNIT_CASE(claims_are_bounded),	/* B23 B24 */
	KUNIT_CASE(fill_and_read_back),
	{}
};

static struct kunit_suite argonet_handshake_suite = {
	.name = "argonet-handshake",
	.test_cases = argonet_handshake_cases,
};

kunit_test_suite(argonet_handshake_suite);
