// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chains of descriptors, which the driver of this domain wrote: where their bytes
 * are. An address in a descriptor is the kernel's own, see dma.c.
 */
#include "virtio-argo.h"

/**
 * struct va_walk - a walk along a chain
 * @q: its queue
 * @table: descriptors
 * @size: how many
 * @next: the next one
 * @left: how many may follow, so that no circle holds us
 */
struct va_walk {
	const struct va_queue *q;
	const struct vring_desc *table;
	u32 size;
	u32 next;
	u32 left;
};

struct va_piece {
	u8 *base;
	u32 len;
	bool writable;
};

static u16 va16(const struct va_queue *q, __virtio16 value)
{
	return virtio16_to_cpu(q->vq->vdev, value);
}

static void *va_address(const struct va_queue *q, const struct vring_desc *desc)
{
	return (void *)(unsigned long)virtio64_to_cpu(q->vq->vdev, desc->addr);
}

static void va_walk_begin(struct va_walk *w, const struct va_queue *q, u16 head)
{
	const struct vring_desc *first = &q->vring->desc[head];

	w->q = q;
	if (va16(q, first->flags) & VRING_DESC_F_INDIRECT) {
		w->table = va_address(q, first);
		w->size = virtio32_to_cpu(q->vq->vdev, first->len) / sizeof(*first);
		w->next = 0;
	} else {
		w->table = q->vring->desc;
		w->size = q->vring->num;
		w->next = head;
	}
	w->left = w->size;
}

static bool va_walk_next(struct va_walk *w, struct va_piece *piece)
{
	const struct vring_desc *desc;
	u16 flags;

	if (!w->left || w->next >= w->size)
		return false;
	desc = &w->table[w->next];
	flags = va16(w->q, desc->flags);
	piece->base = va_address(w->q, desc);
	piece->len = virtio32_to_cpu(w->q->vq->vdev, desc->len);
	piece->writable = flags & VRING_DESC_F_WRITE;
	w->next = va16(w->q, desc->next);
	w->left = flags & VRING_DESC_F_NEXT ? w->left - 1 : 0;
	return true;
}

/**
 * va_chain_measure() - find out how long a chain is
 * @q: its queue
 * @chain: its @head is known; @total and @cap are filled in
 */
void va_chain_measure(const struct va_queue *q, struct va_chain *chain)
{
	struct va_piece piece;
	struct va_walk w;

	chain->total = 0;
	chain->cap = 0;
	va_walk_begin(&w, q, chain->head);
	while (va_walk_next(&w, &piece)) {
		if (piece.writable)
			chain->cap += piece.len;
		else
			chain->total += piece.len;
	}
}

/* Return: is there a piece of this kind with bytes from @offset on? It is cut to them. */
static bool va_walk_to(struct va_walk *w, struct va_piece *piece, bool writable, u32 *offset,
		       u32 len)
{
	while (len && va_walk_next(w, piece)) {
		if (piece->writable != writable)
			continue;
		if (*offset < piece->len) {
			piece->base += *offset;
			piece->len = min(piece->len - *offset, len);
			*offset = 0;
			return true;
		}
		*offset -= piece->len;
	}
	return false;
}

/**
 * va_chain_gather() - add readable bytes of a chain to a message
 * @q: its queue
 * @chain: the chain
 * @stage: the message
 * @offset: of the first one
 * @len: how many
 *
 * Return: 0, or -ENOSPC
 */
int va_chain_gather(const struct va_queue *q, const struct va_chain *chain,
		    struct argo_stage *stage, u32 offset, u32 len)
{
	struct va_piece piece;
	struct va_walk w;
	int ret;

	va_walk_begin(&w, q, chain->head);
	while (va_walk_to(&w, &piece, false, &offset, len)) {
		ret = argo_stage_add(stage, piece.base, piece.len);
		if (ret)
			return ret;
		len -= piece.len;
	}
	return 0;
}

/**
 * va_chain_scatter() - fill writable bytes of a chain
 * @q: its queue
 * @chain: the chain
 * @offset: of the first one
 * @msg: where the bytes come from; NULL for zeros
 * @at: of the first one there
 * @len: how many
 */
void va_chain_scatter(const struct va_queue *q, const struct va_chain *chain, u32 offset,
		      const struct argo_message *msg, u32 at, u32 len)
{
	struct va_piece piece;
	struct va_walk w;

	va_walk_begin(&w, q, chain->head);
	while (va_walk_to(&w, &piece, true, &offset, len)) {
		if (msg)
			argo_message_copy(msg, at, piece.base, piece.len);
		else
			memset(piece.base, 0, piece.len);
		at += piece.len;
		len -= piece.len;
	}
}

/**
 * va_chain_fail() - write into a chain that it failed
 * @q: its queue
 * @chain: the chain
 *
 * A driver that looks for a status in its buffer would find there what was there
 * before, which may be that of a success.
 */
void va_chain_fail(const struct va_queue *q, const struct va_chain *chain)
{
	int fail = q->dev->type->fail;
	u32 offset = chain->cap - 1;
	struct va_piece piece;
	struct va_walk w;

	if (fail < 0 || !chain->cap)
		return;
	va_walk_begin(&w, q, chain->head);
	if (va_walk_to(&w, &piece, true, &offset, 1))
		*piece.base = fail;
}
