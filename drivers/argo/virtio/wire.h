/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What virtio-argo and its backends put on the wire.
 * Documentation: docs/virtio-protocol.md
 */
#ifndef _VIRTIO_ARGO_WIRE_H
#define _VIRTIO_ARGO_WIRE_H

#include <linux/types.h>

#define VA_VERSION	1

/* Argo port of the first lane, unless both sides are told another one */
#define VA_PORT		0x76690000

/* Message type: VA_TYPE_MAGIC | version << 8 | kind */
#define VA_TYPE_MAGIC	0x41490000
#define VA_KIND_HELLO	1
#define VA_KIND_BYE	2
#define VA_KIND_CONTROL	3
#define VA_KIND_AVAIL	4
#define VA_KIND_USED	5
#define VA_TYPE(kind)	(VA_TYPE_MAGIC | VA_VERSION << 8 | (kind))

#define VA_ROLE_DRIVER	1
#define VA_ROLE_DEVICE	2

/* Dialects of CONTROL: virtio-msg revision 1 as laid out in vmsg.h */
#define VA_CONTROL_MSG1	0x00000001U

/* Every side takes messages of so many bytes. */
#define VA_MESSAGE_MIN	8192
/* Nobody sends longer ones. */
#define VA_MESSAGE_MAX	262144
/* Every device side takes chains of so many bytes. */
#define VA_REQUEST_MIN	1048576

/* Device numbers are below this. */
#define VA_DEVICES_MAX	16

/**
 * struct va_hello - who the sender is and what it takes
 * @version_min: lowest protocol version it speaks
 * @version_max: highest
 * @role: VA_ROLE_*
 * @lanes: lanes it reads, 1 in this version
 * @control: VA_CONTROL_* it speaks
 * @session: random, never 0; a new one means that the sender starts over
 * @peer_session: session of the other side that this answers, 0 for none
 * @max_message: longest message that its ring can hold
 * @max_request: device side: longest chain it takes, both directions together
 * @lineage: device side: another number than before means that what was answered
 *	but not flushed may be lost; 0 if it never is
 * @reserved: zero
 *
 * Later versions may append fields; a receiver ignores what it does not know.
 */
struct va_hello {
	__u8 version_min;
	__u8 version_max;
	__u8 role;
	__u8 lanes;
	__le32 control;
	__le64 session;
	__le64 peer_session;
	__le32 max_message;
	__le32 max_request;
	__le64 lineage;
	__le64 reserved[3];
};

/**
 * struct va_bye - the sender goes away
 * @session: its session
 * @reserved: zero
 */
struct va_bye {
	__le64 session;
	__le64 reserved;
};

/**
 * struct va_record - a fragment of a chain, in AVAIL and USED
 * @device: device number
 * @queue: queue of that device
 * @head: the chain's name, less than the queue size
 * @epoch: as told by QUEUE_SETUP
 * @total: AVAIL: readable bytes of the chain. USED: bytes written to it
 * @cap: AVAIL: writable bytes of the chain. USED: 0
 * @offset: of this fragment in @total
 * @len: bytes of data that follow
 *
 * The next record begins at the next multiple of 8 bytes.
 */
struct va_record {
	__le16 device;
	__le16 queue;
	__le16 head;
	__le16 epoch;
	__le32 total;
	__le32 cap;
	__le32 offset;
	__le32 len;
};

#define VA_RECORD_ALIGN	8

#endif /* _VIRTIO_ARGO_WIRE_H */
