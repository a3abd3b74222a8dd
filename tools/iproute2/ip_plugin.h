/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of ip(8)'s internals that a link type plugin needs.
 *
 * iproute2 installs no header for this, so the few facts are stated here. ip
 * opens <libdir>/ip/link_KIND.so (or $IP_LIB_DIR/link_KIND.so), looks up
 * KIND_link_util in it, and the plugin in turn uses functions that the ip
 * executable exports. The layout below has not changed between iproute2 4.9
 * and 6.x; print_opt() uses the JSON writer that came with 4.14. Tested with
 * 6.1.0, the version of Debian 12.
 */
#ifndef ARGONET_IP_PLUGIN_H
#define ARGONET_IP_PLUGIN_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* How ip talks to the code of one link type; the order of the fields is ABI. */
struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	int (*parse_opt)(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *n);
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	void (*print_xstats)(struct link_util *lu, FILE *f, struct rtattr *xs);
	void (*print_help)(struct link_util *lu, int argc, char **argv,
			   FILE *f);
	int (*parse_ifla_xstats)(struct link_util *lu, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *n, void *arg);
};

/* The request buffer has at least this much room for attributes. */
#define IP_REQ_ROOM	1024

int addattr16(struct nlmsghdr *n, int maxlen, int type, __u16 data);
int addattr32(struct nlmsghdr *n, int maxlen, int type, __u32 data);

struct json_writer;

bool is_json_context(void);
struct json_writer *get_json_writer(void);
void jsonw_name(struct json_writer *w, const char *name);
void jsonw_string(struct json_writer *w, const char *value);
void jsonw_start_array(struct json_writer *w);
void jsonw_end_array(struct json_writer *w);
void jsonw_uint_field(struct json_writer *w, const char *name,
		      unsigned int value);
void jsonw_bool_field(struct json_writer *w, const char *name, bool value);
void jsonw_string_field(struct json_writer *w, const char *name,
			const char *value);

#endif /* ARGONET_IP_PLUGIN_H */
