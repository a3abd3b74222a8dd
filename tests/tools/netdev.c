// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's netlink family "netdev" says of a device's queues:
 *
 *	netdev DEVICE
 *	rx 0 napi 8193
 *	rx 0 packets 10 bytes 1000 alloc-fail 0
 *	rx all packets 10 bytes 1000 alloc-fail 0
 *	pool 3 napi 8193
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netdev.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct mnl_socket *nl;
static unsigned int ifindex;

static int collect(const struct nlattr *attr, void *data)
{
	const struct nlattr **tb = data;

	if (mnl_attr_get_type(attr) < 64)
		tb[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static unsigned long long number(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	return mnl_attr_get_payload_len(attr) == 8 ? mnl_attr_get_u64(attr) :
						     mnl_attr_get_u32(attr);
}

static int family(const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[64] = {};

	mnl_attr_parse(msg, sizeof(struct genlmsghdr), collect, tb);
	if (tb[CTRL_ATTR_FAMILY_ID])
		*(int *)data = mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	return MNL_CB_OK;
}

static int queue(const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[64] = {};

	mnl_attr_parse(msg, sizeof(struct genlmsghdr), collect, tb);
	if (number(tb[NETDEV_A_QUEUE_IFINDEX]) == ifindex && tb[NETDEV_A_QUEUE_NAPI_ID])
		printf("%s %llu napi %llu\n",
		       number(tb[NETDEV_A_QUEUE_TYPE]) ? "tx" : "rx",
		       number(tb[NETDEV_A_QUEUE_ID]), number(tb[NETDEV_A_QUEUE_NAPI_ID]));
	return MNL_CB_OK;
}

static int qstats(const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[64] = {};
	char queue[16] = "all";

	mnl_attr_parse(msg, sizeof(struct genlmsghdr), collect, tb);
	if (number(tb[NETDEV_A_QSTATS_IFINDEX]) != ifindex)
		return MNL_CB_OK;
	if (tb[NETDEV_A_QSTATS_QUEUE_ID])
		snprintf(queue, sizeof(queue), "%llu", number(tb[NETDEV_A_QSTATS_QUEUE_ID]));
	if (tb[NETDEV_A_QSTATS_RX_PACKETS])
		printf("rx %s packets %llu bytes %llu alloc-fail %llu\n", queue,
		       number(tb[NETDEV_A_QSTATS_RX_PACKETS]),
		       number(tb[NETDEV_A_QSTATS_RX_BYTES]),
		       number(tb[NETDEV_A_QSTATS_RX_ALLOC_FAIL]));
	if (tb[NETDEV_A_QSTATS_TX_PACKETS])
		printf("tx %s packets %llu bytes %llu stop %llu wake %llu\n", queue,
		       number(tb[NETDEV_A_QSTATS_TX_PACKETS]),
		       number(tb[NETDEV_A_QSTATS_TX_BYTES]),
		       number(tb[NETDEV_A_QSTATS_TX_STOP]),
		       number(tb[NETDEV_A_QSTATS_TX_WAKE]));
	return MNL_CB_OK;
}

static int page_pool(const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[64] = {};

	mnl_attr_parse(msg, sizeof(struct genlmsghdr), collect, tb);
	if (number(tb[NETDEV_A_PAGE_POOL_IFINDEX]) == ifindex)
		printf("pool %llu napi %llu\n", number(tb[NETDEV_A_PAGE_POOL_ID]),
		       number(tb[NETDEV_A_PAGE_POOL_NAPI_ID]));
	return MNL_CB_OK;
}

static struct nlmsghdr *request(char *buf, int type, int command, int flags)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	msg->nlmsg_type = type;
	msg->nlmsg_flags = NLM_F_REQUEST | flags;
	msg->nlmsg_seq = time(NULL);
	genl = mnl_nlmsg_put_extra_header(msg, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;
	return msg;
}

static void ask(struct nlmsghdr *msg, mnl_cb_t answer, void *data)
{
	char buf[65536];
	int n, ret = 1;

	if (mnl_socket_sendto(nl, msg, msg->nlmsg_len) < 0)
		goto failed;
	while (ret > 0) {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0)
			goto failed;
		ret = mnl_cb_run(buf, n, msg->nlmsg_seq,
				 mnl_socket_get_portid(nl), answer, data);
	}
	if (!ret)
		return;
failed:
	perror("netlink");
	exit(1);
}

int main(int argc, char **argv)
{
	char buf[MNL_NLMSG_HDRLEN + 256];
	struct nlmsghdr *msg;
	int id = 0;

	ifindex = argc == 2 ? if_nametoindex(argv[1]) : 0;
	nl = mnl_socket_open(NETLINK_GENERIC);
	if (!ifindex || !nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		perror(argc == 2 ? argv[1] : "usage: netdev DEVICE");
		return 1;
	}

	msg = request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(msg, CTRL_ATTR_FAMILY_NAME, NETDEV_FAMILY_NAME);
	ask(msg, family, &id);
	ask(request(buf, id, NETDEV_CMD_QUEUE_GET, NLM_F_DUMP), queue, NULL);
	ask(request(buf, id, NETDEV_CMD_QSTATS_GET, NLM_F_DUMP), qstats, NULL);
	msg = request(buf, id, NETDEV_CMD_QSTATS_GET, NLM_F_DUMP);
	mnl_attr_put_u32(msg, NETDEV_A_QSTATS_SCOPE, NETDEV_QSTATS_SCOPE_QUEUE);
	ask(msg, qstats, NULL);
	ask(request(buf, id, NETDEV_CMD_PAGE_POOL_GET, NLM_F_DUMP), page_pool, NULL);
	return 0;
}
