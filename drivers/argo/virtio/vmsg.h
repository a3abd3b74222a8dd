/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a CONTROL message holds: one message of virtio-msg, revision 1, as in the
 * draft of spring 2026. Layouts moved until then, and may once more: HELLO tells
 * which draft it is.
 */
#ifndef _VIRTIO_ARGO_VMSG_H
#define _VIRTIO_ARGO_VMSG_H

#include <linux/types.h>

/* Longest message, header included */
#define VMSG_MAX		264

#define VMSG_TYPE_RESPONSE	1
#define VMSG_TYPE_BUS		2

/* Of the bus */
#define VMSG_GET_DEVICES	0x02
#define VMSG_PING		0x03
#define VMSG_EVENT_DEVICE	0x40

/* Of a device */
#define VMSG_GET_DEVICE_INFO	0x02
#define VMSG_GET_FEATURES	0x03
#define VMSG_SET_FEATURES	0x04
#define VMSG_GET_CONFIG		0x05
#define VMSG_SET_CONFIG		0x06
#define VMSG_GET_STATUS		0x07
#define VMSG_SET_STATUS		0x08
#define VMSG_GET_VQUEUE		0x09
#define VMSG_SET_VQUEUE		0x0a
#define VMSG_EVENT_CONFIG	0x40

/* This bus's own: tells the epoch of a queue's records */
#define VMSG_QUEUE_SETUP	0x80

/**
 * struct vmsg_header - before every message
 * @type: VMSG_TYPE_*
 * @id: which
 * @device: device number; 0 for messages of the bus
 * @token: of the request, repeated in its response
 * @size: bytes of the message, header included
 */
struct vmsg_header {
	__u8 type;
	__u8 id;
	__le16 device;
	__le16 token;
	__le16 size;
};

struct vmsg_get_devices {
	__le16 offset;
	__le16 count;
};

struct vmsg_devices {
	__le16 offset;
	__le16 next_offset;
	__le16 count;
	__u8 bitmap[2];
};

struct vmsg_event_device {
	__le16 device;
	__le16 state;
};

#define VMSG_DEVICE_ADDED	1
#define VMSG_DEVICE_REMOVED	2

struct vmsg_device_info {
	__le32 device_id;
	__le32 vendor_id;
	__u8 uuid[16];
	__le32 feature_blocks;
	__le32 config_size;
	__le32 queues;
	__le32 admin_start;
	__le32 admin_count;
};

/* Blocks 0 and 1 at once */
struct vmsg_get_features {
	__le32 block;
	__le32 count;
};

struct vmsg_features {
	__le32 block;
	__le32 count;
	__le32 bits[2];
};

struct vmsg_get_config {
	__le32 offset;
	__le32 length;
};

/* GET_CONFIG's answer, SET_CONFIG's request and answer: data follow */
struct vmsg_config {
	__le32 generation;
	__le32 offset;
	__le32 length;
};

#define VMSG_CONFIG_MAX	\
	(VMSG_MAX - sizeof(struct vmsg_header) - sizeof(struct vmsg_config))

struct vmsg_event_config {
	__le32 status;
	__le32 generation;
	__le32 offset;
	__le32 length;
};

struct vmsg_status {
	__le32 status;
};

struct vmsg_index {
	__le32 index;
};

struct vmsg_vqueue {
	__le32 index;
	__le32 max_size;
	__le32 cur_size;
	__le32 flags;
	__le64 addr[3];
};

struct vmsg_set_vqueue {
	__le32 index;
	__le32 flags;
	__le32 size;
	__le32 reserved;
	__le64 addr[3];
};

#define VMSG_VQUEUE_ENABLE	1

struct vmsg_queue_setup {
	__le16 queue;
	__le16 epoch;
	__u8 lane;
	__u8 reserved[3];
};

#endif /* _VIRTIO_ARGO_VMSG_H */
