// SPDX-License-Identifier: GPL-2.0-only
/*
 * ip link add, set, show and del, with any attributes, on several devices.
 *
 * Here is the network core: it checks attributes against the driver's policy,
 * as the kernel does for those of a strict policy, and calls the driver. What
 * is accepted has to be within the limits, no two devices may want the same
 * ring, what is refused says why and changes nothing.
 */
#include "fuzz.h"
#include "argonet.h"

#define DEVICES	4

/* What a request asks for, as a second reader of the attributes sees it */
struct wish {
	bool has[IFLA_ARGONET_MAX + 1];
	u32 value[IFLA_ARGONET_MAX + 1];
	bool refused;		/* already by the core */
};

static struct device {
	struct net_device dev;
	struct argonet an;
	bool registered;
} devices[DEVICES];

static bool privileged, no_memory, named;
static enum argonet_state state;

/* What link.c calls */

bool capable(int cap)
{
	expect(cap == CAP_NET_ADMIN, "%d", cap);
	return privileged;
}

int register_netdevice(struct net_device *dev)
{
	struct argonet *an = netdev_priv(dev);

	if (no_memory)
		return -ENOMEM;
	list_entry(an, struct device, an)->registered = true;
	return 0;
}

int argonet_check_allowed(struct netlink_ext_ack *extack)
{
	if (capable(CAP_NET_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "not allowed");
	return -EPERM;
}

/* But for what may change at any time */
static bool same_config(const struct argonet_config *a,
			const struct argonet_config *b)
{
	return a->bound == b->bound && (!a->bound || a->peer == b->peer) &&
	       a->port == b->port && a->peer_port == b->peer_port &&
	       a->ring_size == b->ring_size && a->queues == b->queues;
}

int argonet_restart(struct argonet *an, const struct argonet_config *config,
		    bool peer_named, struct netlink_ext_ack *extack)
{
	int ret = argonet_check_allowed(extack);

	expect(peer_named == named, "the peer is%s named", peer_named ? "" : " not");
	if (ret)
		return ret;
	if (same_config(config, &an->config)) {
		an->config.rejoin = config->rejoin;
		return 0;
	}
	if (no_memory) {
		NL_SET_ERR_MSG(extack, "no memory");
		return -ENOMEM;
	}
	ret = argonet_ports_claim(an, config, extack);
	if (!ret)
		an->config = *config;
	return ret;
}

enum argonet_state argonet_state(const struct argonet *an)
{
	return an->config.bound ? state : ARGONET_STATE_UNBOUND;
}

u32 argonet_offer(netdev_features_t features)
{
	return features;
}

void argonet_cpu_spread(struct argonet *an)
{
}

const struct ethtool_ops argonet_ethtool_ops;

void argonet_setup(struct net_device *dev)
{
	dev->num_tx_queues = argonet_link_ops.get_num_tx_queues();
	dev->num_rx_queues = argonet_link_ops.get_num_rx_queues();
	INIT_LIST_HEAD(&((struct argonet *)netdev_priv(dev))->node);
}

/* Values at the limits, or any */
static u32 any_value(void)
{
	static const u32 values[] = {
		0, 1, 2, 15, 16, 17, 4095, 4096, 4097, 0x7fef, 0x7ff0, 0xffff,
		0x6e657400, 0x6e657401, 0x6e657410, 1 << 24, (1 << 24) + 1,
		0xffffffee, 0xffffffef, 0xfffffff0, 0xffffffff,
	};

	return below(8) ? values[below(ARRAY_SIZE(values))] : below(~0u);
}

/* Bytes that the policy asks for; -1: it lets none of them in */
static int exactly(u32 type)
{
	switch (argonet_link_ops.policy[type].type) {
	case NLA_U32:
		return 4;
	default:
		return -1;
	}
}

/* An attribute in memory of its own: not a byte more than it says */
static struct nlattr *make_attr(u32 type, u32 len, u32 value)
{
	struct nlattr *attr = xmalloc(NLA_HDRLEN + len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memset(nla_data(attr), 0, len);
	memcpy(nla_data(attr), &value, min(len, 4u));
	return attr;
}

/* The attributes of a request; the last of a type counts */
static void make_request(struct nlattr *data[], struct wish *wish)
{
	u32 n;

	for (n = below(8); n; n--) {
		u32 type = 1 + below(below(4) ? IFLA_ARGONET_QUEUES :
				     IFLA_ARGONET_MAX);
		bool small = type == IFLA_ARGONET_PEER || type == IFLA_ARGONET_REJOIN;
		u32 value = small && below(4) ? below(2) : any_value();
		u32 len = below(8) ? 4 : below(8);
		bool bad = (type > IFLA_ARGONET_QUEUES && type != IFLA_ARGONET_REJOIN) ||
			   len != 4;

		expect((exactly(type) != (int)len) == bad,
		       "attribute %u of %u bytes", type, len);
		if (bad) {
			wish->refused = true;
			continue;
		}
		free(data[type]);
		data[type] = make_attr(type, len, value);
		wish->has[type] = true;
		wish->value[type] = value;
	}
}

static void free_request(struct nlattr *data[])
{
	u32 n;

	for (n = 0; n <= IFLA_ARGONET_MAX; n++)
		free(data[n]);
}

static bool rejoin_valid(const struct wish *wish)
{
	return wish->value[IFLA_ARGONET_REJOIN] <= 1;
}

static bool valid(const struct argonet_config *c)
{
	return (!c->bound || c->peer < 0x7ff0) && c->queues >= 1 &&
	       c->queues <= 16 && c->ring_size >= 4096 &&
	       c->ring_size <= 1 << 24 && c->port + 16ull < 1ull << 32 &&
	       c->peer_port + 16ull < 1ull << 32;
}

/* Would both have a ring of the same name? */
static bool collide(const struct argonet_config *a, const struct argonet_config *b)
{
	u64 first = max(a->port, b->port);

	return a->bound && b->bound && a->peer == b->peer &&
	       first < min((u64)a->port + a->queues, (u64)b->port + b->queues);
}

static bool taken(const struct device *d, const struct argonet_config *c)
{
	int i;

	for (i = 0; i < DEVICES; i++)
		if (&devices[i] != d && devices[i].registered &&
		    collide(&devices[i].an.config, c))
			return true;
	return false;
}

/* @was with all that is wished for */
static struct argonet_config wished(struct argonet_config was,
				    const struct wish *wish)
{
	if (wish->has[IFLA_ARGONET_PEER]) {
		was.bound = true;
		was.peer = min(wish->value[IFLA_ARGONET_PEER], 0xffffu);
	}
	if (wish->has[IFLA_ARGONET_PORT])
		was.port = wish->value[IFLA_ARGONET_PORT];
	if (wish->has[IFLA_ARGONET_PEER_PORT])
		was.peer_port = wish->value[IFLA_ARGONET_PEER_PORT];
	if (wish->has[IFLA_ARGONET_RING_SIZE])
		was.ring_size = wish->value[IFLA_ARGONET_RING_SIZE];
	if (wish->has[IFLA_ARGONET_QUEUES])
		was.queues = wish->value[IFLA_ARGONET_QUEUES];
	if (wish->has[IFLA_ARGONET_REJOIN])
		was.rejoin = wish->value[IFLA_ARGONET_REJOIN];
	return was;
}

/* What the driver has to say about a request for @c */
static int judge_new(const struct device *d, const struct argonet_config *c,
		     bool sensible)
{
	if (!privileged)
		return -EPERM;
	if (!sensible || !valid(c) || c->queues > min(d->dev.num_tx_queues, d->dev.num_rx_queues))
		return -EINVAL;
	if (taken(d, c))
		return -EADDRINUSE;
	return no_memory ? -ENOMEM : 0;
}

static int judge_change(const struct device *d, const struct argonet_config *c,
			bool sensible)
{
	if (!sensible || !valid(c))
		return -EINVAL;
	if (c->queues != d->an.config.queues)
		return -EOPNOTSUPP;
	if (!privileged)
		return -EPERM;
	if (same_config(c, &d->an.config))
		return 0;
	if (no_memory)
		return -ENOMEM;
	return taken(d, c) ? -EADDRINUSE : 0;
}

static void check_answer(int ret, int due, const struct netlink_ext_ack *extack)
{
	expect(ret == due, "%d, not %d: %s", ret, due,
	       extack->message ? extack->message : "");
	expect(!ret || ret == -ENOMEM || extack->message, "%d without a word", ret);
	expect(!extack->message || strlen(extack->message) < 80, "%s",
	       extack->message);
}

static void add(struct device *d, struct nlattr *data[], const struct wish *wish)
{
	const struct argonet_config defaults = {
		.port = 0x6e657400, .peer_port = 0x6e657400,
		.ring_size = 1152 << 10, .queues = 1,
	};
	struct netlink_ext_ack extack = { 0 };
	struct nlattr *tb[IFLA_MAX + 1] = { 0 };
	struct argonet_config config = wished(defaults, wish);
	const bool bare = one_in(8), address = one_in(4);
	struct rtnl_newlink_params params = { tb, bare ? NULL : data };
	int ret, due;

	memset(d, 0, sizeof(*d));
	d->dev.priv = &d->an;
	argonet_link_ops.setup(&d->dev);
	if (one_in(4))
		d->dev.num_tx_queues = 1 + below(16);
	if (one_in(4))
		d->dev.num_rx_queues = 1 + below(16);
	if (address)
		tb[IFLA_ADDRESS] = (struct nlattr *)d;	/* only whether it is there */
	due = judge_new(d, bare ? &defaults : &config, bare || rejoin_valid(wish));
	ret = argonet_link_ops.newlink(&d->dev, &params, &extack);
	check_answer(ret, due, &extack);
	expect(d->registered == !ret, "%d", ret);
	if (ret)
		return;
	expect(same_config(&d->an.config, bare ? &defaults : &config) &&
	       d->an.config.rejoin == (bare ? false : config.rejoin) &&
	       d->dev.real_num_tx_queues == d->an.config.queues &&
	       d->dev.real_num_rx_queues == d->an.config.queues &&
	       d->dev.random_address == !address, "not as wished");
}

static void change(struct device *d, struct nlattr *data[],
		   const struct wish *wish)
{
	const struct argonet_config was = d->an.config;
	const struct argonet_config config = wished(was, wish);
	struct netlink_ext_ack extack = { 0 };
	struct nlattr *tb[IFLA_MAX + 1] = { 0 };
	int due = judge_change(d, &config, rejoin_valid(wish)), ret;

	named = wish->has[IFLA_ARGONET_PEER];
	ret = argonet_link_ops.changelink(&d->dev, tb, data, &extack);
	check_answer(ret, due, &extack);
	expect(same_config(&d->an.config, ret ? &was : &config) &&
	       d->an.config.rejoin == (ret ? was.rejoin : config.rejoin), "%d", ret);
}

static void check_address(void)
{
	struct netlink_ext_ack extack = { 0 };
	struct nlattr *tb[IFLA_MAX + 1] = { 0 };
	u32 len = below(4) ? 6 : below(10);
	struct nlattr *attr = make_attr(IFLA_ADDRESS, len, below(0x10000));
	const u8 *a = nla_data(attr);
	int due = 0;

	if (len != 6)
		due = -EINVAL;
	else if (a[0] % 2 || (!a[0] && !a[1]))
		due = -EADDRNOTAVAIL;
	expect(!argonet_link_ops.validate(tb, NULL, &extack), "no address");
	tb[IFLA_ADDRESS] = attr;
	check_answer(argonet_link_ops.validate(tb, NULL, &extack), due, &extack);
	free(attr);
}

static const struct nlattr *find(const struct sk_buff *skb, u32 type)
{
	size_t at;

	for (at = 0; at < skb->len;) {
		const struct nlattr *attr = (struct nlattr *)(skb->data + at);

		if (attr->nla_type == type)
			return attr;
		at += NLA_ALIGN(attr->nla_len);
	}
	return NULL;
}

static void check_shown(const struct sk_buff *skb, u32 type, u32 bytes, u32 due)
{
	const struct nlattr *attr = find(skb, type);
	u32 value = 0;

	expect(attr && nla_len(attr) == (int)bytes, "attribute %u", type);
	memcpy(&value, nla_data(attr), bytes);
	expect(value == due, "attribute %u: %u, not %u", type, value, due);
}

/* With as much room as was asked for, or less */
static void show(const struct device *d)
{
	const struct argonet_config *c = &d->an.config;
	const size_t size = argonet_link_ops.get_size(&d->dev);
	struct sk_buff skb = { .room = size - (below(4) ? 0 : below(size)) };
	int ret;

	skb.data = xmalloc(skb.room);
	ret = argonet_link_ops.fill_info(&skb, &d->dev);
	expect(!ret || (ret == -EMSGSIZE && skb.room < size), "%d", ret);
	expect(!d->an.lock, "left locked");
	if (!ret) {
		expect(!find(&skb, IFLA_ARGONET_PEER) == !c->bound, "peer");
		if (c->bound)
			check_shown(&skb, IFLA_ARGONET_PEER, 4, c->peer);
		check_shown(&skb, IFLA_ARGONET_PORT, 4, c->port);
		check_shown(&skb, IFLA_ARGONET_PEER_PORT, 4, c->peer_port);
		check_shown(&skb, IFLA_ARGONET_RING_SIZE, 4, c->ring_size);
		check_shown(&skb, IFLA_ARGONET_QUEUES, 4, c->queues);
		check_shown(&skb, IFLA_ARGONET_REJOIN, 4, c->rejoin);
		check_shown(&skb, IFLA_ARGONET_STATE, 4, argonet_state(&d->an));
		expect(!find(&skb, IFLA_ARGONET_VERSION) ==
		       (argonet_state(&d->an) != ARGONET_STATE_UP), "version");
	}
	free(skb.data);
}

static void check_devices(void)
{
	int i;

	for (i = 0; i < DEVICES; i++)
		expect(!devices[i].registered ||
		       (valid(&devices[i].an.config) &&
			!taken(&devices[i], &devices[i].an.config)), "device %d", i);
}

static void request(struct device *d)
{
	struct nlattr *data[IFLA_ARGONET_MAX + 1] = { 0 };
	struct wish wish = { 0 };

	make_request(data, &wish);
	if (wish.refused)
		;
	else if (d->registered)
		change(d, data, &wish);
	else
		add(d, data, &wish);
	free_request(data);
}

static void delete(struct device *d)
{
	if (d->registered)
		argonet_ports_release(&d->dev);
	d->registered = false;
}

void fuzz_one(void)
{
	int steps, i;

	for (steps = 1 + below(12); steps; steps--) {
		struct device *d = &devices[below(DEVICES)];

		privileged = !one_in(8);
		no_memory = one_in(8);
		state = ARGONET_STATE_DOWN + below(5);
		switch (below(8)) {
		case 0:
			delete(d);
			break;
		case 2:
			if (d->registered)
				show(d);
			break;
		case 3:
			check_address();
			break;
		default:
			request(d);
		}
		check_devices();
	}
	for (i = 0; i < DEVICES; i++)
		delete(&devices[i]);
}
