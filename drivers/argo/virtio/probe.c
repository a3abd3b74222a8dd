// SPDX-License-Identifier: GPL-2.0-only
/*
 * What devices a backend has. A backend that comes back has to have the same ones.
 */
#define pr_fmt(fmt) "virtio-argo: " fmt

#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/platform_device.h>

#include "virtio-argo.h"

static int va_get_info(struct va_device *dev, struct vmsg_device_info *info)
{
	int ret = va_ask(dev, VMSG_GET_DEVICE_INFO, NULL, 0, info, sizeof(*info));

	if (ret < 0)
		return ret;
	return ret == sizeof(*info) ? 0 : -EPROTO;
}

static int va_get_device_features(struct va_device *dev, u64 *features)
{
	struct vmsg_get_features req = { .count = cpu_to_le32(2) };
	struct vmsg_features resp = {};
	int ret;

	ret = va_ask(dev, VMSG_GET_FEATURES, &req, sizeof(req), &resp, sizeof(resp));
	if (ret < 0)
		return ret;
	if (ret != sizeof(resp))
		return -EPROTO;
	*features = le32_to_cpu(resp.bits[0]) | (u64)le32_to_cpu(resp.bits[1]) << 32;
	return 0;
}

struct va_config {
	struct vmsg_config head;
	u8 data[VA_CONFIG_MAX];
} __packed;

static int va_get_config(struct va_device *dev, u32 size, struct va_config *config)
{
	struct vmsg_get_config req = { .length = cpu_to_le32(size) };
	int ret;

	if (!size)
		return 0;
	ret = va_ask(dev, VMSG_GET_CONFIG, &req, sizeof(req), config, sizeof(*config));
	if (ret < 0)
		return ret;
	return ret == sizeof(config->head) + size ? 0 : -EPROTO;
}

static void va_keep_config(struct va_device *dev, const struct va_config *config, u32 size)
{
	spin_lock(&dev->config_lock);
	memcpy(dev->config, config->data, size);
	dev->config_size = size;
	dev->config_generation++;
	spin_unlock(&dev->config_lock);
}

static int va_get_queues(struct va_device *dev, u32 *sizes)
{
	u32 n = min_t(u32, le32_to_cpu(dev->info.queues), VA_QUEUES_MAX), i;
	struct vmsg_vqueue queue;
	struct vmsg_index req;
	int ret;

	for (i = 0; i < n; i++) {
		req.index = cpu_to_le32(i);
		ret = va_ask(dev, VMSG_GET_VQUEUE, &req, sizeof(req), &queue, sizeof(queue));
		if (ret < 0)
			return ret;
		if (ret != sizeof(queue))
			return -EPROTO;
		sizes[i] = min_t(u32, le32_to_cpu(queue.max_size), VA_QUEUE_SIZE);
		if (sizes[i])
			sizes[i] = rounddown_pow_of_two(sizes[i]);
	}
	return 0;
}

static int va_limit(struct va_device *dev, struct va_config *config)
{
	u32 n = min_t(u32, le32_to_cpu(dev->info.queues), VA_QUEUES_MAX), i, queue;
	int ret;

	queue = n ? dev->queue_max[0] : 0;
	for (i = 1; i < n; i++)
		queue = min(queue, dev->queue_max[i]);
	ret = va_type_limit(dev->type, config->data, queue,
			    READ_ONCE(dev->link->max_request));
	if (ret)
		pr_warn_ratelimited("domain %u: device %u (%s) has too small a queue, %u\n",
				    dev->link->domid, dev->number, dev->type->name, queue);
	return ret;
}

/* Return: 0, or an error if the device cannot be used */
static int va_probe(struct va_device *dev)
{
	struct va_config config = {};
	u32 size;
	int ret;

	ret = va_get_info(dev, &dev->info);
	if (ret)
		return ret;
	dev->type = va_type_find(le32_to_cpu(dev->info.device_id));
	if (!dev->type) {
		pr_warn_ratelimited("domain %u: device %u is of type %u, which is not served\n",
				    dev->link->domid, dev->number,
				    le32_to_cpu(dev->info.device_id));
		return -EOPNOTSUPP;
	}
	dev->vdev.id.device = dev->type->id;
	dev->vdev.id.vendor = le32_to_cpu(dev->info.vendor_id);
	ret = va_get_device_features(dev, &dev->features);
	if (!ret && !(dev->features & BIT_ULL(VIRTIO_F_VERSION_1)))
		ret = -EPROTO;
	dev->features &= dev->type->features | BIT_ULL(VIRTIO_F_VERSION_1);
	size = min_t(u32, le32_to_cpu(dev->info.config_size), VA_CONFIG_MAX);
	if (!ret)
		ret = va_get_config(dev, size, &config);
	if (!ret)
		ret = va_get_queues(dev, dev->queue_max);
	if (!ret)
		ret = va_limit(dev, &config);
	va_keep_config(dev, &config, size);
	return ret;
}

/* What a driver relies on must be as it was. Return: NULL, or what is not */
static const char *va_differs(struct va_device *dev, const struct vmsg_device_info *info,
			      u64 features, const struct va_config *config)
{
	u64 used = dev->vdev.features & ~VA_RING_FEATURES;
	const char *lacks;

	if (memcmp(info, &dev->info, sizeof(*info)))
		return "it is another one";
	if (used & ~features)
		return "it cannot do any more what it could";
	/* Only the link's work, which this is part of, and drivers change it. */
	spin_lock(&dev->config_lock);
	lacks = va_type_lacks(dev->type, config->data, dev->config);
	spin_unlock(&dev->config_lock);
	if (lacks)
		return lacks;
	if (dev->generation && dev->link->lineage && dev->link->lineage != dev->lineage &&
	    dev->type->flush >= 0 && used & BIT_ULL(dev->type->flush))
		return "what was written and not flushed may be lost";
	return NULL;
}

/* The backend was away, or has news about the device. */
static int va_reprobe(struct va_device *dev)
{
	struct va_config config = {};
	struct vmsg_device_info info;
	const char *differs;
	u64 features;
	int ret;

	if (READ_ONCE(dev->dead))
		return 0;
	ret = va_get_info(dev, &info);
	if (!ret)
		ret = va_get_device_features(dev, &features);
	if (!ret)
		ret = va_get_config(dev, dev->config_size, &config);
	if (!ret)
		ret = va_limit(dev, &config);
	if (ret)
		return ret;
	differs = va_differs(dev, &info, features, &config);
	if (differs) {
		va_device_kill(dev, differs);
		return 0;
	}
	if (xchg(&dev->stale, false)) {
		va_keep_config(dev, &config, dev->config_size);
		if (dev->registered)
			virtio_config_changed(&dev->vdev);
	}
	if (READ_ONCE(dev->status) & VIRTIO_CONFIG_S_DRIVER_OK)
		va_activate(dev);
	return 0;
}

/* Return: 0, or an error if the link is not up any more */
static int va_add_device(struct va_link *link, u16 number)
{
	struct va_device *dev = va_device_create(link, number);
	int ret;

	if (!dev)
		return 0;
	ret = va_probe(dev);
	if (ret) {
		va_device_free(dev);
		/* What one device is like says nothing about the others. */
		return ret == -EPROTO || ret == -EOPNOTSUPP ? 0 : ret;
	}
	mutex_lock(&link->callback_lock);
	link->devices[number] = dev;
	mutex_unlock(&link->callback_lock);
	/* Drivers flush work of queues that are not for those who free memory. */
	queue_work(system_unbound_wq, &dev->register_work);
	return 0;
}

static void va_remove_device(struct va_device *dev)
{
	if (dev->unwanted)
		return;
	WRITE_ONCE(dev->unwanted, true);
	va_device_kill(dev, "the backend does not have it any more");
	queue_work(system_unbound_wq, &dev->register_work);
}

/*
 * A number of a device that was there, and went, may be another's now.
 *
 * Return: did the driver let go of the old one?
 */
static bool va_forget_device(struct va_link *link, u16 number)
{
	struct va_device *dev = link->devices[number];

	if (READ_ONCE(dev->registered) || work_busy(&dev->register_work)) {
		set_bit(VA_EV_RESCAN, &link->events);
		queue_delayed_work(va_wq, &link->work, HZ);
		return false;
	}
	mutex_lock(&link->callback_lock);
	link->devices[number] = NULL;
	mutex_unlock(&link->callback_lock);
	va_device_free(dev);
	return true;
}

/**
 * va_rescan() - see what devices the backend has, and how they are
 * @link: link to it
 *
 * Context: the link's work.
 * Return: 0, or an error if the link is not up any more
 */
int va_rescan(struct va_link *link)
{
	struct vmsg_get_devices req = { .count = cpu_to_le16(VA_DEVICES_MAX) };
	struct vmsg_devices resp = {};
	unsigned long present;
	unsigned int n;
	int ret;

	ret = va_request(link, VMSG_TYPE_BUS, VMSG_GET_DEVICES, 0, &req, sizeof(req), &resp,
			 sizeof(resp));
	if (ret < 0)
		return ret;
	present = resp.bitmap[0] | resp.bitmap[1] << 8;
	present &= BIT(min_t(u16, le16_to_cpu(resp.count), VA_DEVICES_MAX)) - 1;
	spin_lock_irq(&link->lock);
	link->announced |= present;
	spin_unlock_irq(&link->lock);
	for (n = 0; n < VA_DEVICES_MAX; n++) {
		if (link->devices[n] && !test_bit(n, &present))
			va_remove_device(link->devices[n]);
		if (!test_bit(n, &present))
			continue;
		if (link->devices[n] && link->devices[n]->unwanted &&
		    !va_forget_device(link, n))
			continue;
		ret = link->devices[n] ? va_reprobe(link->devices[n]) : va_add_device(link, n);
		if (ret == -EPROTO && link->devices[n])
			va_device_kill(link->devices[n], "the backend talks nonsense");
		else if (ret)
			return ret;
	}
	return 0;
}
