/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_ARGO_MESSAGE_H
#define _LINUX_ARGO_MESSAGE_H

#include <linux/string.h>
#include <linux/types.h>

/*
 * Message types in use. A type is 32 bits of the sender's choice:
 * clients of this driver put a magic number of their own into the upper half.
 */
#define ARGO_TYPE_NET		0x414e0000	/* argonet: version << 8 | kind */
#define ARGO_TYPE_VIRTIO	0x41490000	/* virtio-argo: the same */
#define ARGO_TYPE_VSOCK		0x41560000	/* vsock-argo: the same */

/**
 * struct argo_message - one received message, still in the ring
 * @domid: domain that sent it; the only part of the address Xen vouches for
 * @port: port the sender claims
 * @type: message type, the sender's choice
 * @len: payload bytes
 * @slots: ring bytes the message takes, header and padding included
 * @seg: the payload; in two pieces if it wraps at the end of the ring
 * @seg_len: bytes of each piece; the second is 0 if there is none
 *
 * The payload stays valid until the ring position behind it is published.
 * Only Xen can write to it and only after that, but its contents are the
 * peer's: check everything.
 */
struct argo_message {
	__u16 domid;
	__u32 port;
	__u32 type;
	__u32 len;
	__u32 slots;
	const void *seg[2];
	__u32 seg_len[2];
};

/**
 * argo_message_copy() - copy out of the payload of a message
 * @msg: the message
 * @offset: first payload byte wanted
 * @to: where to copy to
 * @len: how many bytes
 *
 * The caller checks that @offset + @len lies within the message.
 */
static inline void argo_message_copy(const struct argo_message *msg,
				     __u32 offset, void *to, __u32 len)
{
	__u32 first = msg->seg_len[0];

	if (offset + len <= first) {
		memcpy(to, msg->seg[0] + offset, len);
	} else if (offset >= first) {
		memcpy(to, msg->seg[1] + (offset - first), len);
	} else {
		first -= offset;
		memcpy(to, msg->seg[0] + offset, first);
		memcpy(to + first, msg->seg[1], len - first);
	}
}

/**
 * argo_message_piece() - largest piece of the payload that does not wrap
 * @msg: the message
 * @offset: first payload byte wanted, less than @msg->len
 * @len: how many bytes are wanted; lowered to what is there in one piece
 *
 * Return: address of the byte at @offset.
 */
static inline const void *argo_message_piece(const struct argo_message *msg,
					     __u32 offset, __u32 *len)
{
	__u32 left;
	const void *p;

	if (offset < msg->seg_len[0]) {
		p = msg->seg[0] + offset;
		left = msg->seg_len[0] - offset;
	} else {
		p = msg->seg[1] + (offset - msg->seg_len[0]);
		left = msg->len - offset;
	}
	if (*len > left)
		*len = left;
	return p;
}

#endif /* _LINUX_ARGO_MESSAGE_H */
