// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dom0 writes: both halves of a device in one transaction.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "store.h"

#define LONG_PATH	128

/* Where a half is, and who may read it */
struct place {
	struct xs_handle *xs;
	xs_transaction_t t;
	char path[LONG_PATH];
	uint32_t owner;
	uint32_t peer;
	bool good;
};

/* dom0 has them, both domains may read them; the owner may write some. */
static void allow(struct place *p, const char *path, bool writes)
{
	struct xs_permissions perms[] = {
		{ .id = 0, .perms = XS_PERM_NONE },
		{ .id = p->owner, .perms = writes ? XS_PERM_READ | XS_PERM_WRITE : XS_PERM_READ },
		{ .id = p->peer, .perms = XS_PERM_READ },
	};

	p->good = p->good && xs_set_permissions(p->xs, p->t, path, perms, 3);
}

static void put(struct place *p, const char *key, bool owner_writes, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void put(struct place *p, const char *key, bool owner_writes, const char *fmt, ...)
{
	char path[LONG_PATH + 32], text[LONG_PATH];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(path, sizeof(path), "%s/%s", p->path, key);
	p->good = p->good && xs_write(p->xs, p->t, path, text, strlen(text));
	allow(p, path, owner_writes);
}

/* Remove what was there, and begin with an empty directory. */
static void begin(struct place *p)
{
	if (!xs_rm(p->xs, p->t, p->path) && errno != ENOENT)
		p->good = false;
	p->good = p->good && xs_mkdir(p->xs, p->t, p->path);
	allow(p, p->path, false);
}

static void put_values(struct place *p, const struct entry *e, const char *generation)
{
	put(p, "handle", false, "%u", e->handle);
	put(p, "generation", false, "%s", generation);
	put(p, "mac", false, "%02x:%02x:%02x:%02x:%02x:%02x", e->mac[0], e->mac[1],
	    e->mac[2], e->mac[3], e->mac[4], e->mac[5]);
	put(p, "port", false, "%u", e->port);
	if (e->mtu)
		put(p, "mtu", false, "%u", e->mtu);
	if (e->queues)
		put(p, "queues", false, "%u", e->queues);
}

static void put_front(struct place *p, const struct place *other, const struct pair_action *a,
		      const char *generation)
{
	begin(p);
	put(p, "backend", false, "%s", other->path);
	put(p, "backend-id", false, "%u", a->back->domid);
	put_values(p, a->entry, generation);
	put(p, "online", false, "1");
	put(p, "state", true, "%u", STATE_INITIALISING);
}

static void put_back(struct place *p, const struct place *other, const struct pair_action *a,
		     const char *generation)
{
	begin(p);
	put(p, "frontend", false, "%s", other->path);
	put(p, "frontend-id", false, "%u", a->front->domid);
	put(p, "domain", false, "%s", a->front->name);
	put_values(p, a->entry, generation);
	if (a->entry->bridge[0])
		put(p, "bridge", false, "%s", a->entry->bridge);
	if (a->entry->script[0])
		put(p, "script", false, "%s", a->entry->script);
	put(p, "online", false, "1");
	/* Xen's scripts write these two. */
	put(p, "hotplug-status", true, "%s", "");
	put(p, "hotplug-error", true, "%s", "");
	put(p, "state", true, "%u", STATE_INITIALISING);
}

/*
 * The domain that the plan saw. Where its directory was removed meanwhile it must
 * not be made again, and where another domain has the number by now it must not get
 * what was meant for the first.
 */
static bool is_same(struct xs_handle *xs, xs_transaction_t t, const struct domain *d)
{
	char path[LONG_PATH];
	char *text;
	bool same;

	/* dom0 itself may have none. */
	if (!d->uuid[0])
		return !d->domid;
	snprintf(path, sizeof(path), "/local/domain/%u/vm", d->domid);
	text = xs_read(xs, t, path, NULL);
	same = text && !strncmp(text, "/vm/", 4) && !strcmp(text + 4, d->uuid);
	free(text);
	return same;
}

/**
 * store_write_pair() - write both halves, be they there or not
 * @xs: connection
 * @a: which, and what
 *
 * The pair gets a generation of its own.
 *
 * Return: 0; -ESRCH if one of the domains is not the same any more
 */
int store_write_pair(struct xs_handle *xs, const struct pair_action *a)
{
	struct place front = { .xs = xs, .owner = a->front->domid, .peer = a->back->domid };
	struct place back = { .xs = xs, .owner = a->back->domid, .peer = a->front->domid };
	char generation[GENERATION_SIZE];
	uint64_t number;
	int error;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -errno;
	snprintf(generation, sizeof(generation), "%016llx", (unsigned long long)number);
	snprintf(front.path, sizeof(front.path), "/local/domain/%u/device/argonet/%u",
		 front.owner, a->entry->handle);
	snprintf(back.path, sizeof(back.path), "/local/domain/%u/backend/argonet/%u/%u",
		 back.owner, back.peer, a->entry->handle);
	do {
		front.t = xs_transaction_start(xs);
		if (front.t == XBT_NULL)
			return -errno;
		back.t = front.t;
		if (!is_same(xs, front.t, a->front) || !is_same(xs, front.t, a->back)) {
			xs_transaction_end(xs, front.t, true);
			return -ESRCH;
		}
		front.good = true;
		back.good = true;
		put_front(&front, &back, a, generation);
		put_back(&back, &front, a, generation);
		if (!front.good || !back.good) {
			error = errno;
			xs_transaction_end(xs, front.t, true);
			return -error;
		}
		if (xs_transaction_end(xs, front.t, false))
			return 0;
	} while (errno == EAGAIN);
	return -errno;
}

static void half_path(char path[LONG_PATH], const struct half *half)
{
	snprintf(path, LONG_PATH, "/local/domain/%u/%s", half->owner, half->node.path);
}

/* Tell the owner of a half that nobody is at the other end any more. */
int store_offline(struct xs_handle *xs, const struct half *half)
{
	struct place p = { .xs = xs, .owner = half->owner, .peer = half->node.peer };
	xs_transaction_t t;
	char *there;

	half_path(p.path, half);
	do {
		t = xs_transaction_start(xs);
		if (t == XBT_NULL)
			return -errno;
		p.t = t;
		p.good = true;
		there = xs_read(xs, t, p.path, NULL);
		if (there)
			put(&p, "online", false, "0");
		free(there);
		if (!p.good || !there) {
			xs_transaction_end(xs, t, true);
			return there ? -EIO : 0;
		}
		if (xs_transaction_end(xs, t, false))
			return 0;
	} while (errno == EAGAIN);
	return -errno;
}

/* And the folder of the guest's other devices, if there is none */
int store_remove(struct xs_handle *xs, const struct half *half)
{
	char path[LONG_PATH];
	unsigned int count;
	char **names;

	half_path(path, half);
	if (!xs_rm(xs, XBT_NULL, path) && errno != ENOENT)
		return -errno;
	if (half->node.front)
		return 0;
	*strrchr(path, '/') = '\0';
	names = xs_directory(xs, XBT_NULL, path, &count);
	if (names && !count)
		xs_rm(xs, XBT_NULL, path);
	free(names);
	return 0;
}
