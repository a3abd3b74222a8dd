// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemons of the platform in a world of few domains whose numbers are used again.
 * Domains come and go at any time, daemons may be ended after any step, and events may
 * be missed. In the end all that was asked for has to be there, and nothing else, and
 * no link may be with a domain that is not the one for which it was made.
 */
#include <check.h>

#include "unit.h"
#include "platform_model.h"

/* No more events; everybody runs until there is nothing left to do. */
static void settle(void)
{
	bool busy = true;
	int i, rounds;

	for (i = 0; i < SLOTS; i++)
		if (w.slot[i].runs)
			notice(&w.slot[i]);
	for (rounds = 0; busy; rounds++) {
		expect(rounds < 40, "no end of it");
		busy = argonetd(MANY, true);
		for (i = 0; i < SLOTS; i++) {
			if (!w.slot[i].runs)
				continue;
			busy |= follow(&w.slot[i], true, MANY);
			busy |= follow(&w.slot[i], false, MANY);
		}
	}
}

static struct slot *by_name(const char *name)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		if (w.slot[i].runs && !strcmp(w.slot[i].d.name, name))
			return &w.slot[i];
	return NULL;
}

static u32 links_to(const struct slot *s, const struct slot *peer, const char *path)
{
	u32 i, n = 0;

	for (i = 0; i < s->links; i++) {
		const struct its_link *l = &s->link[i];

		if (strncmp(l->l.alias, path, strlen(path)))
			continue;
		expect(l->l.peer == peer->d.domid, "peer %u", l->l.peer);
		expect(l->life == peer->life, "another domain's link");
		expect(l->l.state != ARGONET_STATE_GONE, "gone");
		n++;
	}
	return n;
}

/* All links that are wanted, once each at both ends, and no others */
static void check_links(void)
{
	u32 i, have = 0, want = 0;

	for (i = 0; i < SLOTS; i++)
		have += w.slot[i].runs ? w.slot[i].links : 0;
	for (i = 0; i < 2; i++) {
		struct slot *f = by_name(w.entry[i].guest);
		struct slot *b = by_name(strcmp(w.entry[i].backend, "dom0") ?
					 w.entry[i].backend : "g0");
		char path[PATH_SIZE];

		/*
		 * A guest keeps what it had while the other end is away, be it with the
		 * backend that it had before: nobody there has a link for it.
		 */
		if (f && !b && f->links)
			want++;
		if (!f || !b)
			continue;
		ck_assert_int_eq(links_to(f, b, "device/argonet/0 "), 1);
		snprintf(path, sizeof(path), "backend/argonet/%u/0 ", f->d.domid);
		ck_assert_int_eq(links_to(b, f, path), 1);
		want += 2;
	}
	ck_assert_int_eq(have, want);
}

static void begin(u64 salt)
{
	int i;

	memset(&w, 0, sizeof(w));
	rnd_init(&w.rnd, salt);
	for (i = 0; i < 2; i++) {
		ck_assert_ptr_null(conf_section(&w.entry[i], i ? "g2" : "g3"));
		text_copy(w.entry[i].backend, sizeof(w.entry[i].backend), i ? "g1" : "dom0");
		text_copy(w.entry[i].bridge, sizeof(w.entry[i].bridge), "br0");
		w.entry[i].mac[5] = 1 + i;
	}
	for (i = 0; i < SLOTS; i++)
		start(i);
}

START_TEST(any_history)
{
	u32 round, step;

	for (round = 0; round < 300; round++) {
		begin(0x706c6174 + round);
		for (step = 0; step < 60; step++) {
			struct slot *s = &w.slot[rnd_below(&w.rnd, SLOTS)];

			happen();
			if (rnd_one_in(&w.rnd, 3))
				argonetd(1 + rnd_below(&w.rnd, 4), false);
			if (s->runs)
				follow(s, rnd_below(&w.rnd, 2), 1 + rnd_below(&w.rnd, 3));
			if (!rnd_one_in(&w.rnd, 20))
				continue;
			settle();
			check_links();
		}
		settle();
		check_links();
	}
}
END_TEST

/* The guest's interface outlives its backend, also one with the same number. */
START_TEST(a_backend_that_comes_back)
{
	int index, same;

	for (same = 0; same < 2; same++) {
		begin(1);
		settle();
		check_links();
		index = by_name("g2")->link[0].l.ifindex;
		end(1);
		settle();
		check_links();
		do {
			w.slot[1].runs = false;
			start(1);
		} while (!w.slot[1].runs);
		settle();
		check_links();
		ck_assert_int_eq(by_name("g2")->link[0].l.ifindex, index);
	}
}
END_TEST

Suite *platform_plan_suite(void)
{
	Suite *s = suite_create("platform-plan");
	TCase *t = tcase_create("platform-plan");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, any_history);
	tcase_add_test(t, a_backend_that_comes_back);
	suite_add_tcase(s, t);
	return s;
}
