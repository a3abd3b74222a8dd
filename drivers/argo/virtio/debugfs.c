// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/virtio-argo/links: backends and their devices, for people.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "virtio-argo.h"

static const char * const va_state_names[] = {
	[VA_DOWN] = "down",
	[VA_SEEKING] = "seeking",
	[VA_GREETING] = "greeting",
	[VA_UP] = "up",
};

static struct dentry *va_debugfs;

static const char *va_device_state(const struct va_device *dev)
{
	if (READ_ONCE(dev->dead))
		return "dead";
	if (!(READ_ONCE(dev->status) & VIRTIO_CONFIG_S_DRIVER_OK))
		return "idle";
	return READ_ONCE(dev->generation) == READ_ONCE(dev->link->generation) &&
	       READ_ONCE(dev->link->up) ? "live" : "stalled";
}

static void va_show_device(struct seq_file *file, struct va_device *dev)
{
	seq_printf(file, "  device %u %s %s messages %ld requests %ld answers %ld again %ld failed %ld full %ld\n",
		   dev->number, dev->type->name, va_device_state(dev),
		   atomic_long_read(&dev->messages), atomic_long_read(&dev->requests),
		   atomic_long_read(&dev->answers), atomic_long_read(&dev->again),
		   atomic_long_read(&dev->failed), atomic_long_read(&dev->full));
}

static void va_show_link(struct va_link *link, void *priv)
{
	struct argo_ring_stats stats;
	struct seq_file *file = priv;
	unsigned int n;

	argo_ring_get_stats(link->ring, &stats);
	seq_printf(file, "domain %u port %#x %s sessions %u received %ld bad %ld notify %lu\n",
		   link->domid, link->port, va_state_names[READ_ONCE(link->state)],
		   READ_ONCE(link->generation), atomic_long_read(&link->rx),
		   atomic_long_read(&link->bad), stats.notify);
	mutex_lock(&link->callback_lock);
	for (n = 0; n < VA_DEVICES_MAX; n++)
		if (link->devices[n])
			va_show_device(file, link->devices[n]);
	mutex_unlock(&link->callback_lock);
}

static int va_links_show(struct seq_file *file, void *unused)
{
	va_links_for_each(va_show_link, file);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(va_links);

void va_debugfs_init(void)
{
	va_debugfs = debugfs_create_dir("virtio-argo", NULL);
	debugfs_create_file("links", 0400, va_debugfs, NULL, &va_links_fops);
}

void va_debugfs_exit(void)
{
	debugfs_remove(va_debugfs);
}
