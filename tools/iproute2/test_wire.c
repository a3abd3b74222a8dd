// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into ip by test.sh: stands in for the kernel's side of rtnetlink.
 *
 * A link request (RTM_NEWLINK) is not sent. The attributes of its
 * IFLA_INFO_DATA are printed as "TYPE/LENGTH=VALUE ..." and ip exits with 0.
 *
 * A query (RTM_GETLINK) is answered with one link of kind "argonet" whose
 * IFLA_INFO_DATA are the attributes named in $TEST_WIRE_DATA, in that same
 * notation.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

static union {
	struct nlmsghdr n;
	char buf[2048];
} reply;

static struct rtattr *put(int type, const void *data, size_t len)
{
	struct rtattr *rta = (void *)(reply.buf + reply.n.nlmsg_len);

	rta->rta_type = type;
	rta->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(rta), data, len);
	reply.n.nlmsg_len += RTA_SPACE(len);
	return rta;
}

static void nest_end(struct rtattr *nest)
{
	nest->rta_len = reply.buf + reply.n.nlmsg_len - (char *)nest;
}

static void build_reply(int fd, const struct nlmsghdr *req)
{
	struct ifinfomsg ifi = { .ifi_index = 77, .ifi_type = 1 };
	const char *s = getenv("TEST_WIRE_DATA");
	struct sockaddr_nl me = { 0 };
	socklen_t melen = sizeof(me);
	struct rtattr *info, *data;
	unsigned int type, len, v;
	__u32 mtu = 1500;
	int used;

	getsockname(fd, (struct sockaddr *)&me, &melen);
	memset(&reply, 0, sizeof(reply));
	reply.n.nlmsg_type = RTM_NEWLINK;
	reply.n.nlmsg_seq = req->nlmsg_seq;
	reply.n.nlmsg_pid = me.nl_pid;
	reply.n.nlmsg_len = NLMSG_SPACE(sizeof(ifi));
	memcpy(NLMSG_DATA(&reply.n), &ifi, sizeof(ifi));

	put(IFLA_IFNAME, "argo0", sizeof("argo0"));
	put(IFLA_MTU, &mtu, sizeof(mtu));
	info = put(IFLA_LINKINFO, NULL, 0);
	put(IFLA_INFO_KIND, "argonet", sizeof("argonet"));
	if (s) {
		data = put(IFLA_INFO_DATA, NULL, 0);
		while (sscanf(s, "%u/%u=%i%n", &type, &len, (int *)&v,
			      &used) == 3) {
			put(type, &v, len <= sizeof(v) ? len : sizeof(v));
			s += used;
		}
		nest_end(data);
	}
	nest_end(info);
}

static struct rtattr *find(struct rtattr *rta, int len, int type)
{
	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len))
		if ((rta->rta_type & NLA_TYPE_MASK) == type)
			return rta;
	return NULL;
}

static void dump_request(struct nlmsghdr *n)
{
	struct ifinfomsg *ifi = NLMSG_DATA(n);
	struct rtattr *info, *data, *rta;
	const char *sep = "";
	int len;

	info = find(IFLA_RTA(ifi), IFLA_PAYLOAD(n), IFLA_LINKINFO);
	data = info ? find(RTA_DATA(info), RTA_PAYLOAD(info), IFLA_INFO_DATA) :
		      NULL;
	if (data) {
		rta = RTA_DATA(data);
		len = RTA_PAYLOAD(data);
		for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len)) {
			__u32 v = 0;

			if (RTA_PAYLOAD(rta) <= sizeof(v))	/* little endian */
				memcpy(&v, RTA_DATA(rta), RTA_PAYLOAD(rta));
			printf("%s%u/%u=0x%x", sep, rta->rta_type,
			       (unsigned int)RTA_PAYLOAD(rta), v);
			sep = " ";
		}
	} else {
		printf("none");
	}
	printf("\n");
	fflush(stdout);
	_exit(0);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct nlmsghdr *n = msg->msg_iov[0].iov_base;
	ssize_t (*real)(int fd, const struct msghdr *msg, int flags);

	if (n->nlmsg_type == RTM_NEWLINK)
		dump_request(n);
	if (n->nlmsg_type == RTM_GETLINK) {
		build_reply(fd, n);
		return n->nlmsg_len;
	}
	real = dlsym(RTLD_NEXT, "sendmsg");
	return real(fd, msg, flags);
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	ssize_t (*real)(int fd, struct msghdr *msg, int flags);
	struct sockaddr_nl *from = msg->msg_name;
	size_t len = reply.n.nlmsg_len;

	if (!len) {
		real = dlsym(RTLD_NEXT, "recvmsg");
		return real(fd, msg, flags);
	}
	if (from) {
		memset(from, 0, sizeof(*from));
		from->nl_family = AF_NETLINK;
		msg->msg_namelen = sizeof(*from);
	}
	msg->msg_flags = 0;
	if (len > msg->msg_iov[0].iov_len)
		msg->msg_flags = MSG_TRUNC;
	else
		memcpy(msg->msg_iov[0].iov_base, reply.buf, len);
	if (!(flags & MSG_PEEK))
		reply.n.nlmsg_len = 0;
	return len;
}
