// SPDX-License-Identifier: GPL-2.0-only
/* A stream and rounds over AF_VSOCK, with a server of their own. */
#include <err.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

#include "flow.h"

#define WRITE	(64 * 1024)
#define ROUND	64

static struct sockaddr_vm vsock_address(unsigned int cid)
{
	return (struct sockaddr_vm) {
		.svm_family = AF_VSOCK,
		.svm_cid = cid,
		.svm_port = PORT,
	};
}

static void vsock_serve_one(int fd)
{
	struct request req;
	uint64_t left;
	ssize_t n;

	read_all(fd, &req, sizeof(req));
	if (req.op == SINK) {
		for (left = req.count; left; left -= n) {
			n = read(fd, buf, CHUNK);
			if (n <= 0)
				err(1, "read");
		}
		write_all(fd, "", 1);
		return;
	}
	for (; req.count; req.count--) {
		read_all(fd, buf, ROUND);
		write_all(fd, buf, ROUND);
	}
}

void vsock_serve(void)
{
	struct sockaddr_vm a = vsock_address(VMADDR_CID_ANY);
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)))
		err(1, "vsock port %d", PORT);
	serve_each(fd, vsock_serve_one);
}

static int vsock_ask(unsigned int cid, const struct request *req)
{
	struct sockaddr_vm a = vsock_address(cid);
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (void *)&a, sizeof(a)))
		err(1, "connect to CID %u", cid);
	write_all(fd, req, sizeof(*req));
	return fd;
}

void vsock_stream(unsigned int cid, uint64_t bytes)
{
	struct request req = { .op = SINK, .count = bytes };
	int fd = vsock_ask(cid, &req);
	uint64_t left;

	begin();
	for (left = bytes; left >= WRITE; left -= WRITE)
		write_all(fd, buf, WRITE);
	write_all(fd, buf, left);
	/* All of it was read. */
	read_all(fd, buf, 1);
	end("bytes", bytes);
}

void vsock_rr(unsigned int cid, uint64_t count)
{
	struct request req = { .op = ECHO, .count = count };
	int fd = vsock_ask(cid, &req);
	uint64_t i;

	begin();
	for (i = 0; i < count; i++) {
		write_all(fd, buf, ROUND);
		read_all(fd, buf, ROUND);
	}
	end("rounds", count);
}
