// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the device class argonet in xenstore. Writing is in store_write.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "store.h"

#define LONG_PATH	128
#define NODES_MAX	8192	/* of one list */

/* One string; NULL if it is not there. To be freed. */
static char *read_text(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
	return xs_read(xs, t, path, NULL);
}

int store_domid(struct xs_handle *xs, uint32_t *domid)
{
	char *text = read_text(xs, XBT_NULL, "domid");
	bool good = text && text_number(text, DOMID_MAX, domid);

	free(text);
	return good ? 0 : -ENOENT;
}

static void *grow(void *list, unsigned int *count, size_t size)
{
	void *more;

	if (*count >= NODES_MAX)
		return NULL;
	more = realloc(list, (*count + 1) * size);
	if (more)
		memset((char *)more + *count * size, 0, size);
	return more;
}

/*
 * Read the half at @base/@node->path in one transaction: what dom0 wrote together is
 * not seen in part.
 *
 * Return: NULL, or what is wrong; "" if it is not there any more
 */
static const char *read_node(struct xs_handle *xs, const char *base, struct node *node)
{
	struct value values[VALUES_MAX];
	char path[2 * LONG_PATH], dir[LONG_PATH];
	unsigned int i, n = 0, count = 0;
	const char *why = "";
	xs_transaction_t t;
	char **keys;

	snprintf(dir, sizeof(dir), "%s%s", base, node->path);
	t = xs_transaction_start(xs);
	if (t == XBT_NULL)
		return "xenstore gives no transaction";
	keys = xs_directory(xs, t, dir, &count);
	for (i = 0; keys && i < count && n < VALUES_MAX; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", dir, keys[i]) >= (int)sizeof(path))
			continue;
		values[n].key = keys[i];
		values[n].text = read_text(xs, t, path);
		if (values[n].text)
			n++;
	}
	xs_transaction_end(xs, t, true);
	if (n)
		why = node_parse(node, values, n);
	while (n--)
		free((void *)values[n].text);
	free(keys);
	return why;
}

struct visit {
	int (*each)(struct xs_handle *xs, const char *base, const char *path, void *arg);
	void *arg;
};

/* Calls @v->each for all that is in the folder @base/@path, by its path there. */
static int walk(struct xs_handle *xs, const char *base, const char *path,
		const struct visit *v)
{
	char full[LONG_PATH], child[LONG_PATH];
	unsigned int i, count = 0;
	char **names;
	int ret = 0;

	snprintf(full, sizeof(full), "%s%s", base, path);
	names = xs_directory(xs, XBT_NULL, full, &count);
	if (!names)
		return errno == ENOENT ? 0 : -errno;
	for (i = 0; i < count && !ret; i++) {
		if (snprintf(child, sizeof(child), "%s/%s", path, names[i]) >=
		    (int)sizeof(child))
			continue;
		ret = v->each(xs, base, child, v->arg);
	}
	free(names);
	return ret;
}

static int add_node(struct xs_handle *xs, const char *base, const char *path, void *arg)
{
	struct store_nodes *nodes = arg;
	struct node *more;
	const char *why;

	more = grow(nodes->node, &nodes->count, sizeof(*more));
	if (!more)
		return -ENOMEM;
	nodes->node = more;
	more += nodes->count;
	why = node_path(more, path) ? read_node(xs, base, more) : "no such path is known";
	if (!why) {
		nodes->count++;
	} else if (*why) {
		nodes->refused = true;
		say_once("%.100s: %s", path, why);
	}
	return 0;
}

static int add_nodes_of(struct xs_handle *xs, const char *base, const char *path, void *arg)
{
	return walk(xs, base, path, &(struct visit) { add_node, arg });
}

/**
 * store_nodes() - the halves of this domain
 * @xs: connection
 * @backend: those it is the backend of; else those it is the guest of
 * @nodes: set to them
 *
 * Return: 0 or an error; then what is in @nodes is not all
 */
int store_nodes(struct xs_handle *xs, bool backend, struct store_nodes *nodes)
{
	if (backend)
		return walk(xs, "", "backend/argonet",
			    &(struct visit) { add_nodes_of, nodes });
	return walk(xs, "", "device/argonet", &(struct visit) { add_node, nodes });
}

/* Only if it is still there: writing would make it anew. */
int store_state(struct xs_handle *xs, const struct node *node, uint32_t state)
{
	char path[LONG_PATH], text[8];
	xs_transaction_t t;
	char *there;
	bool good;

	snprintf(path, sizeof(path), "%s/state", node->path);
	snprintf(text, sizeof(text), "%u", state);
	do {
		t = xs_transaction_start(xs);
		if (t == XBT_NULL)
			return -errno;
		there = read_text(xs, t, path);
		if (!there) {
			xs_transaction_end(xs, t, true);
			return -ENOENT;
		}
		free(there);
		good = xs_write(xs, t, path, text, strlen(text));
		if (!good) {
			int error = errno;

			xs_transaction_end(xs, t, true);
			return -error;
		}
		good = xs_transaction_end(xs, t, false);
	} while (!good && errno == EAGAIN);
	return good ? 0 : -errno;
}

static void copy_text(struct xs_handle *xs, const char *path, char *to, size_t size,
		      const char *prefix)
{
	char *text = read_text(xs, XBT_NULL, path);
	size_t len = strlen(prefix);

	to[0] = '\0';
	if (text && !strncmp(text, prefix, len))
		text_copy(to, size, text + len);
	free(text);
}

static int add_domain(struct xs_handle *xs, const char *base, const char *path, void *arg)
{
	struct store_domains *domains = arg;
	char full[LONG_PATH + 8];
	struct domain *d;
	uint32_t domid;

	(void)base;
	if (!text_number(strrchr(path, '/') + 1, DOMID_MAX, &domid) ||
	    (domid && !xs_is_domain_introduced(xs, domid)))
		return 0;
	d = grow(domains->domain, &domains->count, sizeof(*d));
	if (!d)
		return -ENOMEM;
	domains->domain = d;
	d += domains->count++;
	d->domid = domid;
	snprintf(full, sizeof(full), "%s/name", path);
	copy_text(xs, full, d->name, sizeof(d->name), "");
	/* One that cannot be written down in a half can still be found by its UUID. */
	if (!text_word(d->name, sizeof(d->name)))
		d->name[0] = '\0';
	snprintf(full, sizeof(full), "%s/vm", path);
	copy_text(xs, full, d->uuid, sizeof(d->uuid), "/vm/");
	if (!text_uuid(d->uuid))
		d->uuid[0] = '\0';
	return 0;
}

/* All domains that run; for dom0 */
int store_domains(struct xs_handle *xs, struct store_domains *domains)
{
	return walk(xs, "", "/local/domain", &(struct visit) { add_domain, domains });
}

struct half_list {
	const struct store_domains *domains;
	struct store_halves *halves;
	uint32_t owner;
};

static int add_half(struct xs_handle *xs, const char *base, const char *path, void *arg)
{
	struct half_list *list = arg;
	struct store_halves *halves = list->halves;
	struct half *h;
	unsigned int i;
	const char *why;

	h = grow(halves->half, &halves->count, sizeof(*h));
	if (!h)
		return -ENOMEM;
	halves->half = h;
	h += halves->count;
	if (!node_path(&h->node, path)) {
		say_once("%s%.60s: no such path is known", base, path);
		return 0;
	}
	why = read_node(xs, base, &h->node);
	h->valid = !why;
	h->owner = list->owner;
	for (i = 0; i < list->domains->count; i++)
		h->lives |= list->domains->domain[i].domid == h->owner;
	halves->count++;
	return 0;
}

static int add_halves_of(struct xs_handle *xs, const char *base, const char *path, void *arg)
{
	return walk(xs, base, path, &(struct visit) { add_half, arg });
}

static int add_domain_halves(struct xs_handle *xs, const char *base, const char *path,
			     void *arg)
{
	struct half_list *list = arg;
	char domain[LONG_PATH];
	int ret;

	(void)base;
	if (!text_number(strrchr(path, '/') + 1, DOMID_MAX, &list->owner))
		return 0;
	snprintf(domain, sizeof(domain), "/local/domain/%u/", list->owner);
	ret = walk(xs, domain, "device/argonet", &(struct visit) { add_half, list });
	if (ret)
		return ret;
	return walk(xs, domain, "backend/argonet",
		    &(struct visit) { add_halves_of, list });
}

/* All halves of all domains, also of those that do not run any more; for dom0 */
int store_halves(struct xs_handle *xs, const struct store_domains *domains,
		 struct store_halves *halves)
{
	struct half_list list = { .domains = domains, .halves = halves };

	return walk(xs, "", "/local/domain", &(struct visit) { add_domain_halves, &list });
}
