/* SPDX-License-Identifier: GPL-2.0-only */
/* A second reader of the records of a DATA message, written in the plain */
#ifndef _RECORD_MODEL_H
#define _RECORD_MODEL_H

#include <linux/argonet.h>
#include <linux/virtio_net.h>

#include "unit.h"
#include "compat_uapi.h"
#include "record.h"

#define ALL	0x7f
#define BAD(why)	(-ARGONET_BAD_##why - 1)

/* Return: 1 for a frame, 0 at the end, or BAD(why) */
static inline int record_next(const struct argo_message *m, u32 *pos, u32 offered,
			      u32 max_frame, struct argonet_frame *frame)
{
	enum argonet_bad why;
	enum argonet_found found = argonet_record_next(m, pos, offered, max_frame,
						       frame, &why);

	return found == ARGONET_FOUND_BAD ? -1 - (int)why : (int)found;
}

/* The fields of a record, in the order of the wire */
struct fields {
	u32 len;
	u8 flags, gso_type;
	u16 hdr_len, gso_size, csum_start, csum_offset, reserved;
};

static inline void put(u8 *to, u32 value, int bytes)
{
	for (; bytes--; value >>= 8)
		*to++ = value;
}

static inline u32 get(const u8 *from, int bytes)
{
	u32 value = 0;

	while (bytes--)
		value = value << 8 | from[bytes];
	return value;
}

static inline void put_record(u8 *to, const struct fields *f)
{
	put(to, f->len, 4);
	to[4] = f->flags;
	to[5] = f->gso_type;
	put(to + 6, f->hdr_len, 2);
	put(to + 8, f->gso_size, 2);
	put(to + 10, f->csum_start, 2);
	put(to + 12, f->csum_offset, 2);
	put(to + 14, f->reserved, 2);
}

/* What a frame of @len bytes with these requests deserves */
static inline int judge_offload(const u8 *r, u32 len, u32 offered)
{
	static const struct {
		u8 type;
		u32 needed, big;	/* in a frame of more than 65558 bytes, too */
	} known[] = {
		{ 0x00, 0, 0 },
		{ 0x01, ARGONET_F_TSO4, ARGONET_F_BIG4 },
		{ 0x04, ARGONET_F_TSO6, ARGONET_F_BIG6 },
		{ 0x81, ARGONET_F_TSO4 | ARGONET_F_ECN, ARGONET_F_BIG4 },
		{ 0x84, ARGONET_F_TSO6 | ARGONET_F_ECN, ARGONET_F_BIG6 },
		{ 0x05, ARGONET_F_USO, 0 },
	};
	u32 needed, i;

	if (r[4] > 1)
		return BAD(RESERVED);
	for (i = 0; i < ARRAY_SIZE(known) && known[i].type != r[5]; i++)
		;
	if (i == ARRAY_SIZE(known) || (len > 65558 && !known[i].big))
		return BAD(OFFLOAD);
	needed = known[i].needed | (len > 65558 ? known[i].big : 0);
	if (!i && r[4])
		needed = ARGONET_F_CSUM;
	if ((offered & needed) != needed)
		return BAD(UNOFFERED);
	if (r[4] && (get(r + 10, 2) < 14 ||
		     (u64)get(r + 10, 2) + get(r + 12, 2) + 2 > len))
		return BAD(OFFLOAD);
	if (i && (!r[4] || get(r + 8, 2) < (known[i].big ? 8 : 1)))
		return BAD(OFFLOAD);
	return 0;
}

/* The record at @pos of @len bytes, and where to look for the *@next one */
static inline int judge(const u8 *bytes, u64 len, u64 pos, u32 offered,
			u32 max_frame, u64 *next)
{
	u64 frame;

	*next = pos;
	if (pos && pos >= len)
		return 0;
	*next = U32_MAX;
	if (pos + 16 > len)
		return BAD(LENGTH);
	frame = get(bytes + pos, 4);
	if (frame < 14 || frame > max_frame || pos + 16 + frame > len)
		return BAD(LENGTH);
	*next = (pos + 16 + frame + 15) / 16 * 16;
	if (get(bytes + pos + 14, 2))
		return BAD(RESERVED);
	return judge_offload(bytes + pos, frame, offered) ?: 1;
}

/* A message in two allocations of just the right size */
static inline void message_create(struct argo_message *m, const u8 *bytes,
				  u32 len, u32 split)
{
	u8 *seg[2] = { xmalloc(split), xmalloc(len - split) };

	memcpy(seg[0], bytes, split);
	memcpy(seg[1], bytes + split, len - split);
	*m = (struct argo_message) {
		.len = len, .seg = { seg[0], seg[1] },
		.seg_len = { split, len - split },
	};
}

static inline void message_destroy(struct argo_message *m)
{
	free((void *)m->seg[0]);
	free((void *)m->seg[1]);
}

static inline void check_frame(const struct argo_message *m, const u8 *bytes,
			       u32 pos, const struct argonet_frame *f)
{
	u8 *copy = xmalloc(f->len);

	expect(f->offset == pos + 16 && f->len == get(bytes + pos, 4) &&
	       !memcmp(&f->offload, bytes + pos + 4, sizeof(f->offload)),
	       "record at %u of %u bytes", pos, m->len);
	argo_message_copy(m, f->offset, copy, f->len);
	expect(!memcmp(copy, bytes + f->offset, f->len),
	       "record at %u of %u bytes", pos, m->len);
	free(copy);
}

/* Walk a message to its end. Return: the number of good records. */
static inline u32 check_walk(const struct argo_message *m, const u8 *bytes,
			     u32 offered, u32 max_frame)
{
	u32 pos = 0, before, records = 0;
	struct argonet_frame f;
	int ret, due;
	u64 next;

	do {
		before = pos;
		ret = record_next(m, &pos, offered, max_frame, &f);
		due = judge(bytes, m->len, before, offered, max_frame, &next);
		expect(ret == due,
		       "at %u of %u bytes, split at %u, record of %u: %d, not %d",
		       before, m->len, m->seg_len[0],
		       before + 4ULL <= m->len ? get(bytes + before, 4) : 0, ret, due);
		expect(pos == next && (!ret || pos > before), "from %u to %u",
		       before, pos);
		if (ret == 1)
			check_frame(m, bytes, before, &f);
		records += ret == 1;
	} while (ret);
	return records;
}

#endif /* _RECORD_MODEL_H */
