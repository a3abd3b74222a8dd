// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/vsock-argo/peers: a line for each peer, for people.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "vsock-argo.h"

static const char * const vsock_argo_count_names[VSOCK_ARGO_COUNTS] = {
	[VSOCK_ARGO_RX] = "rx",
	[VSOCK_ARGO_TX] = "tx",
	[VSOCK_ARGO_BAD_TYPE] = "bad_type",
	[VSOCK_ARGO_BAD_HELLO] = "bad_hello",
	[VSOCK_ARGO_BAD_LENGTH] = "bad_length",
	[VSOCK_ARGO_BAD_PACKET] = "bad_packet",
	[VSOCK_ARGO_NOT_UP] = "not_up",
	[VSOCK_ARGO_FLOOD] = "flood",
	[VSOCK_ARGO_NO_SOCKET] = "no_socket",
	[VSOCK_ARGO_NO_ROOM] = "no_room",
	[VSOCK_ARGO_UPS] = "ups",
};

static struct dentry *vsock_argo_debugfs;

static int vsock_argo_peers_show(struct seq_file *file, void *unused)
{
	struct vsock_argo_peer *peer;
	unsigned long domid;
	unsigned int i;

	rcu_read_lock();
	xa_for_each(&vsock_argo_peers, domid, peer) {
		seq_printf(file, "domain %lu cid %lu %s queue %u session %llx", domid,
			   domid + VSOCK_ARGO_CID_BASE,
			   READ_ONCE(peer->up) ? "up" : READ_ONCE(peer->opened) ?
			   "open" : "closed", skb_queue_len_lockless(&peer->queue),
			   READ_ONCE(peer->hs.session));
		for (i = 0; i < VSOCK_ARGO_COUNTS; i++)
			seq_printf(file, " %s %ld", vsock_argo_count_names[i],
				   atomic_long_read(&peer->counts[i]));
		seq_putc(file, '\n');
	}
	rcu_read_unlock();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vsock_argo_peers);

void vsock_argo_debugfs_init(void)
{
	vsock_argo_debugfs = debugfs_create_dir("vsock-argo", NULL);
	debugfs_create_file("peers", 0400, vsock_argo_debugfs, NULL,
			    &vsock_argo_peers_fops);
}

void vsock_argo_debugfs_exit(void)
{
	debugfs_remove(vsock_argo_debugfs);
}
