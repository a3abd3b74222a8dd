// SPDX-License-Identifier: GPL-2.0-only
/* The other end: one process for each connection, which asks for its part. */
#include <err.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flow.h"

static void echo(int fd)
{
	char c;

	while (read(fd, &c, 1) == 1)
		write_all(fd, &c, 1);
}

/* The asking end is to use another port. */
void tell_port(int ctl, int fd)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	if (getsockname(fd, (void *)&a, &len))
		err(1, "getsockname");
	write_all(ctl, &a.sin_port, sizeof(a.sin_port));
}

static void serve_one(int fd)
{
	struct result result = { 0 };
	struct counters counters;
	struct request req;
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	read_all(fd, &req, sizeof(req));
	switch (req.op) {
	case SINK:
		result.done = take_stream(fd, &result.gaps);
		break;
	case SOURCE:
		read_all(fd, buf, 1);
		send_stream(fd, req.count);
		return;
	case ECHO:
		echo(fd);
		return;
	case UDP:
		result.done = take_datagrams(fd, &req);
		break;
	case COUNTERS:
		counters = own_counters();
		write_all(fd, &counters, sizeof(counters));
		return;
	case KEEP:
		keep(fd, &req);
		return;
	case PIN:
		pin(fd);
		return;
	}
	write_all(fd, &result, sizeof(result));
}

/* In the background: one process for each connection to a bound socket */
void serve_each(int fd, void (*one)(int fd))
{
	signal(SIGCHLD, SIG_IGN);
	if (listen(fd, 64))
		err(1, "listen");
	if (daemon(0, 1))
		err(1, "daemon");
	for (;;) {
		int c = accept(fd, NULL, NULL);

		if (c < 0)
			err(1, "accept");
		if (!fork()) {
			close(fd);
			one(c);
			exit(0);
		}
		close(c);
	}
}

void serve(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (void *)&a, sizeof(a)))
		err(1, "port %d", PORT);
	serve_each(fd, serve_one);
}
