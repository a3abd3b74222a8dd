// SPDX-License-Identifier: GPL-2.0-only
/*
 * Xen gives a domain 128 rings, which its clients share. A parameter limits how many
 * of them each client may have.
 */
#define pr_fmt(fmt) "argo: " fmt

#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

#include "core.h"

static uint rings_per_client = XEN_ARGO_MAX_RINGS;
module_param(rings_per_client, uint, 0644);
MODULE_PARM_DESC(rings_per_client, "how many rings one client may have registered");

static const char *argo_client(const struct argo_ring *ring)
{
	return ring->config.client ?: "?";
}

/* Count the rings of @client in the list: up to @last, or all of them if @last is NULL */
static unsigned int argo_rings_of(const char *client, const struct argo_ring *last)
{
	const struct argo_ring *ring;
	unsigned int n = 0;

	list_for_each_entry(ring, &argo_core.rings, node) {
		n += !strcmp(argo_client(ring), client);
		if (ring == last)
			break;
	}
	return n;
}

bool argo_quota_reached(const struct argo_ring *ring)
{
	return argo_rings_of(argo_client(ring), NULL) >= READ_ONCE(rings_per_client);
}

/*
 * @wanted was refused: log how many rings each client has. A client is printed when
 * the walk comes to its first ring.
 */
void argo_quota_complain(const struct argo_ring *wanted)
{
	const struct argo_ring *ring;
	char who[128] = " nobody";
	int at = 0;

	list_for_each_entry(ring, &argo_core.rings, node)
		if (argo_rings_of(argo_client(ring), ring) == 1)
			at += scnprintf(who + at, sizeof(who) - at, " %s %u",
					argo_client(ring),
					argo_rings_of(argo_client(ring), NULL));
	pr_warn_ratelimited("no ring left for client %s; rings per client:%s\n",
			    argo_client(wanted), who);
}
