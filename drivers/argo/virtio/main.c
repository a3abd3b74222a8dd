// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio-argo: unmodified virtio drivers of this domain, whose devices are in
 * another one. No memory is shared: requests and answers are messages.
 */
#define pr_fmt(fmt) "virtio-argo: " fmt

#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "virtio-argo.h"

#define VA_RING_MIN	SZ_64K
#define VA_LINKS_MAX	16

unsigned int va_ring_size = SZ_1M;
module_param_named(ring_size, va_ring_size, uint, 0444);
MODULE_PARM_DESC(ring_size, "bytes of the ring for each backend");

unsigned int va_grace;
module_param_named(grace, va_grace, uint, 0644);
MODULE_PARM_DESC(grace, "seconds that requests wait for a backend that is gone before they fail, 0 for ever");

bool va_rejoin;
module_param_named(rejoin, va_rejoin, bool, 0644);
MODULE_PARM_DESC(rejoin, "after a restore, use any domain that has the number of the backend");

struct workqueue_struct *va_wq;

/**
 * struct va_name - a backend by name
 * @domid: its domain
 * @port: its port
 */
struct va_name {
	u16 domid;
	u32 port;
};

/* Who the backends are. All below is under the lock. */
static DEFINE_MUTEX(va_lock);
static struct va_name va_names[VA_LINKS_MAX];
static unsigned int va_n_names;
static LIST_HEAD(va_links);
static bool va_running;

/**
 * va_links_for_each() - look at all links
 * @fn: does that
 * @priv: its argument
 */
void va_links_for_each(void (*fn)(struct va_link *link, void *priv), void *priv)
{
	struct va_link *link;

	mutex_lock(&va_lock);
	list_for_each_entry(link, &va_links, node)
		fn(link, priv);
	mutex_unlock(&va_lock);
}

static bool va_name_is(const struct va_name *name, const struct va_link *link)
{
	return name->domid == link->domid && name->port == link->port;
}

/* Naming a backend once more is what a restored domain waits for. */
static bool va_link_wanted(const struct va_link *link)
{
	unsigned int i;

	for (i = 0; i < va_n_names; i++)
		if (va_name_is(&va_names[i], link))
			return true;
	return false;
}

static bool va_name_known(const struct va_name *name)
{
	struct va_link *link;

	list_for_each_entry(link, &va_links, node)
		if (va_name_is(name, link)) {
			WRITE_ONCE(link->restores, argo_restores());
			va_link_event(link, VA_EV_RESCAN);
			return true;
		}
	return false;
}

static int va_apply(void)
{
	struct va_link *link, *next;
	unsigned int i;
	int ret = 0;

	lockdep_assert_held(&va_lock);

	list_for_each_entry_safe(link, next, &va_links, node) {
		if (va_link_wanted(link))
			continue;
		list_del(&link->node);
		va_link_destroy(link);
	}
	for (i = 0; i < va_n_names; i++) {
		if (va_name_known(&va_names[i]))
			continue;
		link = va_link_create(va_names[i].domid, va_names[i].port);
		if (IS_ERR(link)) {
			ret = PTR_ERR(link);
			pr_warn("no link to domain %u (%d)\n", va_names[i].domid, ret);
			continue;
		}
		list_add_tail(&link->node, &va_links);
	}
	return ret;
}

/* One of DOMID[:PORT] */
static int va_parse_name(char *text, struct va_name *name)
{
	char *domid = strsep(&text, ":");

	name->port = VA_PORT;
	if (kstrtou16(domid, 0, &name->domid) || name->domid >= XEN_ARGO_DOMID_FIRST_RESERVED)
		return -EINVAL;
	return text ? kstrtou32(text, 0, &name->port) : 0;
}

static int va_parse(char *text, struct va_name *names)
{
	unsigned int n = 0;
	char *word;

	text = strim(text);
	while (*text && (word = strsep(&text, ","))) {
		if (n == VA_LINKS_MAX)
			return -E2BIG;
		if (va_parse_name(word, &names[n++]))
			return -EINVAL;
		if (!text)
			break;
	}
	return n;
}

static int va_set_backends(const char *value, const struct kernel_param *param)
{
	char *copy = kstrdup(value, GFP_KERNEL);
	struct va_name names[VA_LINKS_MAX];
	int n, ret = 0;

	if (!copy)
		return -ENOMEM;
	n = va_parse(copy, names);
	kfree(copy);
	if (n < 0)
		return n;
	mutex_lock(&va_lock);
	memcpy(va_names, names, n * sizeof(*names));
	va_n_names = n;
	if (va_running)
		ret = va_apply();
	mutex_unlock(&va_lock);
	return ret;
}

static int va_get_backends(char *buffer, const struct kernel_param *param)
{
	unsigned int i;
	int len = 0;

	mutex_lock(&va_lock);
	for (i = 0; i < va_n_names; i++)
		len += sysfs_emit_at(buffer, len, "%s%u:%#x", i ? "," : "",
				     va_names[i].domid, va_names[i].port);
	len += sysfs_emit_at(buffer, len, "\n");
	mutex_unlock(&va_lock);
	return len;
}

static const struct kernel_param_ops va_backends_ops = {
	.set = va_set_backends,
	.get = va_get_backends,
};

module_param_cb(backends, &va_backends_ops, NULL, 0644);
MODULE_PARM_DESC(backends, "domains that have devices for this one: DOMID[:PORT], separated by commas");

static int __init va_init(void)
{
	if (argo_domid() < 0)
		return -ENODEV;
	va_ring_size = clamp_t(unsigned int, va_ring_size, VA_RING_MIN,
			       ARGO_RING_LEN_MAX + sizeof(struct xen_argo_ring));
	va_wq = alloc_workqueue("virtio-argo", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!va_wq)
		return -ENOMEM;
	va_debugfs_init();
	mutex_lock(&va_lock);
	va_running = true;
	/* A backend that cannot be used now does not keep the others away. */
	va_apply();
	mutex_unlock(&va_lock);
	return 0;
}
module_init(va_init);

static void __exit va_exit(void)
{
	va_debugfs_exit();
	mutex_lock(&va_lock);
	va_running = false;
	va_n_names = 0;
	va_apply();
	mutex_unlock(&va_lock);
	destroy_workqueue(va_wq);
}
module_exit(va_exit);

MODULE_DESCRIPTION("virtio devices of other Xen domains over Argo");
MODULE_LICENSE("GPL");
