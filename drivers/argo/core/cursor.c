// SPDX-License-Identifier: GPL-2.0-only
/*
 * The read side of an Argo ring.
 *
 * Xen writes messages and tx_ptr, the receiver moves rx_ptr. Headers and
 * indexes are read once, checked against the ring, and only then used.
 */
#ifdef __KERNEL__
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <asm/barrier.h>
#else
#include "kernel_shim.h"
#endif

#include "cursor.h"

/* Bytes from @from forward to @to */
static u32 argo_distance(const struct argo_cursor *c, u32 from, u32 to)
{
	return to >= from ? to - from : c->len - from + to;
}

static u32 argo_advance(const struct argo_cursor *c, u32 pos, u32 bytes)
{
	pos += bytes;
	return pos >= c->len ? pos - c->len : pos;
}

static const void *argo_at(const struct argo_cursor *c, u32 pos)
{
	return (const u8 *)(c->ring + 1) + pos;
}

static bool argo_index_valid(const struct argo_cursor *c, u32 index)
{
	return index < c->len && IS_ALIGNED(index, XEN_ARGO_MSG_SLOT_SIZE);
}

/**
 * argo_cursor_init() - start reading a ring
 * @c: cursor
 * @ring: ring memory, header included
 * @len: bytes of message space, as registered with Xen
 * @max_message: largest payload a well-behaved sender uses
 */
void argo_cursor_init(struct argo_cursor *c, struct xen_argo_ring *ring,
		      u32 len, u32 max_message)
{
	c->ring = ring;
	c->len = len;
	c->max_message = max_message;
	argo_cursor_reset(c);
}

/**
 * argo_cursor_reset() - empty a ring that is not registered with Xen
 * @c: cursor
 */
void argo_cursor_reset(struct argo_cursor *c)
{
	WRITE_ONCE(c->rx, 0);
	WRITE_ONCE(c->published, 0);
	c->owed = false;
	WRITE_ONCE(c->ring->rx_ptr, 0);
	WRITE_ONCE(c->ring->tx_ptr, 0);
}

/**
 * argo_cursor_next() - look at the next message
 * @c: cursor
 * @msg: filled in if there is a message
 *
 * The position does not move: argo_cursor_consume() does that.
 *
 * Return: 1 if there is a message, 0 if the ring is empty, -EBADMSG if the
 * header made no sense and everything unread was skipped, -EIO if the write
 * position itself makes no sense and the ring must be registered anew.
 */
int argo_cursor_next(struct argo_cursor *c, struct argo_message *msg)
{
	const struct xen_argo_ring_message_header *head;
	u32 tx, start, len, unread;

	/*
	 * The header and the payload are read after tx_ptr. The counterpart is Xen's
	 * sendv, which writes the message before it moves tx_ptr.
	 */
	tx = virt_load_acquire(&c->ring->tx_ptr);
	if (!argo_index_valid(c, tx))
		return -EIO;
	if (tx == c->rx)
		return 0;

	/* Both positions are multiples of the slot size, which is that of a header. */
	unread = argo_distance(c, c->rx, tx);
	head = argo_at(c, c->rx);
	len = READ_ONCE(head->len);
	if (len < sizeof(*head) || len > unread) {
		WRITE_ONCE(c->rx, tx);
		return -EBADMSG;
	}

	msg->domid = READ_ONCE(head->source.domain_id);
	msg->port = READ_ONCE(head->source.aport);
	msg->type = READ_ONCE(head->message_type);
	msg->len = len - sizeof(*head);
	msg->slots = ALIGN(len, XEN_ARGO_MSG_SLOT_SIZE);

	start = argo_advance(c, c->rx, sizeof(*head));
	msg->seg[0] = argo_at(c, start);
	msg->seg_len[0] = min(msg->len, c->len - start);
	msg->seg[1] = argo_at(c, 0);
	msg->seg_len[1] = msg->len - msg->seg_len[0];
	return 1;
}

/**
 * argo_cursor_consume() - step over a message
 * @c: cursor
 * @msg: what argo_cursor_next() returned last
 *
 * The sender cannot reuse the space before argo_cursor_publish().
 */
void argo_cursor_consume(struct argo_cursor *c, const struct argo_message *msg)
{
	WRITE_ONCE(c->rx, argo_advance(c, c->rx, msg->slots));
}

/*
 * How many bytes must be free for Xen to accept the largest message? Xen never fills
 * the last slot.
 */
static u32 argo_room_for_largest(const struct argo_cursor *c)
{
	return ALIGN(c->max_message, XEN_ARGO_MSG_SLOT_SIZE) +
	       sizeof(struct xen_argo_ring_message_header) + XEN_ARGO_MSG_SLOT_SIZE;
}

/**
 * argo_cursor_publish() - let senders use the space of consumed messages
 * @c: cursor
 *
 * Xen does not watch rx_ptr: a sender that found the ring full is woken only by
 * the receiver's notify hypercall. Xen can have refused a message only if the
 * bytes in use left no room for the largest one. This function computes an upper
 * bound of the bytes that were in use when Xen refused: the messages consumed
 * since the last call, plus those that are unread when tx_ptr is read below. If Xen
 * refuses a message after that, the ring holds unread messages, and the reader calls
 * this function again when it has consumed them.
 *
 * Return: true if the caller must issue the notify hypercall now.
 */
bool argo_cursor_publish(struct argo_cursor *c)
{
	u32 worst = argo_room_for_largest(c);
	u32 given, used, tx, enough;

	given = argo_distance(c, c->published, c->rx);
	if (!given && !c->owed)
		return false;

	/*
	 * Xen may overwrite the consumed messages from here on, so all reads of them
	 * come first. The counterpart is Xen's sendv, which reads rx_ptr before it
	 * writes a message.
	 */
	virt_store_release(&c->ring->rx_ptr, c->rx);
	WRITE_ONCE(c->published, c->rx); /* debugfs reads it */
	/*
	 * Store rx_ptr before tx_ptr is read. The counterpart is Xen's sendv, which
	 * writes tx_ptr before the next sendv reads rx_ptr. If Xen refused a message
	 * because of the old rx_ptr, the tx_ptr read here therefore includes all
	 * messages that were in the ring at that time.
	 */
	virt_mb();
	tx = READ_ONCE(c->ring->tx_ptr);
	if (!argo_index_valid(c, tx))
		return true;

	used = argo_distance(c, c->rx, tx);
	if (worst >= c->len || given + used > c->len - worst)
		c->owed = true;
	if (!c->owed)
		return false;

	/*
	 * Each signal costs a hypercall here and an interrupt at the sender, which
	 * then fills little space at once. So signal only when the largest message
	 * fits and three quarters of the ring are free, or when all is read. The
	 * messages left in the ring keep the reader busy until the sender has filled
	 * the ring again.
	 */
	enough = max(worst, c->len / 4 * 3);
	if (used && c->len - used < enough)
		return false;
	c->owed = false;
	return true;
}
