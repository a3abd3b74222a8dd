// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages from one domain to another with nothing but argo-core in between:
 * what "make bench" takes for the limit.
 *
 *   insmod argo-bench.ko peer=DOMID			take what comes, until rmmod
 *   insmod argo-bench.ko peer=DOMID messages=N size=S	send; done when this returns
 */
#include <linux/argo.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#define PORT	0x7e580000
#define TYPE	0x7e580001
#define BATCH	64

static ushort peer;
module_param(peer, ushort, 0);
MODULE_PARM_DESC(peer, "the domain at the other end");

static uint messages;
module_param(messages, uint, 0);
MODULE_PARM_DESC(messages, "how many to send; 0 receives");

static uint size = SZ_64K;
module_param(size, uint, 0);
MODULE_PARM_DESC(size, "bytes of each message");

static struct argo_ring *ring;
static struct argo_dest dest;
static DECLARE_COMPLETION(room);

static void bench_receive(struct tasklet_struct *t)
{
	struct argo_message msg;
	int n;

	for (n = 0; n < BATCH && argo_ring_next(ring, &msg) > 0; n++) {
		argo_ring_consume(ring, &msg);
		argo_ring_publish(ring);
	}
	if (n < BATCH) {
		argo_ring_done(ring);
	} else {
		argo_ring_again(ring);
		tasklet_schedule(t);
	}
}

static DECLARE_TASKLET(receiver, bench_receive);

static bool bench_data(void *priv)
{
	tasklet_schedule(&receiver);
	return true;
}

static void bench_lost(void *priv)
{
}

static const struct argo_ring_ops ring_ops = {
	.data = bench_data,
	.lost = bench_lost,
};

static void bench_space(struct argo_dest *d, enum argo_wake why)
{
	complete(&room);
}

static void bench_gone(struct argo_dest *d)
{
}

static const struct argo_dest_ops dest_ops = {
	.space = bench_space,
	.gone = bench_gone,
};

static int bench_send_one(const void *buf)
{
	struct xen_argo_iov iov = argo_iov(buf, size);
	int ret;

	for (;;) {
		ret = argo_sendv(&dest, PORT, TYPE, &iov, 1);
		if (ret != -EAGAIN)
			return ret < 0 ? ret : 0;
		reinit_completion(&room);
		argo_dest_wait(&dest, size);
		ret = argo_sendv(&dest, PORT, TYPE, &iov, 1);
		if (ret != -EAGAIN) {
			argo_dest_wait_end(&dest);
			return ret < 0 ? ret : 0;
		}
		wait_for_completion(&room);
	}
}

static int bench_send(void)
{
	void *buf = kzalloc(size, GFP_KERNEL);
	int ret = 0;

	if (!buf)
		return -ENOMEM;
	argo_dest_add(&dest, peer, PORT, &dest_ops);
	while (!ret && messages--)
		ret = bench_send_one(buf);
	argo_dest_del(&dest);
	kfree(buf);
	return ret;
}

static int bench_listen(void)
{
	struct argo_ring_config config = {
		.partner = peer,
		.port = PORT,
		.len = argo_ring_len(SZ_1M),
		.max_message = size,
	};
	int ret;

	ring = argo_ring_create(&config, &ring_ops, NULL);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = argo_ring_register(ring);
	if (ret)
		argo_ring_destroy(ring);
	return ret;
}

static int __init bench_init(void)
{
	if (!size || size > SZ_4M)
		return -EINVAL;
	return messages ? bench_send() : bench_listen();
}
module_init(bench_init);

static void __exit bench_exit(void)
{
	if (!ring)
		return;
	argo_ring_unregister(ring);
	tasklet_kill(&receiver);
	argo_ring_destroy(ring);
}
module_exit(bench_exit);

MODULE_DESCRIPTION("Benchmark: messages over argo-core alone");
MODULE_LICENSE("GPL");
