// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake Xen where more than one domain is needed to see what it does; with
 * one, the self-test holds it against the real one.
 */
#include <kunit/test.h>

#include "fake.h"

#define ME	fake.local
#define PEER	2
#define PORT	0x1000
#define LEN	4032

static u8 buf[LEN];

static int send_from(u16 from, u16 to, u32 len)
{
	return fake_peer_send(from, 0, to, PORT, 0, buf, len);
}

static int read_all(u16 owner, u16 partner)
{
	struct xen_argo_ring_message_header head;
	int n = 0;

	while (fake_peer_recv(owner, partner, PORT, &head, buf, sizeof(buf)) >= 0)
		n++;
	return n;
}

static void fill(u16 from, u16 to)
{
	while (send_from(from, to, 100) >= 0)
		;
	while (send_from(from, to, 0) >= 0)
		;
}

static u16 query(u16 from, u16 to, u32 space)
{
	struct {
		struct xen_argo_ring_data head;
		struct xen_argo_ring_data_ent ent;
	} q = {
		.head.nent = 1,
		.ent.ring.domain_id = to,
		.ent.ring.aport = PORT,
		.ent.space_required = space,
	};

	fake_notify(from, &q.head);
	return q.ent.flags;
}

/* How often @domid is signalled because of a notification by @from */
static unsigned long signals(u16 domid, u16 from)
{
	unsigned long before = fake.domain[domid].virqs;

	fake_notify(from, NULL);
	return fake.domain[domid].virqs - before;
}

static int fake_test_init(struct kunit *test)
{
	u16 i;

	fake_heal();
	for (i = 2; i < 2 + FAKE_MAX_WAITS + 2; i++)
		fake_domain_create(i);
	return 0;
}

static void fake_test_exit(struct kunit *test)
{
	u16 i;

	for (i = 2; i < FAKE_DOMAINS; i++)
		if (i != ME)
			fake_domain_destroy(i);
	fake_heal();
}

static void wildcard_ring(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -EPERM, fake_peer_open(PEER, XEN_ARGO_DOMID_ANY, PORT, LEN));
	fake.mac_permissive = true;
	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, XEN_ARGO_DOMID_ANY, PORT, LEN));
	KUNIT_EXPECT_EQ(test, 16, send_from(3, PEER, 16));
	KUNIT_EXPECT_EQ(test, 16, send_from(4, PEER, 16));
	KUNIT_EXPECT_EQ(test, 2, read_all(PEER, XEN_ARGO_DOMID_ANY));
	KUNIT_EXPECT_EQ(test, query(3, PEER, 0),
			XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SHARED |
			XEN_ARGO_RING_EMPTY | XEN_ARGO_RING_SUFFICIENT);

	/* One for the sender alone comes first, and does not spill. */
	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, 3, PORT, LEN));
	fill(3, PEER);
	KUNIT_EXPECT_EQ(test, -EAGAIN, send_from(3, PEER, 16));
	KUNIT_EXPECT_EQ(test, 16, send_from(4, PEER, 16));
	KUNIT_EXPECT_EQ(test, 1, read_all(PEER, XEN_ARGO_DOMID_ANY));
	KUNIT_EXPECT_EQ(test, query(3, PEER, 0),
			XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SUFFICIENT);
}

static void waits_are_limited(struct kunit *test)
{
	u16 i;

	fake.mac_permissive = true;
	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, XEN_ARGO_DOMID_ANY, PORT, LEN));
	fill(3, PEER);
	for (i = 4; i < 3 + FAKE_MAX_WAITS; i++)
		KUNIT_EXPECT_EQ(test, -EAGAIN, send_from(i, PEER, 100));
	KUNIT_EXPECT_EQ(test, -EBUSY, send_from(i, PEER, 100));
	KUNIT_EXPECT_EQ(test, query(i, PEER, 100), XEN_ARGO_RING_EXISTS |
			XEN_ARGO_RING_SHARED | XEN_ARGO_RING_EBUSY);
	/* Who is in already may ask for more. */
	KUNIT_EXPECT_EQ(test, -EAGAIN, send_from(4, PEER, 200));
	/* A place that became free */
	query(5, PEER, 0);
	KUNIT_EXPECT_EQ(test, -EAGAIN, send_from(i, PEER, 100));
	read_all(PEER, XEN_ARGO_DOMID_ANY);
	KUNIT_EXPECT_EQ(test, 0, signals(5, PEER));
	KUNIT_EXPECT_EQ(test, -EAGAIN, (fill(3, PEER), send_from(i, PEER, 100)));
}

static void waits_of_another_domain(struct kunit *test)
{
	struct xen_argo_ring_message_header head;

	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, 3, PORT, LEN));
	fill(3, PEER);
	KUNIT_EXPECT_EQ(test, 0, signals(3, PEER));
	send_from(3, PEER, 2000);
	send_from(3, PEER, 16);
	fake_peer_recv(PEER, 3, PORT, &head, buf, sizeof(buf));
	KUNIT_EXPECT_EQ(test, 0, signals(3, PEER));
	read_all(PEER, 3);
	KUNIT_EXPECT_EQ(test, 1, signals(3, PEER));
	KUNIT_EXPECT_EQ(test, 0, signals(3, PEER));

	/* A query that is answered "sufficient" ends the wait. */
	fill(3, PEER);
	read_all(PEER, 3);
	KUNIT_EXPECT_TRUE(test, query(3, PEER, 16) & XEN_ARGO_RING_SUFFICIENT);
	KUNIT_EXPECT_EQ(test, 0, signals(3, PEER));

	/* One that is not begins a wait. */
	fill(3, PEER);
	query(3, PEER, 0);
	KUNIT_EXPECT_FALSE(test, query(3, PEER, 100) & XEN_ARGO_RING_SUFFICIENT);
	read_all(PEER, 3);
	KUNIT_EXPECT_EQ(test, 1, signals(3, PEER));
}

static void domain_dies(struct kunit *test)
{
	unsigned long before;

	fake.mac_permissive = true;
	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, 3, PORT, LEN));
	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, XEN_ARGO_DOMID_ANY, PORT, LEN));
	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(3, PEER, PORT, LEN));
	fill(4, PEER);
	fill(3, PEER);
	before = fake.domain[PEER].virqs;
	fake_domain_destroy(3);
	/* Its partner's ring is gone, silently; the one for all is not. */
	KUNIT_EXPECT_EQ(test, fake.domain[PEER].virqs, before);
	KUNIT_EXPECT_EQ(test, 1, fake.domain[PEER].nrings);
	KUNIT_EXPECT_EQ(test, -ENOENT, fake_peer_close(PEER, 3, PORT));
	KUNIT_EXPECT_EQ(test, -ESRCH, fake_peer_open(PEER, 3, PORT, LEN));
	KUNIT_EXPECT_EQ(test, -ESRCH, send_from(PEER, 3, 16));
	KUNIT_EXPECT_EQ(test, -ENODEV, send_from(3, PEER, 16));
	/* Nor are the waits of others. */
	read_all(PEER, XEN_ARGO_DOMID_ANY);
	KUNIT_EXPECT_EQ(test, 1, signals(4, PEER));
	fake_domain_create(3);
	KUNIT_EXPECT_EQ(test, 0, fake_peer_open(PEER, 3, PORT, LEN));
}

static void registered_over_itself(struct kunit *test)
{
	struct xen_argo_register_ring reg = {
		.aport = PORT, .partner_id = ME, .len = LEN,
	};
	struct xen_argo_unregister_ring unreg = {
		.aport = PORT, .partner_id = ME,
	};
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	int i, ret;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (i = 0; i < XEN_ARGO_MAX_RINGS; i++)
		KUNIT_EXPECT_EQ(test, 0, fake_register(PEER, &reg, &page, 0));
	ret = fake_register(PEER, &reg, &page, 0);
	KUNIT_EXPECT_EQ(test, -ENOSPC, ret);
	/* Of all those places one comes back. */
	KUNIT_EXPECT_EQ(test, 0, fake_unregister(PEER, &unreg));
	KUNIT_EXPECT_EQ(test, -ENOENT, fake_unregister(PEER, &unreg));
	KUNIT_EXPECT_EQ(test, XEN_ARGO_MAX_RINGS - 1, fake.domain[PEER].nrings);
	__free_page(page);
}

static void read_position_is_bounded(struct kunit *test)
{
	static const struct {
		u32 rx, want;
	} rows[] = {
		{ 0, 0 }, { 1, 16 }, { 16, 16 }, { 4015, 4016 }, { 4017, 0 },
		{ LEN, 0 }, { LEN + 16, 0 }, { U32_MAX, 0 },
	};
	struct fake_ring *ring;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, 3, PORT, LEN));
	ring = fake_find_ring(PEER, 3, PORT);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		fake_ring_head(ring)->rx_ptr = rows[i].rx;
		KUNIT_EXPECT_EQ(test, fake_ring_rx(ring), rows[i].want);
	}
}

static void faults_as_asked_for(struct kunit *test)
{
	int i, hits = 0;

	KUNIT_EXPECT_EQ(test, -EINVAL, fake_fail("sendv"));
	KUNIT_EXPECT_EQ(test, -EINVAL, fake_fail("sendv 11 often 3"));
	KUNIT_EXPECT_EQ(test, -EINVAL, fake_fail("sing 11"));
	KUNIT_EXPECT_EQ(test, 0, fake_fail("sendv 11 after 2 every 3 times 2\n"));
	for (i = 1; i <= 20; i++)
		KUNIT_EXPECT_EQ(test, fake_fault(FAKE_SENDV),
				i == 5 || i == 8 ? -EAGAIN : 0);
	KUNIT_EXPECT_EQ(test, 0, fake_fault(FAKE_NOTIFY));
	KUNIT_EXPECT_EQ(test, 0, fake_fail("notify 13 chance 50"));
	for (i = 0; i < 1000; i++)
		hits += fake_fault(FAKE_NOTIFY) == -EACCES;
	KUNIT_EXPECT_GT(test, hits, 400);
	KUNIT_EXPECT_LT(test, hits, 600);
	fake_heal();
	KUNIT_EXPECT_EQ(test, 0, fake_fault(FAKE_NOTIFY));
}

static struct kunit_case fake_xen_cases[] = {
	KUNIT_CASE(wildcard_ring),
	KUNIT_CASE(waits_are_limited),
	KUNIT_CASE(waits_of_another_domain),
	KUNIT_CASE(domain_dies),
	KUNIT_CASE(registered_over_itself),
	KUNIT_CASE(read_position_is_bounded),
	KUNIT_CASE(faults_as_asked_for),
	{}
};

static struct kunit_suite fake_xen_suite = {
	.name = "fake-xen",
	.init = fake_test_init,
	.exit = fake_test_exit,
	.test_cases = fake_xen_cases,
};

kunit_test_suite(fake_xen_suite);
