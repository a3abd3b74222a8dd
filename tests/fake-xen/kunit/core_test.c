// SPDX-License-Identifier: GPL-2.0-only
/*
 * argo-core between its client and a hypervisor that fails: waits, the timer
 * behind them, rings that vanish, interrupts that do not come or come again.
 */
#include <kunit/test.h>
#include <linux/argo.h>
#include <linux/delay.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/slab.h>

#include "core.h"
#include "fake.h"

#define ME	fake.local
#define PEER	2
#define PORT	0x2000
#define TYPE	7
#define LEN	4032
#define SOON	10000 /* milliseconds; what takes a second may take longer */
#define MANY	300

static struct argo_ring *ring;
static struct argo_dest dest;
static atomic_t data_calls, lost_calls, space_calls, gone_calls;
static enum argo_wake last_wake;
static bool absent;
static u8 buf[LEN];

static bool on_data(void *priv)
{
	atomic_inc(&data_calls);
	return !absent;
}

static void on_lost(void *priv)
{
	atomic_inc(&lost_calls);
}

static void on_space(struct argo_dest *d, enum argo_wake why)
{
	last_wake = why;
	atomic_inc(&space_calls);
}

static void on_gone(struct argo_dest *d)
{
	atomic_inc(&gone_calls);
}

static const struct argo_ring_ops ring_ops = { .data = on_data, .lost = on_lost };
static const struct argo_dest_ops dest_ops = { .space = on_space, .gone = on_gone };

static bool soon(atomic_t *calls, int times)
{
	int ms;

	for (ms = 0; atomic_read(calls) < times && ms < SOON; ms += 5)
		usleep_range(5000, 6000);
	/* A call too many would come now. */
	msleep(30);
	return atomic_read(calls) == times;
}

/* Our ring for the peer, its ring for us */
static int core_test_init(struct kunit *test)
{
	struct argo_ring_config config = {
		.partner = PEER, .port = PORT, .len = LEN,
	};

	fake_heal();
	fake_domain_create(PEER);
	atomic_set(&data_calls, 0);
	atomic_set(&lost_calls, 0);
	atomic_set(&space_calls, 0);
	atomic_set(&gone_calls, 0);
	absent = false;
	if (fake_peer_open(PEER, ME, PORT, LEN))
		return -ENOMEM;
	ring = argo_ring_create(&config, &ring_ops, NULL);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	argo_dest_add(&dest, PEER, PORT, &dest_ops);
	return argo_ring_register(ring);
}

static void core_test_exit(struct kunit *test)
{
	fake_heal();
	argo_dest_del(&dest);
	if (!IS_ERR_OR_NULL(ring))
		argo_ring_destroy(ring);
	ring = NULL;
	fake_domain_destroy(PEER);
}

static int send(u32 len)
{
	struct xen_argo_iov iov = argo_iov(buf, len);

	return argo_sendv(&dest, PORT, TYPE, &iov, 1);
}

static int peer_sends(u32 len)
{
	return fake_peer_send(PEER, PORT, ME, PORT, TYPE, buf, len);
}

/* As far as it goes. Return: messages */
static int drain(void)
{
	struct argo_message msg;
	int n;

	for (n = 0; argo_ring_next(ring, &msg) == 1; n++)
		argo_ring_consume(ring, &msg);
	argo_ring_publish(ring);
	argo_ring_done(ring);
	return n;
}

static void peer_drains(void)
{
	struct xen_argo_ring_message_header head;

	while (fake_peer_recv(PEER, ME, PORT, &head, buf, sizeof(buf)) >= 0)
		;
}

static void fill_and_wait(struct kunit *test)
{
	int ret;

	do {
		ret = send(100);
	} while (ret == 100);
	KUNIT_ASSERT_EQ(test, ret, -EAGAIN);
	argo_dest_wait(&dest, 100);
	KUNIT_ASSERT_EQ(test, send(100), -EAGAIN);
}

static void space_by_virq(struct kunit *test)
{
	fill_and_wait(test);
	/* Until the timer behind it is slow */
	msleep(700);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&space_calls));
	peer_drains();
	fake_notify(PEER, NULL);
	KUNIT_EXPECT_TRUE(test, soon(&space_calls, 1));
	KUNIT_EXPECT_EQ(test, last_wake, ARGO_WAKE_VIRQ);
	KUNIT_EXPECT_EQ(test, send(100), 100);
}

static unsigned long notified(void)
{
	struct argo_ring_stats stats;

	argo_ring_get_stats(ring, &stats);
	return stats.notify;
}

static void space_is_given_without_a_signal(struct kunit *test)
{
	struct argo_message msg;

	while (peer_sends(100) == 100)
		;
	while (argo_ring_next(ring, &msg) == 1)
		argo_ring_consume(ring, &msg);
	KUNIT_EXPECT_TRUE(test, argo_ring_give(ring));
	KUNIT_EXPECT_EQ(test, notified(), 0);
	/* Told once; and there is room. */
	KUNIT_EXPECT_FALSE(test, argo_ring_give(ring));
	KUNIT_EXPECT_EQ(test, peer_sends(100), 100);
	argo_ring_notify(ring);
	KUNIT_EXPECT_EQ(test, notified(), 1);
	drain();
}

static void space_by_timer(struct kunit *test, const char *how)
{
	KUNIT_EXPECT_TRUE_MSG(test, soon(&space_calls, 1), "%s", how);
	KUNIT_EXPECT_EQ_MSG(test, last_wake, ARGO_WAKE_TIMER, "%s", how);
}

static void space_though_the_virq_is_lost(struct kunit *test)
{
	fake.virq_lose = 100;
	fill_and_wait(test);
	peer_drains();
	fake_notify(PEER, NULL);
	space_by_timer(test, "lost");
}

static void space_though_the_peer_never_notifies(struct kunit *test)
{
	fill_and_wait(test);
	peer_drains();
	space_by_timer(test, "no notify");
}

static void space_though_the_wait_is_lost(struct kunit *test)
{
	fake.wait_lose = 100;
	fill_and_wait(test);
	msleep(100);
	peer_drains();
	fake_notify(PEER, NULL);
	space_by_timer(test, "not noted");
}

/* The tick asks about waits, too. It ends when there is nothing to look after. */
static void without_the_tick(struct kunit *test)
{
	int ms;

	argo_ring_unregister(ring);
	for (ms = 0; work_busy(&argo_core.tick.work) && ms < SOON; ms += 20)
		msleep(20);
	KUNIT_ASSERT_EQ(test, work_busy(&argo_core.tick.work), 0);
}

/*
 * It asks after 10 ms, then each time after twice as long, once per second in the
 * end. A machine that is busy makes it late, nothing makes it early.
 */
static void timer_backs_off(struct kunit *test)
{
	unsigned long gap, last, wait = msecs_to_jiffies(10);
	u32 i, n;

	without_the_tick(test);
	fake_heal();
	last = jiffies;
	fill_and_wait(test);
	/* 10, 30, 70, 150, 310, 630, 1270, 2270, 3270, 4270, and some lateness */
	msleep(5000);
	n = fake_calls(FAKE_NOTIFY);
	KUNIT_EXPECT_GE(test, n, 9);
	KUNIT_ASSERT_LE(test, n, FAKE_CALLS_TIMED);
	for (i = 0; i < n; i++) {
		gap = fake_call_at(FAKE_NOTIFY, i) - last;
		last += gap;
		KUNIT_EXPECT_GE_MSG(test, gap, wait, "question %u", i);
		KUNIT_EXPECT_LE_MSG(test, gap, wait + HZ / 4, "question %u", i);
		wait = min_t(unsigned long, 2 * wait, HZ);
	}
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&space_calls));
}

/* EBUSY and ENOMEM: no room, and nobody will tell. */
static void space_though_nothing_was_queued(struct kunit *test)
{
	static const char * const specs[] = { "sendv 16", "sendv 12" };
	static const int errors[] = { -EBUSY, -ENOMEM };
	int i;

	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, 0, fake_fail(specs[i]));
		KUNIT_EXPECT_EQ(test, send(100), errors[i]);
		atomic_set(&space_calls, 0);
		argo_dest_wait(&dest, 100);
		space_by_timer(test, specs[i]);
		KUNIT_ASSERT_EQ(test, 0, fake_fail("sendv 0"));
	}
}

static void space_though_queries_fail(struct kunit *test)
{
	fill_and_wait(test);
	KUNIT_ASSERT_EQ(test, 0, fake_fail("notify 13"));
	/* Asking does not help: told to try. */
	space_by_timer(test, "refused");
	KUNIT_EXPECT_EQ(test, send(100), -EAGAIN);
}

static void space_ends_with_the_ring(struct kunit *test)
{
	fill_and_wait(test);
	fake_peer_close(PEER, ME, PORT);
	space_by_timer(test, "closed");
	KUNIT_EXPECT_EQ(test, send(100), -ECONNREFUSED);
}

static void wait_that_was_given_up(struct kunit *test)
{
	fill_and_wait(test);
	argo_dest_wait_end(&dest);
	peer_drains();
	fake_notify(PEER, NULL);
	msleep(1500);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&space_calls));
}

/* More than one query holds */
static void space_for_many(struct kunit *test)
{
	struct argo_dest *dests = kunit_kcalloc(test, MANY, sizeof(*dests), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, dests);
	fill_and_wait(test);
	for (i = 0; i < MANY; i++) {
		argo_dest_add(&dests[i], PEER, PORT, &dest_ops);
		argo_dest_wait(&dests[i], 200 + i);
	}
	msleep(300);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&space_calls));
	peer_drains();
	fake_notify(PEER, NULL);
	KUNIT_EXPECT_TRUE(test, soon(&space_calls, MANY + 1));
	for (i = 0; i < MANY; i++)
		argo_dest_del(&dests[i]);
}

/* The peer sleeps if our publishing leaves the hypercall out wrongly. */
static void publishing_wakes_the_peer(struct kunit *test)
{
	unsigned long before;

	while (peer_sends(100) == 100)
		;
	before = fake.domain[PEER].virqs;
	KUNIT_EXPECT_GT(test, drain(), 10);
	KUNIT_EXPECT_EQ(test, fake.domain[PEER].virqs, before + 1);
	/* With room there is nobody to wake. */
	KUNIT_ASSERT_EQ(test, 0, fake_fail("notify 22"));
	KUNIT_EXPECT_EQ(test, peer_sends(16), 16);
	KUNIT_EXPECT_EQ(test, 1, drain());
}

static void data_once(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	KUNIT_EXPECT_TRUE(test, soon(&data_calls, 1));
	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	msleep(100);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&data_calls));
	KUNIT_EXPECT_EQ(test, 2, drain());
	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	KUNIT_EXPECT_TRUE(test, soon(&data_calls, 2));
}

static void data_though_the_virq_is_late(struct kunit *test)
{
	fake.virq_delay = 100;
	peer_sends(10);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&data_calls));
	KUNIT_EXPECT_TRUE(test, soon(&data_calls, 1));
}

static void data_though_the_virq_is_lost(struct kunit *test)
{
	fake.virq_lose = 100;
	peer_sends(10);
	KUNIT_EXPECT_TRUE(test, soon(&data_calls, 1));
}

static void data_though_virqs_repeat(struct kunit *test)
{
	int i;

	fake.virq_dup = 5;
	peer_sends(10);
	KUNIT_EXPECT_TRUE(test, soon(&data_calls, 1));
	for (i = 0; i < 10000; i++)
		fake_virq_raise();
	msleep(100);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&data_calls));
	KUNIT_EXPECT_EQ(test, 1, drain());
	for (i = 0; i < 10000; i++)
		fake_virq_raise();
	msleep(100);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&data_calls));
	peer_sends(10);
	KUNIT_EXPECT_TRUE(test, soon(&data_calls, 2));
}

/* Whoever sleeps holds nothing back. */
static void space_beside_a_client_that(struct kunit *test, bool is_away)
{
	absent = is_away;
	peer_sends(10);
	KUNIT_EXPECT_TRUE(test, soon(&data_calls, 1));
	if (!is_away)
		argo_ring_park(ring);
	fill_and_wait(test);
	msleep(400);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&space_calls));
	peer_drains();
	fake_notify(PEER, NULL);
	KUNIT_EXPECT_TRUE(test, soon(&space_calls, 1));
	KUNIT_EXPECT_EQ(test, last_wake, ARGO_WAKE_VIRQ);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&data_calls));
	argo_ring_done(ring);
	KUNIT_EXPECT_TRUE(test, soon(&data_calls, 2));
	KUNIT_EXPECT_EQ(test, 1, drain());
}

static void space_beside_a_client_that_is_away(struct kunit *test)
{
	space_beside_a_client_that(test, true);
}

static void space_beside_a_client_that_is_stuck(struct kunit *test)
{
	space_beside_a_client_that(test, false);
}

/* Policy changes while it is watched, and another destination beside it */
static void loss_beside_a_destination_that_is_denied(struct kunit *test)
{
	struct argo_dest other;

	fake_domain_create(PEER + 1);
	argo_dest_add(&other, PEER + 1, PORT, &dest_ops);
	fake.refused = BIT_ULL(PEER);
	argo_dest_watch(&dest, ARGO_WATCH_GONE);
	argo_dest_watch(&other, ARGO_WATCH_GONE);
	KUNIT_EXPECT_TRUE(test, soon(&gone_calls, 2));
	KUNIT_EXPECT_EQ(test, send(10), -EACCES);
	argo_dest_del(&other);
	fake_domain_destroy(PEER + 1);
}

static void peer_dies_and_returns(struct kunit *test)
{
	argo_dest_watch(&dest, ARGO_WATCH_GONE);
	msleep(1500);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&gone_calls) + atomic_read(&lost_calls));
	fake_domain_destroy(PEER);
	KUNIT_EXPECT_TRUE(test, soon(&gone_calls, 1));
	KUNIT_EXPECT_TRUE(test, soon(&lost_calls, 1));
	KUNIT_EXPECT_EQ(test, send(10), -ESRCH);
	KUNIT_EXPECT_EQ(test, argo_ring_register(ring), -ESRCH);
	fake_domain_create(PEER);
	KUNIT_EXPECT_EQ(test, send(10), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, argo_ring_register(ring), 0);
	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	KUNIT_EXPECT_EQ(test, 1, drain());
}

/* The ring of the peer is gone, but ours is not. */
static void suspicion_is_checked(struct kunit *test)
{
	argo_dest_watch(&dest, ARGO_WATCH_GONE);
	fake_peer_close(PEER, ME, PORT);
	KUNIT_EXPECT_TRUE(test, soon(&gone_calls, 1));
	msleep(1500);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&lost_calls));
	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	KUNIT_EXPECT_EQ(test, 1, drain());
}

/* Xen has something to say before it looks for the ring. */
static void suspicion_that_cannot_be_checked(struct kunit *test)
{
	static const char * const errors[] = { "register 12", "register 28" };
	int i;

	argo_dest_watch(&dest, ARGO_WATCH_GONE);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		KUNIT_ASSERT_EQ(test, 0, fake_fail(errors[i]));
		fake_peer_close(PEER, ME, PORT);
		KUNIT_EXPECT_TRUE(test, soon(&gone_calls, i + 1));
		msleep(1500);
		KUNIT_EXPECT_GT(test, fake_calls(FAKE_REGISTER), 0);
		KUNIT_EXPECT_EQ(test, 0, atomic_read(&lost_calls));
		KUNIT_EXPECT_EQ(test, 0, fake_peer_open(PEER, ME, PORT, LEN));
		argo_dest_watch(&dest, ARGO_WATCH_GONE);
	}
	/* Once it can be, what is lost is found. */
	fake_drop_rings(ME, NULL);
	msleep(100);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&lost_calls));
	KUNIT_ASSERT_EQ(test, 0, fake_fail("register 0"));
	fake_peer_close(PEER, ME, PORT);
	KUNIT_EXPECT_TRUE(test, soon(&lost_calls, 1));
}

static void every_error_of_register(struct kunit *test)
{
	static const int errors[] = {
		EPERM, ESRCH, ENODEV, ECONNREFUSED, ENOSPC, EAGAIN, ENOMEM,
		EINVAL, EFAULT, EACCES, EEXIST, EBUSY, ENOSYS,
	};
	char spec[20];
	int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		snprintf(spec, sizeof(spec), "register %d", errors[i]);
		KUNIT_ASSERT_EQ(test, 0, fake_fail(spec));
		KUNIT_EXPECT_EQ(test, argo_ring_register(ring), -errors[i]);
		KUNIT_EXPECT_EQ(test, peer_sends(10), -ECONNREFUSED);
		KUNIT_ASSERT_EQ(test, 0, fake_fail("register 0"));
		KUNIT_EXPECT_EQ(test, argo_ring_register(ring), 0);
		KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
		KUNIT_EXPECT_EQ(test, 1, drain());
	}
}

static void every_error_of_sendv(struct kunit *test)
{
	static const int errors[] = {
		EPERM, ESRCH, ENODEV, ECONNREFUSED, EMSGSIZE, EAGAIN, ENOMEM,
		EINVAL, EFAULT, EACCES, EBUSY, ENOSYS,
	};
	char spec[20];
	int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		snprintf(spec, sizeof(spec), "sendv %d", errors[i]);
		KUNIT_ASSERT_EQ(test, 0, fake_fail(spec));
		KUNIT_EXPECT_EQ(test, send(10), -errors[i]);
	}
}

/* Xen keeps the pages: they must not be used for anything else. */
static void ring_that_is_not_given_back(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, fake_fail("unregister 22"));
	KUNIT_EXPECT_EQ(test, argo_ring_register(ring), -EBUSY);
	KUNIT_ASSERT_EQ(test, 0, fake_fail("unregister 0"));
	KUNIT_EXPECT_EQ(test, argo_ring_register(ring), 0);
	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	KUNIT_EXPECT_EQ(test, 1, drain());

	KUNIT_ASSERT_EQ(test, 0, fake_fail("unregister 22"));
	argo_ring_destroy(ring);
	ring = NULL;
	KUNIT_ASSERT_EQ(test, 0, fake_fail("unregister 0"));
	/* Nobody reads it, but it is there, and so is its memory. */
	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	KUNIT_EXPECT_EQ(test, 1, fake_drop_rings(ME, NULL));
}

static void ring_that_is_gone_already(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, fake_drop_rings(ME, NULL));
	argo_ring_unregister(ring);
	KUNIT_EXPECT_EQ(test, argo_ring_register(ring), 0);
	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	KUNIT_EXPECT_EQ(test, 1, drain());
}

/* Xen need not take back what it never had. */
static void new_ring_that_is_not_given_back(struct kunit *test)
{
	struct argo_ring_config config = {
		.partner = PEER, .port = PORT + 1, .len = LEN,
	};
	struct argo_ring *other = argo_ring_create(&config, &ring_ops, NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	KUNIT_ASSERT_EQ(test, 0, fake_fail("unregister 13"));
	KUNIT_EXPECT_EQ(test, argo_ring_register(other), 0);
	KUNIT_ASSERT_EQ(test, 0, fake_fail("unregister 0"));
	argo_ring_destroy(other);
}

/* What the kernel does around a suspend, less the suspend */
static const struct dev_pm_ops *power(struct kunit *test, struct device **dev)
{
	*dev = bus_find_device_by_name(&platform_bus_type, NULL, "argo");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, *dev);
	put_device(*dev);
	return (*dev)->driver->pm;
}

static void suspend_that_is_cancelled(struct kunit *test)
{
	struct device *dev;
	const struct dev_pm_ops *pm = power(test, &dev);

	KUNIT_EXPECT_EQ(test, pm->freeze(dev), 0);
	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	KUNIT_EXPECT_EQ(test, 0, drain());
	KUNIT_EXPECT_TRUE(test, soon(&data_calls, 0));
	KUNIT_EXPECT_EQ(test, pm->thaw(dev), 0);
	KUNIT_EXPECT_TRUE(test, soon(&data_calls, 1));
	KUNIT_EXPECT_EQ(test, 1, drain());
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&lost_calls));
}

/* Of a message in an image that was taken of a running domain parts may be old. */
static void restored_ring_is_not_read(struct kunit *test)
{
	struct argo_message msg;
	struct device *dev;
	const struct dev_pm_ops *pm = power(test, &dev);

	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	KUNIT_EXPECT_EQ(test, pm->freeze(dev), 0);
	KUNIT_EXPECT_EQ(test, pm->restore(dev), 0);
	KUNIT_EXPECT_TRUE(test, soon(&lost_calls, 1));
	KUNIT_EXPECT_EQ(test, argo_ring_next(ring, &msg), -EIO);
	KUNIT_EXPECT_EQ(test, argo_ring_register(ring), 0);
	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	KUNIT_EXPECT_EQ(test, 1, drain());
}

/* What ends with a kernel, for another that may follow by kexec */
static void shutdown_takes_rings(struct kunit *test)
{
	struct argo_ring_config config = {
		.partner = PEER, .port = PORT + 1, .len = LEN,
	};
	struct device *dev;

	power(test, &dev);
	platform_bus_type.shutdown(dev);
	KUNIT_EXPECT_EQ(test, peer_sends(10), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, argo_ring_register(ring), -ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, -ENODEV,
			PTR_ERR_OR_ZERO(argo_ring_create(&config, &ring_ops, NULL)));
	WRITE_ONCE(argo_core.dead, false);
	KUNIT_EXPECT_EQ(test, argo_ring_register(ring), 0);
	KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
	KUNIT_EXPECT_EQ(test, 1, drain());
}

/*
 * Each allocation that a ring takes fails once. They may wait for memory:
 * ignore-gfp-wait of failslab and fail_page_alloc has to be N.
 */
static void no_memory_for_a_ring(struct kunit *test)
{
#ifdef CONFIG_FAULT_INJECTION
	struct argo_ring_config config = {
		.partner = PEER, .port = PORT + 1, .len = LEN,
	};
	struct argo_ring *other;
	unsigned int n, left = 0;

	for (n = 1; !left; n++) {
		current->fail_nth = n;
		other = argo_ring_create(&config, &ring_ops, NULL);
		left = current->fail_nth;
		current->fail_nth = 0;
		if (IS_ERR(other))
			KUNIT_EXPECT_EQ(test, PTR_ERR(other), -ENOMEM);
		else
			argo_ring_destroy(other);
	}
	/* Nothing failed in the last round, and something before. */
	KUNIT_EXPECT_FALSE(test, IS_ERR(other));
	KUNIT_EXPECT_GT(test, n, 3);
#else
	kunit_skip(test, "needs CONFIG_FAULT_INJECTION");
#endif
}

static void senseless_write_position(struct kunit *test)
{
	static const u32 wild[] = { 8, LEN, LEN + 16, U32_MAX };
	struct argo_message msg;
	int i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		atomic_set(&lost_calls, 0);
		KUNIT_ASSERT_EQ(test, 0, fake_corrupt(ME, PORT, "tx", wild[i]));
		KUNIT_EXPECT_EQ(test, argo_ring_next(ring, &msg), -EIO);
		KUNIT_EXPECT_EQ(test, argo_ring_next(ring, &msg), -EIO);
		KUNIT_EXPECT_TRUE(test, soon(&lost_calls, 1));
		KUNIT_EXPECT_EQ(test, argo_ring_register(ring), 0);
		KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
		KUNIT_EXPECT_EQ(test, 1, drain());
	}
}

static void senseless_header(struct kunit *test)
{
	static const u32 wild[] = { 0, 15, 1000, LEN, U32_MAX };
	struct argo_ring_stats stats;
	int i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		peer_sends(10);
		peer_sends(10);
		KUNIT_ASSERT_EQ(test, 0, fake_corrupt(ME, PORT, "len", wild[i]));
		KUNIT_EXPECT_EQ(test, 0, drain());
		argo_ring_get_stats(ring, &stats);
		KUNIT_EXPECT_EQ(test, stats.bad_headers, i + 1);
		KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
		KUNIT_EXPECT_EQ(test, 1, drain());
	}
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&lost_calls));
}

static void senseless_read_position(struct kunit *test)
{
	static const u32 wild[] = { 3, LEN, U32_MAX };
	int i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		peer_sends(10);
		KUNIT_ASSERT_EQ(test, 0, fake_corrupt(ME, PORT, "rx", wild[i]));
		KUNIT_EXPECT_EQ(test, 1, drain());
		KUNIT_EXPECT_EQ(test, peer_sends(10), 10);
		KUNIT_EXPECT_EQ(test, 1, drain());
	}
}

static struct kunit_case argo_core_cases[] = {
	KUNIT_CASE(space_by_virq),
	KUNIT_CASE(space_is_given_without_a_signal),
	KUNIT_CASE(space_though_the_virq_is_lost),
	KUNIT_CASE(space_though_the_peer_never_notifies),
	KUNIT_CASE(space_though_the_wait_is_lost),
	KUNIT_CASE(timer_backs_off),
	KUNIT_CASE(space_though_nothing_was_queued),	/* F23 */
	KUNIT_CASE(space_though_queries_fail),
	KUNIT_CASE(space_ends_with_the_ring),
	KUNIT_CASE(wait_that_was_given_up),
	KUNIT_CASE(space_for_many),
	KUNIT_CASE(publishing_wakes_the_peer),
	KUNIT_CASE(data_once),
	KUNIT_CASE(data_though_the_virq_is_late),
	KUNIT_CASE(data_though_the_virq_is_lost),	/* F22 */
	KUNIT_CASE(data_though_virqs_repeat),	/* F22 */
	KUNIT_CASE(space_beside_a_client_that_is_away),
	KUNIT_CASE(space_beside_a_client_that_is_stuck),
	KUNIT_CASE(loss_beside_a_destination_that_is_denied),
	KUNIT_CASE(peer_dies_and_returns),	/* F1 F18 */
	KUNIT_CASE(suspicion_is_checked),	/* F24 */
	KUNIT_CASE(suspicion_that_cannot_be_checked),
	KUNIT_CASE(every_error_of_register),	/* F12 F15 F16 F17 F18 F19 */
	KUNIT_CASE(every_error_of_sendv),	/* F23 */
	KUNIT_CASE(ring_that_is_not_given_back),
	KUNIT_CASE(ring_that_is_gone_already),
	KUNIT_CASE(new_ring_that_is_not_given_back),
	KUNIT_CASE(suspend_that_is_cancelled),	/* F11 */
	KUNIT_CASE(restored_ring_is_not_read),	/* F10 */
	KUNIT_CASE(shutdown_takes_rings),	/* F31 */
	KUNIT_CASE(no_memory_for_a_ring),	/* F26 */
	KUNIT_CASE(senseless_write_position),	/* B58 */
	KUNIT_CASE(senseless_header),	/* B57 */
	KUNIT_CASE(senseless_read_position),	/* B56 */
	{}
};

static struct kunit_suite argo_core_suite = {
	.name = "argo-core",
	.init = core_test_init,
	.exit = core_test_exit,
	.test_cases = argo_core_cases,
};

kunit_test_suite(argo_core_suite);
