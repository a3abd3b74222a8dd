/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The read side of an Argo ring. No kernel dependency beyond types and
 * barriers, so that the same file runs under user space tests and fuzzers.
 */
#ifndef _ARGO_CURSOR_H
#define _ARGO_CURSOR_H

#ifdef __KERNEL__
#include <linux/compiler.h>
#else
#include "kernel_shim.h"
#endif
#include <linux/argo_message.h>
#include <xen/interface/argo.h>

/**
 * struct argo_cursor - read position in a ring
 * @ring: the ring Xen writes to; its contents are never trusted
 * @len: bytes of message space, a multiple of the slot size
 * @rx: offset of the next unread message
 * @published: offset that senders see as read, at or before @rx
 * @max_message: largest payload a sender is expected to send
 * @owed: a sender may be waiting for space, and Xen was not yet asked to signal it
 */
struct argo_cursor {
	struct xen_argo_ring *ring;
	__u32 len;
	__u32 rx;
	__u32 published;
	__u32 max_message;
	bool owed;
};

void argo_cursor_init(struct argo_cursor *c, struct xen_argo_ring *ring,
		      __u32 len, __u32 max_message);
void argo_cursor_reset(struct argo_cursor *c);
int argo_cursor_next(struct argo_cursor *c, struct argo_message *msg);
void argo_cursor_consume(struct argo_cursor *c, const struct argo_message *msg);
bool argo_cursor_publish(struct argo_cursor *c);

/**
 * argo_cursor_pending() - is there anything to read?
 * @c: cursor
 *
 * Inline, because the VIRQ handler calls it for every ring. The handler runs beside
 * Xen, which moves tx_ptr, and beside the reader, which moves rx. It may see old values:
 * Xen sends another VIRQ after it moved tx_ptr, and the reader looks again when it is
 * done.
 *
 * Return: true if the write position differs from the read position. That is also
 * true for an invalid write position, which argo_cursor_next() then reports.
 */
static inline bool argo_cursor_pending(const struct argo_cursor *c)
{
	return READ_ONCE(c->ring->tx_ptr) != READ_ONCE(c->rx);
}

#endif /* _ARGO_CURSOR_H */
