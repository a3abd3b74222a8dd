// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of "ip link ... type argonet".
 *
 * The plugin refuses only what it cannot encode: words it does not know and
 * numbers that do not fit their attribute. Whether a value makes sense is for
 * the kernel to say, which answers with a message of its own.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/argonet.h>

#include "ip_plugin.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const struct word {
	const char *name;
	int attr;
	uint32_t max;
	enum { NUMBER, SIZE, SWITCH } kind;
	const char *want;
} words[] = {
	{ "peer", IFLA_ARGONET_PEER, UINT16_MAX, NUMBER,
	  "a domain id, 0 to 65535" },
	{ "port", IFLA_ARGONET_PORT, UINT32_MAX, NUMBER,
	  "a 32-bit number" },
	{ "peer-port", IFLA_ARGONET_PEER_PORT, UINT32_MAX, NUMBER,
	  "a 32-bit number" },
	{ "ring-size", IFLA_ARGONET_RING_SIZE, UINT32_MAX, SIZE,
	  "bytes below 4G, with K or M for KiB or MiB" },
	{ "queues", IFLA_ARGONET_QUEUES, UINT32_MAX, NUMBER,
	  "a 32-bit number" },
	{ "rejoin", IFLA_ARGONET_REJOIN, 1, SWITCH,
	  "on or off" },
};

static const char * const states[] = {
	[ARGONET_STATE_UNBOUND]		= "unbound",
	[ARGONET_STATE_DOWN]		= "down",
	[ARGONET_STATE_CONNECTING]	= "connecting",
	[ARGONET_STATE_UP]		= "up",
	[ARGONET_STATE_STALLED]		= "stalled",
	[ARGONET_STATE_GONE]		= "gone",
};

static const struct {
	uint32_t bit;
	const char *name;
} features[] = {
	{ ARGONET_F_CSUM, "csum" },
	{ ARGONET_F_TSO4, "tso4" },
	{ ARGONET_F_TSO6, "tso6" },
	{ ARGONET_F_ECN, "ecn" },
	{ ARGONET_F_USO, "uso" },
	{ ARGONET_F_BIG4, "big4" },
	{ ARGONET_F_BIG6, "big6" },
};

static void usage(FILE *f)
{
	fprintf(f,
		"Usage: ... argonet [ peer DOMID ] [ port N ] [ peer-port N ]\n"
		"                   [ ring-size BYTES ] [ queues N ] [ rejoin on|off ]\n"
		"\n"
		"  peer       the Xen domain at the other end; may be given later with\n"
		"             \"ip link set dev NAME type argonet peer DOMID\"\n"
		"  port       local Argo port of queue 0 (default 0x%x)\n"
		"  peer-port  the peer's Argo port of queue 0 (default 0x%x)\n"
		"  ring-size  receive ring memory per queue, e.g. 65536, 64K, 1M\n"
		"  queues     receive queues (default 1, at most %u)\n"
		"  rejoin     whether the link may join any later domain with the number\n"
		"             of the peer, or is gone with it (default off)\n"
		"\n"
		"Numbers are decimal, or hexadecimal after 0x.\n",
		ARGONET_DEFAULT_PORT, ARGONET_DEFAULT_PORT, ARGONET_MAX_QUEUES);
}

/* Digits only: no sign, no blanks, and no octal because of a leading zero. */
static int parse_number(const struct word *w, const char *s, uint32_t *out)
{
	const char *set = "0123456789";
	unsigned long long v;
	unsigned int shift = 0;
	int base = 10;
	size_t len;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		set = "0123456789abcdefABCDEF";
		base = 16;
		s += 2;
	}
	len = strspn(s, set);
	if (!len)
		return -1;
	if (w->kind == SIZE && s[len]) {
		if (s[len] == 'k' || s[len] == 'K')
			shift = 10;
		else if (s[len] == 'm' || s[len] == 'M')
			shift = 20;
		else
			return -1;
		len++;
	}
	if (s[len])
		return -1;

	v = strtoull(s, NULL, base);	/* ULLONG_MAX when it does not fit */
	if (v > w->max >> shift)
		return -1;
	*out = v << shift;
	return 0;
}

static int parse_switch(const char *s, uint32_t *out)
{
	*out = !strcmp(s, "on");
	return *out || !strcmp(s, "off") ? 0 : -1;
}

static int argonet_parse_opt(struct link_util *lu, int argc, char **argv,
			     struct nlmsghdr *n)
{
	bool seen[ARRAY_SIZE(words)] = { false };
	const struct word *w;
	uint32_t v;
	size_t i;

	for (; argc > 0; argc -= 2, argv += 2) {
		if (!strcmp(argv[0], "help")) {
			usage(stderr);
			return -1;
		}
		for (i = 0; i < ARRAY_SIZE(words) && strcmp(argv[0], words[i].name); i++)
			;
		if (i == ARRAY_SIZE(words)) {
			fprintf(stderr, "Error: argonet: unknown word \"%s\".\n",
				argv[0]);
			usage(stderr);
			return -1;
		}
		w = &words[i];
		if (argc < 2) {
			fprintf(stderr, "Error: argonet: \"%s\" needs a value: %s.\n",
				w->name, w->want);
			return -1;
		}
		if (seen[i]) {
			fprintf(stderr, "Error: argonet: \"%s\" given twice.\n",
				w->name);
			return -1;
		}
		seen[i] = true;
		if (w->kind == SWITCH ? parse_switch(argv[1], &v) :
					parse_number(w, argv[1], &v)) {
			fprintf(stderr, "Error: argonet: %s \"%s\" is not %s.\n",
				w->name, argv[1], w->want);
			return -1;
		}
		addattr32(n, IP_REQ_ROOM, w->attr, v);
	}
	return 0;
}

/* The value of an attribute of 1, 2 or 4 bytes; false if it is not there. */
static bool get_attr(struct rtattr *tb[], int attr, uint32_t *v)
{
	uint16_t u16;
	uint8_t u8;

	if (!tb[attr])
		return false;
	switch (RTA_PAYLOAD(tb[attr])) {
	case sizeof(u8):
		memcpy(&u8, RTA_DATA(tb[attr]), sizeof(u8));
		*v = u8;
		return true;
	case sizeof(u16):
		memcpy(&u16, RTA_DATA(tb[attr]), sizeof(u16));
		*v = u16;
		return true;
	case sizeof(*v):
		memcpy(v, RTA_DATA(tb[attr]), sizeof(*v));
		return true;
	}
	return false;
}

/* @name is the word of the command line; JSON keys take '_' for its '-'. */
static const char *json_key(const char *name)
{
	static char key[32];
	char *p;

	snprintf(key, sizeof(key), "%s", name);
	for (p = key; *p; p++)
		if (*p == '-')
			*p = '_';
	return key;
}

static void print_number(FILE *f, struct rtattr *tb[], int attr,
			 const char *name, const char *fmt)
{
	uint32_t v;

	if (!get_attr(tb, attr, &v))
		return;
	if (is_json_context()) {
		jsonw_uint_field(get_json_writer(), json_key(name), v);
	} else {
		fprintf(f, "%s ", name);
		fprintf(f, fmt, v);
	}
}

static void print_switch(FILE *f, struct rtattr *tb[], int attr, const char *name)
{
	uint32_t v;

	if (!get_attr(tb, attr, &v))
		return;
	if (is_json_context())
		jsonw_bool_field(get_json_writer(), name, v);
	else
		fprintf(f, "%s %s ", name, v ? "on" : "off");
}

static void print_state(FILE *f, struct rtattr *tb[])
{
	const char *name;
	char buf[16];
	uint32_t v;

	if (!get_attr(tb, IFLA_ARGONET_STATE, &v))
		return;
	if (v < ARRAY_SIZE(states)) {
		name = states[v];
	} else {
		snprintf(buf, sizeof(buf), "%u", v);
		name = buf;
	}
	if (is_json_context())
		jsonw_string_field(get_json_writer(), "state", name);
	else
		fprintf(f, "state %s ", name);
}

static void print_features(FILE *f, struct rtattr *tb[], int attr,
			   const char *name)
{
	bool json = is_json_context();
	const char *sep = "";
	char rest[16];
	uint32_t v;
	size_t i;

	if (!get_attr(tb, attr, &v))
		return;
	if (json) {
		jsonw_name(get_json_writer(), json_key(name));
		jsonw_start_array(get_json_writer());
	} else {
		fprintf(f, "%s %s", name, v ? "" : "none");
	}
	/* One round more, for the bits that have no name yet. */
	for (i = 0; i <= ARRAY_SIZE(features); i++) {
		const char *s;

		if (i < ARRAY_SIZE(features)) {
			if (!(v & features[i].bit))
				continue;
			v &= ~features[i].bit;
			s = features[i].name;
		} else {
			if (!v)
				break;
			snprintf(rest, sizeof(rest), "0x%x", v);
			s = rest;
		}
		if (json)
			jsonw_string(get_json_writer(), s);
		else
			fprintf(f, "%s%s", sep, s);
		sep = ",";
	}
	if (json)
		jsonw_end_array(get_json_writer());
	else
		fputc(' ', f);
}

static void argonet_print_opt(struct link_util *lu, FILE *f,
			      struct rtattr *tb[])
{
	if (!tb)
		return;

	print_number(f, tb, IFLA_ARGONET_PEER, "peer", "%u ");
	print_number(f, tb, IFLA_ARGONET_PORT, "port", "0x%x ");
	print_number(f, tb, IFLA_ARGONET_PEER_PORT, "peer-port", "0x%x ");
	print_number(f, tb, IFLA_ARGONET_RING_SIZE, "ring-size", "%u ");
	print_number(f, tb, IFLA_ARGONET_QUEUES, "queues", "%u ");
	print_switch(f, tb, IFLA_ARGONET_REJOIN, "rejoin");
	print_state(f, tb);
	print_number(f, tb, IFLA_ARGONET_VERSION, "version", "%u ");
	print_features(f, tb, IFLA_ARGONET_FEATURES, "features");
	print_features(f, tb, IFLA_ARGONET_PEER_FEATURES, "peer-features");
	print_number(f, tb, IFLA_ARGONET_PEER_MAX_FRAME, "peer-max-frame",
		     "%u ");
	print_number(f, tb, IFLA_ARGONET_PEER_QUEUES, "peer-queues", "%u ");
	print_number(f, tb, IFLA_ARGONET_PEER_RING_SIZE, "peer-ring-size",
		     "%u ");
}

static void argonet_print_help(struct link_util *lu, int argc, char **argv,
			       FILE *f)
{
	usage(f);
}

struct link_util argonet_link_util = {
	.id = "argonet",
	.maxattr = IFLA_ARGONET_MAX,
	.parse_opt = argonet_parse_opt,
	.print_opt = argonet_print_opt,
	.print_help = argonet_print_help,
};
