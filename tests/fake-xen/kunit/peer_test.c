// SPDX-License-Identifier: GPL-2.0-only
/*
 * The peer that tests of argonet play.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/vmalloc.h>
#include <net/rtnetlink.h>
#include <net/sch_generic.h>

#include "peer_test.h"

struct peer peer;

/* IFLA_ARGONET_PEER, and one more attribute of the caller's choice */
static int make_link(struct net_device *dev, u16 domid, u16 type, u32 value)
{
	struct {
		struct nlattr nla;
		u32 value;
	} to = {
		{ .nla_len = NLA_HDRLEN + 4, .nla_type = IFLA_ARGONET_PEER },
		domid,
	}, more = {
		{ .nla_len = NLA_HDRLEN + 4, .nla_type = type },
		value,
	};
	struct nlattr *data[IFLA_ARGONET_MAX + 1] = {
		[IFLA_ARGONET_PEER] = &to.nla,
	};
	struct nlattr *tb[IFLA_MAX + 1] = {};

	if (type)
		data[type] = &more.nla;
	return argonet_link_ops.newlink(&init_net, dev, tb, data, NULL);
}

/* Make a link; another attribute by its name, NULL for none. */
struct net_device *peer_new_link(u16 domid, const char *name, u32 value)
{
	struct nlattr *tb[IFLA_MAX + 1] = {};
	struct net_device *dev;
	u16 type = 0;
	int ret;

	if (name)
		type = !strcmp(name, "queues") ? IFLA_ARGONET_QUEUES :
		       !strcmp(name, "port") ? IFLA_ARGONET_PORT :
		       !strcmp(name, "peer-port") ? IFLA_ARGONET_PEER_PORT :
		       !strcmp(name, "rejoin") ? IFLA_ARGONET_REJOIN :
		       IFLA_ARGONET_RING_SIZE;
	rtnl_lock();
	dev = rtnl_create_link(&init_net, "argotest%d", NET_NAME_ENUM,
			       &argonet_link_ops, tb, NULL);
	if (IS_ERR(dev))
		goto out;
	ret = make_link(dev, domid, type, value);
	if (ret) {
		free_netdev(dev);
		dev = ERR_PTR(ret);
		goto out;
	}
	dev->rtnl_link_state = RTNL_LINK_INITIALIZED;
out:
	rtnl_unlock();
	return dev;
}

/* Change one attribute of the link. */
int peer_change_link(u16 type, u32 value)
{
	struct {
		struct nlattr nla;
		u32 value;
	} attr = {
		{ .nla_len = NLA_HDRLEN + 4, .nla_type = type },
		value,
	};
	struct nlattr *data[IFLA_ARGONET_MAX + 1] = { [0] = NULL };
	struct nlattr *tb[IFLA_MAX + 1] = {};
	int ret;

	data[type] = &attr.nla;
	rtnl_lock();
	ret = argonet_link_ops.changelink(peer.dev, tb, data, NULL);
	rtnl_unlock();
	return ret;
}

void peer_del_link(struct net_device *dev)
{
	rtnl_lock();
	unregister_netdevice(dev);
	rtnl_unlock();
}

static rx_handler_result_t capture(struct sk_buff **pskb)
{
	if (!READ_ONCE(peer.capture))
		return RX_HANDLER_PASS;
	skb_queue_tail(&peer.got, *pskb);
	return RX_HANDLER_CONSUMED;
}

void peer_forget_frames(void)
{
	skb_queue_purge(&peer.got);
}

struct argonet_hello peer_hello(bool up)
{
	return (struct argonet_hello) {
		.version_min = ARGONET_VERSION,
		.version_max = ARGONET_VERSION,
		.flags = cpu_to_le16(up ? ARGONET_HELLO_UP : 0),
		.features = cpu_to_le32(peer.features),
		.session = cpu_to_le64(peer.session),
		.peer_session = cpu_to_le64(peer.seen),
		.max_frame = cpu_to_le32(peer.max_frame),
		.max_message = cpu_to_le32(PEER_RING - 32),
		.queues = cpu_to_le32(1),
		.ring_size = cpu_to_le32(PEER_RING + 64),
	};
}

int peer_send(u32 type, const void *buf, u32 len)
{
	return fake_peer_send(PEER, NET_PORT, ME, NET_PORT, type, buf, len);
}

int peer_send_hello(bool up)
{
	struct argonet_hello hello = peer_hello(up);

	return peer_send(ARGONET_TYPE(ARGONET_KIND_HELLO), &hello, sizeof(hello));
}

static void take_hello(const struct argonet_hello *hello)
{
	bool known = le64_to_cpu(hello->peer_session) == peer.session;

	peer.told = *hello;
	peer.hellos++;
	peer.seen = le64_to_cpu(hello->session);
	if (!peer.mute && (!known || !(le16_to_cpu(hello->flags) & ARGONET_HELLO_UP)))
		peer_send_hello(known);
}

/* Frames of a DATA message; the device's own, so its lengths are right */
static void take_frames(int len)
{
	const struct argonet_record *record;
	u32 size;
	int at;

	for (at = 0; at < len; at = ALIGN(at, ARGONET_RECORD_ALIGN)) {
		record = (void *)(peer.in + at);
		size = le32_to_cpu(record->len);
		at += sizeof(*record) + size;
		peer.shortest = min(peer.shortest, size);
		peer.frames++;
	}
}

static bool take_message(void)
{
	struct xen_argo_ring_message_header head;
	int len = fake_peer_recv(PEER, ME, NET_PORT, &head, peer.in, BUF_SIZE);

	if (len < 0)
		return false;
	if (head.message_type == ARGONET_TYPE(ARGONET_KIND_HELLO))
		take_hello((void *)peer.in);
	else if (head.message_type == ARGONET_TYPE(ARGONET_KIND_BYE))
		peer.byes++;
	else
		take_frames(len);
	return true;
}

/* Do what a peer does for a while. */
void peer_pump(unsigned int ms)
{
	unsigned long end = jiffies + msecs_to_jiffies(ms);

	do {
		bool news = false;

		while (!peer.deaf && take_message())
			news = true;
		if (news)
			fake_notify(PEER, NULL);
		usleep_range(1000, 2000);
	} while (time_before(jiffies, end));
}

/* Up is a link whose queue discipline is in place, too: that comes a bit later. */
static bool peer_sees_up(void)
{
	return netif_carrier_ok(peer.dev) && !qdisc_tx_is_noop(peer.dev);
}

bool peer_reaches(enum argonet_state state)
{
	int ms;

	for (ms = 0; ms < PATIENCE; ms += 10) {
		if (argonet_state(peer.an) == state &&
		    (state != ARGONET_STATE_UP || peer_sees_up()))
			return true;
		peer_pump(10);
	}
	return false;
}

struct counts peer_counts(void)
{
	struct argonet_rx_stats rx;
	struct counts c;
	int i;

	argonet_read_rx_stats(&peer.an->queue[0], &rx);
	c.messages = u64_stats_read(&rx.messages);
	c.packets = u64_stats_read(&rx.packets);
	c.dropped = u64_stats_read(&rx.dropped);
	for (i = 0; i < ARGONET_BAD_REASONS; i++)
		c.bad[i] = u64_stats_read(&rx.bad[i]);
	return c;
}

/* Did the device read that many messages by now, or does it soon? */
bool peer_read_by_device(u64 messages)
{
	unsigned long end = jiffies + msecs_to_jiffies(PATIENCE);

	while (peer_counts().messages < messages && time_before(jiffies, end))
		usleep_range(50, 200);
	/* Counted before it is consumed, but then it is soon. */
	return peer_counts().messages == messages;
}

/* Until the device has read everything and says nothing more */
bool peer_settles(void)
{
	unsigned long end = jiffies + msecs_to_jiffies(PATIENCE);
	unsigned int hellos;

	do {
		hellos = peer.hellos;
		peer_pump(20);
		if (hellos == peer.hellos && !argo_ring_pending(peer.an->queue[0].ring))
			return true;
	} while (time_before(jiffies, end));
	return false;
}

/* A record with a frame, at @at of the buffer. Return: where it ends */
u32 peer_frame(u32 at, u32 len, u16 ethertype)
{
	struct argonet_record *record = (void *)(peer.buf + at);
	u8 *p = peer.buf + at + sizeof(*record);
	u32 i;

	memset(record, 0, sizeof(*record));
	record->len = cpu_to_le32(len);
	for (i = 0; i < len; i++)
		p[i] = i * 13 + len;
	if (len >= ETH_HLEN) {
		struct ethhdr *eth = (void *)p;

		ether_addr_copy(eth->h_dest, peer.dev->dev_addr);
		eth_random_addr(eth->h_source);
		eth->h_proto = htons(ethertype);
	}
	return at + sizeof(*record) + len;
}

int peer_send_frame(u32 len)
{
	return peer_send(ARGONET_TYPE(ARGONET_KIND_DATA), peer.buf,
			 peer_frame(0, len, ETH_P_LOOPBACK));
}

/* Did the stack get the frame in peer.buf as it was sent? */
bool peer_frame_is_whole(u32 len)
{
	struct sk_buff *skb = skb_dequeue(&peer.got);
	const u8 *sent = peer.buf + sizeof(struct argonet_record);
	bool same;

	if (!skb)
		return false;
	skb_push(skb, ETH_HLEN);
	same = skb->len == len && !skb_linearize(skb) &&
	       !memcmp(skb->data, sent, len);
	kfree_skb(skb);
	return same;
}

bool peer_frame_passes(u32 len)
{
	u64 messages = peer_counts().messages;
	int ms;

	peer_forget_frames();
	WRITE_ONCE(peer.capture, true);
	if (peer_send_frame(len) < 0 || !peer_read_by_device(messages + 1))
		return false;
	for (ms = 0; skb_queue_empty(&peer.got) && ms < 1000; ms++)
		usleep_range(1000, 1100);
	return peer_frame_is_whole(len) && skb_queue_empty(&peer.got);
}

int peer_open(struct kunit *test)
{
	int ret;

	fake_heal();
	memset(&peer, 0, sizeof(peer));
	skb_queue_head_init(&peer.got);
	peer.session = 4711;
	peer.max_frame = 9022;
	peer.features = ARGONET_F_ALL;
	peer.buf = vzalloc(BUF_SIZE);
	peer.in = vzalloc(BUF_SIZE);
	if (!peer.buf || !peer.in)
		return -ENOMEM;
	fake_domain_create(PEER);
	ret = fake_peer_open(PEER, ME, NET_PORT, PEER_RING);
	if (ret)
		return ret;

	peer.dev = peer_new_link(PEER, "ring-size", DEV_RING);
	if (IS_ERR(peer.dev))
		return PTR_ERR(peer.dev);
	peer.an = netdev_priv(peer.dev);
	rtnl_lock();
	peer.dev->wanted_features &= ~NETIF_F_GRO;
	netdev_update_features(peer.dev);
	ret = netdev_rx_handler_register(peer.dev, capture, NULL);
	if (!ret)
		ret = dev_open(peer.dev, NULL);
	rtnl_unlock();
	if (ret)
		return ret;
	return peer_reaches(ARGONET_STATE_UP) ? 0 : -ETIMEDOUT;
}

void peer_close(struct kunit *test)
{
	fake_heal();
	if (!IS_ERR_OR_NULL(peer.dev)) {
		rtnl_lock();
		if (rtnl_dereference(peer.dev->rx_handler))
			netdev_rx_handler_unregister(peer.dev);
		unregister_netdevice(peer.dev);
		rtnl_unlock();
	}
	fake_domain_destroy(PEER);
	peer_forget_frames();
	vfree(peer.buf);
	vfree(peer.in);
}
