// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypervisor and the in-kernel API of argo-core, as seen by a client that
 * talks to itself: insmod argo-selftest.ko domid=OWN absent=DOMID
 *
 * The same file runs on real Xen and on the fake one of tests/fake-xen, which
 * is how it is known that they agree.
 *
 * Each check prints one line, "argo-selftest: ok NAME" or "not ok NAME", the
 * last line how many there were. The domain must have no other ring: this
 * counts how many it can have.
 */
#define pr_fmt(fmt) "argo-selftest: " fmt

#include <linux/argo.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "selftest.h"

ushort domid;
module_param(domid, ushort, 0);
MODULE_PARM_DESC(domid, "this domain");

ushort absent;
module_param(absent, ushort, 0);
MODULE_PARM_DESC(absent, "a domain that does not exist");

#define PORT		0x7e570000
#define PORT_NONE	0x7e57ffff
#define TYPE		0x7e570001
#define WAIT_MS		20000

static struct argo_ring *ring;
static struct argo_dest dest;
static u8 *buf;
static atomic_t data_calls, lost_calls, space_calls, gone_calls;

static unsigned int checks;

void check(bool good, const char *name)
{
	checks++;
	pr_info("%s %s\n", good ? "ok" : "not ok", name);
}

/* For a result that has to be one certain number */
void check_ret(long ret, long want, const char *name)
{
	if (ret != want)
		pr_info("%s: %ld instead of %ld\n", name, ret, want);
	check(ret == want, name);
}

static bool called(atomic_t *calls, int times)
{
	int ms;

	for (ms = 0; atomic_read(calls) < times && ms < WAIT_MS; ms += 10)
		msleep(20);
	/* A call too many would come soon. */
	msleep(50);
	return atomic_read(calls) == times;
}

static bool on_data(void *priv)
{
	atomic_inc(&data_calls);
	return true;
}

static void on_lost(void *priv)
{
	atomic_inc(&lost_calls);
}

static const struct argo_ring_ops ring_ops = {
	.data = on_data,
	.lost = on_lost,
};

static void on_space(struct argo_dest *d, enum argo_wake why)
{
	atomic_inc(&space_calls);
}

static void on_gone(struct argo_dest *d)
{
	atomic_inc(&gone_calls);
}

static const struct argo_dest_ops dest_ops = {
	.space = on_space,
	.gone = on_gone,
};

static struct argo_ring *make_ring(u16 partner, u32 port, u32 len)
{
	struct argo_ring_config config = {
		.partner = partner,
		.port = port,
		.len = len,
	};

	return argo_ring_create(&config, &ring_ops, NULL);
}

static int send(const void *base, u32 len)
{
	struct xen_argo_iov iov = argo_iov(base, len);

	return argo_sendv(&dest, PORT, TYPE, &iov, len ? 1 : 0);
}

/* Send @len bytes of a pattern and compare what arrives. */
static bool pass(u32 len)
{
	struct argo_message msg;
	bool same;
	u32 i;

	for (i = 0; i < len; i++)
		buf[i] = i * 7 + len;
	if (send(buf, len) != len || argo_ring_next(ring, &msg) != 1)
		return false;
	memset(buf, 0, len);
	same = msg.len == len && msg.domid == domid && msg.port == PORT &&
	       msg.type == TYPE;
	if (same)
		argo_message_copy(&msg, 0, buf, len);
	for (i = 0; same && i < len; i++)
		same = buf[i] == (u8)(i * 7 + len);
	argo_ring_consume(ring, &msg);
	argo_ring_publish(ring);
	return same && argo_ring_next(ring, &msg) == 0;
}

static int drain(void)
{
	struct argo_message msg;
	int n = 0;

	while (argo_ring_next(ring, &msg) == 1) {
		argo_ring_consume(ring, &msg);
		n++;
	}
	argo_ring_publish(ring);
	return n;
}

static bool open_ring(u32 len)
{
	ring = make_ring(domid, PORT, len);
	return !IS_ERR(ring) && !argo_ring_register(ring);
}

static void close_ring(void)
{
	if (!IS_ERR(ring))
		argo_ring_destroy(ring);
	ring = NULL;
}

/* Lengths that Xen takes; each is filled to the last byte once. */
static void test_sizes(void)
{
	static const u32 good[] = {
		48, 64, 2032, 4032, 4048, 8128, 65536, 131008, ARGO_RING_LEN_MAX,
	};
	static const u32 bad[] = {
		0, 16, 32, 40, 47, 49, 56, 4033, ARGO_RING_LEN_MAX + 16,
		16 << 20, U32_MAX - 15,
	};
	char name[40];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		u32 max = argo_ring_max_payload(good[i]);
		struct argo_dest_info info = {};
		bool ok = open_ring(good[i]);

		ok = ok && !argo_dest_query(&dest, &info) && info.exists &&
		     info.max_message == max;
		/* The second one wraps unless it starts at the start again. */
		ok = ok && pass(max) && pass(max) && pass(16) && pass(max);
		ok = ok && send(buf, max + 1) == -EMSGSIZE;
		close_ring();
		snprintf(name, sizeof(name), "length-%u", good[i]);
		check(ok, name);
		cond_resched();
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ring = make_ring(domid, PORT, bad[i]);
		snprintf(name, sizeof(name), "length-%u-refused", bad[i]);
		check_ret(PTR_ERR_OR_ZERO(ring), -EINVAL, name);
		close_ring();
	}
}

static void test_partners(void)
{
	static const u16 bad[] = { 0x7ff0, 0x7ff5, 0xffff };
	char name[40];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ring = make_ring(bad[i], PORT, 4032);
		snprintf(name, sizeof(name), "partner-%#x-refused", bad[i]);
		check_ret(PTR_ERR_OR_ZERO(ring), -EINVAL, name);
		close_ring();
	}
	ring = make_ring(absent, PORT, 4032);
	check_ret(argo_ring_register(ring), -ESRCH, "partner-absent");
	close_ring();
}

static void test_names(void)
{
	struct argo_ring *other = make_ring(domid, PORT, 4032);
	struct argo_ring *next = make_ring(domid, PORT + 1, 4032);
	int i, ret = 0;

	open_ring(4032);
	check_ret(argo_ring_register(other), -EADDRINUSE, "name-taken");
	check(pass(100), "name-taken-ring-works");
	check_ret(argo_ring_register(next), 0, "name-next");
	argo_ring_unregister(ring);
	check_ret(argo_ring_register(other), 0, "name-free-again");
	argo_ring_destroy(other);
	argo_ring_destroy(next);

	/* More often than there are rings: none may be leaked. */
	for (i = 0; i < 300 && !ret; i++)
		ret = argo_ring_register(ring);
	check_ret(ret, 0, "register-again");
	check(pass(100), "register-again-works");
	argo_ring_unregister(ring);
	argo_ring_unregister(ring);
	check_ret(send(buf, 16), -ECONNREFUSED, "unregister-twice");
	close_ring();
}

static void test_limit(void)
{
	struct argo_ring **rings;
	unsigned int i, n = 0;
	int ret = 0;

	rings = kcalloc(XEN_ARGO_MAX_RINGS + 1, sizeof(*rings), GFP_KERNEL);
	if (!rings)
		return;
	while (n <= XEN_ARGO_MAX_RINGS && !ret) {
		rings[n] = make_ring(domid, PORT + n, 4032);
		ret = argo_ring_register(rings[n++]);
	}
	check_ret(ret, -ENOSPC, "rings-all-used");
	check_ret(n - 1, XEN_ARGO_MAX_RINGS, "rings-128");

	argo_ring_unregister(rings[5]);
	check_ret(argo_ring_register(rings[n - 1]), 0, "rings-one-given-back");
	for (i = 0; i < n; i++)
		argo_ring_destroy(rings[i]);
	kfree(rings);
}

static void test_send_errors(void)
{
	struct xen_argo_iov iov[8];
	struct argo_message msg;
	struct argo_dest bad;
	unsigned int i;
	bool same;

	argo_dest_add(&bad, domid, PORT_NONE, &dest_ops);
	iov[0] = argo_iov(buf, 16);
	check_ret(argo_sendv(&bad, PORT, TYPE, iov, 1), -ECONNREFUSED,
		  "send-no-ring");
	argo_dest_del(&bad);
	argo_dest_add(&bad, absent, PORT, &dest_ops);
	check_ret(argo_sendv(&bad, PORT, TYPE, iov, 1), -ESRCH,
		  "send-absent-domain");
	argo_dest_del(&bad);
	argo_dest_add(&bad, 0x7ff0, PORT, &dest_ops);
	check_ret(argo_sendv(&bad, PORT, TYPE, iov, 1), -ESRCH,
		  "send-reserved-domid");
	argo_dest_del(&bad);

	open_ring(4032);
	/* Pieces apart from each other arrive as one. */
	for (i = 0; i < 8; i++) {
		memset(buf + i * 64, 'a' + i, 10);
		iov[i] = argo_iov(buf + i * 64, 10);
	}
	check_ret(argo_sendv(&dest, PORT, TYPE, iov, 8), 80, "send-8-pieces");
	same = argo_ring_next(ring, &msg) == 1 && msg.len == 80;
	for (i = 0; same && i < 80; i++) {
		u8 c;

		argo_message_copy(&msg, i, &c, 1);
		same = c == 'a' + i / 10;
	}
	check(same, "send-8-pieces-joined");
	drain();

	check_ret(send(NULL, 0), 0, "send-bare-header");
	check(argo_ring_next(ring, &msg) == 1 && !msg.len, "receive-bare-header");
	drain();
	check_ret(send((void *)0x10, 16), -EFAULT, "send-bad-address");
	check_ret(argo_ring_next(ring, &msg), 0, "send-bad-address-leaves-nothing");
	check_ret(send(buf, argo_ring_max_payload(4032) + 1), -EMSGSIZE,
		  "send-too-long");
	close_ring();
}

/* A full ring, and being told of room. */
static void test_space(void)
{
	struct argo_ring_stats stats;
	unsigned int sent = 0;
	int ret;

	atomic_set(&space_calls, 0);
	open_ring(4032);
	while ((ret = send(buf, 100)) == 100)
		sent++;
	check_ret(ret, -EAGAIN, "full");
	check_ret(sent, (4032 - 16) / 128, "full-to-the-last-slot");

	/* A VIRQ for these messages may come, which may mean room as well. */
	msleep(200);
	argo_dest_wait(&dest, 100);
	ret = send(buf, 100);
	msleep(200);
	check(ret == -EAGAIN && !atomic_read(&space_calls), "full-no-space-yet");
	check_ret(drain(), sent, "full-all-received");
	check(called(&space_calls, 1), "space-told-once");
	argo_ring_get_stats(ring, &stats);
	check(stats.notify, "space-notify-issued");
	check_ret(send(buf, 100), 100, "space-is-there");
	drain();

	/* A wait that was given up is not answered. */
	while (send(buf, 100) == 100)
		;
	argo_dest_wait(&dest, 100);
	argo_dest_wait_end(&dest);
	drain();
	msleep(200);
	check_ret(atomic_read(&space_calls), 1, "space-wait-ended");
	close_ring();

	/* Nor does one last for ever if the ring goes away. */
	open_ring(4032);
	while (send(buf, 100) == 100)
		;
	argo_dest_wait(&dest, 100);
	argo_ring_unregister(ring);
	check(called(&space_calls, 2), "space-ring-gone");
	check_ret(send(buf, 100), -ECONNREFUSED, "space-ring-gone-refused");
	close_ring();
}

static void test_data_callback(void)
{
	atomic_set(&data_calls, 0);
	open_ring(4032);
	send(buf, 10);
	check(called(&data_calls, 1), "data-told");
	send(buf, 10);
	msleep(200);
	check_ret(atomic_read(&data_calls), 1, "data-told-once");
	argo_ring_done(ring);
	check(called(&data_calls, 2), "data-told-again-when-left-unread");
	check_ret(drain(), 2, "data-both-there");
	argo_ring_done(ring);
	msleep(100);
	check_ret(atomic_read(&data_calls), 2, "data-not-told-of-none");
	send(buf, 10);
	check(called(&data_calls, 3), "data-told-of-new");
	argo_ring_unregister(ring);
	check_ret(drain(), 1, "data-readable-after-unregister");
	close_ring();
}

/* What happens when Xen drops the ring by itself. */
static void test_lost(void)
{
	struct xen_argo_unregister_ring unreg = {
		.aport = PORT,
		.partner_id = domid,
	};
	struct argo_dest_info info = {};

	atomic_set(&gone_calls, 0);
	atomic_set(&lost_calls, 0);
	open_ring(4032);
	argo_dest_watch(&dest, ARGO_WATCH_GONE);
	msleep(2500);
	check(!atomic_read(&gone_calls) && !atomic_read(&lost_calls),
	      "watch-quiet-while-there");

	raw_hv_unregister(&unreg);
	check(called(&gone_calls, 1), "watch-gone-told-once");
	check(called(&lost_calls, 1), "lost-told-once");
	check_ret(argo_ring_register(ring), 0, "lost-registered-again");
	check(pass(100), "lost-works-again");
	check(!argo_dest_query(&dest, &info) && info.exists, "query-exists");
	argo_ring_unregister(ring);
	check(!argo_dest_query(&dest, &info) && !info.exists, "query-absent");
	close_ring();
}

static int __init argo_selftest_init(void)
{
	buf = vmalloc(ARGO_RING_LEN_MAX + 1);
	if (!buf)
		return -ENOMEM;
	argo_dest_add(&dest, domid, PORT, &dest_ops);

	test_raw();
	test_sizes();
	test_partners();
	test_names();
	test_limit();
	test_send_errors();
	test_space();
	test_data_callback();
	test_lost();

	argo_dest_del(&dest);
	vfree(buf);
	pr_info("done: %u checks\n", checks);
	return 0;
}
module_init(argo_selftest_init);

static void __exit argo_selftest_exit(void)
{
}
module_exit(argo_selftest_exit);

MODULE_DESCRIPTION("Test: the hypervisor and argo-core's API");
MODULE_LICENSE("GPL");
