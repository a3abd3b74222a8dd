// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/argo-dev/ends: every endpoint and its process, one per line.
 */
#include <linux/cred.h>
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/user_namespace.h>

#include "char.h"

static struct dentry *argo_dev_debugfs;

static int ends_show(struct seq_file *s, void *unused)
{
	struct argo_end *end;

	seq_puts(s, "pid uid partner port unread lost peer_domid peer_port gone full sent comm\n");
	mutex_lock(&argo_ends_lock);
	list_for_each_entry(end, &argo_ends, node) {
		struct argo_ring *ring = argo_end_ring(end);
		struct xen_argo_addr peer;

		seq_printf(s, "%d %u ", end->pid, from_kuid_munged(&init_user_ns, end->uid));
		if (ring)
			seq_printf(s, "%u %#x %u %u ", end->partner, end->port,
				   argo_ring_pending(ring), READ_ONCE(end->lost));
		else
			seq_puts(s, "- - - - ");
		if (argo_end_default(end, &peer))
			seq_printf(s, "%u %#x %u ", peer.domain_id, peer.aport,
				   READ_ONCE(end->gone));
		else
			seq_puts(s, "- - - ");
		seq_printf(s, "%u %lld %s\n", READ_ONCE(end->full),
			   (long long)atomic64_read(&end->sent), end->comm);
	}
	mutex_unlock(&argo_ends_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ends);

void argo_dev_debugfs_init(void)
{
	argo_dev_debugfs = debugfs_create_dir("argo-dev", NULL);
	debugfs_create_file("ends", 0400, argo_dev_debugfs, NULL, &ends_fops);
}

void argo_dev_debugfs_exit(void)
{
	debugfs_remove(argo_dev_debugfs);
}
