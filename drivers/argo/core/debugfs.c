// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/argo/rings: every registered ring, one per line.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "core.h"

static struct dentry *argo_debugfs;

static const char *ring_state(const struct argo_ring *ring)
{
	if (!argo_ring_readable(ring))
		return "broken";
	if (READ_ONCE(ring->lost))
		return "lost";
	if (READ_ONCE(ring->busy))
		return "busy";
	return READ_ONCE(ring->told) ? "told" : "idle";
}

static int rings_show(struct seq_file *s, void *unused)
{
	const struct argo_ring *ring;

	seq_puts(s, "partner port len rx tx published state messages bytes bad_headers notify notify_elided client suspect filtered\n");
	mutex_lock(&argo_core.register_lock);
	list_for_each_entry(ring, &argo_core.rings, node) {
		const struct argo_cursor *c = &ring->cursor;
		struct argo_ring_stats st;

		argo_ring_get_stats(ring, &st);
		seq_printf(s, "%u %#x %u %u %u %u %s %lu %lu %lu %lu %lu %s %u %lu\n",
			   ring->config.partner, ring->config.port,
			   ring->config.len, READ_ONCE(c->rx),
			   READ_ONCE(c->ring->tx_ptr), READ_ONCE(c->published),
			   ring_state(ring), st.messages, st.bytes,
			   st.bad_headers, st.notify, st.notify_elided,
			   ring->config.client ?: "?", READ_ONCE(ring->suspect),
			   st.filtered);
	}
	mutex_unlock(&argo_core.register_lock);
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
