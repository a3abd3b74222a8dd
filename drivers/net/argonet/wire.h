/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The messages of the argonet protocol. Documentation: docs/protocol.md
 */
#ifndef _ARGONET_WIRE_H
#define _ARGONET_WIRE_H

#include <linux/argo_message.h>
#include <linux/types.h>
#include <linux/virtio_net.h>

#define ARGONET_VERSION		1

/* Message type: ARGO_TYPE_NET | version << 8 | kind */
#define ARGONET_KIND_HELLO	1
#define ARGONET_KIND_BYE	2
#define ARGONET_KIND_DATA	3
#define ARGONET_TYPE(kind)	(ARGO_TYPE_NET | ARGONET_VERSION << 8 | (kind))

/* Not a feature: a frame that needs this bit is taken by no peer. */
#define ARGONET_F_NEVER	0x80000000U

/* Most datagrams that one frame of unsegmented UDP may have */
#define ARGONET_MAX_DATAGRAMS	64

/* Flag of a HELLO: the sender's link is up, and it needs no answer. */
#define ARGONET_HELLO_UP	0x0001

/**
 * struct argonet_hello - the sender's session and what it can receive
 * @version_min: lowest protocol version it speaks
 * @version_max: highest protocol version it speaks
 * @flags: ARGONET_HELLO_*
 * @features: ARGONET_F_* it can receive
 * @session: random, never 0; a new one means that the sender starts over
 * @peer_session: last session it saw of the other side, 0 for none
 * @max_frame: largest frame it takes
 * @max_message: largest message it takes; at least a record and @max_frame
 * @queues: rings it receives on, at consecutive ports
 * @ring_size: bytes of each, for information
 * @reserved: zero
 *
 * Later versions may append fields; a receiver ignores what it does not know.
 */
struct argonet_hello {
	__u8 version_min;
	__u8 version_max;
	__le16 flags;
	__le32 features;
	__le64 session;
	__le64 peer_session;
	__le32 max_frame;
	__le32 max_message;
	__le32 queues;
	__le32 ring_size;
	__le32 reserved[6];
};

/**
 * struct argonet_bye - the sender ends its session
 * @session: the session that ends
 * @reserved: zero
 */
struct argonet_bye {
	__le64 session;
	__le64 reserved;
};

/**
 * struct argonet_record - heads each frame of a DATA message
 * @len: bytes of the frame, which follows
 * @offload: little-endian; how to finish the checksum and segment the frame
 * @reserved: zero
 *
 * Records start at multiples of 16 bytes from the start of the payload.
 */
struct argonet_record {
	__le32 len;
	struct virtio_net_hdr offload;
	__le16 reserved;
};

#define ARGONET_RECORD_ALIGN	16

/* Ethernet header with two VLAN tags */
#define ARGONET_L2_OVERHEAD	22
#define ARGONET_MIN_MTU		68
#define ARGONET_MAX_MTU		65521
#define ARGONET_MIN_FRAME	(ARGONET_MIN_MTU + ARGONET_L2_OVERHEAD)
#define ARGONET_MAX_FRAME	(65536 + ARGONET_L2_OVERHEAD)
/* Longer frames must be unsegmented TCP, and the receiver must have offered BIG4 or BIG6. */
#define ARGONET_MAX_BIG		(224 * 1024)
#define ARGONET_MAX_BIG_FRAME	(ARGONET_MAX_BIG + ARGONET_L2_OVERHEAD)

/* A message of several frames has at most this many bytes of records and copies. */
#define ARGONET_BATCH		32768

#endif /* _ARGONET_WIRE_H */
