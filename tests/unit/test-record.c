// SPDX-License-Identifier: GPL-2.0-only
/* The records of a DATA message against the model of their reader */
#include <check.h>

#include "record_model.h"

static_assert(sizeof(struct argonet_record) == 16, "record");
static_assert(offsetof(struct argonet_record, offload) == 4, "offload");
static_assert(offsetof(struct argonet_record, reserved) == 14, "reserved");

static void check_split(const u8 *bytes, u32 len, u32 split, u32 offered,
			u32 max_frame)
{
	struct argo_message m;

	message_create(&m, bytes, len, split);
	check_walk(&m, bytes, offered, max_frame);
	message_destroy(&m);
}

/* Messages of every length around a record that claims any length */
START_TEST(every_length_and_claim)
{
	static const u32 wild[] = { 0xffff, 0x10000, 0x10016, 0x10017, 0x7fffffff,
				    0x80000000, 0xffffffe0, 0xffffffef,
				    0xfffffff0, 0xfffffff1, 0xffffffff };
	u32 len, claim, i, split;
	u8 bytes[160];
	struct rnd r;

	rnd_init(&r, 1);
	for (len = 0; len <= 112; len++)
		for (i = 0; i <= len + 20 + ARRAY_SIZE(wild); i++) {
			claim = i <= len + 20 ? i : wild[i - len - 21];
			rnd_fill(&r, bytes, sizeof(bytes));
			put_record(bytes, &(struct fields) { .len = claim });
			/* A good record may follow, or its first half. */
			put_record(bytes + ALIGN(16 + min(claim, 112u), 16),
				   &(struct fields) { .len = 14 + i % 3 });
			for (split = 0; split <= len; split += len > 48 ? 5 : 1)
				check_split(bytes, len, split, ALL,
					    ARGONET_MAX_FRAME);
			check_split(bytes, len, len, ALL, ARGONET_MAX_FRAME);
		}
}
END_TEST

START_TEST(largest_frame)
{
	static const u32 most[] = { 0, 13, 14, 15, 90, 1514, 65535, 65536,
				    ARGONET_MAX_FRAME };
	struct argonet_frame f;
	struct argo_message m;
	u8 *bytes = xmalloc(16 + ARGONET_MAX_FRAME + 1);
	u32 i, pos, len;
	int ret;

	memset(bytes, 0, 16 + ARGONET_MAX_FRAME + 1);
	for (i = 0; i < ARRAY_SIZE(most); i++)
		for (len = most[i] ? most[i] - 1 : 0; len <= most[i] + 1; len++) {
			put_record(bytes, &(struct fields) { .len = len });
			message_create(&m, bytes, 16 + len, len / 2);
			pos = 0;
			ret = record_next(&m, &pos, 0, most[i], &f);
			expect(ret == (len >= 14 && len <= most[i] ? 1 : BAD(LENGTH)),
			       "frame of %u, limit %u: %d", len, most[i], ret);
			check_walk(&m, bytes, 0, most[i]);
			message_destroy(&m);
		}
	free(bytes);
}
END_TEST

/* One frame of @len bytes with these requests */
static void check_up_to(struct argo_message *m, u8 *bytes, struct fields f,
			u32 offered, u32 max_frame)
{
	put_record(bytes, &f);
	memcpy((void *)m->seg[0], bytes, 16);
	check_walk(m, bytes, offered, max_frame);
}

static void check_request(struct argo_message *m, u8 *bytes, struct fields f,
			  u32 offered)
{
	check_up_to(m, bytes, f, offered, ARGONET_MAX_FRAME);
}

/* Longer than an ordinary one may be: which type makes it welcome to whom */
START_TEST(big_frames)
{
	static const u32 lens[] = { ARGONET_MAX_FRAME, ARGONET_MAX_FRAME + 1,
				    ARGONET_MAX_BIG_FRAME, ARGONET_MAX_BIG_FRAME + 1 };
	static const u8 types[] = { 0x00, 0x01, 0x04, 0x05, 0x81, 0x84, 0x80, 0x85, 3 };
	u8 *bytes = xmalloc(16 + ARGONET_MAX_BIG_FRAME + 1);
	struct fields f = { .hdr_len = 54, .gso_size = 1448,
			    .csum_start = 34, .csum_offset = 16 };
	struct argonet_frame frame;
	struct argo_message m;
	u32 i, type, offered, pos;
	int ret;

	memset(bytes, 0, 16 + ARGONET_MAX_BIG_FRAME + 1);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		f.len = lens[i];
		message_create(&m, bytes, 16 + f.len, 16 + f.len);
		for (type = 0; type < ARRAY_SIZE(types); type++)
			for (offered = 1; offered <= ALL; offered += 2)
				for (f.flags = 0; f.flags < 2; f.flags++) {
					f.gso_type = types[type];
					check_up_to(&m, bytes, f, offered,
						    ARGONET_MAX_BIG_FRAME);
				}
		/* The one of the other family does not do. */
		f.flags = 1;
		f.gso_type = 1;
		put_record((u8 *)m.seg[0], &f);
		pos = 0;
		ret = record_next(&m, &pos, ALL & ~ARGONET_F_BIG4, ARGONET_MAX_BIG_FRAME,
				  &frame);
		expect(ret == (i == 0 ? 1 : i == 3 ? BAD(LENGTH) : BAD(UNOFFERED)),
		       "%u bytes: %d", f.len, ret);
		message_destroy(&m);
	}
	free(bytes);
}
END_TEST

START_TEST(every_flag_type_and_offer)
{
	struct fields f = { .len = 60, .hdr_len = 54, .gso_size = 8,
			    .csum_start = 34, .csum_offset = 16 };
	u8 bytes[16 + 60] = { 0 };
	u32 flags, type, offered;
	struct argo_message m;

	message_create(&m, bytes, sizeof(bytes), sizeof(bytes));
	for (flags = 0; flags < 256; flags++)
		for (type = 0; type < 256; type++)
			for (offered = 0; offered <= ALL; offered++) {
				/* Nothing else goes without checksums. */
				if (offered && !(offered & ARGONET_F_CSUM))
					continue;
				/* Few flags are worth every offer. */
				if (flags > 3 && offered % ALL)
					continue;
				f.flags = flags;
				f.gso_type = type;
				check_request(&m, bytes, f, offered);
			}
	message_destroy(&m);
}
END_TEST

START_TEST(every_reserved_bit)
{
	struct fields f = { .len = 14 };
	u8 bytes[16 + 14] = { 0 };
	struct argo_message m;
	struct argonet_frame frame;
	u32 reserved, pos;

	message_create(&m, bytes, sizeof(bytes), sizeof(bytes));
	for (reserved = 0; reserved < 0x10000; reserved++) {
		f.reserved = reserved;
		check_request(&m, bytes, f, ALL);
		pos = 0;
		expect(record_next(&m, &pos, ALL, 14, &frame) ==
		       (reserved ? BAD(RESERVED) : 1), "%#x", reserved);
	}
	message_destroy(&m);
}
END_TEST

START_TEST(checksum_within_the_frame)
{
	static const u16 far[] = { 0x7fff, 0x8000, 0xffb0, 0xffc0, 0xfff0,
				   0xfffd, 0xfffe, 0xffff };
	struct fields f = { .len = 64, .flags = 1 };
	u8 bytes[16 + 64] = { 0 };
	struct argo_message m;
	u32 i, j;

	message_create(&m, bytes, sizeof(bytes), sizeof(bytes));
	for (i = 0; i < 80 + ARRAY_SIZE(far); i++)
		for (j = 0; j < 80 + ARRAY_SIZE(far); j++) {
			f.csum_start = i < 80 ? i : far[i - 80];
			f.csum_offset = j < 80 ? j : far[j - 80];
			f.gso_type = 0;
			f.gso_size = 0;
			check_request(&m, bytes, f, ARGONET_F_CSUM);
			f.gso_type = 1;
			f.gso_size = 8;
			check_request(&m, bytes, f, ALL);
		}
	message_destroy(&m);
}
END_TEST

START_TEST(checksum_at_the_end_of_the_largest_frame)
{
	u8 *bytes = xmalloc(16 + ARGONET_MAX_FRAME);
	struct fields f = { .len = ARGONET_MAX_FRAME, .flags = 1 };
	struct argo_message m;
	u32 start, i;

	memset(bytes, 0, 16 + ARGONET_MAX_FRAME);
	message_create(&m, bytes, 16 + ARGONET_MAX_FRAME, 16 + ARGONET_MAX_FRAME);
	for (start = 0; start < 0x10000; start += 0xf0f)
		for (i = 0; i < 4; i++) {
			f.csum_start = start;
			f.csum_offset = min(ARGONET_MAX_FRAME - 3 + i - start,
					    0xfffeu + i % 2);
			check_request(&m, bytes, f, ALL);
		}
	message_destroy(&m);
	free(bytes);
}
END_TEST

START_TEST(segment_sizes)
{
	static const u8 types[] = { 0x00, 0x01, 0x04, 0x05, 0x81, 0x84, 0x80, 3 };
	struct fields f = { .len = 60, .csum_start = 34, .csum_offset = 16 };
	u8 bytes[16 + 60] = { 0 };
	struct argo_message m;
	struct argonet_frame frame;
	u32 i, size, pos = 0;

	message_create(&m, bytes, sizeof(bytes), sizeof(bytes));
	for (i = 0; i < ARRAY_SIZE(types); i++)
		for (size = 0; size < 0x10000; size += size < 300 ? 1 : 251)
			for (f.flags = 0; f.flags < 2; f.flags++) {
				f.gso_type = types[i];
				f.gso_size = size;
				check_request(&m, bytes, f, ALL);
			}
	f = (struct fields) { .len = 60, .flags = 1, .gso_type = 1,
			      .csum_start = 34, .csum_offset = 16 };
	put_record((u8 *)m.seg[0], &f);
	expect(record_next(&m, &pos, ALL, 60, &frame) == BAD(OFFLOAD) &&
	       pos == 80, "segments of 0 bytes");
	f.gso_size = 7;
	put_record((u8 *)m.seg[0], &f);
	pos = 0;
	expect(record_next(&m, &pos, ALL, 60, &frame) == BAD(OFFLOAD),
	       "segments of 7 bytes");
	f.gso_size = 8;
	put_record((u8 *)m.seg[0], &f);
	pos = 0;
	expect(record_next(&m, &pos, ALL, 60, &frame) == 1,
	       "no segments of 8 bytes");
	message_destroy(&m);
}
END_TEST

/* Good records in a row, one of them spoilt now and then, at every split */
START_TEST(many_records)
{
	u32 i, len, frame, split, records = 0, at;
	struct argo_message m;
	u8 bytes[640];
	struct rnd r;

	rnd_init(&r, 2);
	for (i = 0; i < 3000; i++) {
		rnd_fill(&r, bytes, sizeof(bytes));
		for (len = 0; len < 300 && !(len && rnd_one_in(&r, 5));) {
			frame = 14 + rnd_below(&r, 80);
			put_record(bytes + len, &(struct fields) {
				.len = frame, .flags = rnd_below(&r, 2),
				.csum_start = 14, .csum_offset = frame - 16 });
			at = len + 16 + frame;
			len = ALIGN(at, 16);
		}
		if (rnd_one_in(&r, 2))
			len = at;		/* the last one is not padded */
		else if (rnd_one_in(&r, 2))
			len += rnd_below(&r, 40);
		if (rnd_one_in(&r, 4))
			bytes[rnd_below(&r, len)] ^= 1 << rnd_below(&r, 8);
		for (split = 0; split <= len; split += i % 10 ? 61 : 1) {
			message_create(&m, bytes, len, split);
			records += check_walk(&m, bytes, ALL, 200);
			message_destroy(&m);
		}
	}
	expect(records > 30000, "only %u good ones", records);
}
END_TEST

START_TEST(noise)
{
	u32 i, len, at;
	u8 bytes[256];
	struct rnd r;

	rnd_init(&r, 3);
	for (i = 0; i < 200000; i++) {
		len = rnd_below(&r, sizeof(bytes) + 1);
		rnd_fill(&r, bytes, len);
		/* Likely enough to get past the first checks */
		for (at = 0; at + 16 <= len; at += 16 * (1 + rnd_below(&r, 4))) {
			put(bytes + at, rnd_below(&r, 70), 4);
			bytes[at + 4] &= 1;
			bytes[at + 5] &= 0x85;
			bytes[at + 11] = 0;
			bytes[at + 13] = 0;
			put(bytes + at + 14, 0, 2);
		}
		check_split(bytes, len, rnd_below(&r, len + 1),
			    rnd_below(&r, ALL + 1) | ARGONET_F_CSUM,
			    rnd_below(&r, 300));
	}
}
END_TEST

struct Suite *record_suite(void)
{
	struct Suite *suite = suite_create("record");
	struct TCase *tc = tcase_create("record");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_length_and_claim);
	tcase_add_test(tc, largest_frame);
	tcase_add_test(tc, big_frames);
	tcase_add_test(tc, every_flag_type_and_offer);
	tcase_add_test(tc, every_reserved_bit);
	tcase_add_test(tc, checksum_within_the_frame);
	tcase_add_test(tc, checksum_at_the_end_of_the_largest_frame);
	tcase_add_test(tc, segment_sizes);
	tcase_add_test(tc, many_records);
	tcase_add_test(tc, noise);
	suite_add_tcase(suite, tc);
	return suite;
}
