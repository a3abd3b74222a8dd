// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of DATA messages: frames of every length at every place, and every request.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/vmalloc.h>
#include <uapi/linux/argonet.h>

#include "compat_uapi.h"
#include "record.h"

#define MAX_FRAME	1522
#define ROOM		4096
#define RECORD		sizeof(struct argonet_record)
#define BAD(why)	(-1 - (int)ARGONET_BAD_ ## why)

static uint kunit_seed;
module_param(kunit_seed, uint, 0444);
MODULE_PARM_DESC(kunit_seed, "what random tests begin with; 0 for another each time");

/* Return: 1 for a frame, 0 at the end, or BAD(why) */
static int record_next(const struct argo_message *m, u32 *pos, u32 offered,
		       u32 max_frame, struct argonet_frame *frame)
{
	enum argonet_bad why;
	enum argonet_found found = argonet_record_next(m, pos, offered, max_frame,
						       frame, &why);

	return found == ARGONET_FOUND_BAD ? -1 - (int)why : (int)found;
}

/* Make a message that wraps after @first bytes. KASAN sees reads outside its payload. */
static void message(struct kunit *test, struct argo_message *msg,
		    const void *payload, u32 len, u32 first)
{
	u8 *a = kunit_kmalloc(test, max(first, 1U), GFP_KERNEL);
	u8 *b = kunit_kmalloc(test, max(len - first, 1U), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	memcpy(a, payload, first);
	memcpy(b, payload + first, len - first);
	*msg = (struct argo_message) {
		.len = len,
		.seg = { a, b },
		.seg_len = { first, len - first },
	};
}

static void message_free(struct kunit *test, struct argo_message *msg)
{
	kunit_kfree(test, msg->seg[0]);
	kunit_kfree(test, msg->seg[1]);
}

/* Return: as record_next() for the first record */
static int first(struct kunit *test, const void *payload, u32 len, u32 wrap,
		 struct argonet_frame *frame)
{
	struct argo_message msg;
	u32 pos = 0;
	int ret;

	message(test, &msg, payload, len, wrap);
	ret = record_next(&msg, &pos, ARGONET_F_ALL, MAX_FRAME, frame);
	message_free(test, &msg);
	return ret;
}

static void every_frame_length(struct kunit *test)
{
	u8 *payload = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	struct argonet_record *record = (void *)payload;
	struct argonet_frame frame;
	u32 len;

	KUNIT_ASSERT_NOT_NULL(test, payload);
	for (len = 0; len < MAX_FRAME + 100; len++) {
		bool good = len >= ETH_HLEN && len <= MAX_FRAME;
		int bad = BAD(LENGTH);
		int ret;

		record->len = cpu_to_le32(len);
		ret = first(test, payload, sizeof(*record) + len, len % 40, &frame);
		KUNIT_EXPECT_EQ_MSG(test, ret, good ? 1 : bad, "%u bytes", len);
		if (good) {
			KUNIT_EXPECT_EQ(test, frame.offset, sizeof(*record));
			KUNIT_EXPECT_EQ(test, frame.len, len);
		}
		/* A message that lacks the last byte of the frame */
		if (len) {
			ret = first(test, payload, sizeof(*record) + len - 1, 3, &frame);
			KUNIT_EXPECT_EQ_MSG(test, ret, bad, "%u bytes", len);
		}
	}
}

static void lying_lengths(struct kunit *test)
{
	static const u32 lies[] = { 0, 13, 101, 0xffff, 0x10000, 0x7fffffff,
				    0x80000000, 0xffffffec, U32_MAX };
	struct {
		struct argonet_record record;
		u8 frame[100];
	} payload = {};
	struct argonet_frame frame;
	unsigned int i;
	u32 len;

	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		payload.record.len = cpu_to_le32(lies[i]);
		KUNIT_EXPECT_EQ(test, BAD(LENGTH),
				first(test, &payload, sizeof(payload), 10, &frame));
	}
	/* A message shorter than a record, down to an empty one */
	payload.record.len = cpu_to_le32(100);
	for (len = 0; len < sizeof(payload.record); len++)
		KUNIT_EXPECT_EQ(test, BAD(LENGTH),
				first(test, &payload, len, len / 2, &frame));
}

static void every_wrap(struct kunit *test)
{
	struct {
		struct argonet_record record;
		u8 frame[100];
	} payload = {
		.record.len = cpu_to_le32(100),
		.record.offload.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.record.offload.csum_start = __cpu_to_virtio16(true, 34),
		.record.offload.csum_offset = __cpu_to_virtio16(true, 16),
	};
	struct argonet_frame frame;
	u32 wrap;

	for (wrap = 0; wrap <= sizeof(payload); wrap++) {
		memset(&frame, 0, sizeof(frame));
		KUNIT_ASSERT_EQ(test, 1, first(test, &payload, sizeof(payload), wrap, &frame));
		KUNIT_EXPECT_EQ(test, 0, memcmp(&frame.offload, &payload.record.offload,
						sizeof(frame.offload)));
	}
}

/* The expected result for a request, written independently of the driver */
static int verdict(unsigned int flags, unsigned int type, u32 offered)
{
	bool ecn = type & VIRTIO_NET_HDR_GSO_ECN;
	u32 need = 0;

	if (flags > 1)
		return BAD(RESERVED);
	if (flags || type)
		need = ARGONET_F_CSUM;
	switch (type & 0x7f) {
	case 0:
		break;
	case 1:
		need |= ARGONET_F_TSO4;
		break;
	case 4:
		need |= ARGONET_F_TSO6;
		break;
	case 5:
		need |= ARGONET_F_USO;
		break;
	default:
		return BAD(OFFLOAD);
	}
	if (ecn && (type == 0x80 || type == 0x85))
		return BAD(OFFLOAD);
	if (ecn)
		need |= ARGONET_F_ECN;
	if (need & ~offered)
		return BAD(UNOFFERED);
	return type && !flags ? BAD(OFFLOAD) : 1;
}

static void every_request(struct kunit *test)
{
	struct {
		struct argonet_record record;
		u8 frame[100];
	} payload = {
		.record.len = cpu_to_le32(100),
		.record.offload.csum_start = __cpu_to_virtio16(true, 34),
		.record.offload.csum_offset = __cpu_to_virtio16(true, 16),
		.record.offload.gso_size = __cpu_to_virtio16(true, 50),
	};
	unsigned int flags, type, offered;
	struct argonet_frame frame;
	struct argo_message msg;

	message(test, &msg, &payload, sizeof(payload), 7);
	for (offered = 0; offered <= ARGONET_F_ALL; offered++) {
		for (type = 0; type < 256; type++) {
			for (flags = 0; flags < 256; flags = flags < 4 ? flags + 1 : flags * 2) {
				u8 *seg = (u8 *)msg.seg[0];
				u32 pos = 0;
				int ret;

				seg[4] = flags;	/* virtio_net_hdr comes after len */
				seg[5] = type;
				ret = record_next(&msg, &pos, offered, MAX_FRAME, &frame);
				if (ret != verdict(flags, type, offered))
					KUNIT_FAIL(test, "offered %#x flags %#x type %#x: %d",
						   offered, flags, type, ret);
			}
		}
	}
	message_free(test, &msg);
}

static void checksum_bounds(struct kunit *test)
{
	static const struct {
		u16 start, offset;
		bool good;
	} rows[] = {
		{ 34, 16, true }, { 14, 0, true }, { 14, 84, true },
		{ 98, 0, true }, { 13, 16, false }, { 0, 16, false },
		{ 14, 85, false }, { 99, 0, false }, { 100, 0, false },
		{ 0xffff, 0, false }, { 14, 0xffff, false },
		{ 0xffff, 0xffff, false }, { 0xfff0, 0x20, false },
		{ 0x8000, 0x8000, false },
	};
	struct {
		struct argonet_record record;
		u8 frame[100];
	} payload = {
		.record.len = cpu_to_le32(100),
		.record.offload.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
	};
	struct argonet_frame frame;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		payload.record.offload.csum_start = __cpu_to_virtio16(true, rows[i].start);
		payload.record.offload.csum_offset = __cpu_to_virtio16(true, rows[i].offset);
		KUNIT_EXPECT_EQ_MSG(test, first(test, &payload, sizeof(payload), 9, &frame),
				    rows[i].good ? 1 : BAD(OFFLOAD),
				    "start %u offset %u", rows[i].start, rows[i].offset);
	}
	/* A segment size of 0 */
	payload.record.offload.csum_start = __cpu_to_virtio16(true, 34);
	payload.record.offload.csum_offset = __cpu_to_virtio16(true, 16);
	payload.record.offload.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	KUNIT_EXPECT_EQ(test, BAD(OFFLOAD),
			first(test, &payload, sizeof(payload), 9, &frame));
}

/* Frames longer than ARGONET_MAX_FRAME: types and features that allow them */
static void big_frames(struct kunit *test)
{
	const u32 most = ARGONET_MAX_BIG_FRAME, all = ARGONET_F_ALL;
	const int unoffered = BAD(UNOFFERED), bad = BAD(OFFLOAD);
	const struct {
		u32 len, offered;
		u8 flags, type;
		int ret;
	} rows[] = {
		{ ARGONET_MAX_FRAME, all, 0, 0, 1 },
		{ ARGONET_MAX_FRAME + 1, all, 0, 0, bad },
		{ ARGONET_MAX_FRAME + 1, all, 1, 0, bad },
		{ ARGONET_MAX_FRAME + 1, all, 1, 5, bad },
		{ ARGONET_MAX_FRAME + 1, all, 0, 1, bad },
		{ ARGONET_MAX_FRAME + 1, all, 1, 1, 1 },
		{ ARGONET_MAX_FRAME + 1, all, 1, 4, 1 },
		{ most, all, 1, 0x81, 1 },
		{ most, all, 1, 0x84, 1 },
		{ most, all & ~ARGONET_F_BIG4, 1, 1, unoffered },
		{ most, all & ~ARGONET_F_BIG4, 1, 4, 1 },
		{ most, all & ~ARGONET_F_BIG6, 1, 4, unoffered },
		{ most, all & ~ARGONET_F_BIG6, 1, 1, 1 },
		{ most, all & ~ARGONET_F_TSO4, 1, 1, unoffered },
		{ most + 1, all, 1, 1, BAD(LENGTH) },
	};
	u8 *payload = vzalloc(RECORD + most + 1);
	struct argonet_record *record = (void *)payload;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, payload);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct argo_message msg = {
			.len = RECORD + rows[i].len,
			.seg = { payload, NULL },
			.seg_len = { RECORD + rows[i].len, 0 },
		};
		struct argonet_frame frame;
		u32 pos = 0;

		*record = (struct argonet_record) {
			.len = cpu_to_le32(rows[i].len),
			.offload.flags = rows[i].flags,
			.offload.gso_type = rows[i].type,
			.offload.csum_start = __cpu_to_virtio16(true, 34),
			.offload.csum_offset = __cpu_to_virtio16(true, 16),
			.offload.gso_size = __cpu_to_virtio16(true, 1448),
		};
		KUNIT_EXPECT_EQ_MSG(test, rows[i].ret,
				    record_next(&msg, &pos, rows[i].offered, most, &frame),
				    "row %u", i);
	}
	vfree(payload);
}

static void reserved_bits(struct kunit *test)
{
	struct {
		struct argonet_record record;
		u8 frame[100];
	} payload = { .record.len = cpu_to_le32(100) };
	struct argonet_frame frame;
	unsigned int bit;

	for (bit = 0; bit < 16; bit++) {
		payload.record.reserved = cpu_to_le16(1 << bit);
		KUNIT_EXPECT_EQ(test, BAD(RESERVED),
				first(test, &payload, sizeof(payload), 9, &frame));
	}
}

/* Messages of many frames: each must be found where it was put. */
static void many_records(struct kunit *test)
{
	u8 *payload = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	struct argonet_frame frame;
	struct argo_message msg;
	u32 at, end, len, pos;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, payload);
	for (i = 0; i < 64; i++) {
		memset(payload, 0, ROOM);
		for (at = 0, end = 0, len = ETH_HLEN + i; at + RECORD + len <= ROOM; len += 7) {
			*(__le32 *)(payload + at) = cpu_to_le32(len);
			payload[at + RECORD] = len;
			end = at + RECORD + len;
			at = ALIGN(end, 16);
		}
		message(test, &msg, payload, end, end / 3);
		pos = 0;
		for (len = ETH_HLEN + i; pos < end; len += 7) {
			u8 c;

			KUNIT_ASSERT_EQ(test, 1, record_next(&msg, &pos, 0, MAX_FRAME, &frame));
			KUNIT_ASSERT_EQ(test, frame.len, len);
			argo_message_copy(&msg, frame.offset, &c, 1);
			KUNIT_ASSERT_EQ(test, c, (u8)len);
		}
		KUNIT_EXPECT_EQ(test, 0, record_next(&msg, &pos, 0, MAX_FRAME, &frame));
		message_free(test, &msg);
	}
}

/* A frame that is refused does not affect the frames before and behind it. */
static void bad_among_good(struct kunit *test)
{
	struct {
		struct argonet_record record;
		u8 frame[48];
	} payload[3] = {};
	struct argonet_frame frame;
	struct argo_message msg;
	unsigned int i;
	u32 pos = 0;

	for (i = 0; i < ARRAY_SIZE(payload); i++)
		payload[i].record.len = cpu_to_le32(48);
	payload[1].record.offload.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	message(test, &msg, payload, sizeof(payload), 50);
	KUNIT_EXPECT_EQ(test, 1, record_next(&msg, &pos, 0, MAX_FRAME, &frame));
	KUNIT_EXPECT_EQ(test, BAD(UNOFFERED),
			record_next(&msg, &pos, 0, MAX_FRAME, &frame));
	KUNIT_EXPECT_EQ(test, 1, record_next(&msg, &pos, 0, MAX_FRAME, &frame));
	KUNIT_EXPECT_EQ(test, frame.offset, 2 * sizeof(payload[0]) + RECORD);
	KUNIT_EXPECT_EQ(test, 0, record_next(&msg, &pos, 0, MAX_FRAME, &frame));

	/* After a wrong length the next record cannot be found. */
	payload[1].record.len = cpu_to_le32(1);
	message_free(test, &msg);
	message(test, &msg, payload, sizeof(payload), 50);
	pos = 0;
	KUNIT_EXPECT_EQ(test, 1, record_next(&msg, &pos, 0, MAX_FRAME, &frame));
	KUNIT_EXPECT_EQ(test, BAD(LENGTH),
			record_next(&msg, &pos, 0, MAX_FRAME, &frame));
	KUNIT_EXPECT_EQ(test, 0, record_next(&msg, &pos, 0, MAX_FRAME, &frame));
	message_free(test, &msg);
}

static void random_messages(struct kunit *test)
{
	u32 seed = kunit_seed ?: get_random_u32(), round, len, pos, n, frames = 0;
	u8 *payload = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	struct argonet_frame frame;
	struct argo_message msg;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, payload);
	kunit_info(test, "kunit_seed=%u", seed);
	prandom_seed_state(&rnd, seed);
	for (round = 0; round < 20000; round++) {
		len = prandom_u32_state(&rnd) % 300;
		prandom_bytes_state(&rnd, payload, len);
		/* Records with small lengths, so that some frames are accepted */
		for (n = 0; n + RECORD < len; n += 16 + prandom_u32_state(&rnd) % 6 * 16) {
			memset(payload + n, 0, RECORD);
			*(__le32 *)(payload + n) = cpu_to_le32(prandom_u32_state(&rnd) % 80);
		}
		message(test, &msg, payload, len, prandom_u32_state(&rnd) % (len + 1));
		for (pos = 0, n = 0; ; n++) {
			u32 before = pos;

			int ret = record_next(&msg, &pos, ARGONET_F_ALL, MAX_FRAME, &frame);

			if (!ret)
				break;
			KUNIT_ASSERT_GE(test, pos, before + RECORD + ETH_HLEN);
			if (ret > 0)
				KUNIT_ASSERT_LE(test, frame.offset + frame.len, len);
		}
		frames += n;
		message_free(test, &msg);
	}
	KUNIT_EXPECT_GT(test, frames, 1000);
}

static struct kunit_case argonet_record_cases[] = {
	KUNIT_CASE(every_frame_length),	/* B5 B6 */
	KUNIT_CASE(lying_lengths),	/* B18 B19 */
	KUNIT_CASE(every_wrap),	/* B13 B14 */
	KUNIT_CASE(every_request),	/* B40 B44 */
	KUNIT_CASE(checksum_bounds),	/* B42 */
	KUNIT_CASE(big_frames),	/* B8 B45 */
	KUNIT_CASE(reserved_bits),	/* B17 */
	KUNIT_CASE(many_records),
	KUNIT_CASE(bad_among_good),
	KUNIT_CASE(random_messages),	/* B39 */
	{}
};

static struct kunit_suite argonet_record_suite = {
	.name = "argonet-record",
	.test_cases = argonet_record_cases,
};

kunit_test_suite(argonet_record_suite);
