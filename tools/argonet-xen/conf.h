/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGONET_XEN_CONF_H
#define ARGONET_XEN_CONF_H

#include <net/if.h>
#include <stdio.h>

#include "text.h"

#define CONF_LOCAL	"/etc/argonet"	/* the administrator's */
#define CONF_RUNTIME	"/run/argonet"	/* argonetctl's, until the next boot */

/**
 * struct entry - a link that dom0 shall keep: a section of a file, see argonet.conf(5)
 * @guest: name or UUID of the domain that gets the interface
 * @handle: number of the interface among the guest's
 * @backend: name or UUID of the domain at the other end
 * @has_mac: there was a line about it
 * @mac: of the guest's interface
 * @mtu: 0 if there was no line
 * @port: of both ends, of the first queue
 * @queues: 0 if there was no line
 * @bridge: "" if there was no line
 * @script: "" if there was no line
 * @seen: which keys the section had, one bit each
 * @file: where it is from
 */
struct entry {
	char guest[NAME_SIZE];
	uint32_t handle;
	char backend[NAME_SIZE];
	bool has_mac;
	uint8_t mac[MAC_LEN];
	uint32_t mtu;
	uint32_t port;
	uint32_t queues;
	char bridge[IFNAMSIZ];
	char script[NAME_SIZE];
	unsigned int seen;
	char file[NAME_SIZE];
};

struct conf {
	struct entry *entries;
	unsigned int count;
	char error[256];	/* FILE:LINE: what is wrong, or "" */
};

int conf_file(struct conf *conf, FILE *file, const char *name);
int conf_folder(struct conf *conf, const char *folder);
const char *conf_set(struct entry *entry, const char *key, const char *text);
const char *conf_section(struct entry *entry, const char *section);
void conf_free(struct conf *conf);

#endif /* ARGONET_XEN_CONF_H */
