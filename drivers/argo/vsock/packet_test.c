// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a peer can write: every field of HELLO and BYE and of a packet's header,
 * wrong in turn.
 */
#include <kunit/test.h>

#include "handshake.h"
#include "packet.h"

#define CID	7
#define OURS	0x1111111111111111ULL
#define THEIRS	0x2222222222222222ULL

static const struct vsock_argo_params params = {
	.features = VSOCK_ARGO_F_ALL,
	.max_message = VSOCK_ARGO_MAX_PACKET,
	.ring_size = 0x80000,
};

/* Two ends that have not heard of each other, and the HELLO of one of them */
static void strangers(struct vsock_argo_handshake *hs, struct vsock_argo_hello *hello)
{
	struct vsock_argo_handshake peer;

	vsock_argo_hs_start(hs, OURS);
	vsock_argo_hs_start(&peer, THEIRS);
	vsock_argo_hs_fill(&peer, &params, hello);
}

/* A message of @len bytes with nothing readable behind what is looked at */
static int say_hello(struct kunit *test, struct vsock_argo_handshake *hs,
		     const struct vsock_argo_hello *hello, u32 len)
{
	struct vsock_argo_hello *copy = kunit_kmalloc(test, sizeof(*copy), GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	*copy = *hello;
	ret = vsock_argo_hs_hello(hs, copy, len);
	kunit_kfree(test, copy);
	return ret;
}

/* What a HELLO with byte @at changed to @value is, from the table in the documentation */
static int hello_due(u32 at, u8 value)
{
	switch (at) {
	case 0:
		/* lowest version, while the highest is 1 */
		return value > 1 ? -EBADMSG : 0;
	case 1:
		return value < 1 ? -EBADMSG : 0;
	case 2:
		return value & ~VSOCK_ARGO_HELLO_UP ? -EBADMSG : 0;
	case 3:
		return value ? -EBADMSG : 0;
	case 24 ... 27:
		/* 0x1002c */
		if (at == 24)
			return value < 0x2c ? -EMSGSIZE : 0;
		return at == 26 && !value ? -EMSGSIZE : 0;
	case 32 ... 63:
		return value ? -EBADMSG : 0;
	default:
		return 0;
	}
}

static void every_byte_of_hello(struct kunit *test)
{
	struct vsock_argo_handshake hs, was;
	struct vsock_argo_hello hello;
	u32 at, value;
	int ret, due;

	for (at = 0; at < sizeof(hello); at++)
		for (value = 0; value < 256; value++) {
			strangers(&hs, &hello);
			((u8 *)&hello)[at] = value;
			was = hs;
			due = hello_due(at, value);
			ret = say_hello(test, &hs, &hello, sizeof(hello));
			if (due) {
				KUNIT_ASSERT_EQ_MSG(test, ret, due, "byte %u is %u", at, value);
				KUNIT_ASSERT_EQ_MSG(test, memcmp(&hs, &was, sizeof(hs)), 0,
						    "byte %u is %u", at, value);
			} else {
				/* It has not seen our session, so it is answered. */
				KUNIT_ASSERT_EQ_MSG(test, ret, VSOCK_ARGO_HS_HELLO,
						    "byte %u is %u", at, value);
				KUNIT_ASSERT_FALSE(test, vsock_argo_hs_up(&hs));
			}
		}
}

static void versions_of_hello(struct kunit *test)
{
	struct vsock_argo_handshake hs;
	struct vsock_argo_hello hello;
	u32 min, max;
	int due;

	for (min = 0; min < 256; min++)
		for (max = 0; max < 256; max++) {
			strangers(&hs, &hello);
			hello.version_min = min;
			hello.version_max = max;
			due = min > max ? -EBADMSG : min > 1 || max < 1 ? -EPROTONOSUPPORT :
			      VSOCK_ARGO_HS_HELLO;
			KUNIT_ASSERT_EQ_MSG(test, due,
					    vsock_argo_hs_hello(&hs, &hello, sizeof(hello)),
					    "versions %u to %u", min, max);
		}
}

static void sessions_of_hello(struct kunit *test)
{
	struct vsock_argo_handshake hs;
	struct vsock_argo_hello hello;

	strangers(&hs, &hello);
	hello.session = 0;
	KUNIT_EXPECT_EQ(test, -EBADMSG, vsock_argo_hs_hello(&hs, &hello, sizeof(hello)));
	/* Ours, thrown back at us */
	hello.session = cpu_to_le64(OURS);
	hello.peer_session = cpu_to_le64(OURS);
	KUNIT_EXPECT_EQ(test, -EBADMSG, vsock_argo_hs_hello(&hs, &hello, sizeof(hello)));

	hello.session = cpu_to_le64(THEIRS);
	hello.peer_session = cpu_to_le64(OURS + 1);
	KUNIT_EXPECT_EQ(test, VSOCK_ARGO_HS_HELLO,
			vsock_argo_hs_hello(&hs, &hello, sizeof(hello)));
	KUNIT_EXPECT_FALSE(test, vsock_argo_hs_up(&hs));
	hello.peer_session = cpu_to_le64(OURS);
	hello.flags = cpu_to_le16(VSOCK_ARGO_HELLO_UP);
	KUNIT_EXPECT_EQ(test, VSOCK_ARGO_HS_UP,
			vsock_argo_hs_hello(&hs, &hello, sizeof(hello)));
	/* Said again it is no news; */
	KUNIT_EXPECT_EQ(test, 0, vsock_argo_hs_hello(&hs, &hello, sizeof(hello)));
	/* another session ends what there was. */
	hello.session = cpu_to_le64(THEIRS + 1);
	KUNIT_EXPECT_EQ(test, VSOCK_ARGO_HS_DOWN | VSOCK_ARGO_HS_HELLO | VSOCK_ARGO_HS_UP,
			vsock_argo_hs_hello(&hs, &hello, sizeof(hello)));
}

static void lengths_of_hello(struct kunit *test)
{
	struct vsock_argo_handshake hs;
	struct vsock_argo_hello hello;
	u32 len;

	for (len = 0; len < 4096; len++) {
		strangers(&hs, &hello);
		/* Later versions may be longer. */
		KUNIT_ASSERT_EQ_MSG(test, say_hello(test, &hs, &hello, len),
				    len < 64 ? -EBADMSG : VSOCK_ARGO_HS_HELLO, "%u bytes", len);
	}
}

static void every_byte_of_bye(struct kunit *test)
{
	struct vsock_argo_handshake hs, was;
	struct vsock_argo_hello hello;
	struct vsock_argo_bye bye;
	u32 at, value, len;
	int due;

	strangers(&hs, &hello);
	hello.peer_session = cpu_to_le64(OURS);
	KUNIT_ASSERT_GE(test, vsock_argo_hs_hello(&hs, &hello, sizeof(hello)), 0);
	was = hs;
	for (at = 0; at < sizeof(bye); at++)
		for (value = 0; value < 256; value++) {
			bye = (struct vsock_argo_bye) { .session = cpu_to_le64(THEIRS) };
			if (((u8 *)&bye)[at] == value)
				continue;
			((u8 *)&bye)[at] = value;
			due = at < 8 ? 0 : -EBADMSG;
			KUNIT_ASSERT_EQ_MSG(test, due,
					    vsock_argo_hs_bye(&hs, &bye, sizeof(bye), 3),
					    "byte %u is %u", at, value);
			KUNIT_ASSERT_EQ(test, memcmp(&hs, &was, sizeof(hs)), 0);
		}
	bye = (struct vsock_argo_bye) {};
	KUNIT_EXPECT_EQ(test, -EBADMSG, vsock_argo_hs_bye(&hs, &bye, sizeof(bye), 3));
	bye.session = cpu_to_le64(THEIRS);
	for (len = 0; len < sizeof(bye); len++)
		KUNIT_EXPECT_EQ(test, -EBADMSG, vsock_argo_hs_bye(&hs, &bye, len, 3));
	KUNIT_EXPECT_EQ(test, VSOCK_ARGO_HS_DOWN, vsock_argo_hs_bye(&hs, &bye, sizeof(bye), 3));
	KUNIT_EXPECT_EQ(test, hs.session, 3ULL);
}

static struct virtio_vsock_hdr good_header(u16 type, u16 op, u32 len)
{
	return (struct virtio_vsock_hdr) {
		.src_cid = cpu_to_le64(99),
		.dst_cid = cpu_to_le64(CID),
		.src_port = cpu_to_le32(1),
		.dst_port = cpu_to_le32(2),
		.len = cpu_to_le32(len),
		.type = cpu_to_le16(type),
		.op = cpu_to_le16(op),
	};
}

/* What a stream's packet of 4 bytes with byte @at changed to @value is */
static int header_due(u32 at, u8 value)
{
	switch (at) {
	case 8 ... 15:
		return value == (at == 8 ? CID : 0) ? 0 : -EBADMSG;
	case 24 ... 27:
		return value == (at == 24 ? 4 : 0) ? 0 : -EMSGSIZE;
	case 28:
		return value >= 1 && value <= 3 ? 0 : -EBADMSG;
	case 30:
		return value == VIRTIO_VSOCK_OP_RW ? 0 : -EBADMSG;
	case 29:
	case 31:
		return value ? -EBADMSG : 0;
	default:
		/* Source, ports, flags and credit may be anything. */
		return 0;
	}
}

static void every_byte_of_header(struct kunit *test)
{
	struct virtio_vsock_hdr *hdr = kunit_kmalloc(test, sizeof(*hdr), GFP_KERNEL);
	u32 at, value;

	KUNIT_ASSERT_NOT_NULL(test, hdr);
	KUNIT_ASSERT_EQ(test, sizeof(*hdr), (size_t)VSOCK_ARGO_HEADER);
	for (at = 0; at < sizeof(*hdr); at++)
		for (value = 0; value < 256; value++) {
			*hdr = good_header(VIRTIO_VSOCK_TYPE_STREAM, VIRTIO_VSOCK_OP_RW, 4);
			((u8 *)hdr)[at] = value;
			KUNIT_ASSERT_EQ_MSG(test, vsock_argo_packet_check(hdr, 4, CID),
					    header_due(at, value), "byte %u is %u", at, value);
		}
}

static void every_type_and_op(struct kunit *test)
{
	struct virtio_vsock_hdr hdr;
	u32 type, op, len;
	bool good;

	for (type = 0; type < 0x120; type++)
		for (op = 0; op < 0x120; op++)
			for (len = 0; len < 2; len++) {
				hdr = good_header(type, op, len);
				good = type >= 1 && type <= 3 && op >= 1 && op <= 7 &&
				       (op == 5 || (!len && type != 3));
				KUNIT_ASSERT_EQ_MSG(test, good ? 0 : -EBADMSG,
						    vsock_argo_packet_check(&hdr, len, CID),
						    "type %u op %u len %u", type, op, len);
			}
}

static void every_length(struct kunit *test)
{
	static const u32 lies[] = { 0, 1, 65535, 65536, 65537, 0x7fffffff, 0x80000000,
				    U32_MAX - VSOCK_ARGO_HEADER, U32_MAX };
	struct virtio_vsock_hdr hdr;
	unsigned int i, j;
	u32 len;

	for (len = 0; len < 70000; len++) {
		hdr = good_header(VIRTIO_VSOCK_TYPE_SEQPACKET, VIRTIO_VSOCK_OP_RW, len);
		KUNIT_ASSERT_EQ_MSG(test, len <= 65536 ? 0 : -EMSGSIZE,
				    vsock_argo_packet_check(&hdr, len, CID), "%u bytes", len);
	}
	for (i = 0; i < ARRAY_SIZE(lies); i++)
		for (j = 0; j < ARRAY_SIZE(lies); j++) {
			hdr = good_header(VIRTIO_VSOCK_TYPE_STREAM, VIRTIO_VSOCK_OP_RW, lies[i]);
			KUNIT_EXPECT_EQ_MSG(test, i == j && lies[i] <= 65536 ? 0 : -EMSGSIZE,
					    vsock_argo_packet_check(&hdr, lies[j], CID),
					    "%u instead of %u bytes", lies[i], lies[j]);
		}
}

static void pieces(struct kunit *test)
{
	static const u32 lens[] = { 0, 1, 2, 3, 4, 999, 32000, 65535, 65536 };
	static const u32 mosts[] = { 1, 2, 1000, 32000, 65536 };
	const u32 both = VIRTIO_VSOCK_SEQ_EOM | VIRTIO_VSOCK_SEQ_EOR;
	struct virtio_vsock_hdr hdr, piece;
	unsigned int i, j;
	u32 at, n;

	for (i = 0; i < ARRAY_SIZE(lens); i++)
		for (j = 0; j < ARRAY_SIZE(mosts); j++) {
			hdr = good_header(VIRTIO_VSOCK_TYPE_SEQPACKET, VIRTIO_VSOCK_OP_RW,
					  lens[i]);
			hdr.flags = cpu_to_le32(both);
			at = 0;
			do {
				n = vsock_argo_packet_piece(&hdr, at, mosts[j], &piece);
				KUNIT_ASSERT_EQ(test, n, min(mosts[j], lens[i] - at));
				KUNIT_ASSERT_EQ(test, le32_to_cpu(piece.len), n);
				at += n;
				KUNIT_ASSERT_EQ(test, le32_to_cpu(piece.flags),
						at < lens[i] ? 0 : both);
			} while (at < lens[i]);
		}
}

static struct kunit_case vsock_argo_packet_cases[] = {
	KUNIT_CASE(every_byte_of_hello),
	KUNIT_CASE(versions_of_hello),
	KUNIT_CASE(sessions_of_hello),
	KUNIT_CASE(lengths_of_hello),
	KUNIT_CASE(every_byte_of_bye),
	KUNIT_CASE(every_byte_of_header),
	KUNIT_CASE(every_type_and_op),
	KUNIT_CASE(every_length),
	KUNIT_CASE(pieces),
	{}
};

static struct kunit_suite vsock_argo_packet_suite = {
	.name = "vsock-argo-packet",
	.test_cases = vsock_argo_packet_cases,
};

kunit_test_suite(vsock_argo_packet_suite);
