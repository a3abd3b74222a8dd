// SPDX-License-Identifier: GPL-2.0-only
/*
 * argonetd: in dom0, keep the halves of all links in xenstore as the configuration
 * says. pairs_plan(), carried out. See argonetd(8).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "loop.h"
#include "pairs.h"
#include "say.h"
#include "store.h"

#define SECOND	(1000 * 1000ULL)

static int read_conf(struct conf *conf)
{
	int ret = conf_folder(conf, CONF_LOCAL);

	if (!ret)
		ret = conf_folder(conf, CONF_RUNTIME);
	return ret;
}

static int act(struct loop *l, const struct pair_action *a)
{
	int ret = 0;

	switch (a->act) {
	case PAIR_WRITE:
		ret = store_write_pair(l->xs, a);
		if (!ret)
			say(LOG_INFO, "%s: interface %u of domain %u is with domain %u (%s)",
			    a->entry->guest, a->entry->handle, a->front->domid,
			    a->back->domid, a->entry->backend);
		break;
	case PAIR_OFFLINE:
		ret = store_offline(l->xs, a->half);
		break;
	case PAIR_REMOVE:
		ret = store_remove(l->xs, a->half);
		if (!ret)
			say(LOG_INFO, "removed from domain %u: %s", a->half->owner,
			    a->half->node.path);
		break;
	case PAIR_REFUSE:
		say_once("%s: [%s %u]: %s", a->entry->file, a->entry->guest,
			 a->entry->handle, a->why);
		return 0;
	}
	/* Some domain went meanwhile, of which there will be an event. */
	if (ret && ret != -ESRCH)
		say_once("xenstore: %s: %s",
			 a->entry ? a->entry->guest : a->half->node.path, strerror(-ret));
	return ret;
}

/* All that the plan depends on, read anew each time */
static int look(struct loop *l, struct store_domains *domains, struct store_halves *halves)
{
	int ret = store_domains(l->xs, domains);

	if (!ret)
		ret = store_halves(l->xs, domains, halves);
	if (ret)
		say_once("cannot read xenstore: %s", strerror(-ret));
	return ret;
}

static int pass(struct loop *l)
{
	struct store_domains domains = { NULL };
	struct store_halves halves = { NULL };
	struct pair_action *actions = NULL;
	struct conf conf = { NULL };
	struct pair_state state = { NULL };
	unsigned int i, n = 0;
	int ret, error = 0;

	if (read_conf(&conf)) {
		say_once("%s; nothing is removed until that is mended", conf.error);
		state.keep = true;
	}
	ret = look(l, &domains, &halves);
	if (ret)
		goto out;
	state.entries = conf.entries;
	state.entry_count = conf.count;
	state.domains = domains.domain;
	state.domain_count = domains.count;
	state.halves = halves.half;
	state.half_count = halves.count;
	actions = calloc(pairs_most(&state) + 1, sizeof(*actions));
	ret = -ENOMEM;
	if (!actions)
		goto out;
	n = pairs_plan(&state, actions);
	for (i = 0; i < n; i++) {
		ret = act(l, &actions[i]);
		if (ret)
			error = ret;
	}
	ret = error;
	snprintf(l->status, sizeof(l->status), "%u links of %u domains", conf.count,
		 domains.count);
out:
	free(actions);
	free(halves.half);
	free(domains.domain);
	conf_free(&conf);
	return ret;
}

int main(int argc, char **argv)
{
	static const char * const watches[] = { "@introduceDomain", "@releaseDomain", NULL };
	static const char * const folders[] = { CONF_LOCAL, CONF_RUNTIME, NULL };
	struct loop l = {
		.pass = pass, .watches = watches, .folders = folders,
		/*
		 * Names change and halves are closed without an event that is worth
		 * its cost, and nothing says that no event was missed.
		 */
		.period = 2 * SECOND, .min_gap = SECOND / 5,
	};

	(void)argv;
	if (argc != 1) {
		fputs("usage: argonetd\n", stderr);
		return EXIT_FAILURE;
	}
	mkdir(CONF_LOCAL, 0755);
	mkdir(CONF_RUNTIME, 0755);
	return loop_run(&l);
}
