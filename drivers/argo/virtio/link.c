// SPDX-License-Identifier: GPL-2.0-only
/*
 * A link to a backend, from when it is named until it is not any more.
 */
#include <linux/dma-mapping.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "virtio-argo.h"

/* What an orderly end may take before it becomes another one */
#define VA_STOP_PATIENCE	(2 * HZ)

static bool va_ring_data(void *priv)
{
	struct va_link *link = priv;

	return argo_reader_data(&link->reader);
}

static void va_ring_lost(void *priv)
{
	struct va_link *link = priv;

	va_link_cut(link);
	va_link_event(link, VA_EV_LOST);
}

static const struct argo_ring_ops va_ring_ops = {
	.data = va_ring_data,
	.lost = va_ring_lost,
};

static void va_dest_space(struct argo_dest *dest, enum argo_wake why)
{
	struct va_link *link = container_of(dest, struct va_link, dest);

	queue_work(va_wq, &link->tx);
	wake_up(&link->room);
}

static void va_dest_gone(struct argo_dest *dest)
{
	va_link_fail(container_of(dest, struct va_link, dest));
}

static void va_dest_appeared(struct argo_dest *dest)
{
	va_link_event(container_of(dest, struct va_link, dest), VA_EV_APPEARED);
}

static const struct argo_dest_ops va_dest_ops = {
	.space = va_dest_space,
	.gone = va_dest_gone,
	.appeared = va_dest_appeared,
};

/**
 * va_link_kill() - all requests of all devices fail
 * @link: their link
 * @why: for people
 *
 * Context: process, with va_link.callback_lock.
 */
void va_link_kill(struct va_link *link, const char *why)
{
	unsigned int n;

	lockdep_assert_held(&link->callback_lock);

	for (n = 0; n < VA_DEVICES_MAX; n++)
		if (link->devices[n])
			va_device_kill(link->devices[n], why);
}

static void va_link_expire(struct work_struct *work)
{
	struct va_link *link = container_of(to_delayed_work(work), struct va_link, expire);

	if (READ_ONCE(link->stopping))
		va_link_cut(link);
	mutex_lock(&link->callback_lock);
	va_link_kill(link, "the backend did not come back in time");
	mutex_unlock(&link->callback_lock);
}

static void va_link_free(struct va_link *link)
{
	argo_dest_del(&link->dest);
	argo_ring_unregister(link->ring);
	argo_reader_stop(&link->reader);
	/* Their callbacks may have queued them until now. */
	cancel_delayed_work_sync(&link->work);
	cancel_work_sync(&link->tx);
	argo_ring_destroy(link->ring);
	platform_device_unregister(link->parent);
	kfree(link);
}

static void va_link_farewell(struct va_link *link)
{
	struct va_bye bye = { .session = cpu_to_le64(link->session) };
	struct xen_argo_iov iov = argo_iov(&bye, sizeof(bye));

	if (READ_ONCE(link->up))
		argo_sendv(&link->dest, link->port, VA_TYPE(VA_KIND_BYE), &iov, 1);
}

/**
 * va_link_destroy() - end a link
 * @link: link
 *
 * Drivers may have something to write yet, and a backend that is there is given time
 * for it. When that is over, or if there is none, all fails, so this always ends.
 *
 * Context: process, may sleep.
 */
void va_link_destroy(struct va_link *link)
{
	unsigned long patience = READ_ONCE(link->up) ? VA_STOP_PATIENCE : 0;
	struct va_device *dev;
	unsigned int n;

	WRITE_ONCE(link->stopping, true);
	mod_delayed_work(va_wq, &link->expire, patience);
	cancel_delayed_work_sync(&link->work);
	/* That was perhaps about to cancel this, as for a backend that came back. */
	mod_delayed_work(va_wq, &link->expire, patience);
	for (n = 0; n < VA_DEVICES_MAX; n++) {
		dev = link->devices[n];
		if (!dev)
			continue;
		cancel_work_sync(&dev->register_work);
		va_device_unregister(dev);
	}
	cancel_delayed_work_sync(&link->expire);
	va_link_farewell(link);
	for (n = 0; n < VA_DEVICES_MAX; n++) {
		dev = link->devices[n];
		mutex_lock(&link->callback_lock);
		link->devices[n] = NULL;
		mutex_unlock(&link->callback_lock);
		if (!dev)
			continue;
		/* Who killed it meanwhile may have queued this. */
		cancel_work_sync(&dev->register_work);
		va_device_free(dev);
	}
	va_link_free(link);
}

static int va_link_create_parent(struct va_link *link)
{
	const struct platform_device_info info = {
		.parent = argo_device(),
		.name = "virtio-argo",
		.id = PLATFORM_DEVID_AUTO,
		.dma_mask = DMA_BIT_MASK(64),
	};

	link->parent = platform_device_register_full(&info);
	return PTR_ERR_OR_ZERO(link->parent);
}

/**
 * va_link_create() - begin to use a backend
 * @domid: its domain
 * @port: its port, and ours
 *
 * Return: the link, or an error pointer
 */
struct va_link *va_link_create(u16 domid, u32 port)
{
	struct argo_ring_config config = {
		.client = KBUILD_MODNAME,
		.partner = domid,
		.port = port,
		.len = argo_ring_len(va_ring_size),
		.max_message = va_max_message(),
	};
	struct va_link *link = kzalloc(sizeof(*link), GFP_KERNEL);
	int ret;

	if (!link)
		return ERR_PTR(-ENOMEM);
	link->domid = domid;
	link->port = port;
	link->restores = argo_restores();
	link->patient = true;
	link->next_session = jiffies;
	link->next_rescan = jiffies;
	mutex_init(&link->callback_lock);
	mutex_init(&link->request_lock);
	spin_lock_init(&link->lock);
	init_completion(&link->answered);
	init_waitqueue_head(&link->room);
	INIT_DELAYED_WORK(&link->work, va_link_work);
	INIT_WORK(&link->tx, va_tx_work);
	INIT_DELAYED_WORK(&link->expire, va_link_expire);
	ret = va_link_create_parent(link);
	if (ret)
		goto free;
	link->ring = argo_ring_create(&config, &va_ring_ops, link);
	if (IS_ERR(link->ring)) {
		ret = PTR_ERR(link->ring);
		goto unregister;
	}
	argo_reader_init(&link->reader, link->ring, va_rx);
	argo_dest_add(&link->dest, domid, port, &va_dest_ops);
	va_link_event(link, VA_EV_RESCAN);
	return link;

unregister:
	platform_device_unregister(link->parent);
free:
	kfree(link);
	return ERR_PTR(ret);
}
