// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's questions about its devices, and its orders to them.
 */
#include <string.h>

#include "virtiod.h"

#define VENDOR	0x4f475241	/* "ARGO" */

/* @req is zero behind @len. Return: bytes of the answer in @resp, or -1 for none */
typedef int answer_fn(struct virtiod *v, struct device *dev, const void *req, uint32_t len,
		      void *resp);

static int get_devices(struct virtiod *v, const void *data, void *resp)
{
	const struct vmsg_get_devices *req = data;
	unsigned int offset = le16toh(req->offset), count = le16toh(req->count), i;
	struct vmsg_devices devices = { .offset = req->offset };

	if (offset >= VA_DEVICES_MAX)
		count = 0;
	else if (count > VA_DEVICES_MAX - offset)
		count = VA_DEVICES_MAX - offset;
	devices.count = htole16(count);
	for (i = 0; i < count; i++)
		if (v->devices[offset + i].ops)
			devices.bitmap[i / 8] |= 1 << i % 8;
	memcpy(resp, &devices, sizeof(devices));
	return offsetof(struct vmsg_devices, bitmap) + (count + 7) / 8;
}

static int get_info(struct virtiod *v, struct device *dev, const void *req, uint32_t len,
		    void *resp)
{
	struct vmsg_device_info info = {
		.device_id = htole32(dev->ops->id),
		.vendor_id = htole32(VENDOR),
		.feature_blocks = htole32(2),
		.config_size = htole32(dev->config_size),
		.queues = htole32(dev->ops->queues),
	};

	(void)v;
	(void)req;
	(void)len;
	memcpy(resp, &info, sizeof(info));
	return sizeof(info);
}

/* Two blocks of 32 bits, from the one on that is asked for; beyond, zeros */
static int get_features(struct virtiod *v, struct device *dev, const void *data,
			uint32_t len, void *resp)
{
	const struct vmsg_get_features *req = data;
	uint32_t block = le32toh(req->block), count = le32toh(req->count), i;
	struct vmsg_features features = { .block = req->block };

	(void)v;
	(void)len;
	if (count > 2)
		count = 2;
	features.count = htole32(count);
	for (i = 0; i < count; i++)
		if (block < 2 && block + i < 2)
			features.bits[i] = htole32(dev->features >> (block + i) * 32);
	memcpy(resp, &features, sizeof(features));
	return offsetof(struct vmsg_features, bits) + count * 4;
}

static int set_features(struct virtiod *v, struct device *dev, const void *data,
			uint32_t len, void *resp)
{
	const struct vmsg_features *req = data;
	uint32_t block = le32toh(req->block), count = le32toh(req->count), i;
	uint64_t mask;

	(void)v;
	(void)len;
	(void)resp;
	for (i = 0; i < count && i < 2; i++) {
		if (block >= 2 || block + i >= 2)
			continue;
		mask = 0xffffffffULL << (block + i) * 32;
		dev->driver_features &= ~mask;
		dev->driver_features |= (uint64_t)le32toh(req->bits[i]) << (block + i) * 32;
	}
	return 0;
}

static int get_config(struct virtiod *v, struct device *dev, const void *data,
		      uint32_t len, void *resp)
{
	const struct vmsg_get_config *req = data;
	uint32_t offset = le32toh(req->offset), length = le32toh(req->length);
	struct vmsg_config head = { .offset = req->offset, .length = req->length };

	(void)v;
	(void)len;
	if (offset > dev->config_size || length > dev->config_size - offset)
		return -1;
	memcpy(resp, &head, sizeof(head));
	memcpy((char *)resp + sizeof(head), dev->config + offset, length);
	return sizeof(head) + length;
}

/* No device here has anything that may be set. */
static int set_config(struct virtiod *v, struct device *dev, const void *data,
		      uint32_t len, void *resp)
{
	const struct vmsg_config *req = data;
	struct vmsg_config head = { .offset = req->offset };

	(void)v;
	(void)dev;
	(void)len;
	memcpy(resp, &head, sizeof(head));
	return sizeof(head);
}

static int give_status(const struct device *dev, void *resp)
{
	struct vmsg_status status = { htole32(dev->status) };

	memcpy(resp, &status, sizeof(status));
	return sizeof(status);
}

static int get_status(struct virtiod *v, struct device *dev, const void *req, uint32_t len,
		      void *resp)
{
	(void)v;
	(void)req;
	(void)len;
	return give_status(dev, resp);
}

static int set_status(struct virtiod *v, struct device *dev, const void *data,
		      uint32_t len, void *resp)
{
	const struct vmsg_status *req = data;
	uint32_t status = le32toh(req->status) & 0xff;

	(void)v;
	(void)len;
	if (!status)
		device_reset(dev);
	else if (!(dev->status & STATUS_NEEDS_RESET))
		dev->status = status;
	/* What was not offered cannot be had, and without this one nothing can. */
	if (dev->driver_features & ~dev->features || !(dev->driver_features & 1ULL << 32))
		dev->status &= ~(STATUS_FEATURES_OK | STATUS_DRIVER_OK);
	return give_status(dev, resp);
}

static int get_vqueue(struct virtiod *v, struct device *dev, const void *data,
		      uint32_t len, void *resp)
{
	const struct vmsg_index *req = data;
	uint32_t index = le32toh(req->index);
	struct vmsg_vqueue queue = { .index = req->index };

	(void)v;
	(void)len;
	if (index < dev->ops->queues) {
		queue.max_size = htole32(VIRTIOD_QUEUE_SIZE);
		queue.cur_size = htole32(dev->queues[index].size);
		queue.flags = htole32(!!dev->queues[index].size);
	}
	memcpy(resp, &queue, sizeof(queue));
	return sizeof(queue);
}

static int set_vqueue(struct virtiod *v, struct device *dev, const void *data,
		      uint32_t len, void *resp)
{
	const struct vmsg_set_vqueue *req = data;
	uint32_t index = le32toh(req->index), size = le32toh(req->size);

	(void)v;
	(void)len;
	(void)resp;
	if (index < dev->ops->queues && !dev->queues[index].size &&
	    le32toh(req->flags) == VMSG_VQUEUE_ENABLE && !req->reserved && size &&
	    size <= VIRTIOD_QUEUE_SIZE && !(size & (size - 1)))
		dev->queues[index].size = size;
	return 0;
}

static int queue_setup(struct virtiod *v, struct device *dev, const void *data,
		       uint32_t len, void *resp)
{
	const struct vmsg_queue_setup *req = data;

	(void)v;
	(void)len;
	(void)resp;
	if (le16toh(req->queue) < dev->ops->queues && !req->lane)
		dev->queues[le16toh(req->queue)].epoch = le16toh(req->epoch);
	return 0;
}

static const struct {
	answer_fn *fn;
	uint32_t len;
} answers[256] = {
	[VMSG_GET_DEVICE_INFO] = { get_info, 0 },
	[VMSG_GET_FEATURES] = { get_features, sizeof(struct vmsg_get_features) },
	[VMSG_SET_FEATURES] = { set_features, sizeof(struct vmsg_features) },
	[VMSG_GET_CONFIG] = { get_config, sizeof(struct vmsg_get_config) },
	[VMSG_SET_CONFIG] = { set_config, sizeof(struct vmsg_config) },
	[VMSG_GET_STATUS] = { get_status, 0 },
	[VMSG_SET_STATUS] = { set_status, sizeof(struct vmsg_status) },
	[VMSG_GET_VQUEUE] = { get_vqueue, sizeof(struct vmsg_index) },
	[VMSG_SET_VQUEUE] = { set_vqueue, sizeof(struct vmsg_set_vqueue) },
	[VMSG_QUEUE_SETUP] = { queue_setup, sizeof(struct vmsg_queue_setup) },
};

static int answer(struct virtiod *v, const struct vmsg_header *head, const uint8_t *req,
		  uint32_t len, uint8_t *resp)
{
	uint16_t number = le16toh(head->device);

	if (head->type == VMSG_TYPE_BUS && head->id == VMSG_GET_DEVICES &&
	    len >= sizeof(struct vmsg_get_devices))
		return get_devices(v, req, resp);
	if (head->type == VMSG_TYPE_BUS && head->id == VMSG_PING && len >= 4) {
		memcpy(resp, req, 4);
		return 4;
	}
	if (head->type || number >= VA_DEVICES_MAX || !v->devices[number].ops ||
	    !answers[head->id].fn || len < answers[head->id].len)
		return -1;
	return answers[head->id].fn(v, &v->devices[number], req, len, resp);
}

static void control_put(struct virtiod *v, struct vmsg_header *head, const void *payload,
			uint32_t len)
{
	head->size = htole16(sizeof(*head) + len);
	memcpy(v->control, head, sizeof(*head));
	memcpy(v->control + sizeof(*head), payload, len);
	v->control_len = sizeof(*head) + len;
	v->control_kind = VA_KIND_CONTROL;
}

/* What is malformed or not known has no answer. */
void control_take(struct virtiod *v, const uint8_t *data, uint32_t len)
{
	/* Aligned, and zero behind what came */
	union {
		uint64_t align;
		uint8_t bytes[VMSG_MAX];
	} req = {}, resp = {};
	struct vmsg_header head;
	int n = -1;

	if (len >= sizeof(head) && len <= VMSG_MAX) {
		memcpy(&head, data, sizeof(head));
		len -= sizeof(head);
		memcpy(req.bytes, data + sizeof(head), len);
		if (le16toh(head.size) == sizeof(head) + len)
			n = answer(v, &head, req.bytes, len, resp.bytes);
	}
	if (n < 0) {
		v->bad++;
		return;
	}
	head.type |= VMSG_TYPE_RESPONSE;
	control_put(v, &head, resp.bytes, n);
}

/* There is news of a device. */
void control_event(struct virtiod *v, unsigned int number)
{
	struct vmsg_header head = { .id = VMSG_EVENT_CONFIG, .device = htole16(number) };
	struct vmsg_event_config event = { .status = htole32(v->devices[number].status) };

	control_put(v, &head, &event, sizeof(event));
}

/* The guest broke a rule: this device does nothing before it is reset. */
void control_needs_reset(struct virtiod *v, unsigned int number)
{
	v->bad++;
	v->devices[number].status |= STATUS_NEEDS_RESET;
	control_event(v, number);
}
