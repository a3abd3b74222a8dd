// SPDX-License-Identifier: GPL-2.0-only
/*
 * libargo without Xen, for tests of its programs: ports are Unix sockets of this
 * machine, and every domain is domain 1.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <argo.h>

#define FAKE_LEN	60000

struct argo {
	int fd;
	uint32_t port;
};

struct fake_head {
	uint32_t port;
	uint32_t type;
};

static socklen_t name(struct sockaddr_un *un, uint32_t port)
{
	const char *dir = getenv("FAKE_DIR");

	un->sun_family = AF_UNIX;
	snprintf(un->sun_path, sizeof(un->sun_path), "%s/%x", dir ? dir : ".", port);
	return sizeof(*un);
}

struct argo *argo_open(unsigned int flags)
{
	struct argo *a = calloc(1, sizeof(*a));

	if (a)
		a->fd = socket(AF_UNIX, SOCK_DGRAM | (flags ? SOCK_NONBLOCK : 0), 0);
	return a;
}

void argo_close(struct argo *a)
{
	struct sockaddr_un un;

	name(&un, a->port);
	unlink(un.sun_path);
	close(a->fd);
	free(a);
}

int argo_poll_fd(const struct argo *a)
{
	return a->fd;
}

int argo_bind(struct argo *a, uint16_t partner, uint32_t port,
	      const struct argo_bind_opts *opts)
{
	struct sockaddr_un un;

	(void)partner;
	(void)opts;
	a->port = port == ARGO_PORT_ANY ? (uint32_t)getpid() : port;
	return bind(a->fd, (void *)&un, name(&un, a->port));
}

int argo_connect(struct argo *a, const struct argo_addr *to, unsigned int flags)
{
	struct sockaddr_un un;

	/* Whoever waits asks again. */
	while (connect(a->fd, (void *)&un, name(&un, to->port))) {
		if (!flags) {
			errno = ECONNREFUSED;
			return -1;
		}
		usleep(1000);
	}
	return 0;
}

int argo_disconnect(struct argo *a)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	return connect(a->fd, &none, sizeof(none));
}

ssize_t argo_send(struct argo *a, const struct argo_addr *to, uint32_t type,
		  const void *data, size_t len)
{
	struct fake_head head = { a->port, type };
	struct iovec iov[2] = { { &head, sizeof(head) }, { (void *)data, len } };
	struct sockaddr_un un;
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	if (to) {
		msg.msg_name = &un;
		msg.msg_namelen = name(&un, to->port);
	}
	return sendmsg(a->fd, &msg, MSG_NOSIGNAL) < 0 ? -1 : (ssize_t)len;
}

ssize_t argo_recv(struct argo *a, struct argo_meta *meta, void *data, size_t len)
{
	struct fake_head head;
	struct iovec iov[2] = { { &head, sizeof(head) }, { data, len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n = recvmsg(a->fd, &msg, 0);

	if (n < 0)
		return -1;
	*meta = (struct argo_meta) {
		.addr = { 1, head.port },
		.type = head.type,
		.len = n - sizeof(head),
	};
	return meta->len;
}

int argo_query(struct argo *a, const struct argo_addr *addr, struct argo_peer_info *info)
{
	struct sockaddr_un un;

	(void)a;
	name(&un, addr->port);
	*info = (struct argo_peer_info) {
		.exists = !access(un.sun_path, F_OK),
		.max_message = FAKE_LEN,
	};
	return 0;
}

int argo_stats(struct argo *a, struct argo_stats *stats)
{
	*stats = (struct argo_stats) {
		.domid = 1,
		.port = a->port,
		.ring_len = FAKE_LEN + 32,
	};
	return 0;
}
