// SPDX-License-Identifier: GPL-2.0-only
/*
 * Endpoints: opening them, their addresses, what is known of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

struct argo *argo_open(unsigned int flags)
{
	struct argo *a;
	int error;

	if (flags & ~ARGO_NONBLOCK) {
		errno = EINVAL;
		return NULL;
	}
	a = calloc(1, sizeof(*a));
	if (!a)
		return NULL;
	pthread_mutex_init(&a->map_lock, NULL);
	a->fd = open(ARGO_DEVICE, O_RDWR | O_CLOEXEC |
		     (flags & ARGO_NONBLOCK ? O_NONBLOCK : 0));
	if (a->fd < 0) {
		error = errno;
		pthread_mutex_destroy(&a->map_lock);
		free(a);
		errno = error;
		return NULL;
	}
	return a;
}

void argo_close(struct argo *a)
{
	int error = errno;

	if (!a)
		return;
	argo_unmap(a);
	close(a->fd);
	pthread_mutex_destroy(&a->map_lock);
	free(a);
	errno = error;
}

int argo_poll_fd(const struct argo *a)
{
	return a->fd;
}

int argo_bind(struct argo *a, uint16_t partner, uint32_t port,
	      const struct argo_bind_opts *opts)
{
	struct argo_dev_bind bind = {
		.size = sizeof(bind),
		.domid = partner,
		.port = port,
	};

	if (opts) {
		if (opts->flags & ~ARGO_KEEP) {
			errno = EINVAL;
			return -1;
		}
		bind.flags = opts->flags & ARGO_KEEP ? ARGO_DEV_BIND_KEEP : 0;
		bind.ring_bytes = opts->ring_bytes;
		bind.max_message = opts->max_message;
	}
	return ioctl(a->fd, ARGO_DEV_BIND, &bind);
}

int argo_connect(struct argo *a, const struct argo_addr *to, unsigned int flags)
{
	struct argo_dev_connect connect = {
		.size = sizeof(connect),
		.flags = flags & ARGO_WAIT ? ARGO_DEV_CONNECT_WAIT : 0,
		.domid = to->domid,
		.port = to->port,
	};

	if (flags & ~ARGO_WAIT || to->domid == ARGO_DOMID_ANY) {
		errno = EINVAL;
		return -1;
	}
	return ioctl(a->fd, ARGO_DEV_CONNECT, &connect);
}

int argo_disconnect(struct argo *a)
{
	struct argo_dev_connect connect = {
		.size = sizeof(connect),
		.domid = ARGO_DEV_DOMID_ANY,
	};

	return ioctl(a->fd, ARGO_DEV_CONNECT, &connect);
}

int argo_query(struct argo *a, const struct argo_addr *addr, struct argo_peer_info *info)
{
	struct argo_dev_query query = {
		.size = sizeof(query),
		.domid = addr->domid,
		.port = addr->port,
	};

	if (ioctl(a->fd, ARGO_DEV_QUERY, &query))
		return -1;
	*info = (struct argo_peer_info) {
		.exists = !!(query.flags & ARGO_DEV_QUERY_EXISTS),
		.shared = !!(query.flags & ARGO_DEV_QUERY_SHARED),
		.max_message = query.max_message,
	};
	return 0;
}

int argo_stats(struct argo *a, struct argo_stats *stats)
{
	struct argo_dev_info info = { .size = sizeof(info) };

	if (ioctl(a->fd, ARGO_DEV_INFO, &info))
		return -1;
	*stats = (struct argo_stats) {
		.domid = info.domid,
		.partner = info.partner,
		.port = info.port,
		.ring_len = info.ring_len,
		.bound = !!(info.flags & ARGO_DEV_INFO_BOUND),
		.lost = !!(info.flags & ARGO_DEV_INFO_LOST),
		.connected = !!(info.flags & ARGO_DEV_INFO_CONNECTED),
		.gone = !!(info.flags & ARGO_DEV_INFO_GONE),
		.peer.domid = info.peer_domid,
		.peer.port = info.peer_port,
		.messages = info.messages,
		.bytes = info.bytes,
		.truncated = info.truncated,
		.drops = info.bad_headers + info.filtered,
		.sent = info.sent,
		.sent_bytes = info.sent_bytes,
		.full = info.full,
	};
	return 0;
}
