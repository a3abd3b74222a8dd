// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "argo.h"
#include "test.h"

static struct argo *begin(void)
{
	memset(&device, 0, sizeof(device));
	return argo_open(0);
}

static void opening(void)
{
	struct argo *a = begin();

	check(a && argo_poll_fd(a) == 1000);
	check((device.open_flags & (O_ACCMODE | O_CLOEXEC | O_NONBLOCK)) ==
	      (O_RDWR | O_CLOEXEC));
	argo_close(a);
	check(!device.opened);
	a = argo_open(ARGO_NONBLOCK);
	check(a && device.open_flags & O_NONBLOCK);
	argo_close(a);
	errno = 0;
	check(!argo_open(1 << 7) && errno == EINVAL);
	device.open_error = EACCES;
	check(!argo_open(0) && errno == EACCES);
	argo_close(NULL);
}

static void addresses(void)
{
	struct argo_bind_opts opts = { 65536, 4096, ARGO_KEEP };
	struct argo_addr to = { 3, 77 };
	struct argo_peer_info info;
	struct argo *a = begin();

	check(!argo_bind(a, 5, 0x2000, NULL));
	check(device.bind.size == 24 && device.bind.domid == 5 &&
	      device.bind.port == 0x2000 && !device.bind.ring_bytes && !device.bind.flags);
	check(!argo_bind(a, 5, 1, &opts) && device.bind.ring_bytes == 65536 &&
	      device.bind.max_message == 4096 && device.bind.flags == ARGO_DEV_BIND_KEEP);
	opts.flags = ~0U;
	check(argo_bind(a, 5, 1, &opts) == -1 && errno == EINVAL);
	device.error = ENOSPC;
	check(argo_bind(a, 5, 1, NULL) == -1 && errno == ENOSPC);

	check(!argo_connect(a, &to, ARGO_WAIT) && device.connect.size == 16 &&
	      device.connect.domid == 3 && device.connect.port == 77 &&
	      device.connect.flags == ARGO_DEV_CONNECT_WAIT);
	to.domid = ARGO_DOMID_ANY;
	check(argo_connect(a, &to, 0) == -1 && errno == EINVAL);
	check(!argo_disconnect(a) && device.connect.domid == ARGO_DEV_DOMID_ANY);

	to.domid = 4;
	device.query.flags = ARGO_DEV_QUERY_EXISTS;
	device.query.max_message = 99;
	check(!argo_query(a, &to, &info) && info.exists && !info.shared &&
	      info.max_message == 99 && device.query.domid == 4 && device.query.port == 77);
	argo_close(a);
}

static void sending(void)
{
	struct iovec iov[2] = { { "ab", 2 }, { "cde", 3 } };
	struct iovec huge = { NULL, (size_t)-1 };
	struct argo_addr to = { 3, 77 };
	struct argo *a = begin();
	struct argo_dev_head head;

	check(argo_sendv(a, &to, 0x11, iov, 2) == 5);
	memcpy(&head, device.out, sizeof(head));
	check(device.out_len == 37 && head.domid == 3 && head.port == 77 &&
	      head.type == 0x11 && head.len == 5 && !head.flags);
	check(!memcmp(device.out + 32, "abcde", 5));
	check(argo_send(a, NULL, 0, "x", 1) == 1);
	memcpy(&head, device.out, sizeof(head));
	check(head.domid == ARGO_DEV_DOMID_ANY && !head.port && head.len == 1);
	check(argo_send(a, NULL, 0, NULL, 0) == 0 && device.out_len == 32);
	check(argo_sendv(a, NULL, 0, &huge, 1) == -1 && errno == EMSGSIZE);
	check(argo_sendv(a, NULL, 0, iov, -1) == -1 && errno == EINVAL);
	check(argo_sendv(a, NULL, 0, iov, ARGO_IOV_MAX + 1) == -1 && errno == EINVAL);
	device.error = EAGAIN;
	check(argo_send(a, NULL, 0, "x", 1) == -1 && errno == EAGAIN);
	argo_close(a);
}

static void receiving(void)
{
	struct argo_dev_head head = {
		.domid = 6, .port = 8, .type = 9, .len = 5, .drops = 2,
		.flags = ARGO_DEV_VOUCHED | ARGO_DEV_TRUNCATED,
	};
	struct argo *a = begin();
	struct argo_meta meta;
	char buf[8] = "........";

	memcpy(device.in, &head, sizeof(head));
	memcpy(device.in + sizeof(head), "hello", 5);
	device.in_len = sizeof(head) + 3;
	check(argo_recv(a, &meta, buf, 3) == 3 && !memcmp(buf, "hel.", 4));
	check(meta.addr.domid == 6 && meta.addr.port == 8 && meta.type == 9 &&
	      meta.len == 5 && meta.drops == 2 && meta.truncated);
	device.in_len = sizeof(head);
	check(argo_recv(a, NULL, buf, 8) == 0);
	device.in_len = 0;
	check(argo_recv(a, &meta, buf, 8) == -1 && errno == EPIPE);
	device.in_len = 5;
	check(argo_recv(a, &meta, buf, 8) == -1 && errno == EPROTO);
	device.error = ECONNRESET;
	check(argo_recv(a, &meta, buf, 8) == -1 && errno == ECONNRESET);
	argo_close(a);
}

static void mapping(void)
{
	struct argo *a = begin();
	struct argo_meta meta;
	const void *data[2];
	size_t len[2], all = 0;
	const char *map;

	check(!argo_map(a, &all) && errno == ENOTCONN);
	device.info.flags = ARGO_DEV_INFO_BOUND;
	device.info.ring_len = 4096 - 64 + 16;
	map = argo_map(a, &all);
	check(map && all == 8192 && device.mapped == 8192);
	check(argo_map(a, NULL) == map && device.mapped == 8192);
	check(argo_peek(a, &meta, data, len) == -1 && errno == EAGAIN);
	device.next.ready = 1;
	device.next.head.domid = 4;
	device.next.offset[0] = 80;
	device.next.len[0] = 7;
	device.next.count = 3;
	check(!argo_peek(a, &meta, data, len) && data[0] == map + 80 && len[0] == 7 &&
	      len[1] == 0 && meta.addr.domid == 4 && device.consume.count == 0);
	check(argo_consume(a, 5) == 3 && device.consume.count == 5);
	argo_close(a);
	check(!device.mapped);
}

static void counting(void)
{
	struct argo *a = begin();
	struct argo_stats stats;

	device.info.flags = ARGO_DEV_INFO_LOST | ARGO_DEV_INFO_GONE;
	device.info.domid = 2;
	device.info.bad_headers = 3;
	device.info.filtered = 4;
	check(!argo_stats(a, &stats) && stats.lost && stats.gone && !stats.bound &&
	      !stats.connected && stats.domid == 2 && stats.drops == 7);
	argo_close(a);
}

void message_tests(void)
{
	opening();
	addresses();
	sending();
	receiving();
	mapping();
	counting();
}
