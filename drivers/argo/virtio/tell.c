// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling the backend how a driver wants its device, all at once: when the driver has
 * said all of it, and again to each backend that comes later.
 */
#include "virtio-argo.h"

static int va_set_features(struct va_device *dev)
{
	u64 features = (dev->vdev.features & ~VA_RING_FEATURES) |
		       BIT_ULL(VIRTIO_F_VERSION_1);
	struct vmsg_features req = {
		.count = cpu_to_le32(2),
		.bits[0] = cpu_to_le32(lower_32_bits(features)),
		.bits[1] = cpu_to_le32(upper_32_bits(features)),
	};

	return va_ask(dev, VMSG_SET_FEATURES, &req, sizeof(req), NULL, 0);
}

/* Return: an error if the backend does not have it so */
static int va_set_backend_status(struct va_device *dev, u32 status)
{
	struct vmsg_status req = { .status = cpu_to_le32(status) };
	int ret = va_ask(dev, VMSG_SET_STATUS, &req, sizeof(req), &req, sizeof(req));

	if (ret < 0)
		return ret;
	return ret == sizeof(req) && le32_to_cpu(req.status) == status ? 0 : -EPROTO;
}

static int va_set_queue(struct va_device *dev, const struct va_queue *q)
{
	struct vmsg_queue_setup setup = {
		.queue = cpu_to_le16(q->index),
		.epoch = cpu_to_le16(dev->epoch),
	};
	struct vmsg_set_vqueue req = {
		.index = cpu_to_le32(q->index),
		.flags = cpu_to_le32(VMSG_VQUEUE_ENABLE),
		.size = cpu_to_le32(q->vring->num),
	};
	struct vmsg_index index = { .index = cpu_to_le32(q->index) };
	struct vmsg_vqueue is;
	int ret;

	ret = va_ask(dev, VMSG_QUEUE_SETUP, &setup, sizeof(setup), NULL, 0);
	if (ret < 0)
		return ret;
	ret = va_ask(dev, VMSG_SET_VQUEUE, &req, sizeof(req), NULL, 0);
	if (ret < 0)
		return ret;
	/* That has no answer but that it came. A size that is refused is not said. */
	ret = va_ask(dev, VMSG_GET_VQUEUE, &index, sizeof(index), &is, sizeof(is));
	if (ret < 0)
		return ret;
	return ret == sizeof(is) && is.cur_size == req.size &&
	       le32_to_cpu(is.flags) & VMSG_VQUEUE_ENABLE ? 0 : -EPROTO;
}

/* Tell the backend all that a driver said. Return: 0, or an error */
static int va_tell(struct va_device *dev)
{
	u32 status = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;
	unsigned int i;
	int ret;

	ret = va_set_backend_status(dev, 0);
	if (!ret)
		ret = va_set_backend_status(dev, status);
	if (!ret)
		ret = va_set_features(dev);
	status |= VIRTIO_CONFIG_S_FEATURES_OK;
	if (ret >= 0)
		ret = va_set_backend_status(dev, status);
	for (i = 0; ret >= 0 && i < VA_QUEUES_MAX; i++)
		if (dev->queues[i])
			ret = va_set_queue(dev, dev->queues[i]);
	if (ret >= 0)
		ret = va_set_backend_status(dev, status | VIRTIO_CONFIG_S_DRIVER_OK);
	return ret < 0 ? ret : 0;
}

/**
 * va_activate() - have the backend serve a device as its driver wants it
 * @dev: device with a driver
 *
 * If the backend is not there, this is for when it comes.
 *
 * Context: process, may sleep.
 */
void va_activate(struct va_device *dev)
{
	struct va_link *link = dev->link;
	unsigned int i;
	u32 generation;
	int ret;

	mutex_lock(&dev->lock);
	generation = READ_ONCE(link->generation);
	/* The driver may have let go of it meanwhile, or somebody else was here. */
	if (!(dev->status & VIRTIO_CONFIG_S_DRIVER_OK) || dev->generation == generation ||
	    READ_ONCE(dev->dead))
		goto out;
	for (i = 0; i < VA_QUEUES_MAX; i++)
		if (dev->queues[i])
			va_queue_stall(dev->queues[i]);
	dev->epoch++;
	for (i = 0; i < VA_QUEUES_MAX; i++)
		if (dev->queues[i])
			va_queue_restart(dev->queues[i]);
	ret = va_tell(dev);
	if (ret == -EPROTO)
		va_device_kill(dev, "the backend refuses what its driver wants");
	if (ret || READ_ONCE(link->generation) != generation)
		goto out;
	dev->generation = generation;
	dev->lineage = link->lineage;
	for (i = 0; i < VA_QUEUES_MAX; i++)
		if (dev->queues[i])
			va_queue_go(dev->queues[i]);
	queue_work(va_wq, &link->tx);
out:
	mutex_unlock(&dev->lock);
}
