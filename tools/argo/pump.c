// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moves standard input to messages, and messages to standard output, until both
 * are at their end.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "argocat.h"

/**
 * struct pump - where it stands
 * @cat: what was asked for
 * @a: endpoint
 * @out: what could not be sent yet
 * @out_len: bytes of it
 * @out_type: its type
 * @unsent: there is something
 * @in: buffer for what is received
 * @in_end: the other side has no more
 * @out_end: nor have we
 */
struct pump {
	struct argocat *cat;
	struct argo *a;
	char *out;
	size_t out_len;
	uint32_t out_type;
	int unsent;
	char *in;
	int in_end;
	int out_end;
};

static int complain(const char *what)
{
	fprintf(stderr, "argocat: %s: %s\n", what, strerror(errno));
	return -1;
}

static int write_all(const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return complain("write");
		data += n;
		len -= n;
	}
	return 0;
}

/* Return: 0, -1 */
static int send_out(struct pump *p)
{
	if (argo_send(p->a, &p->cat->peer, p->out_type, p->out, p->out_len) < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : complain("send");
	p->unsent = 0;
	p->out_end |= p->out_type == ARGOCAT_END;
	return 0;
}

static int take_input(struct pump *p)
{
	ssize_t n = p->cat->quiet ? 0 : read(STDIN_FILENO, p->out, p->cat->size);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : complain("read");
	p->out_len = n;
	p->out_type = n ? ARGOCAT_DATA : ARGOCAT_END;
	p->unsent = 1;
	if (!n && p->cat->datagram) {
		p->unsent = 0;
		p->out_end = 1;
		/* Who wants answers says how long to wait for them. */
		p->in_end |= !p->cat->listen && !p->cat->wait;
	}
	return p->unsent ? send_out(p) : 0;
}

/* The first who sends is the one who is answered. */
static int is_peer(struct pump *p, const struct argo_meta *meta)
{
	struct argocat *cat = p->cat;
	char text[64];

	if (!cat->known) {
		cat->peer = meta->addr;
		cat->known = 1;
		/* Its end is noticed from now on, if it has a ring. */
		argo_connect(p->a, &cat->peer, 0);
		if (cat->verbose) {
			argo_format(&cat->peer, text, sizeof(text));
			fprintf(stderr, "argocat: from %s\n", text);
		}
	}
	return meta->addr.domid == cat->peer.domid && meta->addr.port == cat->peer.port;
}

/* Return: 1 if there was a message, 0 if not, -1 */
static int take_message(struct pump *p)
{
	struct argo_meta meta;
	ssize_t n = argo_recv(p->a, &meta, p->in, p->cat->in_size);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0 && errno == EPIPE) {
		p->in_end = 1;
		return 0;
	}
	if (n < 0)
		return complain("receive");
	if (!is_peer(p, &meta))
		return 1;
	if (meta.truncated) {
		fprintf(stderr, "argocat: a message of %u bytes was cut off\n", meta.len);
		return -1;
	}
	if (meta.type == ARGOCAT_END) {
		p->in_end = 1;
		return 1;
	}
	return write_all(p->in, n) ? -1 : 1;
}

static int turn(struct pump *p)
{
	struct pollfd fds[2] = {
		{ .fd = argo_poll_fd(p->a) },
		{ .fd = -1, .events = POLLIN },
	};
	int n;

	if (!p->in_end)
		fds[0].events |= POLLIN;
	if (p->unsent)
		fds[0].events |= POLLOUT;
	else if (!p->out_end && p->cat->known && !p->cat->quiet)
		fds[1].fd = STDIN_FILENO;
	else if (!p->out_end && p->cat->known)
		return take_input(p);
	/* It would say again and again that the other side is gone. */
	if (!fds[0].events)
		fds[0].fd = -1;
	n = poll(fds, 2, p->cat->wait ? p->cat->wait * 1000 : -1);
	if (n < 0)
		return errno == EINTR ? 0 : complain("poll");
	if (!n && p->cat->datagram && p->out_end) {
		p->in_end = 1;
		return 0;
	}
	if (!n) {
		errno = ETIMEDOUT;
		return complain("wait");
	}
	if (p->unsent && fds[0].revents & (POLLOUT | POLLHUP) && send_out(p))
		return -1;
	if (!p->in_end && fds[0].revents & (POLLIN | POLLERR | POLLHUP) &&
	    take_message(p) < 0)
		return -1;
	if (fds[1].revents & (POLLIN | POLLHUP) && take_input(p))
		return -1;
	return 0;
}

int pump(struct argo *a, struct argocat *cat)
{
	struct pump p = { .cat = cat, .a = a };
	int ret = 0;

	p.in = malloc(cat->in_size);
	p.out = malloc(cat->size);
	if (!p.in || !p.out)
		ret = complain("memory");
	while (!ret && !(p.in_end && p.out_end))
		ret = turn(&p);
	free(p.in);
	free(p.out);
	return ret;
}
