// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making, changing and describing devices: ip link ... type argonet.
 */
#include <linux/etherdevice.h>
#include <net/rtnetlink.h>

#include "argonet.h"
#include "compat.h"

/*
 * argonet_parse() checks the ranges and not this policy: its message names the range,
 * while the kernel's message about a policy only says that a number is out of range.
 */
static const struct nla_policy argonet_policy[IFLA_ARGONET_MAX + 1] = {
	[IFLA_ARGONET_UNSPEC] = { .strict_start_type = IFLA_ARGONET_UNSPEC + 1 },
	[IFLA_ARGONET_PEER] = { .type = NLA_U32 },
	[IFLA_ARGONET_PORT] = { .type = NLA_U32 },
	[IFLA_ARGONET_PEER_PORT] = { .type = NLA_U32 },
	[IFLA_ARGONET_RING_SIZE] = { .type = NLA_U32 },
	[IFLA_ARGONET_QUEUES] = { .type = NLA_U32 },
	[IFLA_ARGONET_STATE] = { .type = NLA_REJECT },
	[IFLA_ARGONET_VERSION] = { .type = NLA_REJECT },
	[IFLA_ARGONET_FEATURES] = { .type = NLA_REJECT },
	[IFLA_ARGONET_PEER_FEATURES] = { .type = NLA_REJECT },
	[IFLA_ARGONET_PEER_MAX_FRAME] = { .type = NLA_REJECT },
	[IFLA_ARGONET_PEER_QUEUES] = { .type = NLA_REJECT },
	[IFLA_ARGONET_PEER_RING_SIZE] = { .type = NLA_REJECT },
	[IFLA_ARGONET_REJOIN] = { .type = NLA_U32 },
};

static const struct argonet_config argonet_defaults = {
	.port = ARGONET_DEFAULT_PORT,
	.peer_port = ARGONET_DEFAULT_PORT,
	.ring_size = ARGONET_DEFAULT_RING_SIZE,
	.queues = 1,
};

static int argonet_parse(struct argonet_config *config, struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	struct nlattr *attr;

	if (!data)
		return 0;

	attr = data[IFLA_ARGONET_PEER];
	if (attr) {
		if (nla_get_u32(attr) >= XEN_ARGO_DOMID_FIRST_RESERVED) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "peer is no domain: domids from 0x7ff0 on are reserved");
			return -EINVAL;
		}
		config->bound = true;
		config->peer = nla_get_u32(attr);
	}

	attr = data[IFLA_ARGONET_RING_SIZE];
	if (attr) {
		config->ring_size = nla_get_u32(attr);
		if (config->ring_size < ARGONET_MIN_RING_SIZE ||
		    config->ring_size > ARGONET_MAX_RING_SIZE) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "ring size must be from 4096 bytes to 16 MiB");
			return -EINVAL;
		}
	}

	attr = data[IFLA_ARGONET_QUEUES];
	if (attr) {
		config->queues = nla_get_u32(attr);
		if (!config->queues || config->queues > ARGONET_MAX_QUEUES) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "there can be 1 to 16 queues");
			return -EINVAL;
		}
	}

	attr = data[IFLA_ARGONET_REJOIN];
	if (attr) {
		if (nla_get_u32(attr) > 1) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "rejoin must be 0 or 1");
			return -EINVAL;
		}
		config->rejoin = nla_get_u32(attr);
	}

	if (data[IFLA_ARGONET_PORT])
		config->port = nla_get_u32(data[IFLA_ARGONET_PORT]);
	if (data[IFLA_ARGONET_PEER_PORT])
		config->peer_port = nla_get_u32(data[IFLA_ARGONET_PEER_PORT]);

	/* Queue n uses port + n, which must not wrap for any number of queues. */
	if (config->port > U32_MAX - ARGONET_MAX_QUEUES ||
	    config->peer_port > U32_MAX - ARGONET_MAX_QUEUES) {
		NL_SET_ERR_MSG(extack, "port too large: each queue takes one more");
		return -EINVAL;
	}
	return 0;
}

static int argonet_validate(struct nlattr *tb[], struct nlattr *data[],
			    struct netlink_ext_ack *extack)
{
	struct nlattr *attr = tb[IFLA_ADDRESS];

	if (!attr)
		return 0;
	if (nla_len(attr) != ETH_ALEN) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "not an Ethernet address");
		return -EINVAL;
	}
	if (!is_valid_ether_addr(nla_data(attr))) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "address is multicast or zero");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static int argonet_newlink(struct net_device *dev,
			   struct rtnl_newlink_params *params,
			   struct netlink_ext_ack *extack)
{
	struct argonet *an = netdev_priv(dev);
	int ret;

	ret = argonet_check_allowed(extack);
	if (ret)
		return ret;

	an->config = argonet_defaults;
	ret = argonet_parse(&an->config, params->data, extack);
	if (ret)
		return ret;
	if (an->config.queues > min(dev->num_tx_queues, dev->num_rx_queues)) {
		NL_SET_ERR_MSG(extack, "more queues than numtxqueues or numrxqueues");
		return -EINVAL;
	}

	/*
	 * The device was allocated with the largest number of queues, before the
	 * attributes were read. The stack would make a queue discipline of some
	 * 64 KiB for each of them. The number may be lowered here because the device
	 * is not registered yet.
	 */
	dev->num_tx_queues = an->config.queues;
	ret = netif_set_real_num_tx_queues(dev, an->config.queues);
	if (!ret)
		ret = netif_set_real_num_rx_queues(dev, an->config.queues);
	if (!ret)
		ret = argonet_ports_claim(an, &an->config, extack);
	if (ret)
		return ret;
	if (!params->tb[IFLA_ADDRESS])
		eth_hw_addr_random(dev);
	netif_carrier_off(dev);
	ret = register_netdevice(dev);
	if (!ret)
		argonet_cpu_spread(an);
	else
		argonet_ports_release(dev);
	return ret;
}

static int argonet_changelink(struct net_device *dev, struct nlattr *tb[],
			      struct nlattr *data[],
			      struct netlink_ext_ack *extack)
{
	struct argonet *an = netdev_priv(dev);
	struct argonet_config config = an->config;
	int ret;

	ret = argonet_parse(&config, data, extack);
	if (ret)
		return ret;
	if (config.queues != an->config.queues) {
		NL_SET_ERR_MSG(extack, "queues cannot be changed, add the link anew");
		return -EOPNOTSUPP;
	}
	return argonet_restart(an, &config, data && data[IFLA_ARGONET_PEER], extack);
}

static size_t argonet_get_size(const struct net_device *dev)
{
	/* All attributes are numbers. */
	return IFLA_ARGONET_MAX * nla_total_size(sizeof(u32));
}

static int argonet_fill_peer(struct sk_buff *skb, struct argonet *an)
{
	struct argonet_params peer;

	spin_lock_bh(&an->lock);
	peer = an->handshake.peer;
	spin_unlock_bh(&an->lock);

	if (nla_put_u32(skb, IFLA_ARGONET_VERSION, peer.version) ||
	    nla_put_u32(skb, IFLA_ARGONET_PEER_FEATURES, peer.features) ||
	    nla_put_u32(skb, IFLA_ARGONET_PEER_MAX_FRAME, peer.max_frame) ||
	    nla_put_u32(skb, IFLA_ARGONET_PEER_QUEUES, peer.queues) ||
	    nla_put_u32(skb, IFLA_ARGONET_PEER_RING_SIZE, peer.ring_size))
		return -EMSGSIZE;
	return 0;
}

static int argonet_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	struct argonet *an = netdev_priv(dev);
	const struct argonet_config *c = &an->config;
	enum argonet_state state = argonet_state(an);

	if (c->bound && nla_put_u32(skb, IFLA_ARGONET_PEER, c->peer))
		return -EMSGSIZE;
	if (nla_put_u32(skb, IFLA_ARGONET_PORT, c->port) ||
	    nla_put_u32(skb, IFLA_ARGONET_PEER_PORT, c->peer_port) ||
	    nla_put_u32(skb, IFLA_ARGONET_RING_SIZE, c->ring_size) ||
	    nla_put_u32(skb, IFLA_ARGONET_QUEUES, c->queues) ||
	    nla_put_u32(skb, IFLA_ARGONET_REJOIN, c->rejoin) ||
	    nla_put_u32(skb, IFLA_ARGONET_STATE, state) ||
	    nla_put_u32(skb, IFLA_ARGONET_FEATURES,
			argonet_offer(dev->features)))
		return -EMSGSIZE;
	return state == ARGONET_STATE_UP ? argonet_fill_peer(skb, an) : 0;
}

static void argonet_link_setup(struct net_device *dev)
{
	argonet_setup(dev);
	dev->ethtool_ops = &argonet_ethtool_ops;
}

static unsigned int argonet_num_queues(void)
{
	return ARGONET_MAX_QUEUES;
}

#ifndef ARGONET_HAVE_NEWLINK_PARAMS
static int argonet_newlink_split(struct net *src_net, struct net_device *dev,
				 struct nlattr *tb[], struct nlattr *data[],
				 struct netlink_ext_ack *extack)
{
	struct rtnl_newlink_params params = { src_net, tb, data };

	return argonet_newlink(dev, &params, extack);
}

#define argonet_newlink argonet_newlink_split
#endif

struct rtnl_link_ops argonet_link_ops __read_mostly = {
	.kind = ARGONET_NAME,
	.priv_size = sizeof(struct argonet),
	.setup = argonet_link_setup,
	.maxtype = IFLA_ARGONET_MAX,
	.policy = argonet_policy,
	.validate = argonet_validate,
	.newlink = argonet_newlink,
	.changelink = argonet_changelink,
	.get_size = argonet_get_size,
	.fill_info = argonet_fill_info,
	.get_num_tx_queues = argonet_num_queues,
	.get_num_rx_queues = argonet_num_queues,
};
