// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending and receiving: header and payload are pieces of one read or write.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Return: bytes of all pieces, or -1 */
static ssize_t argo_total(const struct iovec *iov, int niov)
{
	size_t sum = 0;
	int i;

	if (niov < 0 || niov > ARGO_IOV_MAX) {
		errno = EINVAL;
		return -1;
	}
	for (i = 0; i < niov; i++) {
		if (iov[i].iov_len > ARGO_DEV_MESSAGE_MAX - sum) {
			errno = EMSGSIZE;
			return -1;
		}
		sum += iov[i].iov_len;
	}
	return sum;
}

static void argo_pieces(struct iovec *all, struct argo_dev_head *head,
			const struct iovec *iov, int niov)
{
	all[0].iov_base = head;
	all[0].iov_len = sizeof(*head);
	if (niov)
		memcpy(all + 1, iov, niov * sizeof(*iov));
}

ssize_t argo_sendv(struct argo *a, const struct argo_addr *to, uint32_t type,
		   const struct iovec *iov, int niov)
{
	struct argo_dev_head head = { .domid = ARGO_DEV_DOMID_ANY, .type = type };
	struct iovec all[ARGO_IOV_MAX + 1];
	ssize_t total = argo_total(iov, niov);

	if (total < 0)
		return -1;
	if (to) {
		head.domid = to->domid;
		head.port = to->port;
	}
	head.len = total;
	argo_pieces(all, &head, iov, niov);
	return writev(a->fd, all, niov + 1) < 0 ? -1 : total;
}

ssize_t argo_send(struct argo *a, const struct argo_addr *to, uint32_t type,
		  const void *data, size_t len)
{
	struct iovec iov = { (void *)data, len };

	return argo_sendv(a, to, type, &iov, 1);
}

void argo_meta_fill(struct argo_meta *meta, const struct argo_dev_head *head)
{
	*meta = (struct argo_meta) {
		.addr.domid = head->domid,
		.addr.port = head->port,
		.type = head->type,
		.len = head->len,
		.drops = head->drops,
		.truncated = !!(head->flags & ARGO_DEV_TRUNCATED),
	};
}

/*
 * A message may be empty, so the end of the other side needs another sign than 0:
 * EPIPE.
 */
ssize_t argo_recvv(struct argo *a, struct argo_meta *meta, const struct iovec *iov,
		   int niov)
{
	struct argo_dev_head head = {};
	struct iovec all[ARGO_IOV_MAX + 1];
	ssize_t got;

	if (niov < 0 || niov > ARGO_IOV_MAX) {
		errno = EINVAL;
		return -1;
	}
	argo_pieces(all, &head, iov, niov);
	got = readv(a->fd, all, niov + 1);
	if (got < 0)
		return -1;
	if (got < (ssize_t)sizeof(head)) {
		errno = got ? EPROTO : EPIPE;
		return -1;
	}
	if (meta)
		argo_meta_fill(meta, &head);
	return got - sizeof(head);
}

ssize_t argo_recv(struct argo *a, struct argo_meta *meta, void *data, size_t len)
{
	struct iovec iov = { data, len };

	return argo_recvv(a, meta, &iov, 1);
}
