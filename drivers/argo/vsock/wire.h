/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What vsock-argo puts on the wire. Documentation: docs/vsock-protocol.md
 */
#ifndef _VSOCK_ARGO_WIRE_H
#define _VSOCK_ARGO_WIRE_H

#include <linux/argo_message.h>
#include <linux/types.h>

#define VSOCK_ARGO_VERSION	1

/* The one Argo port: "vsoc" */
#define VSOCK_ARGO_PORT		0x76736f63

/* Message type: ARGO_TYPE_VSOCK | version << 8 | kind */
#define VSOCK_ARGO_KIND_HELLO	1
#define VSOCK_ARGO_KIND_BYE	2
#define VSOCK_ARGO_KIND_PACKET	3
#define VSOCK_ARGO_TYPE(kind)	(ARGO_TYPE_VSOCK | VSOCK_ARGO_VERSION << 8 | (kind))

/* The sender is up and needs no answer. */
#define VSOCK_ARGO_HELLO_UP	0x0001

#define VSOCK_ARGO_F_STREAM	0x00000001U
#define VSOCK_ARGO_F_SEQPACKET	0x00000002U
#define VSOCK_ARGO_F_DGRAM	0x00000004U
#define VSOCK_ARGO_F_ALL	0x00000007U

/* A packet is the 44-byte header of virtio-vsock and at most so much payload. */
#define VSOCK_ARGO_HEADER	44
#define VSOCK_ARGO_MAX_PAYLOAD	65536
#define VSOCK_ARGO_MAX_PACKET	(VSOCK_ARGO_HEADER + VSOCK_ARGO_MAX_PAYLOAD)

/* In the header's type field, beside virtio-vsock's 1 and 2 */
#define VSOCK_ARGO_TYPE_DGRAM	3

/**
 * struct vsock_argo_hello - who the sender is and what it can receive
 * @version_min: lowest protocol version it speaks
 * @version_max: highest
 * @flags: VSOCK_ARGO_HELLO_*
 * @features: VSOCK_ARGO_F_* it can receive
 * @session: random, never 0; a new one means that the sender starts over
 * @peer_session: last session it saw of the other side, 0 for none
 * @max_message: largest message that its ring can hold
 * @ring_size: bytes of the ring, for information
 * @reserved: zero
 *
 * Later versions may append fields; a receiver ignores what it does not know.
 */
struct vsock_argo_hello {
	__u8 version_min;
	__u8 version_max;
	__le16 flags;
	__le32 features;
	__le64 session;
	__le64 peer_session;
	__le32 max_message;
	__le32 ring_size;
	__le32 reserved[8];
};

/**
 * struct vsock_argo_bye - the sender goes away
 * @session: its session
 * @reserved: zero
 */
struct vsock_argo_bye {
	__le64 session;
	__le64 reserved;
};

#endif /* _VSOCK_ARGO_WIRE_H */
