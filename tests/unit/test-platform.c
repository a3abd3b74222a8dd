// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tools of the platform take from xenstore and from files, and what not. And
 * what they leave alone.
 */
#include <check.h>
#include <stdio.h>

#include "unit.h"
#include "conf.h"
#include "links.h"
#include "pairs.h"
#include "linux/argonet.h"

START_TEST(numbers)
{
	static const char * const bad[] = {
		"", " 1", "1 ", "-1", "+1", "1x", "0x", "0xg", "32752", "99999999999999999999",
		"0x10000000000000001",
	};
	uint32_t v = 77;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		expect(!text_number(bad[i], DOMID_MAX, &v) && v == 77, "'%s'", bad[i]);
	ck_assert(text_number("32751", DOMID_MAX, &v) && v == 32751);
	ck_assert(text_number("0x7fEF", DOMID_MAX, &v) && v == 32751);
	ck_assert(text_number("0", 0, &v) && !v);
	ck_assert(text_number("4294967295", UINT32_MAX, &v) && v == UINT32_MAX);
}
END_TEST

START_TEST(addresses_and_words)
{
	static const char * const bad_mac[] = {
		"", "00:00:00:00:00:00", "01:00:00:00:00:01", "00:16:3e:00:00", "00:16:3e:00:00:1",
		"00:16:3e:00:00:001", "00:16:3e:00:00:01 ", "00-16-3e-00-00-01",
		"00:16:3e:00:00:0x",
	};
	static const char * const bad_word[] = {
		"", "-a", ".a", "a/b", "../a", "a b", "a;b", "a\n", "$a", "a'b", "\xc3\xa4",
		"12345678901234567890",
	};
	uint8_t mac[MAC_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_mac); i++)
		expect(!text_mac(bad_mac[i], mac), "'%s'", bad_mac[i]);
	for (i = 0; i < ARRAY_SIZE(bad_word); i++)
		expect(!text_word(bad_word[i], 16), "'%s'", bad_word[i]);
	ck_assert(text_mac("00:16:3E:aa:0b:c1", mac));
	ck_assert_int_eq(mac[2], 0x3e);
	ck_assert_int_eq(mac[5], 0xc1);
	ck_assert(text_word("vif-bridge_2.sh+", 20));
	ck_assert(text_uuid("8d9a5b5c-0000-4f00-8000-0123456789ab"));
	ck_assert(!text_uuid("8d9a5b5c-0000-4f00-8000-0123456789a"));
	ck_assert(!text_uuid("8d9a5b5c-0000-4f00-8000-0123456789abc"));
	ck_assert(!text_uuid("8d9a5b5c00000-4f00-8000-0123456789ab"));
}
END_TEST

START_TEST(paths)
{
	static const char * const bad[] = {
		"", "device/argonet", "device/argonet/", "device/argonet/256", "device/argonet/0/1",
		"device/vif/0", "backend/argonet/1", "backend/argonet/1/", "backend/argonet//1",
		"backend/argonet/32752/0", "backend/argonet/1/2/3", "backend/argonet/11111111111/2",
		"backend/argonet/1/00000000000000000000000000000000000000000000000000000000001",
	};
	struct node n;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		expect(!node_path(&n, bad[i]), "'%s'", bad[i]);
	ck_assert(node_path(&n, "device/argonet/255") && n.front && n.handle == 255);
	ck_assert(node_path(&n, "backend/argonet/32751/3") && !n.front);
	ck_assert(n.peer == 32751 && n.handle == 3);
}
END_TEST

/* A half that is right, with one value changed */
static const char *half_with(struct node *n, const char *key, const char *text)
{
	struct value values[] = {
		{ "frontend-id", "5" }, { "generation", "0123456789abcdef" },
		{ "mac", "00:16:3e:00:00:01" }, { "mtu", "9000" }, { "port", "4096" },
		{ "queues", "2" }, { "state", "4" }, { "online", "1" }, { "bridge", "br0" },
		{ "script", "vif-bridge" }, { "domain", "g1" }, { "other", "\xff/;$(x)" },
	};
	unsigned int i, count = ARRAY_SIZE(values);

	ck_assert(node_path(n, "backend/argonet/5/0"));
	for (i = 0; key && i < count; i++)
		if (!strcmp(values[i].key, key))
			values[i].text = text;
	/* without it */
	for (i = 0; key && !text && i < count; i++)
		if (!strcmp(values[i].key, key))
			values[i--] = values[--count];
	return node_parse(n, values, count);
}

START_TEST(halves)
{
	static const char * const bad[][2] = {
		{ "frontend-id", "6" }, { "frontend-id", "x" }, { "frontend-id", NULL },
		{ "generation", "0123456789abcde" }, { "generation", "0123456789abcdeg" },
		{ "generation", NULL }, { "mac", NULL }, { "mac", "ff:ff:ff:ff:ff:ff" },
		{ "mtu", "67" }, { "mtu", "65522" }, { "mtu", "" }, { "port", "0xffffffff" },
		{ "queues", "17" }, { "online", "2" }, { "bridge", "br0/x" },
		{ "bridge", "0123456789abcdef" }, { "script", "/bin/sh" }, { "script", "../x" },
		{ "domain", "a b" },
	};
	struct node n;
	size_t i;

	ck_assert_ptr_null(half_with(&n, NULL, NULL));
	ck_assert(n.mtu == 9000 && n.port == 4096 && n.queues == 2 && n.state == 4 && n.online);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		expect(half_with(&n, bad[i][0], bad[i][1]), "%s", bad[i][0]);
	/* Its owner writes that, and must not be able to make it unreadable. */
	ck_assert_ptr_null(half_with(&n, "state", "?"));
	ck_assert_ptr_null(half_with(&n, "mtu", NULL));
	ck_assert_int_eq(n.mtu, 0);
	ck_assert_ptr_null(half_with(&n, "port", NULL));
	ck_assert_int_eq(n.port, 0x6e657400);
}
END_TEST

static int conf_of(struct conf *c, const char *text)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	int ret;

	memset(c, 0, sizeof(*c));
	ret = conf_file(c, f, "x/test.conf");
	fclose(f);
	return ret;
}

#define GOOD "backend=dom0\nmac=00:16:3e:00:00:01\n"

START_TEST(files)
{
	static const char * const bad[][2] = {
		{ "mac=1\n", "x/test.conf:1: line before" },
		{ "[a]\n" GOOD "mca=1\n", "x/test.conf:4: unknown word" },
		{ "[a]\n" GOOD "mac=00:16:3e:00:00:02\n", "x/test.conf:4: the same word twice" },
		{ "[a b]\n" GOOD, "x/test.conf:2: number of the interface" },
		{ "[a 256]\n" GOOD, "x/test.conf:2: number of the interface" },
		{ "[a/b]\n" GOOD, "x/test.conf:2: section is no name" },
		{ "[a]\n" GOOD "bridge=a b\n", "x/test.conf:4: bridge is no" },
		{ "[a]\n" GOOD "script=/x\n", "x/test.conf:4: script is no" },
		{ "[a]\n" GOOD "queues=0\n", "x/test.conf:4: queues is not" },
		{ "[a]\n" GOOD "nonsense\n", "x/test.conf:4: neither" },
		{ "[a]\nmac=00:16:3e:00:00:01\n", "x/test.conf: a link without backend" },
		{ "[a]\n" GOOD "[b]\nbackend=a\n", "x/test.conf: a link without mac" },
	};
	struct conf c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ck_assert_int_eq(conf_of(&c, bad[i][0]), -EINVAL);
		expect(!c.count && !strncmp(c.error, bad[i][1], strlen(bad[i][1])),
		       "'%s', not '%s'", c.error, bad[i][1]);
		conf_free(&c);
	}
	ck_assert_int_eq(conf_of(&c, "# all of it\n[g1]\n" GOOD "mtu = 9000\n"
				 "port = 0x100\nqueues=4\nbridge=br0 ; that one\nscript=vif-route\n"
				 "[8d9a5b5c-0000-4f00-8000-0123456789ab 3]\n" GOOD), 0);
	ck_assert_int_eq(c.count, 2);
	ck_assert_str_eq(c.entries[0].guest, "g1");
	ck_assert_str_eq(c.entries[0].bridge, "br0");
	ck_assert_str_eq(c.entries[0].file, "test.conf");
	ck_assert(c.entries[0].mtu == 9000 && c.entries[0].port == 0x100);
	ck_assert_int_eq(c.entries[1].handle, 3);
	ck_assert_int_eq(c.entries[1].port, 0x6e657400 + 48);
	conf_free(&c);
}
END_TEST

START_TEST(what_is_not_ours_stays)
{
	struct link_role role = { .prefix = "argo" };
	struct node node = { .path = "device/argonet/0", .front = true, .online = true };
	struct link link = { .ifindex = 1, .name = "argo0" };
	struct link_action a[2];

	/* made by hand */
	ck_assert_int_eq(links_plan(&role, &node, 1, &link, 1, a), 1);
	ck_assert_int_eq(a[0].act, LINK_REFUSE);
	ck_assert_int_eq(links_plan(&role, NULL, 0, &link, 1, a), 0);
	/* the other daemon's */
	text_copy(link.alias, sizeof(link.alias), "backend/argonet/0/0 0123456789abcdef");
	ck_assert_int_eq(links_plan(&role, NULL, 0, &link, 1, a), 0);
	text_copy(link.alias, sizeof(link.alias), "device/argonet/0 0123456789abcdef");
	ck_assert_int_eq(links_plan(&role, NULL, 0, &link, 1, a), 1);
	ck_assert_int_eq(a[0].act, LINK_DELETE);
	/* The domain was moved, and dom0 is not ready yet. */
	role.keep = true;
	ck_assert_int_eq(links_plan(&role, NULL, 0, &link, 1, a), 0);
}
END_TEST

/* With an error in a file, links that may be in it stay; those of the dead do not. */
START_TEST(a_bad_file_removes_nothing)
{
	struct domain d[] = { { .name = "Domain-0" }, { 5, "g1", "" } };
	struct half h[] = {
		{ 5, true, true, { .path = "device/argonet/0", .front = true } },
		{ 0, true, true, { .path = "backend/argonet/5/0", .peer = 5, .online = true,
				   .state = STATE_CONNECTED } },
		{ 0, true, true, { .path = "backend/argonet/6/0", .peer = 6, .online = true,
				   .state = STATE_CONNECTED } },
	};
	struct pair_state s = { .keep = true, .domains = d, .domain_count = 2, .halves = h,
				.half_count = 3 };
	struct pair_action a[4];

	ck_assert_int_eq(pairs_plan(&s, a), 1);
	ck_assert(a[0].half == &h[2] && a[0].act == PAIR_OFFLINE);
	s.keep = false;
	ck_assert_int_eq(pairs_plan(&s, a), 3);
}
END_TEST

START_TEST(refusals)
{
	struct domain d[] = { { .name = "Domain-0" }, { 5, "g1", "" }, { 6, "g2", "" },
			      { 7, "g2", "8d9a5b5c-0000-4f00-8000-0123456789ab" } };
	struct entry e[] = {
		{ .guest = "g1", .backend = "g1" },
		{ .guest = "g2", .backend = "dom0" },
		{ .guest = "g3", .backend = "dom0" },
		{ .guest = "8D9A5B5C-0000-4f00-8000-0123456789ab", .backend = "dom0" },
		{ .guest = "8d9a5b5c-0000-4f00-8000-0123456789ab", .backend = "g1" },
	};
	struct pair_state s = { .entries = e, .entry_count = 5, .domains = d,
				.domain_count = 4 };
	struct pair_action a[5];

	ck_assert_int_eq(pairs_plan(&s, a), 4);
	ck_assert_str_eq(a[0].why, "guest and backend are the same domain");
	ck_assert_str_eq(a[1].why, "two domains have that name");
	ck_assert(a[2].act == PAIR_WRITE && a[2].front == &d[3] && a[2].back == &d[0]);
	ck_assert_str_eq(a[3].why, "another entry is about the same interface");
}
END_TEST

/* The driver says that the guest is gone, and dom0 has not noticed. */
START_TEST(a_port_of_a_dead_guest)
{
	struct link_role role = { .backend = true, .prefix = "argo" };
	struct node node = { .path = "backend/argonet/5/0", .peer = 5, .online = true,
			     .generation = "0123456789abcdef", .state = STATE_CONNECTED };
	struct link link = { .ifindex = 1, .name = "argo5.0", .state = ARGONET_STATE_GONE };
	struct link_action a[2];

	links_alias(link.alias, &node, false);
	ck_assert_int_eq(links_plan(&role, &node, 1, &link, 1, a), 1);
	ck_assert(a[0].act == LINK_STATE && a[0].state == STATE_CLOSED);
	node.state = STATE_CLOSED;
	ck_assert_int_eq(links_plan(&role, &node, 1, &link, 1, a), 1);
	ck_assert_int_eq(a[0].act, LINK_DELETE);
	/* and it is not made again */
	ck_assert_int_eq(links_plan(&role, &node, 1, &link, 0, a), 0);
}
END_TEST

START_TEST(a_backend_that_is_away)
{
	struct domain d[] = { { .name = "Domain-0" }, { 5, "g1", "" }, { 6, "g2", "" } };
	struct entry e = { .guest = "g1", .backend = "g2" };
	struct half h[] = {
		{ 5, true, true, { .path = "device/argonet/0", .front = true, .peer = 6,
				   .online = true, .generation = "0123456789abcdef" } },
		{ 6, true, true, { .path = "backend/argonet/5/0", .peer = 5, .online = true,
				   .generation = "0123456789abcdef", .domain = "g1" } },
	};
	struct pair_state s = { .entries = &e, .entry_count = 1, .domains = d,
				.domain_count = 3, .halves = h, .half_count = 2 };
	struct link_role role = { .prefix = "argo" };
	struct link_action l[1];
	struct pair_action a[3];

	ck_assert_int_eq(pairs_plan(&s, a), 0);
	/* not written together */
	h[1].node.generation[0] = '1';
	ck_assert_int_eq(pairs_plan(&s, a), 1);
	ck_assert_int_eq(a[0].act, PAIR_WRITE);
	/* gone, with its half: the guest's half stays, and says so */
	s.domain_count = 2;
	s.half_count = 1;
	ck_assert_int_eq(pairs_plan(&s, a), 1);
	ck_assert(a[0].act == PAIR_OFFLINE && a[0].half == &h[0]);
	h[0].node.online = false;
	ck_assert_int_eq(pairs_plan(&s, a), 0);
	/* Nobody makes an interface to that number. */
	ck_assert_int_eq(links_plan(&role, &h[0].node, 1, NULL, 0, l), 0);
	/* It comes back with the same one. */
	s.domain_count = 3;
	ck_assert_int_eq(pairs_plan(&s, a), 1);
	ck_assert_int_eq(a[0].act, PAIR_WRITE);
}
END_TEST

Suite *platform_suite(void)
{
	Suite *s = suite_create("platform");
	TCase *t = tcase_create("platform");

	tcase_add_test(t, numbers);
	tcase_add_test(t, addresses_and_words);
	tcase_add_test(t, paths);
	tcase_add_test(t, halves);
	tcase_add_test(t, files);
	tcase_add_test(t, what_is_not_ours_stays);
	tcase_add_test(t, a_bad_file_removes_nothing);
	tcase_add_test(t, refusals);
	tcase_add_test(t, a_port_of_a_dead_guest);
	tcase_add_test(t, a_backend_that_is_away);
	suite_add_tcase(s, t);
	return s;
}
