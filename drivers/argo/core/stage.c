// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gathering a message from more pieces than Xen takes: the last ones are copied into
 * one piece.
 */
#include <linux/export.h>
#include <linux/string.h>

#include "core.h"

/**
 * argo_stage_init() - begin a message
 * @stage: filled in
 * @bounce: memory of the client, for copies of the pieces that have no iov of their own
 * @size: bytes of @bounce
 *
 * Context: any.
 */
void argo_stage_init(struct argo_stage *stage, void *bounce, u32 size)
{
	stage->niov = 0;
	stage->len = 0;
	stage->bounce = bounce;
	stage->size = size;
	stage->used = 0;
}
EXPORT_SYMBOL_GPL(argo_stage_init);

static void argo_stage_copy(struct argo_stage *stage, const void *base, u32 len)
{
	memcpy(stage->bounce + stage->used, base, len);
	stage->used += len;
}

/**
 * argo_stage_add() - add a piece
 * @stage: the message
 * @base: the piece, which must not change until the message was sent
 * @len: bytes of it
 *
 * If the piece follows the last one in memory, the two share an iov. Otherwise, if all
 * XEN_ARGO_MAXIOV iovs are used, the piece in the last iov is moved to the bounce
 * memory, this piece is copied behind it, and the last iov has both.
 *
 * Context: any.
 * Return: 0, or -ENOSPC if the bounce memory is too small; the message is unchanged
 * then.
 */
int argo_stage_add(struct argo_stage *stage, const void *base, u32 len)
{
	struct xen_argo_iov *last = stage->niov ? &stage->iov[stage->niov - 1] : NULL;
	bool copied;

	if (!len)
		return 0;
	if (last && last->iov_hnd + last->iov_len == (unsigned long)base) {
		last->iov_len += len;
	} else if (stage->niov < XEN_ARGO_MAXIOV) {
		stage->iov[stage->niov++] = argo_iov(base, len);
	} else {
		copied = stage->used;
		if (stage->size - stage->used < len ||
		    (!copied && stage->size - len < last->iov_len))
			return -ENOSPC;
		if (!copied) {
			argo_stage_copy(stage, (void *)(unsigned long)last->iov_hnd,
					last->iov_len);
			last->iov_hnd = (unsigned long)stage->bounce;
		}
		argo_stage_copy(stage, base, len);
		last->iov_len += len;
	}
	stage->len += len;
	return 0;
}
EXPORT_SYMBOL_GPL(argo_stage_add);
