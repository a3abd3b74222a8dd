// SPDX-License-Identifier: GPL-2.0-only
/*
 * argonetctl: links for now, and what there is. See argonetd(8).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "store.h"

static const char usage[] =
	"usage: argonetctl list\n"
	"       argonetctl attach GUEST[/N] backend=DOMAIN mac=MAC [WORD=VALUE]...\n"
	"       argonetctl detach GUEST[/N]\n";

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "argonetctl: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

/* GUEST or GUEST/N, to an entry without values */
static const char *parse_who(const char *who, struct entry *e)
{
	char section[2 * NAME_SIZE];
	char *slash;

	if (!text_copy(section, sizeof(section), who))
		return "too long";
	slash = strchr(section, '/');
	if (slash)
		*slash = ' ';
	return conf_section(e, section);
}

static void runtime_file(char *path, size_t size, const struct entry *e)
{
	snprintf(path, size, "%s/%s.%u.conf", CONF_RUNTIME, e->guest, e->handle);
}

/* The file appears whole, and argonetd hears of it. */
static int write_file(const struct entry *e, int argc, char **argv)
{
	char path[160], temp[168];
	FILE *f;
	int i;

	runtime_file(path, sizeof(path), e);
	snprintf(temp, sizeof(temp), "%s.new", path);
	mkdir(CONF_RUNTIME, 0755);
	f = fopen(temp, "we");
	if (!f)
		return complain(temp, strerror(errno));
	fprintf(f, "[%s %u]\n", e->guest, e->handle);
	for (i = 0; i < argc; i++)
		fprintf(f, "%s\n", argv[i]);
	if (fclose(f) || rename(temp, path)) {
		i = complain(path, strerror(errno));
		unlink(temp);
		return i;
	}
	return EXIT_SUCCESS;
}

static bool same_place(const struct entry *a, const struct entry *b)
{
	return !strcmp(a->guest, b->guest) && a->handle == b->handle;
}

/* Is it the administrator's files that have it? */
static bool is_local(const struct entry *e, struct conf *conf)
{
	unsigned int i;

	conf_folder(conf, CONF_LOCAL);
	for (i = 0; i < conf->count; i++)
		if (same_place(&conf->entries[i], e))
			break;
	return i < conf->count;
}

static int attach(const char *who, int argc, char **argv)
{
	struct conf conf = { NULL };
	struct entry e;
	const char *why = parse_who(who, &e);
	char key[32];
	int i;

	if (why)
		return complain(who, why);
	for (i = 0; i < argc; i++) {
		size_t len = strcspn(argv[i], "=");

		if (!argv[i][len] || len >= sizeof(key))
			return complain(argv[i], "not WORD=VALUE");
		memcpy(key, argv[i], len);
		key[len] = '\0';
		why = conf_set(&e, key, argv[i] + len + 1);
		if (why)
			return complain(argv[i], why);
	}
	if (!e.backend[0] || !e.has_mac)
		return complain(who, "needs backend= and mac=");
	i = is_local(&e, &conf) ? complain(who, "is in " CONF_LOCAL " already") :
				  write_file(&e, argc, argv);
	conf_free(&conf);
	return i;
}

static int detach(const char *who)
{
	struct conf conf = { NULL };
	struct entry e;
	const char *why = parse_who(who, &e);
	char path[160];
	int ret;

	if (why)
		return complain(who, why);
	runtime_file(path, sizeof(path), &e);
	if (!unlink(path))
		return EXIT_SUCCESS;
	if (errno != ENOENT)
		return complain(path, strerror(errno));
	ret = complain(who, is_local(&e, &conf) ?
		       "is in " CONF_LOCAL ", take it out there" : "no such link");
	conf_free(&conf);
	return ret;
}

static const char *state_name(const struct half *h)
{
	if (!h || !h->valid)
		return "-";
	switch (h->node.state) {
	case STATE_INITIALISING:
		return "waiting";
	case STATE_CONNECTED:
		return "made";
	case STATE_CLOSED:
		return "closed";
	}
	return "?";
}

static const struct half *front_of(const struct store_halves *halves, const struct half *back)
{
	unsigned int i;

	for (i = 0; i < halves->count; i++) {
		const struct half *h = &halves->half[i];

		if (h->node.front && h->owner == back->node.peer &&
		    h->node.handle == back->node.handle)
			return h;
	}
	return NULL;
}

static int list(void)
{
	struct store_domains domains = { NULL };
	struct store_halves halves = { NULL };
	struct xs_handle *xs = xs_open(0);
	unsigned int i;
	int ret;

	if (!xs)
		return complain("xenstore", strerror(errno));
	ret = store_domains(xs, &domains);
	if (!ret)
		ret = store_halves(xs, &domains, &halves);
	if (!ret)
		printf("%-16s %5s %3s %7s %-17s %-15s %-8s %s\n", "GUEST", "DOMID", "N",
		       "BACKEND", "MAC", "BRIDGE", "GUEST", "BACKEND");
	for (i = 0; !ret && i < halves.count; i++) {
		const struct half *h = &halves.half[i];
		const struct node *n = &h->node;

		if (n->front || !h->valid)
			continue;
		printf("%-16s %5u %3u %7u %02x:%02x:%02x:%02x:%02x:%02x %-15s %-8s %s\n",
		       n->domain, n->peer, n->handle, h->owner, n->mac[0], n->mac[1],
		       n->mac[2], n->mac[3], n->mac[4], n->mac[5],
		       n->bridge[0] ? n->bridge : "-", state_name(front_of(&halves, h)),
		       state_name(h));
	}
	free(halves.half);
	free(domains.domain);
	xs_close(xs);
	return ret ? complain("xenstore", strerror(-ret)) : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "list"))
		return list();
	if (argc > 3 && !strcmp(argv[1], "attach"))
		return attach(argv[2], argc - 3, argv + 3);
	if (argc == 3 && !strcmp(argv[1], "detach"))
		return detach(argv[2]);
	fputs(usage, stderr);
	return EXIT_FAILURE;
}
