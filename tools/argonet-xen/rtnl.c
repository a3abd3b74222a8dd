// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/argonet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "rtnl.h"

#define LINKS_MAX	8192

static struct mnl_socket *open_socket(unsigned int groups)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (s && mnl_socket_bind(s, groups, MNL_SOCKET_AUTOPID)) {
		mnl_socket_close(s);
		s = NULL;
	}
	return s;
}

int rtnl_open(struct rtnl *r)
{
	r->requests = open_socket(0);
	r->events = open_socket(RTMGRP_LINK);
	r->seq = time(NULL);
	return r->requests && r->events ? 0 : -errno;
}

void rtnl_close(struct rtnl *r)
{
	if (r->requests)
		mnl_socket_close(r->requests);
	if (r->events)
		mnl_socket_close(r->events);
}

int rtnl_event_fd(const struct rtnl *r)
{
	return mnl_socket_get_fd(r->events);
}

/* What happened is looked up anew, so the messages need not be read. */
int rtnl_drain(struct rtnl *r)
{
	char buf[8192];
	ssize_t n;

	do {
		n = recv(rtnl_event_fd(r), buf, sizeof(buf), MSG_DONTWAIT);
	} while (n > 0 || (n < 0 && (errno == ENOBUFS || errno == EINTR)));
	return !n || errno != EAGAIN ? -EIO : 0;
}

static int attribute(const struct nlattr *attr, void *data)
{
	const struct nlattr **tb = data;

	/* None of a later kernel's is of interest. */
	if (mnl_attr_get_type(attr) <= IFLA_PROP_LIST)
		tb[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static bool get_u32(const struct nlattr *attr, uint32_t *value)
{
	if (!attr || mnl_attr_validate(attr, MNL_TYPE_U32))
		return false;
	*value = mnl_attr_get_u32(attr);
	return true;
}

static void get_text(const struct nlattr *attr, char *to, size_t size)
{
	if (attr && !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
		text_copy(to, size, mnl_attr_get_str(attr));
}

static void get_data(struct link *l, const struct nlattr *data)
{
	const struct nlattr *tb[IFLA_PROP_LIST + 1] = { NULL };

	mnl_attr_parse_nested(data, attribute, tb);
	l->bound = get_u32(tb[IFLA_ARGONET_PEER], &l->peer);
	get_u32(tb[IFLA_ARGONET_PORT], &l->port);
	get_u32(tb[IFLA_ARGONET_QUEUES], &l->queues);
	get_u32(tb[IFLA_ARGONET_STATE], &l->state);
}

/* One link of a dump */
static int add_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[IFLA_PROP_LIST + 1] = { NULL };
	const struct nlattr *info[IFLA_PROP_LIST + 1] = { NULL };
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct rtnl_links *links = arg;
	struct link *l;

	mnl_attr_parse(nlh, sizeof(*ifi), attribute, tb);
	if (!tb[IFLA_LINKINFO])
		return MNL_CB_OK;
	mnl_attr_parse_nested(tb[IFLA_LINKINFO], attribute, info);
	if (!info[IFLA_INFO_KIND] || !info[IFLA_INFO_DATA] ||
	    strcmp(mnl_attr_get_str(info[IFLA_INFO_KIND]), "argonet"))
		return MNL_CB_OK;
	l = links->count < LINKS_MAX ?
		realloc(links->link, (links->count + 1) * sizeof(*l)) : NULL;
	if (!l) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	links->link = l;
	l += links->count++;
	memset(l, 0, sizeof(*l));
	l->ifindex = ifi->ifi_index;
	get_u32(tb[IFLA_GROUP], &l->group);
	get_text(tb[IFLA_IFNAME], l->name, sizeof(l->name));
	get_text(tb[IFLA_IFALIAS], l->alias, sizeof(l->alias));
	if (tb[IFLA_ADDRESS] && mnl_attr_get_payload_len(tb[IFLA_ADDRESS]) == MAC_LEN)
		memcpy(l->mac, mnl_attr_get_payload(tb[IFLA_ADDRESS]), MAC_LEN);
	get_data(l, info[IFLA_INFO_DATA]);
	return MNL_CB_OK;
}

/* Send, and read all of the answer */
static int transact(struct rtnl *r, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg)
{
	unsigned int portid = mnl_socket_get_portid(r->requests);
	/* as much as the kernel puts into one message of a dump */
	static char buf[32768];
	ssize_t n;
	int ret;

	nlh->nlmsg_seq = ++r->seq;
	if (mnl_socket_sendto(r->requests, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(r->requests, buf, sizeof(buf));
		if (n < 0)
			return -errno;
		ret = mnl_cb_run(buf, n, r->seq, portid, cb, arg);
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? -errno : 0;
}

/* All interfaces of kind argonet */
int rtnl_links(struct rtnl *r, struct rtnl_links *links)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *info;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	/* A kernel without the kind ignores this filter and shows all. */
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "argonet");
	mnl_attr_nest_end(nlh, info);
	return transact(r, nlh, add_link, links);
}

static struct nlmsghdr *request(char *buf, int type, int flags, int ifindex)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	return nlh;
}

static void put_data(struct nlmsghdr *nlh, uint32_t peer, uint32_t port,
		     uint32_t peer_port, uint32_t queues)
{
	struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO), *data;

	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "argonet");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, IFLA_ARGONET_PEER, peer);
	mnl_attr_put_u32(nlh, IFLA_ARGONET_PORT, port);
	mnl_attr_put_u32(nlh, IFLA_ARGONET_PEER_PORT, peer_port);
	if (queues)
		mnl_attr_put_u32(nlh, IFLA_ARGONET_QUEUES, queues);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
}

int rtnl_create(struct rtnl *r, const struct node *node, const char *name,
		const uint8_t mac[MAC_LEN], uint32_t group)
{
	char buf[1024];
	struct nlmsghdr *nlh = request(buf, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);

	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put(nlh, IFLA_ADDRESS, MAC_LEN, mac);
	mnl_attr_put_u32(nlh, IFLA_GROUP, group);
	if (node->mtu)
		mnl_attr_put_u32(nlh, IFLA_MTU, node->mtu);
	put_data(nlh, node->peer, node->port, node->port, node->queues);
	return transact(r, nlh, NULL, NULL);
}

/* One that @is_new leaves the group that rtnl_create() made it in. */
int rtnl_alias(struct rtnl *r, int ifindex, const char *alias, bool is_new)
{
	char buf[1024];
	struct nlmsghdr *nlh = request(buf, RTM_NEWLINK, 0, ifindex);

	if (is_new)
		mnl_attr_put_u32(nlh, IFLA_GROUP, 0);
	mnl_attr_put_str(nlh, IFLA_IFALIAS, alias);
	return transact(r, nlh, NULL, NULL);
}

int rtnl_mac(struct rtnl *r, int ifindex, const uint8_t mac[MAC_LEN])
{
	char buf[256];
	struct nlmsghdr *nlh = request(buf, RTM_NEWLINK, 0, ifindex);

	mnl_attr_put(nlh, IFLA_ADDRESS, MAC_LEN, mac);
	return transact(r, nlh, NULL, NULL);
}

int rtnl_peer(struct rtnl *r, int ifindex, uint32_t peer, uint32_t port, uint32_t peer_port)
{
	char buf[256];
	struct nlmsghdr *nlh = request(buf, RTM_NEWLINK, 0, ifindex);

	put_data(nlh, peer, port, peer_port, 0);
	return transact(r, nlh, NULL, NULL);
}

int rtnl_master(struct rtnl *r, int ifindex, const char *bridge)
{
	char buf[256];
	struct nlmsghdr *nlh = request(buf, RTM_NEWLINK, 0, ifindex);
	unsigned int master = if_nametoindex(bridge);

	if (!master)
		return -ENODEV;
	mnl_attr_put_u32(nlh, IFLA_MASTER, master);
	return transact(r, nlh, NULL, NULL);
}

int rtnl_up(struct rtnl *r, int ifindex)
{
	char buf[256];
	struct nlmsghdr *nlh = request(buf, RTM_NEWLINK, 0, ifindex);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	return transact(r, nlh, NULL, NULL);
}

int rtnl_delete(struct rtnl *r, int ifindex)
{
	char buf[256];

	return transact(r, request(buf, RTM_DELLINK, 0, ifindex), NULL, NULL);
}
