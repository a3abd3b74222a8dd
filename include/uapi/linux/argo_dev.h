/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/argo: messages between Xen domains for programs.
 *
 * Each open file is an endpoint. read and write move one message each, behind a
 * struct argo_dev_head. Documentation: docs/chardev.md
 */
#ifndef _UAPI_LINUX_ARGO_DEV_H
#define _UAPI_LINUX_ARGO_DEV_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* As a partner: any domain. As a destination: the one of ARGO_DEV_CONNECT. */
#define ARGO_DEV_DOMID_ANY	0x7ff4

/* As a local port: one that the driver chooses. */
#define ARGO_DEV_PORT_ANY	0xffffffffU

/* Ports below this one need CAP_NET_BIND_SERVICE. */
#define ARGO_DEV_PORT_USER	1024

/* Longest message any ring can take */
#define ARGO_DEV_MESSAGE_MAX	16777120

/* The buffer was too small: @len of the header tells the true length. */
#define ARGO_DEV_TRUNCATED	(1 << 0)
/* Set on all that was read: Xen vouches for domid and len, and for the order. */
#define ARGO_DEV_VOUCHED	(1 << 1)
/* @label and @label_source hold a value. */
#define ARGO_DEV_LABELLED	(1 << 2)

/**
 * struct argo_dev_head - before each message that is read or written
 * @domid: read: the sender. write: the receiver, or ARGO_DEV_DOMID_ANY for the
 *	default one, in which case @port is 0
 * @flags: read: ARGO_DEV_*. write: 0
 * @port: read: the port that the sender claims. write: the receiver's
 * @type: message type, of the sender's choice
 * @len: payload bytes of the message, those that were cut off included
 * @label: read: label of the sender. write: 0
 * @label_source: read: who says so. write: 0
 * @reserved: 0
 * @drops: read: messages skipped since BIND because of senseless headers or by a
 *	policy of this domain. write: 0
 * @reserved2: 0
 */
struct argo_dev_head {
	__u16 domid;
	__u16 flags;
	__u32 port;
	__u32 type;
	__u32 len;
	__u32 label;
	__u16 label_source;
	__u16 reserved;
	__u32 drops;
	__u32 reserved2;
};

/* A message that does not fit into the buffer stays in the ring. */
#define ARGO_DEV_BIND_KEEP	(1 << 0)

/**
 * struct argo_dev_bind - have a ring to receive on
 * @size: sizeof(struct argo_dev_bind)
 * @flags: ARGO_DEV_BIND_*
 * @domid: the only domain that may send to it, or ARGO_DEV_DOMID_ANY
 * @reserved: 0
 * @port: local port; ARGO_DEV_PORT_ANY is replaced by the one chosen
 * @ring_bytes: memory of the ring, rounded up to pages; 0 is replaced by the default
 * @max_message: payload of the largest message expected, 0 if not known
 *
 * If the ring was lost, the same call with the same @domid and @port registers
 * it anew. What was unread in it is gone then.
 */
struct argo_dev_bind {
	__u32 size;
	__u32 flags;
	__u16 domid;
	__u16 reserved;
	__u32 port;
	__u32 ring_bytes;
	__u32 max_message;
};

/* Wait for the ring to be there. */
#define ARGO_DEV_CONNECT_WAIT	(1 << 0)

/**
 * struct argo_dev_connect - set the default destination
 * @size: sizeof(struct argo_dev_connect)
 * @flags: ARGO_DEV_CONNECT_*
 * @domid: its domain; ARGO_DEV_DOMID_ANY to have none any more
 * @reserved: 0
 * @port: its port
 *
 * From then on the end of that ring is noticed: POLLHUP, and an end of file.
 */
struct argo_dev_connect {
	__u32 size;
	__u32 flags;
	__u16 domid;
	__u16 reserved;
	__u32 port;
};

/* There is a ring that takes messages from this domain, */
#define ARGO_DEV_QUERY_EXISTS	(1 << 0)
/* and from any other one. */
#define ARGO_DEV_QUERY_SHARED	(1 << 1)

/**
 * struct argo_dev_query - ask about a ring of another domain
 * @size: sizeof(struct argo_dev_query)
 * @flags: 0; replaced by ARGO_DEV_QUERY_*
 * @domid: its domain
 * @reserved: 0
 * @port: its port
 * @max_message: 0; replaced by the longest message it can ever take
 * @reserved2: 0
 *
 * How much room there is now can only be told by a write: asking Xen would end
 * the waits of others.
 */
struct argo_dev_query {
	__u32 size;
	__u32 flags;
	__u16 domid;
	__u16 reserved;
	__u32 port;
	__u32 max_message;
	__u32 reserved2;
};

/* There is a ring. */
#define ARGO_DEV_INFO_BOUND	(1 << 0)
/* Xen dropped the ring: call ARGO_DEV_BIND again. */
#define ARGO_DEV_INFO_LOST	(1 << 1)
/* There is a default destination, */
#define ARGO_DEV_INFO_CONNECTED	(1 << 2)
/* and it is gone. */
#define ARGO_DEV_INFO_GONE	(1 << 3)
/* The destination of the last write that returned EAGAIN is still full. */
#define ARGO_DEV_INFO_FULL	(1 << 4)

/**
 * struct argo_dev_info - what is known of this endpoint
 * @size: sizeof(struct argo_dev_info)
 * @flags: 0; ARGO_DEV_INFO_*
 * @domid: this domain
 * @partner: as bound
 * @port: as bound
 * @ring_len: bytes of message space
 * @losses: how often Xen dropped the ring
 * @peer_domid: default destination
 * @reserved: 0
 * @peer_port: default destination
 * @messages: messages read
 * @bytes: payload bytes read
 * @truncated: messages read that did not fit into the buffer
 * @bad_headers: times unread data was skipped because of a senseless header
 * @filtered: messages dropped by a policy of this domain
 * @notify: times senders were signalled
 * @notify_elided: times that was not needed
 * @sent: messages written
 * @sent_bytes: payload bytes written
 * @full: times a write found no room
 *
 * All but @size is filled in.
 */
struct argo_dev_info {
	__u32 size;
	__u32 flags;
	__u16 domid;
	__u16 partner;
	__u32 port;
	__u32 ring_len;
	__u32 losses;
	__u16 peer_domid;
	__u16 reserved;
	__u32 peer_port;
	__aligned_u64 messages;
	__aligned_u64 bytes;
	__aligned_u64 truncated;
	__aligned_u64 bad_headers;
	__aligned_u64 filtered;
	__aligned_u64 notify;
	__aligned_u64 notify_elided;
	__aligned_u64 sent;
	__aligned_u64 sent_bytes;
	__aligned_u64 full;
};

/**
 * struct argo_dev_consume - read in the mapping of the ring
 * @size: sizeof(struct argo_dev_consume)
 * @count: messages to step over; replaced by how many these were
 * @head: the next message, if @ready
 * @offset: where its payload is in the mapping, in up to two pieces
 * @len: bytes of each piece
 * @ready: 1 if there is a next message, else 0
 * @reserved: 0
 */
struct argo_dev_consume {
	__u32 size;
	__u32 count;
	struct argo_dev_head head;
	__u32 offset[2];
	__u32 len[2];
	__u32 ready;
	__u32 reserved;
};

/* The size of what they point to is in its first field, and may grow. */
#define ARGO_DEV_IOCTL		0xe6
#define ARGO_DEV_BIND		_IO(ARGO_DEV_IOCTL, 1)
#define ARGO_DEV_CONNECT	_IO(ARGO_DEV_IOCTL, 2)
#define ARGO_DEV_QUERY		_IO(ARGO_DEV_IOCTL, 3)
#define ARGO_DEV_INFO		_IO(ARGO_DEV_IOCTL, 4)
#define ARGO_DEV_CONSUME	_IO(ARGO_DEV_IOCTL, 5)

#endif /* _UAPI_LINUX_ARGO_DEV_H */
