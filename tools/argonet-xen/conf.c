// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration files: argonet.conf(5). The parser is inih.
 */
#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include <linux/argonet.h>

#include "conf.h"

#define ENTRIES_MAX	4096
#define PORTS_EACH	ARGONET_MAX_QUEUES	/* so that queues of two links never meet */

static const char *set_backend(struct entry *e, const char *text)
{
	return text_word(text, sizeof(e->backend)) &&
	       text_copy(e->backend, sizeof(e->backend), text) ?
		NULL : "backend is no name of a domain";
}

static const char *set_mac(struct entry *e, const char *text)
{
	e->has_mac = text_mac(text, e->mac);
	return e->has_mac ? NULL : "mac is no address of an interface";
}

static const char *set_mtu(struct entry *e, const char *text)
{
	return text_number(text, 65521, &e->mtu) && e->mtu >= 68 ?
		NULL : "mtu is not 68 to 65521";
}

static const char *set_port(struct entry *e, const char *text)
{
	return text_number(text, UINT32_MAX - ARGONET_MAX_QUEUES, &e->port) ?
		NULL : "port is no Argo port";
}

static const char *set_queues(struct entry *e, const char *text)
{
	return text_number(text, ARGONET_MAX_QUEUES, &e->queues) && e->queues ?
		NULL : "queues is not 1 to 16";
}

static const char *set_bridge(struct entry *e, const char *text)
{
	return text_word(text, sizeof(e->bridge)) &&
	       text_copy(e->bridge, sizeof(e->bridge), text) ?
		NULL : "bridge is no name of an interface";
}

static const char *set_script(struct entry *e, const char *text)
{
	return text_word(text, sizeof(e->script)) &&
	       text_copy(e->script, sizeof(e->script), text) ?
		NULL : "script is no plain file name";
}

static const struct {
	const char *key;
	const char *(*set)(struct entry *e, const char *text);
} keys[] = {
	{ "backend", set_backend },
	{ "mac", set_mac },
	{ "mtu", set_mtu },
	{ "port", set_port },
	{ "queues", set_queues },
	{ "bridge", set_bridge },
	{ "script", set_script },
};

/* Return: NULL, or what is wrong */
const char *conf_set(struct entry *entry, const char *key, const char *text)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(key, keys[i].key))
			continue;
		if (entry->seen & (1U << i))
			return "the same word twice";
		entry->seen |= 1U << i;
		return keys[i].set(entry, text);
	}
	return "unknown word, not one of: backend mac mtu port queues bridge script";
}

/* "GUEST" or "GUEST HANDLE" */
const char *conf_section(struct entry *entry, const char *section)
{
	size_t len = strcspn(section, " ");
	const char *rest = section + len;

	memset(entry, 0, sizeof(*entry));
	if (len >= sizeof(entry->guest))
		return "name of a guest is too long";
	memcpy(entry->guest, section, len);
	if (!text_word(entry->guest, sizeof(entry->guest)))
		return "section is no name of a guest";
	if (*rest && !text_number(rest + 1, HANDLE_MAX, &entry->handle))
		return "number of the interface is not 0 to 255";
	/* Two links between the same domains need ports of their own. */
	entry->port = ARGONET_DEFAULT_PORT + entry->handle * PORTS_EACH;
	return NULL;
}

struct reading {
	struct conf *conf;
	const char *file;
	char section[2 * NAME_SIZE];
	const char *why;
	bool open;		/* entries[count - 1] is of @section */
};

static const char *add_entry(struct reading *r, const char *section)
{
	struct conf *conf = r->conf;
	struct entry *more;
	const char *why;

	if (conf->count >= ENTRIES_MAX)
		return "more than 4096 links";
	more = realloc(conf->entries, (conf->count + 1) * sizeof(*more));
	if (!more)
		return "no memory";
	conf->entries = more;
	why = conf_section(&more[conf->count], section);
	if (why)
		return why;
	text_copy(more[conf->count].file, NAME_SIZE, r->file);
	text_copy(r->section, sizeof(r->section), section);
	r->open = true;
	conf->count++;
	return NULL;
}

/* Called by inih for each line of a section; 0 is an error. */
static int on_line(void *user, const char *section, const char *key, const char *text)
{
	struct reading *r = user;

	if (r->why)
		return 0;
	if (!*section)
		r->why = "line before the first [GUEST]";
	else if (!r->open || strcmp(section, r->section))
		r->why = add_entry(r, section);
	if (!r->why)
		r->why = conf_set(&r->conf->entries[r->conf->count - 1], key, text);
	return !r->why;
}

static const char *complete(const struct conf *conf, unsigned int first)
{
	unsigned int i;

	for (i = first; i < conf->count; i++) {
		if (!conf->entries[i].backend[0])
			return "a link without backend";
		if (!conf->entries[i].has_mac)
			return "a link without mac";
	}
	return NULL;
}

/**
 * conf_file() - add the links of a file
 * @conf: to what
 * @file: open file
 * @name: what to call it
 *
 * Return: 0, or -EINVAL with the reason in @conf->error. Then there is nothing of
 * the file in @conf.
 */
int conf_file(struct conf *conf, FILE *file, const char *name)
{
	struct reading r = { .conf = conf, .file = strrchr(name, '/') };
	unsigned int first = conf->count;
	int bad;

	r.file = r.file ? r.file + 1 : name;
	bad = ini_parse_file(file, on_line, &r);
	if (bad) {
		snprintf(conf->error, sizeof(conf->error), "%s:%d: %s", name, bad,
			 r.why ? r.why : "neither [GUEST] nor WORD = VALUE");
	} else {
		r.why = complete(conf, first);
		if (!r.why)
			return 0;
		snprintf(conf->error, sizeof(conf->error), "%s: %s", name, r.why);
	}
	conf->count = first;
	return -EINVAL;
}

static int is_conf(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return text_word(d->d_name, NAME_SIZE) && dot && !strcmp(dot, ".conf");
}

/* All of FOLDER/?*.conf in the order of their names. A folder need not be there. */
int conf_folder(struct conf *conf, const char *folder)
{
	struct dirent **found;
	char path[320];
	int i, n, ret = 0;
	FILE *f;

	n = scandir(folder, &found, is_conf, alphasort);
	if (n < 0 && errno != ENOENT) {
		ret = -errno;
		snprintf(conf->error, sizeof(conf->error), "%.200s: %s", folder, strerror(errno));
	}
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, found[i]->d_name);
		f = fopen(path, "re");
		if (f) {
			if (!ret)
				ret = conf_file(conf, f, path);
			fclose(f);
		} else if (errno != ENOENT && !ret) {
			snprintf(conf->error, sizeof(conf->error), "%.200s: %s", path,
				 strerror(errno));
			ret = -errno;
		}
		free(found[i]);
	}
	if (n >= 0)
		free(found);
	return ret;
}

void conf_free(struct conf *conf)
{
	free(conf->entries);
	memset(conf, 0, sizeof(*conf));
}
