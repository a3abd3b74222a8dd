// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/argo/rings: every registered ring, one per line.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "core.h"

static struct dentry *argo_debugfs;

static int rings_show(struct seq_file *s, void *unused)
{
	const struct argo_ring *ring;

	seq_puts(s, "partner port len rx tx published state messages bytes bad_headers notify notify_elided\n");
	mutex_lock(&argo.register_lock);
	list_for_each_entry(ring, &argo.rings, node) {
		const struct argo_cursor *c = &ring->cursor;
		const struct argo_ring_stats *st = &ring->stats;

		seq_printf(s, "%u %#x %u %u %u %u %s %lu %lu %lu %lu %lu\n",
			   ring->config.partner, ring->config.port,
			   ring->config.len, READ_ONCE(c->rx),
			   READ_ONCE(c->ring->tx_ptr), READ_ONCE(c->published),
			   READ_ONCE(ring->broken) ? "broken" :
			   READ_ONCE(ring->busy) ? "busy" : "idle",
			   st->messages, st->bytes, st->bad_headers,
			   st->notify, st->notify_elided);
	}
	mutex_unlock(&argo.register_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(rings);

void argo_debugfs_init(void)
{
	argo_debugfs = debugfs_create_dir("argo", NULL);
	debugfs_create_file("rings", 0400, argo_debugfs, NULL, &rings_fops);
}

void argo_debugfs_exit(void)
{
	debugfs_remove(argo_debugfs);
}
