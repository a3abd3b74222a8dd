// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hostile peer may try. After each of it the device has moved on by one
 * message, counted it for what it is, and passes the next good frame.
 * docs/testing.md says which test is for which kind of input.
 */
#include <linux/cred.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <net/checksum.h>

#include "compat_uapi.h"
#include "peer_test.h"

#define DATA	ARGONET_TYPE(ARGONET_KIND_DATA)
#define HELLO	ARGONET_TYPE(ARGONET_KIND_HELLO)
#define BYE	ARGONET_TYPE(ARGONET_KIND_BYE)
#define STRANGER 3
#define RECORD	sizeof(struct argonet_record)

static uint hostile_seed;
module_param(hostile_seed, uint, 0444);
MODULE_PARM_DESC(hostile_seed, "what random tests begin with; 0 for another each time");

/* The message in peer.buf is dropped for that reason, and nothing else. */
static void is_bad(struct kunit *test, enum argonet_bad why, u32 type, u32 len,
		   const char *what)
{
	struct counts before = peer_counts(), after;
	unsigned int i;

	peer_forget_frames();
	KUNIT_ASSERT_EQ_MSG(test, peer_send(type, peer.buf, len), (int)len, "%s", what);
	KUNIT_EXPECT_TRUE_MSG(test, peer_read_by_device(before.messages + 1), "%s", what);
	after = peer_counts();
	KUNIT_EXPECT_EQ_MSG(test, after.packets, before.packets, "%s", what);
	for (i = 0; i < ARGONET_BAD_REASONS; i++)
		KUNIT_EXPECT_EQ_MSG(test, after.bad[i], before.bad[i] + (i == why),
				    "%s: reason %u", what, i);
	KUNIT_EXPECT_TRUE_MSG(test, skb_queue_empty(&peer.got), "%s", what);
}

static void all_is_well(struct kunit *test)
{
	/* Frames of earlier messages reach the stack after those are counted. */
	KUNIT_EXPECT_TRUE(test, peer_settles());
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(peer.dev));
	KUNIT_EXPECT_TRUE(test, peer_frame_passes(100));
}

static void short_messages(struct kunit *test)
{
	u32 len;

	peer_frame(0, 100, ETH_P_LOOPBACK);
	for (len = 0; len < RECORD; len++)
		is_bad(test, ARGONET_BAD_LENGTH, DATA, len, "less than a record");
	for (len = 0; len < ETH_HLEN; len++)
		is_bad(test, ARGONET_BAD_LENGTH, DATA, peer_frame(0, len, 0), "runt");
	memset(peer.buf, 0, 100);
	for (len = 0; len < sizeof(struct argonet_hello); len += 7)
		is_bad(test, ARGONET_BAD_HANDSHAKE, HELLO, len, "short HELLO");
	for (len = 0; len < sizeof(struct argonet_bye); len += 3)
		is_bad(test, ARGONET_BAD_HANDSHAKE, BYE, len, "short BYE");
	all_is_well(test);
}

static void every_frame_length(struct kunit *test)
{
	u32 len;

	for (len = ETH_HLEN; len <= 1500 + VLAN_ETH_HLEN; len++)
		if (!peer_frame_passes(len))
			KUNIT_FAIL(test, "%u bytes", len);
	for (len = 2048; len <= 65536; len += 2048) {
		KUNIT_EXPECT_TRUE_MSG(test, peer_frame_passes(len - 1), "%u", len);
		KUNIT_EXPECT_TRUE_MSG(test, peer_frame_passes(len), "%u", len);
	}
	KUNIT_EXPECT_TRUE(test, peer_frame_passes(65537));
	KUNIT_EXPECT_TRUE(test, peer_frame_passes(ARGONET_MAX_FRAME));
}

static void long_messages(struct kunit *test)
{
	u32 most = argo_ring_max_payload(argo_ring_len(DEV_RING));
	u64 messages;

	/* Only unsegmented TCP may be that long. */
	is_bad(test, ARGONET_BAD_OFFLOAD, DATA,
	       peer_frame(0, ARGONET_MAX_FRAME + 1, ETH_P_LOOPBACK), "long frame");
	is_bad(test, ARGONET_BAD_LENGTH, DATA,
	       peer_frame(0, peer.an->own.max_frame + 1, ETH_P_LOOPBACK), "longest frame");
	peer_frame(0, most - RECORD, ETH_P_LOOPBACK);
	is_bad(test, ARGONET_BAD_LENGTH, DATA, most, "longest message");
	messages = peer_counts().messages;
	KUNIT_EXPECT_EQ(test, -EMSGSIZE, peer_send(DATA, peer.buf, most + 1));
	msleep(50);
	KUNIT_EXPECT_EQ(test, messages, peer_counts().messages);
	all_is_well(test);
}

static int send_pieces(const u32 *len, unsigned int n, void *last)
{
	const struct xen_argo_send_addr addr = {
		.src.domain_id = XEN_ARGO_DOMID_ANY,
		.dst.domain_id = ME,
		.dst.aport = NET_PORT,
	};
	struct xen_argo_iov iov[9];
	u8 *p = peer.buf;
	unsigned int i;

	for (i = 0; i < n; p += len[i++])
		iov[i] = argo_iov(p, len[i]);
	if (last)
		iov[n - 1] = argo_iov(last, 16);
	return fake_sendv(PEER, &addr, iov, n, DATA);
}

static void odd_pieces(struct kunit *test)
{
	static const u32 odd[] = { 1, 3, 0, 17, 33, 0, 5, 57 };
	static const u32 nine[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	static const u32 nothing[1] = { 0 };
	struct counts before = peer_counts();
	u64 messages = before.messages;

	WRITE_ONCE(peer.capture, true);
	KUNIT_ASSERT_EQ(test, 116, peer_frame(0, 100, ETH_P_LOOPBACK));
	KUNIT_EXPECT_EQ(test, 116, send_pieces(odd, 8, NULL));
	KUNIT_EXPECT_TRUE(test, peer_read_by_device(messages + 1));
	msleep(20);
	KUNIT_EXPECT_EQ(test, 1, skb_queue_len(&peer.got));
	KUNIT_EXPECT_TRUE(test, peer_frame_is_whole(100));

	KUNIT_EXPECT_EQ(test, 0, send_pieces(nothing, 1, NULL));
	KUNIT_EXPECT_TRUE(test, peer_read_by_device(++messages + 1));
	KUNIT_EXPECT_EQ(test, before.bad[ARGONET_BAD_LENGTH] + 1,
			peer_counts().bad[ARGONET_BAD_LENGTH]);

	KUNIT_EXPECT_EQ(test, -EINVAL, send_pieces(nine, 9, NULL));
	KUNIT_EXPECT_EQ(test, -EFAULT, send_pieces(odd, 2, (void *)0x10));
	msleep(20);
	KUNIT_EXPECT_EQ(test, messages + 1, peer_counts().messages);
	all_is_well(test);
}

/* Xen says who sent what, and to whom the ring belongs. */
static void another_domain(struct kunit *test)
{
	struct xen_argo_send_addr addr = {
		.src.domain_id = PEER,
		.src.aport = NET_PORT,
		.dst.domain_id = ME,
		.dst.aport = NET_PORT,
	};
	u32 len = peer_frame(0, 100, ETH_P_LOOPBACK);
	const struct xen_argo_iov iov = argo_iov(peer.buf, len);
	u64 messages = peer_counts().messages;

	fake_domain_create(STRANGER);
	KUNIT_EXPECT_EQ(test, -EPERM, fake_sendv(STRANGER, &addr, &iov, 1, DATA));
	addr.src.domain_id = XEN_ARGO_DOMID_ANY;
	KUNIT_EXPECT_EQ(test, -ECONNREFUSED, fake_sendv(STRANGER, &addr, &iov, 1, DATA));
	msleep(20);
	KUNIT_EXPECT_EQ(test, messages, peer_counts().messages);
	fake_domain_destroy(STRANGER);
	all_is_well(test);
}

static void unknown_types(struct kunit *test)
{
	static const u32 types[] = {
		0, 1, 0xffffffff, 0x80000000, ARGO_TYPE_NET,
		ARGONET_TYPE(0), ARGONET_TYPE(4), ARGONET_TYPE(255),
		/* another version */
		ARGO_TYPE_NET | ARGONET_KIND_DATA,
		ARGO_TYPE_NET | 2 << 8 | ARGONET_KIND_HELLO,
		ARGO_TYPE_NET | 2 << 8 | ARGONET_KIND_BYE,
		ARGO_TYPE_NET | 2 << 8 | ARGONET_KIND_DATA,
		ARGO_TYPE_NET | 255 << 8 | ARGONET_KIND_DATA,
		/* another client */
		0x414f0000 | 1 << 8 | ARGONET_KIND_DATA,
	};
	u32 len = peer_frame(0, 100, ETH_P_LOOPBACK);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		is_bad(test, ARGONET_BAD_KIND, types[i], len, "type");
	all_is_well(test);
}

static void lying_records(struct kunit *test)
{
	static const u32 lies[] = { 0, 13, 101, 0xffff, 0x10000, 0x80000000, U32_MAX };
	struct argonet_record *record = (void *)peer.buf;
	u32 len = peer_frame(0, 100, ETH_P_LOOPBACK);
	struct counts before;
	unsigned int i;
	u32 end;

	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		record->len = cpu_to_le32(lies[i]);
		is_bad(test, ARGONET_BAD_LENGTH, DATA, len, "length of a record");
	}
	record->len = cpu_to_le32(100);
	for (i = 0; i < 16; i++) {
		record->reserved = cpu_to_le16(1 << i);
		is_bad(test, ARGONET_BAD_RESERVED, DATA, len, "reserved bit");
	}
	/* What comes before the lie is good. */
	before = peer_counts();
	end = ALIGN(peer_frame(0, 100, ETH_P_LOOPBACK), 16);
	end = ALIGN(peer_frame(end, 50, ETH_P_LOOPBACK), 16);
	peer_send(DATA, peer.buf, peer_frame(end, 13, 0));
	KUNIT_EXPECT_TRUE(test, peer_read_by_device(before.messages + 1));
	KUNIT_EXPECT_EQ(test, before.packets + 2, peer_counts().packets);
	KUNIT_EXPECT_EQ(test, before.bad[ARGONET_BAD_LENGTH] + 1,
			peer_counts().bad[ARGONET_BAD_LENGTH]);
	all_is_well(test);
}

static void senseless_hellos(struct kunit *test)
{
	struct argonet_hello *hello = (void *)peer.buf;
	unsigned int i;

	for (i = 0; i < 7; i++) {
		*hello = peer_hello(true);
		switch (i) {
		case 0:
			hello->version_min = 2;
			hello->version_max = 3;
			break;
		case 1:
			hello->flags = cpu_to_le16(0xfffe);
			break;
		case 2:
			hello->reserved[3] = cpu_to_le32(1);
			break;
		case 3:
			hello->session = 0;
			break;
		case 4:
			hello->max_frame = cpu_to_le32(67);
			break;
		case 5:
			hello->max_message = 0;
			break;
		default:
			/* its own words */
			hello->session = cpu_to_le64(peer.seen);
		}
		is_bad(test, ARGONET_BAD_HANDSHAKE, HELLO, sizeof(*hello), "HELLO");
	}
	all_is_well(test);
}

static void repeated_hellos(struct kunit *test)
{
	int ups = atomic_read(&peer.dev->carrier_up_count);
	struct argonet_bye bye = { .session = cpu_to_le64(123) };
	int i;

	for (i = 0; i < 20; i++)
		KUNIT_EXPECT_EQ(test, 64, peer_send_hello(true));
	/* The end of a session that never was */
	peer_send(BYE, &bye, sizeof(bye));
	peer_pump(300);
	KUNIT_EXPECT_EQ(test, ups, atomic_read(&peer.dev->carrier_up_count));
	all_is_well(test);

	/* One that knows nothing of the device's session: begin anew */
	peer.seen = 99;
	peer_send_hello(false);
	peer_pump(300);
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	all_is_well(test);
}

/* Each of them asks for an answer. */
static void flood_of_hellos(struct kunit *test)
{
	unsigned int before, sent = 0, ms;
	unsigned long start = jiffies;

	peer_pump(50);
	before = peer.hellos;
	peer.mute = true;
	while (time_before(jiffies, start + HZ)) {
		int i;

		for (i = 0; i < 1000 && peer_send_hello(false) > 0; i++)
			sent++;
		peer_pump(2);
	}
	peer_pump(200);
	ms = jiffies_to_msecs(jiffies - start);
	kunit_info(test, "%u asked, %u answers in %u ms", sent, peer.hellos - before, ms);
	KUNIT_EXPECT_GT(test, sent, 1000);
	KUNIT_EXPECT_GT(test, peer.hellos, before);
	KUNIT_EXPECT_LE(test, peer.hellos - before, ms / 20 + 3);
	peer.mute = false;
	all_is_well(test);
}

static void claimed_limits(struct kunit *test)
{
	static const u32 frames[] = { ARGONET_MIN_FRAME, 1522, 65535, 65558, U32_MAX };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		u32 frame = min_t(u32, frames[i], ARGONET_MAX_FRAME);
		struct argonet_hello hello;
		int ms;

		peer.max_frame = frames[i];
		hello = peer_hello(true);
		hello.max_message = cpu_to_le32(U32_MAX);
		peer_send(HELLO, &hello, sizeof(hello));
		for (ms = 0; ms < PATIENCE && READ_ONCE(peer.dev->max_mtu) !=
		     min_t(u32, frame - ARGONET_L2_OVERHEAD, ARGONET_MAX_MTU); ms += 10)
			peer_pump(10);
		KUNIT_EXPECT_LT_MSG(test, ms, PATIENCE, "%u", frames[i]);
		/* TCP subtracts its headers from that. */
		KUNIT_EXPECT_GE(test, READ_ONCE(peer.dev->gso_max_size), 2048);
	}
	peer.max_frame = 9022;
	peer_send_hello(true);
	all_is_well(test);
}

/* What the stack asks before it hands a frame over that is not cut up */
static bool left_to_the_peer(u32 len, unsigned int type)
{
	const struct net_device_ops *ops = peer.dev->netdev_ops;
	struct sk_buff *skb = alloc_skb(100, GFP_KERNEL);
	netdev_features_t left;

	if (!skb)
		return false;
	/* Nobody looks at what it holds. */
	skb->len = len;
	skb_shinfo(skb)->gso_type = type;
	skb_shinfo(skb)->gso_size = 1448;
	local_bh_disable();
	left = ops->ndo_features_check(skb, peer.dev, NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_SG);
	local_bh_enable();
	skb->len = 0;
	kfree_skb(skb);
	return left == (NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_SG);
}

static void check_long_frame(struct kunit *test, unsigned int row,
			     unsigned int type, bool takes)
{
	const u32 frame = peer.an->own.max_frame;

	KUNIT_EXPECT_TRUE_MSG(test, left_to_the_peer(ARGONET_MAX_FRAME, type), "row %u", row);
	KUNIT_EXPECT_EQ_MSG(test, left_to_the_peer(ARGONET_MAX_FRAME + 1, type), takes,
			    "row %u, type %u", row, type);
	KUNIT_EXPECT_EQ_MSG(test, left_to_the_peer(frame, type), takes,
			    "row %u, type %u", row, type);
	KUNIT_EXPECT_FALSE_MSG(test, left_to_the_peer(frame + 1, type), "row %u", row);
}

/* A user wants the longest frames; what a peer does not take is not forced on it. */
static void long_frames_by_family(struct kunit *test)
{
	const u32 most = peer.an->own.max_frame - VLAN_HLEN;
	const struct {
		u32 features, max;
	} rows[] = {
		{ ARGONET_F_ALL, most },
		{ ARGONET_F_ALL & ~ARGONET_F_BIG6, GSO_LEGACY_MAX_SIZE },
		{ ARGONET_F_ALL & ~ARGONET_F_BIG4, most },
		{ ARGONET_F_CSUM, GSO_LEGACY_MAX_SIZE },
		{ ARGONET_F_ALL, most },
	};
	unsigned int i;

	rtnl_lock();
	WRITE_ONCE(peer.dev->gso_max_size, ARGONET_MAX_BIG);
	rtnl_unlock();
	peer.max_frame = U32_MAX;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct argonet_hello hello;
		int ms;

		peer.features = rows[i].features;
		hello = peer_hello(true);
		hello.max_message = cpu_to_le32(U32_MAX);
		peer_send(HELLO, &hello, sizeof(hello));
		for (ms = 0; ms < PATIENCE && READ_ONCE(peer.dev->gso_max_size) != rows[i].max;
		     ms += 10)
			peer_pump(10);
		KUNIT_EXPECT_LT_MSG(test, ms, PATIENCE, "row %u: %u", i, peer.dev->gso_max_size);
	}
	peer.max_frame = 9022;
	peer_send_hello(true);
	all_is_well(test);
}

/* Does the half that sends know what the peer takes now? */
static bool tx_knows_peer(const struct argonet_queue *q)
{
	return READ_ONCE(q->tx.peer_features) == peer.features &&
	       READ_ONCE(q->tx.max_frame) == peer.an->own.max_frame;
}

/* What the stack makes too long is cut up by it, in each family. */
static void long_frames_are_cut_up(struct kunit *test)
{
	static const u32 without[] = { ARGONET_F_BIG6, ARGONET_F_BIG4, 0,
				       ARGONET_F_BIG4 | ARGONET_F_BIG6 };
	const struct argonet_queue *q = &peer.an->queue[0];
	unsigned int i;

	peer.mute = true;
	peer.max_frame = U32_MAX;
	for (i = 0; i < ARRAY_SIZE(without); i++) {
		struct argonet_hello hello;
		int ms;

		/* In a session, what was taken once is taken on. */
		peer.session++;
		peer.features = ARGONET_F_ALL & ~without[i];
		for (ms = 0; ms < PATIENCE && !tx_knows_peer(q); ms += 20) {
			hello = peer_hello(true);
			hello.max_message = cpu_to_le32(U32_MAX);
			peer_send(HELLO, &hello, sizeof(hello));
			peer_pump(20);
		}
		KUNIT_EXPECT_LT_MSG(test, ms, PATIENCE, "row %u", i);
		check_long_frame(test, i, SKB_GSO_TCPV4, peer.features & ARGONET_F_BIG4);
		check_long_frame(test, i, SKB_GSO_TCPV6, peer.features & ARGONET_F_BIG6);
	}
	peer.mute = false;
	peer.features = ARGONET_F_ALL;
	peer.max_frame = 9022;
	peer_send_hello(true);
	all_is_well(test);
}

static void any_source_port(struct kunit *test)
{
	struct counts before = peer_counts();
	u32 len = peer_frame(0, 60, ETH_P_LOOPBACK), i;

	WRITE_ONCE(peer.capture, true);
	for (i = 0; i < 20000; i++) {
		if (fake_peer_send(PEER, i * 214013, ME, NET_PORT, DATA, peer.buf, len) < 0) {
			usleep_range(500, 1000);
			i--;
		}
		if (i % 100 == 0)
			peer_forget_frames();
	}
	KUNIT_EXPECT_TRUE(test, peer_read_by_device(before.messages + 20000));
	KUNIT_EXPECT_EQ(test, before.packets + 20000, peer_counts().packets);
	all_is_well(test);
}

/* No ring but that of queue 0 takes part in the handshake. */
static void control_on_another_queue(struct kunit *test)
{
	struct net_device *dev = peer_new_link(PEER, "port", NET_PORT + 0x100);
	struct argonet_hello hello = peer_hello(false);
	struct argonet *an = peer.an;
	struct counts before, after;
	int ms;

	KUNIT_ASSERT_FALSE(test, IS_ERR(dev));
	peer_del_link(dev);
	dev = peer_new_link(3, "queues", 2);
	KUNIT_ASSERT_FALSE(test, IS_ERR(dev));
	fake_domain_create(3);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, 0, dev_open(dev, NULL));
	rtnl_unlock();
	peer.an = netdev_priv(dev);
	for (ms = 0; ms < PATIENCE; ms += 10) {
		if (fake_peer_send(3, 0, ME, NET_PORT + 1, HELLO, &hello, sizeof(hello)) > 0)
			break;
		msleep(20);
	}
	before = peer_counts();
	peer.an->queue++;
	for (ms = 0; ms < PATIENCE && !peer_counts().messages; ms += 10)
		msleep(20);
	after = peer_counts();
	peer.an->queue--;
	KUNIT_EXPECT_EQ(test, 0, before.messages);
	KUNIT_EXPECT_EQ(test, 1, after.bad[ARGONET_BAD_KIND]);
	peer.an = an;
	peer_del_link(dev);
	fake_domain_destroy(3);
	all_is_well(test);
}

static void frames_before_the_handshake(struct kunit *test)
{
	struct argonet_bye bye = { .session = cpu_to_le64(peer.session) };
	struct counts before;
	int i;

	peer.mute = true;
	peer_send(BYE, &bye, sizeof(bye));
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_CONNECTING));
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(peer.dev));
	for (i = 0; i < 5; i++)
		is_bad(test, ARGONET_BAD_EARLY, DATA,
		       peer_frame(0, 100, ETH_P_LOOPBACK), "early frame");
	peer.mute = false;
	peer_send_hello(false);
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	all_is_well(test);

	/* The number of a dead peer is another domain's now, and the user allows it. */
	KUNIT_EXPECT_EQ(test, 0, peer_change_link(IFLA_ARGONET_REJOIN, 1));
	fake_domain_destroy(PEER);
	peer_pump(2500);
	fake_domain_create(PEER);
	KUNIT_EXPECT_EQ(test, -ECONNREFUSED, peer_send_frame(100));
	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, ME, NET_PORT, PEER_RING));
	peer.mute = true;
	peer.session = 4712;
	before = peer_counts();
	for (i = 0; i < PATIENCE && peer_send_frame(100) < 0; i += 10)
		peer_pump(10);
	KUNIT_EXPECT_TRUE(test, peer_read_by_device(before.messages + 1));
	KUNIT_EXPECT_EQ(test, before.bad[ARGONET_BAD_EARLY] + 1,
			peer_counts().bad[ARGONET_BAD_EARLY]);
	KUNIT_EXPECT_EQ(test, before.packets, peer_counts().packets);
	peer.mute = false;
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	all_is_well(test);
}

/* All that came since @before was passed on, or refused for what it asked of a frame. */
static void all_passed_on(struct kunit *test, const struct counts *before, u64 frames,
			  bool may_be_refused)
{
	struct counts after = peer_counts();
	u64 refused = after.bad[ARGONET_BAD_OFFLOAD] - before->bad[ARGONET_BAD_OFFLOAD];
	unsigned int i;

	for (i = 0; i < ARGONET_BAD_REASONS; i++)
		if (i != ARGONET_BAD_OFFLOAD)
			KUNIT_EXPECT_EQ_MSG(test, after.bad[i], before->bad[i], "reason %u", i);
	KUNIT_EXPECT_EQ(test, after.packets - before->packets + refused, frames);
	if (may_be_refused)
		KUNIT_EXPECT_GT(test, refused, 0);
	else
		KUNIT_EXPECT_EQ(test, refused, 0);
}

/* Straight into the stack, which has seen worse */
static void strange_frames(struct kunit *test)
{
	static const u8 macs[][ETH_ALEN] = {
		{ 0, 0, 0, 0, 0, 0 }, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 1, 0x80, 0xc2, 0, 0, 0 }, { 1, 0x80, 0xc2, 0, 0, 1 },
		{ 1, 0x80, 0xc2, 0, 0, 0xe }, { 1, 0, 0x5e, 0, 0, 1 },
		{ 2, 2, 2, 2, 2, 2 },
	};
	static const u16 types[] = {
		ETH_P_IP, ETH_P_IPV6, ETH_P_ARP, ETH_P_8021Q, ETH_P_8021AD, ETH_P_PAUSE,
		ETH_P_PAE, ETH_P_LLDP, ETH_P_SLOW, ETH_P_MPLS_UC, 0, 0x05dc, 100, 0xffff,
	};
	static const u32 sizes[] = { 14, 15, 18, 22, 34, 54, 60, 1514 };
	struct ethhdr *eth = (void *)(peer.buf + RECORD);
	struct counts before = peer_counts();
	u64 messages = before.messages;
	unsigned int t, m, s;

	WRITE_ONCE(peer.capture, false);
	for (t = 0; t < ARRAY_SIZE(types); t++) {
		for (m = 0; m < ARRAY_SIZE(macs); m++) {
			for (s = 0; s < ARRAY_SIZE(sizes); s++) {
				u32 len = peer_frame(0, sizes[s], types[t]);

				/* Everybody's, then mine */
				ether_addr_copy(eth->h_source, macs[m]);
				peer_send(DATA, peer.buf, len);
				ether_addr_copy(eth->h_dest, macs[m]);
				ether_addr_copy(eth->h_source, peer.dev->dev_addr);
				peer_send(DATA, peer.buf, len);
				messages += 2;
				KUNIT_ASSERT_TRUE(test, peer_read_by_device(messages));
			}
		}
	}
	peer_pump(20);
	all_passed_on(test, &before, messages - before.messages, false);
	all_is_well(test);
}

static void vlan_tags(struct kunit *test)
{
	struct counts before = peer_counts();
	u64 messages = before.messages;
	unsigned int depth, i;

	WRITE_ONCE(peer.capture, false);
	for (depth = 0; depth <= 5; depth++) {
		for (i = 0; i < 8; i++) {
			u32 size = ETH_HLEN + depth * 4 + i - min(depth * 4, 2U);
			__be16 *p = (void *)(peer.buf + RECORD + 12);
			u32 len = peer_frame(0, size, ETH_P_8021Q);
			unsigned int n;

			for (n = 0; n < depth && (n * 4 + 16) <= size; n++) {
				p[n * 2] = htons(n ? ETH_P_8021Q : ETH_P_8021AD);
				if (n * 4 + 18 <= size)
					p[n * 2 + 1] = htons(n + 1);
			}
			peer_send(DATA, peer.buf, len);
			KUNIT_ASSERT_TRUE(test, peer_read_by_device(++messages));
		}
	}
	all_passed_on(test, &before, messages - before.messages, false);
	all_is_well(test);
}

/*
 * Mostly an IP header that is believed, so that what follows it is looked at:
 * options, fragments, extension headers, TCP and UDP.
 */
static void random_ip(struct rnd_state *rnd, u8 *p, u32 size, u16 ethertype)
{
	static const u8 protocols[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6,
		IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_DSTOPTS,
	};
	u8 protocol = protocols[prandom_u32_state(rnd) % ARRAY_SIZE(protocols)];
	struct ipv6hdr *ip6 = (void *)p;
	struct iphdr *ip = (void *)p;

	prandom_bytes_state(rnd, p, size);
	if (prandom_u32_state(rnd) % 5 == 0)
		return;
	if (ethertype == ETH_P_IP && size >= 60) {
		ip->version = 4;
		ip->ihl = prandom_u32_state(rnd) % 2 ? 5 : 5 + prandom_u32_state(rnd) % 11;
		ip->tot_len = htons(size);
		ip->frag_off = prandom_u32_state(rnd) % 2 ? 0 : ip->frag_off;
		ip->protocol = protocol;
		ip->saddr = htonl(0x0a4d0001);
		ip->daddr = htonl(INADDR_BROADCAST);
		ip->check = 0;
		ip->check = ip_fast_csum(ip, ip->ihl);
	} else if (ethertype == ETH_P_IPV6 && size >= sizeof(*ip6)) {
		ip6->version = 6;
		ip6->payload_len = htons(size - sizeof(*ip6));
		ip6->nexthdr = protocol;
		ip6->saddr = (struct in6_addr) { .s6_addr = { 0xfe, 0x80, [15] = 1 } };
		ip6->daddr = (struct in6_addr) { .s6_addr = { 0xff, 2, [15] = 1 } };
	}
}

/* What may be asked for, of a frame it mostly does not fit */
static struct virtio_net_hdr random_offload(struct rnd_state *rnd)
{
	static const u8 types[] = {
		VIRTIO_NET_HDR_GSO_NONE, VIRTIO_NET_HDR_GSO_TCPV4,
		VIRTIO_NET_HDR_GSO_TCPV6, VIRTIO_NET_HDR_GSO_UDP_L4,
	};

	return (struct virtio_net_hdr) {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = types[prandom_u32_state(rnd) % ARRAY_SIZE(types)],
		.gso_size = __cpu_to_virtio16(true, prandom_u32_state(rnd) % 100),
		.hdr_len = __cpu_to_virtio16(true, prandom_u32_state(rnd)),
		.csum_start = __cpu_to_virtio16(true, prandom_u32_state(rnd) % 2 ? 34 :
						ETH_HLEN + prandom_u32_state(rnd) % 80),
		.csum_offset = __cpu_to_virtio16(true, prandom_u32_state(rnd) % 2 ? 6 : 16),
	};
}

/* Headers that lie, below an Ethernet header that does not */
static void random_frames(struct kunit *test)
{
	u32 seed = hostile_seed ?: get_random_u32(), i;
	static const u16 types[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_ARP, ETH_P_8021Q };
	struct argonet_record *record = (void *)peer.buf;
	struct counts before = peer_counts();
	u64 messages = before.messages;
	struct rnd_state rnd;

	kunit_info(test, "hostile_seed=%u", seed);
	prandom_seed_state(&rnd, seed);
	WRITE_ONCE(peer.capture, false);
	for (i = 0; i < 50000; i++) {
		u32 size = ETH_HLEN + prandom_u32_state(&rnd) % 200;
		u16 ethertype = types[prandom_u32_state(&rnd) % 4];
		u32 len = peer_frame(0, size, ethertype);

		random_ip(&rnd, peer.buf + RECORD + ETH_HLEN, size - ETH_HLEN, ethertype);
		/* Now and then with a request to finish it */
		if (prandom_u32_state(&rnd) % 8 == 0)
			record->offload = random_offload(&rnd);
		while (peer_send(DATA, peer.buf, len) == -EAGAIN)
			usleep_range(200, 500);
		messages++;
	}
	KUNIT_EXPECT_TRUE(test, peer_read_by_device(messages));
	peer_pump(50);
	all_passed_on(test, &before, 50000, true);
	all_is_well(test);
}

static void random_messages(struct kunit *test)
{
	u32 seed = hostile_seed ?: get_random_u32(), i;
	struct rnd_state rnd;

	kunit_info(test, "hostile_seed=%u", seed);
	prandom_seed_state(&rnd, seed);
	for (i = 0; i < 20000; i++) {
		u32 len = prandom_u32_state(&rnd) % 400;
		u32 kind = 1 + prandom_u32_state(&rnd) % 3;

		prandom_bytes_state(&rnd, peer.buf, len);
		/* No length of a record is right by accident. */
		if (kind == ARGONET_KIND_DATA && prandom_u32_state(&rnd) % 4)
			*(__le32 *)peer.buf = cpu_to_le32(prandom_u32_state(&rnd) % 400);
		while (peer_send(ARGONET_TYPE(kind), peer.buf, len) == -EAGAIN)
			usleep_range(200, 500);
	}
	peer_pump(100);
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	all_is_well(test);
}

static void lies_about_offloads(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 flags, type;
		u16 size, start, offset;
		enum argonet_bad why;
	} rows[] = {
		{ "no segment size", 1, 1, 0, 34, 16, ARGONET_BAD_OFFLOAD },
		{ "segments without checksum", 0, 1, 100, 0, 0, ARGONET_BAD_OFFLOAD },
		{ "start behind the end", 1, 0, 0, 2000, 16, ARGONET_BAD_OFFLOAD },
		{ "offset behind the end", 1, 0, 0, 34, 2000, ARGONET_BAD_OFFLOAD },
		{ "wraps 16 bits", 1, 0, 0, 0xffff, 0xffff, ARGONET_BAD_OFFLOAD },
		{ "in the Ethernet header", 1, 0, 0, 6, 2, ARGONET_BAD_OFFLOAD },
		{ "two types", 1, 5, 100, 34, 16, ARGONET_BAD_OFFLOAD },
		{ "wrong type", 1, 4, 100, 34, 16, ARGONET_BAD_OFFLOAD },
		{ "unknown type", 1, 2, 100, 34, 16, ARGONET_BAD_OFFLOAD },
		{ "ECN of nothing", 1, 0x80, 100, 34, 16, ARGONET_BAD_OFFLOAD },
		{ "already valid", 2, 0, 0, 0, 0, ARGONET_BAD_RESERVED },
		{ "reserved flag", 0x80, 0, 0, 0, 0, ARGONET_BAD_RESERVED },
	};
	struct argonet_record *record = (void *)peer.buf;
	struct iphdr *ip = (void *)(peer.buf + RECORD + ETH_HLEN);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 len = peer_frame(0, 1014, ETH_P_IP);

		*ip = (struct iphdr) { .version = 4, .ihl = 5,
			.protocol = IPPROTO_TCP, .tot_len = htons(1000) };
		record->offload = (struct virtio_net_hdr) {
			.flags = rows[i].flags,
			.gso_type = rows[i].type,
			.gso_size = __cpu_to_virtio16(true, rows[i].size),
			.csum_start = __cpu_to_virtio16(true, rows[i].start),
			.csum_offset = __cpu_to_virtio16(true, rows[i].offset),
		};
		is_bad(test, rows[i].why, DATA, len, rows[i].what);
	}
	all_is_well(test);
}

/* What was never offered in this session is not taken. */
static void offloads_not_offered(struct kunit *test)
{
	struct argonet_record *record = (void *)peer.buf;
	u32 len;

	rtnl_lock();
	dev_close(peer.dev);
	peer.dev->wanted_features &= ~(NETIF_F_RXCSUM | NETIF_F_GRO_HW);
	netdev_update_features(peer.dev);
	KUNIT_EXPECT_EQ(test, 0, dev_open(peer.dev, NULL));
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, 1, peer.byes + (peer_pump(50), 0));
	KUNIT_ASSERT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(peer.told.features));
	len = peer_frame(0, 100, ETH_P_IP);
	record->offload.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	record->offload.csum_start = __cpu_to_virtio16(true, 34);
	is_bad(test, ARGONET_BAD_UNOFFERED, DATA, len, "checksum");
	record->offload.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	record->offload.gso_size = __cpu_to_virtio16(true, 10);
	is_bad(test, ARGONET_BAD_UNOFFERED, DATA, len, "segments");
	all_is_well(test);
}

static void flood_of_frames(struct kunit *test)
{
	static const u32 sizes[] = { ETH_HLEN, 65000 };
	unsigned int i, sent;
	u64 messages;

	WRITE_ONCE(peer.capture, false);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long end = jiffies + HZ, late = jiffies + 30 * HZ;
		u32 len = peer_frame(0, sizes[i], ETH_P_LOOPBACK);

		/* For a second, and on a slow machine until it was a flood. */
		for (sent = 0; time_before(jiffies, end) ||
		     (sent <= 100 && time_before(jiffies, late)); cond_resched())
			sent += peer_send(DATA, peer.buf, len) > 0;
		kunit_info(test, "%u frames of %u bytes", sent, sizes[i]);
		KUNIT_EXPECT_GT(test, sent, 100);
		/* What is left in the ring is read before anything else. */
		do {
			messages = peer_counts().messages;
			msleep(200);
		} while (messages != peer_counts().messages);
		all_is_well(test);
		WRITE_ONCE(peer.capture, false);
	}
}

/* The stack's way into the device. Return: false if the queue is stopped */
static bool transmit(u32 len)
{
	struct sk_buff *skb = alloc_skb(len + 64, GFP_KERNEL);

	if (!skb)
		return false;
	skb_reserve(skb, 32);
	memset(skb_put(skb, len), 0, len);
	skb->dev = peer.dev;
	skb_reset_mac_header(skb);
	skb->protocol = htons(ETH_P_LOOPBACK);
	return dev_queue_xmit(skb) == NET_XMIT_SUCCESS;
}

static void transmit_until_stalled(struct kunit *test)
{
	int i;

	for (i = 0; i < 200; i++)
		transmit(1000);
	for (i = 0; i < PATIENCE && argonet_state(peer.an) != ARGONET_STATE_STALLED; i += 20)
		peer_pump(20);
	KUNIT_EXPECT_EQ(test, ARGONET_STATE_STALLED, argonet_state(peer.an));
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(peer.dev));
}

static void peer_never_reads(struct kunit *test)
{
	peer.deaf = true;
	transmit_until_stalled(test);
	/* It still listens. */
	peer_forget_frames();
	peer.deaf = false;
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	KUNIT_EXPECT_GT(test, peer.frames, 10);
	peer_forget_frames();
	KUNIT_EXPECT_TRUE(test, transmit(1000));
	peer_pump(200);
	KUNIT_EXPECT_GT(test, peer.frames, 0);
	all_is_well(test);
}

/*
 * Room that a message could tell of is told of though the device has nothing to say:
 * of what was read, and of what was read in between.
 */
static void room_is_told_though_nobody_answers(struct kunit *test)
{
	unsigned long before;
	int i, ms, late = 0;
	u32 len;

	peer_pump(100);
	WRITE_ONCE(peer.capture, false);
	for (i = 0; i < 20; i++) {
		len = peer_frame(0, i % 2 ? 9000 : 1000, ETH_P_LOOPBACK);
		/* Full before it is read */
		fake.virq_lose = 100;
		do {
			before = READ_ONCE(fake.domain[PEER].virqs);
		} while (peer_send(DATA, peer.buf, len) > 0);
		fake.virq_lose = 0;
		fake_virq_raise();
		for (ms = 0; READ_ONCE(fake.domain[PEER].virqs) == before && ms < 500; ms++)
			usleep_range(1000, 1100);
		late += ms == 500;
		KUNIT_EXPECT_TRUE(test, peer_settles());
	}
	KUNIT_EXPECT_EQ(test, late, 0);
	all_is_well(test);
}

/* Room appears, but never enough of it. */
static void peer_reads_a_slot_at_a_time(struct kunit *test)
{
	int i;

	peer.deaf = true;
	for (i = 0; i < 200; i++)
		transmit(1000);
	for (i = 0; i < 12 && argonet_state(peer.an) != ARGONET_STATE_STALLED; i++) {
		fake_corrupt(PEER, NET_PORT, "rx", 16 * (i + 1));
		fake_notify(PEER, NULL);
		msleep(500);
	}
	KUNIT_EXPECT_EQ(test, ARGONET_STATE_STALLED, argonet_state(peer.an));
	fake_corrupt(PEER, NET_PORT, "rx", 0);
	peer.deaf = false;
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	all_is_well(test);
}

static void peer_ring_comes_and_goes(struct kunit *test)
{
	unsigned long end = jiffies + 2 * HZ;
	unsigned int times = 0;

	while (time_before(jiffies, end)) {
		fake_peer_close(PEER, ME, NET_PORT);
		transmit(500);
		fake_peer_open(PEER, ME, NET_PORT, PEER_RING);
		transmit(500);
		peer_pump(1);
		times++;
	}
	KUNIT_EXPECT_GT(test, times, 100);
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	KUNIT_EXPECT_LE(test, fake.domain[ME].nrings, 1);
	all_is_well(test);
}

static void peer_ring_changes_its_size(struct kunit *test)
{
	int i;

	/* 976 bytes of payload: a HELLO fits, a frame does not. */
	fake_peer_close(PEER, ME, NET_PORT);
	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, ME, NET_PORT, 1008));
	for (i = 0; i < 50; i++) {
		transmit(1400);
		peer_pump(20);
	}
	fake_peer_close(PEER, ME, NET_PORT);
	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, ME, NET_PORT, PEER_RING));
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	peer_pump(1000);
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	all_is_well(test);

	/* Not even a HELLO: patience, not haste. */
	fake_peer_close(PEER, ME, NET_PORT);
	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, ME, NET_PORT, XEN_ARGO_MIN_RING_LEN));
	peer.mute = true;
	peer_pump(3000);
	fake_heal();
	peer_pump(2000);
	KUNIT_EXPECT_LT(test, fake_calls(FAKE_SENDV), 100);
	peer.mute = false;
	fake_peer_close(PEER, ME, NET_PORT);
	KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, ME, NET_PORT, PEER_RING));
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	all_is_well(test);
}

static void peer_uses_up_its_own_limits(struct kunit *test)
{
	struct xen_argo_ring_data *many;
	u32 i, round;

	for (i = 1; !fake_peer_open(PEER, ME, NET_PORT + i, 4032); i++)
		;
	KUNIT_EXPECT_EQ(test, i, XEN_ARGO_MAX_RINGS);
	while (--i)
		fake_peer_close(PEER, ME, NET_PORT + i);

	many = kunit_kzalloc(test, struct_size(many, data, XEN_ARGO_MAX_NOTIFY), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, many);
	many->nent = XEN_ARGO_MAX_NOTIFY;
	for (i = 0; i < many->nent; i++) {
		many->data[i].ring.domain_id = ME;
		many->data[i].ring.aport = NET_PORT + i % 2;
		many->data[i].space_required = i * 1000;
	}
	for (round = 0; round < 1000; round++)
		KUNIT_EXPECT_EQ(test, 0, fake_notify(PEER, many));
	all_is_well(test);
}

static void peer_reboots_all_the_time(struct kunit *test)
{
	int i;

	KUNIT_EXPECT_EQ(test, 0, peer_change_link(IFLA_ARGONET_REJOIN, 1));
	for (i = 0; i < 3; i++) {
		peer_send_frame(100);
		fake_domain_destroy(PEER);
		/* Longer than the second in which it is missed */
		peer_pump(2000 + i * 200);
		fake_domain_create(PEER);
		peer.session++;
		KUNIT_ASSERT_EQ(test, 0, fake_peer_open(PEER, ME, NET_PORT, PEER_RING));
		KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
		all_is_well(test);
	}
}

/* Netlink events of the device while its peer was gone */
static unsigned int gone_events;

static int count_event(struct notifier_block *nb, unsigned long event, void *info)
{
	if (event == NETDEV_CHANGE && netdev_notifier_info_to_dev(info) == peer.dev &&
	    argonet_state(peer.an) == ARGONET_STATE_GONE)
		gone_events++;
	return NOTIFY_DONE;
}

static struct notifier_block event_counter = { .notifier_call = count_event };

/* A domain that nobody meant has the peer's number, and does all it can. */
static bool stranger_joins(void)
{
	peer.session++;
	fake_domain_create(PEER);
	fake_peer_open(PEER, ME, NET_PORT, PEER_RING);
	peer_send_hello(true);
	peer_pump(3000);
	return netif_carrier_ok(peer.dev);
}

static void number_of_another_domain(struct kunit *test)
{
	gone_events = 0;
	KUNIT_ASSERT_EQ(test, 0, register_netdevice_notifier(&event_counter));
	fake_domain_destroy(PEER);
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_GONE));
	msleep(200);
	KUNIT_EXPECT_EQ(test, gone_events, 1);
	unregister_netdevice_notifier(&event_counter);
	KUNIT_EXPECT_FALSE(test, stranger_joins());
	KUNIT_EXPECT_LT(test, peer_send_frame(100), 0);
	/* A change that does not name the peer */
	KUNIT_EXPECT_EQ(test, 0, peer_change_link(IFLA_ARGONET_RING_SIZE, 2 * DEV_RING));
	KUNIT_EXPECT_FALSE(test, stranger_joins());
	/* The same number as before */
	KUNIT_EXPECT_EQ(test, 0, peer_change_link(IFLA_ARGONET_PEER, PEER));
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	all_is_well(test);
}

static void number_of_before_a_restore(struct kunit *test)
{
	struct device *dev = bus_find_device_by_name(&platform_bus_type, NULL, "argo");
	const struct dev_pm_ops *pm;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	put_device(dev);
	pm = dev->driver->pm;
	KUNIT_EXPECT_EQ(test, pm->freeze(dev), 0);
	fake_drop_rings(ME, NULL);
	KUNIT_EXPECT_EQ(test, pm->restore(dev), 0);
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_GONE));
	KUNIT_EXPECT_FALSE(test, stranger_joins());
	rtnl_lock();
	dev_close(peer.dev);
	KUNIT_EXPECT_EQ(test, 0, dev_open(peer.dev, NULL));
	rtnl_unlock();
	KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
	all_is_well(test);
}

/* What only a broken hypervisor does */
static void corrupted_rings(struct kunit *test)
{
	static const u32 wild[] = { 8, 0x7ffffff0, U32_MAX };
	int i, ups;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		KUNIT_EXPECT_EQ(test, 0, fake_corrupt(ME, NET_PORT, "rx", wild[i]));
		all_is_well(test);

		ups = atomic_read(&peer.dev->carrier_up_count);
		KUNIT_EXPECT_EQ(test, 0, fake_corrupt(ME, NET_PORT, "tx", wild[i]));
		peer_pump(300);
		KUNIT_EXPECT_TRUE(test, peer_reaches(ARGONET_STATE_UP));
		KUNIT_EXPECT_GT(test, atomic_read(&peer.dev->carrier_up_count), ups);
		all_is_well(test);
	}
}

static void frames_of_the_stack(struct kunit *test)
{
	u64 errors, oversize;
	u32 len;

	errors = u64_stats_read(&peer.an->queue[0].tx.stats.errors);
	oversize = u64_stats_read(&peer.an->queue[0].tx.stats.oversize);
	/* The stack itself sees to it that none is empty. */
	for (len = 1; len < ETH_HLEN; len++)
		transmit(len);
	transmit(9023);
	transmit(65000);
	peer.shortest = U32_MAX;
	transmit(ETH_HLEN);
	peer_pump(50);
	KUNIT_EXPECT_EQ(test, peer.shortest, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&peer.an->queue[0].tx.stats.errors),
			errors + ETH_HLEN - 1 + 2);
	KUNIT_EXPECT_GE(test, u64_stats_read(&peer.an->queue[0].tx.stats.oversize), oversize + 2);
	all_is_well(test);
}

static void netlink_attributes(struct kunit *test)
{
	static const struct {
		u16 domid;
		const char *name;
		u32 value;
		int want;
	} rows[] = {
		{ 0x7ff0, NULL, 0, -EINVAL }, { 0x7ff4, NULL, 0, -EINVAL },
		{ 0xffff, NULL, 0, -EINVAL },
		{ 3, "ring-size", 0, -EINVAL }, { 3, "ring-size", 47, -EINVAL },
		{ 3, "ring-size", 4095, -EINVAL },
		{ 3, "ring-size", (16 << 20) + 16, -EINVAL },
		{ 3, "ring-size", U32_MAX, -EINVAL },
		{ 3, "queues", 0, -EINVAL }, { 3, "queues", 17, -EINVAL },
		{ 3, "queues", U32_MAX, -EINVAL },
		{ 3, "port", U32_MAX, -EINVAL }, { 3, "peer-port", U32_MAX - 15, -EINVAL },
		{ 3, "rejoin", 2, -EINVAL }, { 3, "rejoin", U32_MAX, -EINVAL },
		{ PEER, NULL, 0, -EADDRINUSE }, { 3, "rejoin", 1, 0 },
		{ 3, "ring-size", 4096, 0 }, { 3, "ring-size", 16 << 20, 0 },
		{ 3, "queues", 16, 0 }, { 0x7fef, NULL, 0, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct net_device *dev = peer_new_link(rows[i].domid, rows[i].name,
						       rows[i].value);

		KUNIT_EXPECT_EQ_MSG(test, PTR_ERR_OR_ZERO(dev), rows[i].want, "row %u", i);
		if (!IS_ERR(dev))
			peer_del_link(dev);
	}
}

/* As rtnetlink reads the attributes of a link: what it does not know, it skips. */
static int parse_link(struct nlattr *nla, int len)
{
	struct nlattr *tb[IFLA_ARGONET_MAX + 1];

	return nla_parse_deprecated(tb, IFLA_ARGONET_MAX, nla, len,
				    argonet_link_ops.policy, NULL);
}

static void netlink_policy(struct kunit *test)
{
	struct {
		struct nlattr nla;
		u32 value, more;
	} attr = {};
	u16 type;

	for (type = 1; type <= IFLA_ARGONET_MAX; type++) {
		bool settable = type <= IFLA_ARGONET_QUEUES ||
				type == IFLA_ARGONET_REJOIN;

		attr.nla.nla_type = type;
		attr.nla.nla_len = NLA_HDRLEN + 4;
		KUNIT_EXPECT_EQ_MSG(test, !parse_link(&attr.nla, sizeof(attr)), settable,
				    "attribute %u", type);
		attr.nla.nla_len = NLA_HDRLEN + 2;
		KUNIT_EXPECT_NE_MSG(test, 0, parse_link(&attr.nla, sizeof(attr)),
				    "attribute %u is too short", type);
		/* Which is only taken for what old programs may send. */
		attr.nla.nla_len = NLA_HDRLEN + 8;
		KUNIT_EXPECT_NE_MSG(test, 0, parse_link(&attr.nla, sizeof(attr)),
				    "attribute %u is too long", type);
	}
	attr.nla.nla_len = NLA_HDRLEN + 4;
	attr.nla.nla_type = IFLA_ARGONET_MAX + 1;
	KUNIT_EXPECT_EQ(test, 0, parse_link(&attr.nla, sizeof(attr)));
}

static void netlink_needs_privilege(struct kunit *test)
{
	struct cred *cred = prepare_creds();
	const struct cred *old;
	struct net_device *dev;

	KUNIT_ASSERT_NOT_NULL(test, cred);
	cap_clear(cred->cap_effective);
	old = override_creds(cred);
	dev = peer_new_link(3, NULL, 0);
	revert_creds(old);
	put_cred(cred);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(dev), -EPERM);
	if (!IS_ERR(dev))
		peer_del_link(dev);
}

static struct kunit_case argonet_hostile_cases[] = {
	KUNIT_CASE(short_messages),	/* B1 B3 B18 */
	KUNIT_CASE(every_frame_length),	/* B4 B5 B6 B7 B8 */
	KUNIT_CASE(long_messages),	/* B8 B9 B10 B45 */
	KUNIT_CASE(odd_pieces),	/* B2 B11 B12 */
	KUNIT_CASE(another_domain),	/* B22 */
	KUNIT_CASE(unknown_types),	/* B15 B16 */
	KUNIT_CASE(lying_records),	/* B17 B19 */
	KUNIT_CASE(senseless_hellos),	/* B17 B24 B28 */
	KUNIT_CASE(repeated_hellos),	/* B20 */
	KUNIT_CASE(flood_of_hellos),	/* B21 */
	KUNIT_CASE(claimed_limits),	/* B24 */
	KUNIT_CASE(long_frames_by_family),
	KUNIT_CASE(long_frames_are_cut_up),
	KUNIT_CASE(any_source_port),	/* B25 */
	KUNIT_CASE(control_on_another_queue),	/* B26 */
	KUNIT_CASE(frames_before_the_handshake),	/* B29 */
	KUNIT_CASE(strange_frames),	/* B30 B31 B33 */
	KUNIT_CASE(vlan_tags),	/* B7 B32 */
	KUNIT_CASE(random_frames),	/* B35 B36 B37 B38 B39 */
	KUNIT_CASE(random_messages),	/* B39 */
	KUNIT_CASE(lies_about_offloads),	/* B40 B42 B44 */
	KUNIT_CASE(offloads_not_offered),	/* B23 */
	KUNIT_CASE(flood_of_frames),	/* B46 B47 */
	KUNIT_CASE(peer_never_reads),	/* B48 F2 F3 */
	KUNIT_CASE(room_is_told_though_nobody_answers),
	KUNIT_CASE(peer_reads_a_slot_at_a_time),	/* B49 */
	KUNIT_CASE(peer_ring_comes_and_goes),	/* B50 */
	KUNIT_CASE(peer_ring_changes_its_size),	/* B51 B52 */
	KUNIT_CASE(peer_uses_up_its_own_limits),	/* B53 B54 */
	KUNIT_CASE(peer_reboots_all_the_time),	/* B55 F1 */
	KUNIT_CASE(number_of_another_domain),	/* B29 F1 */
	KUNIT_CASE(number_of_before_a_restore),	/* F10 F12 */
	KUNIT_CASE(corrupted_rings),	/* B56 B57 B58 */
	KUNIT_CASE(frames_of_the_stack),	/* B63 */
	KUNIT_CASE(netlink_attributes),	/* B60 B62 */
	KUNIT_CASE(netlink_policy),	/* B60 */
	KUNIT_CASE(netlink_needs_privilege),	/* B59 */
	{}
};

static struct kunit_suite argonet_hostile_suite = {
	.name = "argonet-hostile",
	.init = peer_open,
	.exit = peer_close,
	.test_cases = argonet_hostile_cases,
};

kunit_test_suite(argonet_hostile_suite);

MODULE_DESCRIPTION("Test: the drivers against the fake Xen");
MODULE_LICENSE("GPL");
