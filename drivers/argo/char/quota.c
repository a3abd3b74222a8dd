// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits for the rings of programs. Xen gives a domain 128 rings, and the other clients
 * of Argo need some of them.
 */
#define pr_fmt(fmt) "argo-dev: " fmt

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sizes.h>

#include "char.h"

static uint rings = 96;
module_param(rings, uint, 0644);
MODULE_PARM_DESC(rings, "how many rings all programs may have");

static uint rings_per_user = 32;
module_param(rings_per_user, uint, 0644);
MODULE_PARM_DESC(rings_per_user, "how many rings a user other than root may have");

static uint ring_bytes = SZ_128K;
module_param(ring_bytes, uint, 0644);
MODULE_PARM_DESC(ring_bytes, "memory of a ring whose program asks for no size");

static uint ring_bytes_max = SZ_1M;
module_param(ring_bytes_max, uint, 0644);
MODULE_PARM_DESC(ring_bytes_max, "memory of a ring without CAP_SYS_RESOURCE");

/* @wanted was refused a ring: log the endpoints that have one. */
static void argo_quota_complain(const struct argo_end *wanted)
{
	const struct argo_end *end;
	char who[200] = " nobody";
	int at = 0;

	list_for_each_entry(end, &argo_ends, node)
		if (end->counted)
			at += scnprintf(who + at, sizeof(who) - at, " %s[%d]:%#x",
					end->comm, end->pid, end->port);
	pr_warn_ratelimited("no ring left for %s[%d]; who has one:%s\n",
			    wanted->comm, wanted->pid, who);
}

/**
 * argo_quota_take() - count a ring that is going to be made
 * @end: endpoint without a ring
 * @partner: partner of the ring
 * @port: port of the ring
 *
 * Return: 0, or -ENOSPC if the limit is reached; the log then lists the holders.
 */
int argo_quota_take(struct argo_end *end, u16 partner, u32 port)
{
	unsigned int all = 0, own = 0;
	const struct argo_end *other;
	int ret = 0;

	mutex_lock(&argo_ends_lock);
	end->pid = task_tgid_nr(current);
	get_task_comm(end->comm, current);
	list_for_each_entry(other, &argo_ends, node) {
		all += other->counted;
		own += other->counted && uid_eq(other->uid, end->uid);
	}
	if (all >= READ_ONCE(rings) ||
	    (own >= READ_ONCE(rings_per_user) && !uid_eq(end->uid, GLOBAL_ROOT_UID))) {
		argo_quota_complain(end);
		ret = -ENOSPC;
	} else {
		end->counted = true;
		end->partner = partner;
		end->port = port;
	}
	mutex_unlock(&argo_ends_lock);
	return ret;
}

/**
 * argo_quota_give() - stop counting a ring that could not be made
 * @end: endpoint
 */
void argo_quota_give(struct argo_end *end)
{
	mutex_lock(&argo_ends_lock);
	end->counted = false;
	end->port = ARGO_DEV_PORT_ANY;
	mutex_unlock(&argo_ends_lock);
}

/**
 * argo_quota_bytes() - choose or check the memory of a ring
 * @bytes: what the program asks for; 0 is replaced by the default
 *
 * Return: 0; -EINVAL for more than Xen takes, -EPERM for more than is allowed.
 */
int argo_quota_bytes(u32 *bytes)
{
	if (!*bytes)
		*bytes = clamp_t(u32, READ_ONCE(ring_bytes), XEN_ARGO_PAGE_SIZE, SZ_16M);
	if (*bytes > SZ_16M)
		return -EINVAL;
	if (*bytes > max(READ_ONCE(ring_bytes_max), READ_ONCE(ring_bytes)) &&
	    !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	return 0;
}
