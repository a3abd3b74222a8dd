// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long frames may be that the stack leaves unsegmented:
 *
 *   gso DEVICE                prints "gso_max_size N gso_ipv4_max_size N"
 *   gso DEVICE SIZE           sets both, as far as the kernel has them
 *
 * Like "ip link set DEVICE gso_max_size SIZE gso_ipv4_max_size SIZE", of which
 * Debian 12's knows only the first. Static, so that it runs in any domain.
 */
#include <err.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Came with 6.3 */
#define GSO_IPV4_MAX_SIZE	63

static struct {
	struct nlmsghdr msg;
	struct ifinfomsg link;
	char attrs[64];
} request;

static char answer[32768];

static void add(int type, uint32_t value)
{
	struct rtattr *attr = (void *)((char *)&request + request.msg.nlmsg_len);

	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(sizeof(value));
	memcpy(RTA_DATA(attr), &value, sizeof(value));
	request.msg.nlmsg_len += RTA_SPACE(sizeof(value));
}

static void ask(int type, int flags)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	const struct nlmsghdr *msg = (void *)answer;
	const struct nlmsgerr *error = NLMSG_DATA(msg);

	request.msg.nlmsg_type = type;
	request.msg.nlmsg_flags = NLM_F_REQUEST | flags;
	if (fd < 0 || send(fd, &request, request.msg.nlmsg_len, 0) < 0)
		err(1, "netlink");
	if (recv(fd, answer, sizeof(answer), 0) < 0)
		err(1, "netlink");
	if (msg->nlmsg_type == NLMSG_ERROR && error->error) {
		errno = -error->error;
		err(1, "not accepted");
	}
}

static uint32_t find(int type)
{
	struct nlmsghdr *msg = (void *)answer;
	struct rtattr *attr = IFLA_RTA(NLMSG_DATA(msg));
	int len = IFLA_PAYLOAD(msg);
	uint32_t value = 0;

	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len))
		if (attr->rta_type == type)
			memcpy(&value, RTA_DATA(attr), sizeof(value));
	return value;
}

int main(int argc, char **argv)
{
	uint32_t size = argc == 3 ? strtoul(argv[2], NULL, 0) : 0;

	if (argc != 2 && !size)
		errx(2, "usage: see the top of gso.c");
	request.msg.nlmsg_len = NLMSG_LENGTH(sizeof(request.link));
	request.link.ifi_index = if_nametoindex(argv[1]);
	if (!request.link.ifi_index)
		err(1, "%s", argv[1]);
	if (size) {
		add(IFLA_GSO_MAX_SIZE, size);
		/* Kernels that do not know an attribute ignore it. */
		add(GSO_IPV4_MAX_SIZE, size);
		ask(RTM_NEWLINK, NLM_F_ACK);
		return 0;
	}
	ask(RTM_GETLINK, 0);
	printf("gso_max_size %u gso_ipv4_max_size %u\n", find(IFLA_GSO_MAX_SIZE),
	       find(GSO_IPV4_MAX_SIZE));
	return 0;
}
