// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device as virtio sees it. What a driver does to it is kept here and told to the
 * backend when all of it is known, with DRIVER_OK; so a backend that comes later is
 * told the same, and a driver need not wait for one.
 */
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "compat.h"
#include "virtio-argo.h"

static void va_get(struct virtio_device *vdev, unsigned int offset, void *buf, unsigned int len)
{
	struct va_device *dev = va_device(vdev);

	memset(buf, 0, len);
	spin_lock(&dev->config_lock);
	if (offset < dev->config_size)
		memcpy(buf, dev->config + offset, min(len, dev->config_size - offset));
	spin_unlock(&dev->config_lock);
}

static void va_set(struct virtio_device *vdev, unsigned int offset, const void *buf,
		   unsigned int len)
{
	struct va_device *dev = va_device(vdev);
	struct {
		struct vmsg_config head;
		u8 data[VA_CONFIG_MAX];
	} __packed req = {
		.head.offset = cpu_to_le32(offset),
		.head.length = cpu_to_le32(len),
	};

	if (offset >= dev->config_size || len > dev->config_size - offset)
		return;
	memcpy(req.data, buf, len);
	spin_lock(&dev->config_lock);
	memcpy(dev->config + offset, buf, len);
	spin_unlock(&dev->config_lock);
	va_ask(dev, VMSG_SET_CONFIG, &req, sizeof(req.head) + len, &req, sizeof(req));
}

static u32 va_generation(struct virtio_device *vdev)
{
	return READ_ONCE(va_device(vdev)->config_generation);
}

static u8 va_get_status(struct virtio_device *vdev)
{
	return READ_ONCE(va_device(vdev)->status);
}

static void va_set_status(struct virtio_device *vdev, u8 status)
{
	struct va_device *dev = va_device(vdev);

	mutex_lock(&dev->lock);
	WRITE_ONCE(dev->status, status);
	mutex_unlock(&dev->lock);
	if (status & VIRTIO_CONFIG_S_DRIVER_OK)
		va_activate(dev);
}

/* Once the lock was had, no callback runs that began before. */
static void va_synchronize_cbs(struct virtio_device *vdev)
{
	struct va_link *link = va_device(vdev)->link;

	mutex_lock(&link->callback_lock);
	mutex_unlock(&link->callback_lock);
}

static void va_reset(struct virtio_device *vdev)
{
	struct va_device *dev = va_device(vdev);
	struct vmsg_status req = {};
	unsigned int i;
	u8 old;

	mutex_lock(&dev->lock);
	old = dev->status;
	WRITE_ONCE(dev->status, 0);
	dev->generation = 0;
	for (i = 0; i < VA_QUEUES_MAX; i++)
		if (dev->queues[i])
			va_queue_close(dev->queues[i]);
	/* The backend does not write to what it was given before this is answered. */
	if (old & VIRTIO_CONFIG_S_DRIVER_OK && !READ_ONCE(dev->dead))
		va_ask(dev, VMSG_SET_STATUS, &req, sizeof(req), &req, sizeof(req));
	mutex_unlock(&dev->lock);
	va_synchronize_cbs(vdev);
}

static void va_del_vq(struct va_device *dev, struct virtqueue *vq)
{
	struct va_queue *q = vq->priv;

	va_queue_close(q);
	mutex_lock(&dev->lock);
	mutex_lock(&dev->link->callback_lock);
	dev->queues[q->index] = NULL;
	mutex_unlock(&dev->link->callback_lock);
	mutex_unlock(&dev->lock);
	vring_del_virtqueue(vq);
	va_queue_free(q);
}

static void va_del_vqs(struct virtio_device *vdev)
{
	struct virtqueue *vq, *next;

	list_for_each_entry_safe(vq, next, &vdev->vqs, list)
		va_del_vq(va_device(vdev), vq);
}

static struct virtqueue *va_find_vq(struct va_device *dev, unsigned int index,
				    struct va_vq_info info)
{
	unsigned int max = index < VA_QUEUES_MAX ? dev->queue_max[index] : 0;
	struct virtqueue *vq;
	struct va_queue *q;

	if (!max)
		return ERR_PTR(-ENOENT);
	q = va_queue_create(dev, index);
	if (!q)
		return ERR_PTR(-ENOMEM);
	/* Not smaller than what the configuration was made for, see va_type_limit() */
	vq = vring_create_virtqueue(index, max, SMP_CACHE_BYTES, &dev->vdev, true, false,
				    info.ctx, va_notify, info.callback, info.name);
	if (!vq) {
		va_queue_free(q);
		return ERR_PTR(-ENOMEM);
	}
	q->vq = vq;
	q->vring = virtqueue_get_vring(vq);
	vq->priv = q;
	mutex_lock(&dev->lock);
	mutex_lock(&dev->link->callback_lock);
	dev->queues[index] = q;
	mutex_unlock(&dev->link->callback_lock);
	mutex_unlock(&dev->lock);
	return vq;
}

static int va_find_vqs(VA_FIND_VQS_ARGS)
{
	struct va_device *dev = va_device(vdev);
	unsigned int i, index = 0;
	struct va_vq_info info;

	/* Xen may have put its own in their place since va_finalize_features(). */
	if (!va_dma_is_ours(dev))
		return -EINVAL;
	for (i = 0; i < nvqs; i++) {
		info = VA_VQ_INFO(i);
		if (!info.name) {
			vqs[i] = NULL;
			continue;
		}
		vqs[i] = va_find_vq(dev, index++, info);
		if (IS_ERR(vqs[i])) {
			va_del_vqs(vdev);
			return PTR_ERR(vqs[i]);
		}
	}
	return 0;
}

static u64 va_get_features(struct virtio_device *vdev)
{
	return (va_device(vdev)->features & ~VA_RING_FEATURES) | VA_LOCAL_FEATURES;
}

/* Without these two, virtio would hand out addresses of another kind. */
static int va_finalize_features(struct virtio_device *vdev)
{
	if (!__virtio_test_bit(vdev, VIRTIO_F_VERSION_1) ||
	    !__virtio_test_bit(vdev, VIRTIO_F_ACCESS_PLATFORM) ||
	    !va_dma_is_ours(va_device(vdev))) {
		dev_err_ratelimited(&vdev->dev, "this kernel's virtio does not let us have buffers by address\n");
		return -EINVAL;
	}
	vring_transport_features(vdev);
	return 0;
}

static const char *va_bus_name(struct virtio_device *vdev)
{
	return dev_name(vdev->dev.parent);
}

const struct virtio_config_ops va_config_ops = {
	.get = va_get,
	.set = va_set,
	.generation = va_generation,
	.get_status = va_get_status,
	.set_status = va_set_status,
	.reset = va_reset,
	.find_vqs = va_find_vqs,
	.del_vqs = va_del_vqs,
	.synchronize_cbs = va_synchronize_cbs,
	.get_features = va_get_features,
	.finalize_features = va_finalize_features,
	.bus_name = va_bus_name,
};

/*
 * Is it dead, and of a kind whose driver cannot be told that a request failed? It takes
 * that for an answer and waits for the next one, so the device is taken from it.
 */
static bool va_is_lost(const struct va_device *dev)
{
	return READ_ONCE(dev->dead) && dev->type->fail < 0;
}

/* Those who sleep until it is done wait for the backend, so the link must not. */
static void va_register_work(struct work_struct *work)
{
	struct va_device *dev = container_of(work, struct va_device, register_work);

	if (READ_ONCE(dev->unwanted) || va_is_lost(dev)) {
		va_device_unregister(dev);
		return;
	}
	if (dev->registered)
		return;
	if (register_virtio_device(&dev->vdev))
		dev_err_ratelimited(&dev->link->parent->dev,
				    "device %u cannot be registered\n", dev->number);
	else
		dev->registered = true;
}

static void va_device_release(struct device *device)
{
	kfree(va_device(dev_to_virtio(device)));
}

/**
 * va_device_create() - make a device
 * @link: its link
 * @number: its number
 *
 * Return: the device, virtio does not know it yet; or NULL
 */
struct va_device *va_device_create(struct va_link *link, u16 number)
{
	struct va_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	dev->link = link;
	dev->number = number;
	mutex_init(&dev->lock);
	spin_lock_init(&dev->config_lock);
	INIT_WORK(&dev->register_work, va_register_work);
	dev->vdev.config = &va_config_ops;
	dev->vdev.dev.parent = &link->parent->dev;
	dev->vdev.dev.release = va_device_release;
	va_dma_init(dev);
	return dev;
}

/**
 * va_device_unregister() - take a device from virtio
 * @dev: device, registered or not
 *
 * Its driver lets go of it, which takes until all requests are answered: see
 * va_device_kill().
 *
 * Context: process, may sleep.
 */
void va_device_unregister(struct va_device *dev)
{
	if (!xchg(&dev->registered, false))
		return;
	/* It is freed by us, later. */
	get_device(&dev->vdev.dev);
	unregister_virtio_device(&dev->vdev);
}

/**
 * va_device_free() - free a device
 * @dev: device, which nobody finds any more
 */
void va_device_free(struct va_device *dev)
{
	/* If virtio has ever had it, the reference is what counts. */
	if (dev->vdev.dev.kobj.state_initialized)
		put_device(&dev->vdev.dev);
	else
		kfree(dev);
}

/**
 * va_device_kill() - all requests of a device fail, now and later
 * @dev: device
 * @why: for people
 *
 * A disk stays, and reports errors. A device that cannot do so is taken away.
 *
 * Context: any but callbacks.
 */
void va_device_kill(struct va_device *dev, const char *why)
{
	if (xchg(&dev->dead, true))
		return;
	dev_err_ratelimited(&dev->link->parent->dev, "device %u (%s) fails all requests: %s\n",
			    dev->number, dev->type->name, why);
	/* It looks at the queues, and so does whoever adds to them from now on. */
	queue_work(va_wq, &dev->link->tx);
	if (va_is_lost(dev))
		queue_work(system_unbound_wq, &dev->register_work);
}
