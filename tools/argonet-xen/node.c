// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strings of xenstore to a struct node, or a reason why not. See docs/platform.md.
 */
#include <stdio.h>
#include <string.h>

#include <linux/argonet.h>

#include "node.h"

/* device/argonet/HANDLE or backend/argonet/DOMID/HANDLE */
bool node_path(struct node *node, const char *path)
{
	static const char front[] = "device/argonet/", back[] = "backend/argonet/";
	const char *rest;
	char domid[8];
	size_t len;

	node->front = !strncmp(path, front, sizeof(front) - 1);
	if (!text_copy(node->path, sizeof(node->path), path))
		return false;
	if (node->front)
		return text_number(path + sizeof(front) - 1, HANDLE_MAX, &node->handle);
	if (strncmp(path, back, sizeof(back) - 1))
		return false;
	path += sizeof(back) - 1;
	rest = strchr(path, '/');
	len = rest ? (size_t)(rest - path) : sizeof(domid);
	if (len >= sizeof(domid))
		return false;
	memcpy(domid, path, len);
	domid[len] = '\0';
	return text_number(domid, DOMID_MAX, &node->peer) &&
	       text_number(rest + 1, HANDLE_MAX, &node->handle);
}

static const char *lookup(const struct value *values, unsigned int count, const char *key)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (!strcmp(values[i].key, key))
			return values[i].text;
	return NULL;
}

/* A number that need not be there */
static bool optional(const char *text, uint32_t max, uint32_t *out)
{
	return !text || text_number(text, max, out);
}

static bool optional_word(const char *text, char *to, size_t size)
{
	return !text || !*text || (text_word(text, size) && text_copy(to, size, text));
}

/*
 * @node->path was set by node_path().
 *
 * Return: NULL, or what is wrong
 */
const char *node_parse(struct node *node, const struct value *values, unsigned int count)
{
	const char *peer, *generation, *mac;
	uint32_t number = node->peer, online = 0;

	peer = lookup(values, count, node->front ? "backend-id" : "frontend-id");
	generation = lookup(values, count, "generation");
	mac = lookup(values, count, "mac");
	node->mtu = 0;
	node->queues = 0;
	node->state = 0;
	node->port = ARGONET_DEFAULT_PORT;
	node->bridge[0] = '\0';
	node->script[0] = '\0';
	node->domain[0] = '\0';
	if (!peer || !text_number(peer, DOMID_MAX, &number))
		return node->front ? "backend-id is no domain" : "frontend-id is no domain";
	if (!node->front && number != node->peer)
		return "frontend-id is not the domain of its path";
	node->peer = number;
	if (!generation || !text_generation(generation))
		return "generation is not 16 hexadecimal digits";
	text_copy(node->generation, sizeof(node->generation), generation);
	if (!mac || !text_mac(mac, node->mac))
		return "mac is no address of an interface";
	if (!optional(lookup(values, count, "mtu"), 65521, &node->mtu) ||
	    (node->mtu && node->mtu < 68))
		return "mtu is not 68 to 65521";
	if (!optional(lookup(values, count, "port"), UINT32_MAX - ARGONET_MAX_QUEUES,
		      &node->port))
		return "port is no Argo port";
	if (!optional(lookup(values, count, "queues"), ARGONET_MAX_QUEUES, &node->queues))
		return "queues is not 1 to 16";
	/* The owner of the half may write anything. */
	if (!optional(lookup(values, count, "state"), 9, &node->state))
		node->state = 0;
	if (!optional(lookup(values, count, "online"), 1, &online))
		return "online is not 0 or 1";
	node->online = online;
	if (!optional_word(lookup(values, count, "bridge"), node->bridge,
			   sizeof(node->bridge)))
		return "bridge is no name of an interface";
	if (!optional_word(lookup(values, count, "script"), node->script,
			   sizeof(node->script)))
		return "script is no plain file name";
	if (!optional_word(lookup(values, count, "domain"), node->domain,
			   sizeof(node->domain)))
		return "domain is no name";
	return NULL;
}
