/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGONET_XEN_NODE_H
#define ARGONET_XEN_NODE_H

#include <net/if.h>

#include "text.h"

#define PATH_SIZE	40	/* backend/argonet/32751/255 */
#define VALUES_MAX	32	/* in one half */

/* XenbusState of xen/io/xenbus.h, as far as it is used */
enum {
	STATE_INITIALISING = 1,	/* dom0 wrote it, nobody acted on it yet */
	STATE_CONNECTED = 4,	/* the interface is there */
	STATE_CLOSED = 6,	/* the interface was there, and is not any more */
};

/* What the directory of a half holds */
struct value {
	const char *key;
	const char *text;
};

/**
 * struct node - one half of a device in xenstore, each value checked
 * @path: its place below the domain it belongs to
 * @front: it is a guest's, not a backend's
 * @handle: number of the device among those of the guest
 * @peer: domid of the other half's domain
 * @generation: changes with each pair of halves that dom0 writes, and tells a
 *	domain from the next one that has the same domid
 * @mac: address of the guest's interface
 * @mtu: 0 if dom0 did not say
 * @port: Argo port at both ends
 * @queues: 0 if dom0 did not say
 * @state: what the owner of the half says about it
 * @online: the domain of the other half runs
 * @bridge: interface that the backend's is made a port of, or ""
 * @script: program that the backend calls, or ""
 * @domain: name of the guest (of a backend's)
 */
struct node {
	char path[PATH_SIZE];
	bool front;
	uint32_t handle;
	uint32_t peer;
	char generation[GENERATION_SIZE];
	uint8_t mac[MAC_LEN];
	uint32_t mtu;
	uint32_t port;
	uint32_t queues;
	uint32_t state;
	bool online;
	char bridge[IFNAMSIZ];
	char script[NAME_SIZE];
	char domain[NAME_SIZE];
};

bool node_path(struct node *node, const char *path);
const char *node_parse(struct node *node, const struct value *values, unsigned int count);

#endif /* ARGONET_XEN_NODE_H */
