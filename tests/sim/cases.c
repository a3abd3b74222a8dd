// SPDX-License-Identifier: GPL-2.0-only
/*
 * What went wrong once, step by step. Time is exact: whatever takes longer than
 * a millisecond or two had to wait for something.
 */
#include "world.h"

static struct client a, b;
static struct sender s, t;

/* Two rings with different partners, a ring of each partner, a sender to it */
static void both(void)
{
	client_open(&a, PEER, PORT);
	client_open(&b, PEER + 1, PORT + 1);
	expect(!fake_peer_open(PEER, ME, PORT, LEN), "no ring");
	expect(!fake_peer_open(PEER + 1, ME, PORT, LEN), "no ring");
	sender_add(&s, PEER, PORT);
	sender_add(&t, PEER + 1, PORT);
}

static void end(void)
{
	sender_del(&s);
	sender_del(&t);
	client_close(&a);
	client_close(&b);
}

/* The client of @a was told and does not read: by its word, or stuck later */
static void stuck(bool absent)
{
	a.absent = absent;
	peer_send(PEER, PORT, 1, 100);
	sim_sleep(1);
	expect(a.told == 1, "told %u times", a.told);
	if (!absent)
		argo_ring_park(a.ring);
}

static void told_beside(bool absent)
{
	unsigned long since;

	both();
	stuck(absent);
	since = jiffies;
	peer_send(PEER + 1, PORT + 1, 1, 100);
	sim_sleep(1500);
	expect(b.told == 1 && b.told_at <= since + 1, "told after %lu ms",
	       b.told_at - since);
	expect(client_drain(&b) == 1, "not one message");
	expect(a.told == 1, "told of the same %u times", a.told);
	expect(client_drain(&a) == 1, "not one message");
	end();
}

static void data_beside_a_client_that_is_away(void)
{
	told_beside(true);
}

static void data_beside_a_client_that_is_stuck(void)
{
	told_beside(false);
}

static void space_beside(bool absent)
{
	both();
	sender_fill(&t, 100);
	stuck(absent);
	sim_sleep(500);
	t.timers = 0;
	peer_drain(PEER + 1, PORT);
	sim_sleep(5);
	expect(t.spaces == 1 && !t.timers, "%u, %u by timer", t.spaces, t.timers);
	client_drain(&a);
	end();
}

static void space_beside_a_client_that_is_away(void)
{
	space_beside(true);
}

static void space_beside_a_client_that_is_stuck(void)
{
	space_beside(false);
}

static void a_parked_client_is_left_alone(void)
{
	int i;

	both();
	for (i = 0; i < 5; i++) {
		peer_send(PEER, PORT, i, 50);
		sim_sleep(1);
		argo_ring_park(a.ring);
	}
	sim_sleep(3000);
	expect(a.told == 1, "told %u times", a.told);
	expect(!argo_core.busy && !sim_virq_masked(), "something is held back");
	/* Nothing was read: it is told at once. */
	argo_ring_done(a.ring);
	expect(a.told == 2, "told %u times", a.told);
	expect(client_drain(&a) == 5, "not five");
	argo_ring_done(a.ring);
	expect(a.told == 2, "told of nothing");
	end();
}

/* Return: how late the timer is, at worst */
static unsigned long lateness(void)
{
	unsigned long worst = 0, since;
	int i;

	fake.virq_lose = 100;
	for (i = 0; i < 5; i++) {
		sender_fill(&t, 100);
		since = jiffies;
		peer_drain(PEER + 1, PORT);
		sim_sleep(2000);
		worst = max(worst, t.space_at - since);
	}
	fake.virq_lose = 0;
	return worst;
}

static void the_timer_beside_a_peer_that_does_not_read(void)
{
	unsigned long late;

	both();
	late = lateness();
	expect(late <= 20, "%lu ms late", late);
	sender_fill(&s, 100);
	sim_sleep(5000);
	late = lateness();
	expect(late <= 20, "%lu ms late", late);
	end();
}

/* After 10 ms, each time after twice as long, once per second in the end */
static void the_timer_asks_less_and_less(void)
{
	unsigned long last, wait = 10;
	u32 i, n;

	both();
	/* Without rings there is no tick, which asks, too. */
	argo_ring_unregister(a.ring);
	argo_ring_unregister(b.ring);
	sim_sleep(2500);
	fake_heal();
	last = jiffies;
	sender_fill(&t, 100);
	sim_sleep(6000);
	n = fake_calls(FAKE_NOTIFY);
	expect(n == 11, "asked %u times", n);
	for (i = 0; i < n; i++) {
		expect(fake_call_at(FAKE_NOTIFY, i) == last + wait, "after %lu ms, not %lu",
		       fake_call_at(FAKE_NOTIFY, i) - last, wait);
		last += wait;
		wait = min(2 * wait, 1000ul);
	}
	end();
}

/* It looks again and again, not once. */
static void the_timer_after_a_while(void)
{
	unsigned long since;

	both();
	sim_sleep(1000);
	sender_fill(&t, 100);
	fake.virq_lose = 100;
	sim_sleep(50);
	since = jiffies;
	peer_drain(PEER + 1, PORT);
	sim_sleep(2000);
	expect(t.space_at - since <= 50, "%lu ms late", t.space_at - since);
	end();
}

/* How long the last wait took says nothing about this one. */
static void a_lost_virq_after_a_long_wait(void)
{
	unsigned long since;

	both();
	sender_fill(&t, 100);
	sim_sleep(60000);
	peer_drain(PEER + 1, PORT);
	sim_sleep(5);
	expect(t.spaces == 1, "told %u times", t.spaces);
	sender_fill(&t, 100);
	fake.virq_lose = 100;
	sim_sleep(20);
	since = jiffies;
	peer_drain(PEER + 1, PORT);
	sim_sleep(15000);
	expect(t.spaces == 2 && t.space_at - since <= 100, "%lu ms late",
	       t.space_at - since);
	end();
}

/* The VIRQ waits until it is, and is none the less what brought the room. */
static void space_while_a_ring_is_read(void)
{
	both();
	sender_fill(&t, 100);
	peer_send(PEER, PORT, 1, 100);
	sim_sleep(1);
	expect(a.told == 1 && sim_virq_masked(), "not masked");
	t.timers = 0;
	peer_drain(PEER + 1, PORT);
	client_drain(&a);
	sim_sleep(1);
	expect(t.spaces == 1 && !t.timers, "%u, %u by timer", t.spaces, t.timers);
	end();
}

static void a_ring_is_closed_while_it_is_read(void)
{
	both();
	peer_send(PEER, PORT, 1, 100);
	sim_sleep(1);
	expect(a.told == 1 && argo_core.busy, "not told");
	argo_ring_unregister(a.ring);
	expect(!argo_core.busy && !sim_virq_masked(), "something is held back");
	end();
}

static void data_that_came_while_masked(void)
{
	both();
	peer_send(PEER, PORT, 1, 100);
	sim_sleep(1);
	expect(a.told == 1 && sim_virq_masked(), "not masked");
	peer_send(PEER + 1, PORT + 1, 1, 100);
	sim_sleep(1);
	expect(!b.told, "told while masked");
	expect(client_drain(&a) == 1, "not one message");
	expect(b.told == 1, "not told");
	expect(client_drain(&b) == 1, "not one message");
	end();
}

static void sends_once(void *unused)
{
	while (peer_send(PEER, PORT, 1, 100) < 0)
		sim_sleep(0);
}

/* The first message is there before argo-core knows that the ring is. */
static void data_of_a_fast_peer(void)
{
	unsigned int i;

	both();
	sim_percent = 30;
	for (i = 1; i < 200; i++) {
		argo_ring_unregister(a.ring);
		sim_spawn(sends_once, NULL);
		expect(!argo_ring_register(a.ring), "refused");
		sim_sleep(3);
		expect(a.told == i, "not told, %u", i);
		expect(client_drain(&a) == 1, "not one message");
	}
	end();
}

static void lost_beside(bool before)
{
	struct sender denied;

	both();
	fake.refused = 1ull << (PEER + 2);
	if (before) {
		sender_del(&s);
		sender_add(&denied, PEER + 2, PORT);
		sender_add(&s, PEER, PORT);
	} else {
		sender_add(&denied, PEER + 2, PORT);
	}
	argo_dest_watch(&denied.dest, ARGO_WATCH_GONE);
	argo_dest_watch(&s.dest, ARGO_WATCH_GONE);
	argo_dest_watch(&t.dest, ARGO_WATCH_GONE);
	sim_sleep(1500);
	fake_domain_destroy(PEER);
	sim_sleep(2500);
	expect(denied.gone == 1, "the denied one is gone %u times", denied.gone);
	expect(s.gone == 1 && a.lost == 1, "gone %u, lost %u", s.gone, a.lost);
	expect(!t.gone && !b.lost, "too many are gone");
	sender_del(&denied);
	end();
}

static void loss_behind_a_destination_that_is_denied(void)
{
	lost_beside(true);
}

static void loss_before_a_destination_that_is_denied(void)
{
	lost_beside(false);
}

static void space_beside_a_destination_that_is_denied(void)
{
	struct sender denied;

	both();
	sender_del(&t);
	sender_add(&denied, PEER + 2, PORT);
	sender_add(&t, PEER + 1, PORT);
	sender_fill(&t, 100);
	fake.refused = 1ull << (PEER + 2);
	argo_dest_wait(&denied.dest, 100);
	sim_sleep(500);
	expect(denied.spaces == 1, "not told that it is denied");
	peer_drain(PEER + 1, PORT);
	sim_sleep(5);
	expect(t.spaces == 1 && !t.timers, "%u, %u by timer", t.spaces, t.timers);
	sender_del(&denied);
	end();
}

static void two_waits_for_one_ring(void)
{
	both();
	sender_del(&t);
	sender_add(&t, PEER, PORT);
	sender_fill(&s, 100);
	argo_dest_wait(&t.dest, 900);
	sender_send(&t, 900);
	sim_sleep(700);
	peer_drain(PEER, PORT);
	sim_sleep(5);
	expect(s.spaces == 1 && !s.timers, "small: %u, %u by timer", s.spaces, s.timers);
	expect(t.spaces == 1 && !t.timers, "large: %u, %u by timer", t.spaces, t.timers);
	end();
}

/* One finds room and the other none: the wait of the other is not forgotten. */
static void two_needs_for_one_ring(void)
{
	u32 word;

	both();
	sender_del(&t);
	sender_del(&s);
	sender_add(&t, PEER, PORT);
	sender_add(&s, PEER, PORT);
	sender_fill(&s, 100);
	argo_dest_wait(&t.dest, 900);
	sender_send(&t, 900);
	sim_sleep(700);
	peer_take(PEER, PORT, &word);
	peer_take(PEER, PORT, &word);
	fake_virq_raise();
	sim_sleep(2);
	expect(!t.spaces, "large: too early");
	peer_drain(PEER, PORT);
	sim_sleep(5);
	expect(t.spaces == 1 && !t.timers, "large: %u, %u by timer", t.spaces, t.timers);
	end();
}

static void questions_end_no_wait(void)
{
	struct argo_dest_info info;

	both();
	sender_del(&t);
	sender_add(&t, PEER, PORT);
	argo_dest_watch(&t.dest, ARGO_WATCH_GONE);
	sender_fill(&s, 100);
	sim_sleep(2500);
	expect(!argo_query(PEER, PORT, &info) && info.exists && !info.shared &&
	       info.max_message == LEN - 32, "answers %u %u", info.exists, info.max_message);
	peer_drain(PEER, PORT);
	sim_sleep(5);
	expect(s.spaces == 1 && !s.timers, "%u, %u by timer", s.spaces, s.timers);
	end();
}

/* No ring takes so much: who asks for it is told, and does not wait for ever. */
static void a_wait_for_more_than_there_can_be(void)
{
	both();
	argo_dest_wait(&s.dest, U32_MAX);
	sim_sleep(20);
	expect(s.spaces == 1, "told %u times", s.spaces);
	end();
}

static void messages_beside_a_peer_that_does_not_read(void)
{
	u32 before, calls;
	int i;

	both();
	fake_heal();
	sender_fill(&t, 100);
	sim_sleep(5000);
	before = fake_calls(FAKE_NOTIFY);
	for (i = 0; i < 1000; i++) {
		peer_send(PEER, PORT, i, 100);
		sim_sleep(0);
		expect(client_drain(&a) == 1, "not one message");
	}
	calls = fake_calls(FAKE_NOTIFY) - before;
	expect(calls <= 20, "%u hypercalls for 1000 messages", calls);
	end();
}

static void messages_beside_one_who_tries_again(void)
{
	unsigned int spaces;
	u32 before, calls;
	int i;

	both();
	fake_heal();
	while (sender_send_wait(&t, 0, 100) >= 0)
		;
	before = fake_calls(FAKE_SENDV) + fake_calls(FAKE_NOTIFY);
	for (i = 0; i < 1000; i++) {
		spaces = t.spaces;
		peer_send(PEER, PORT, i, 100);
		sim_sleep(0);
		expect(client_drain(&a) == 1, "not one message");
		if (t.spaces != spaces)
			expect(sender_send_wait(&t, 0, 100) == -EAGAIN, "not full");
	}
	calls = fake_calls(FAKE_SENDV) + fake_calls(FAKE_NOTIFY) - before;
	expect(calls <= 40, "%u hypercalls for 1000 messages", calls);
	end();
}

static void a_soft_reset_between_two_looks(void)
{
	both();
	argo_dest_watch(&s.dest, ARGO_WATCH_GONE);
	sim_sleep(1500);
	fake_drop_rings(ME, NULL);
	sim_sleep(25000);
	expect(a.lost == 1 && b.lost == 1, "lost %u, %u", a.lost, b.lost);
	end();
}

static void a_partner_one_only_receives_from(void)
{
	both();
	fake_domain_destroy(PEER);
	sim_sleep(25000);
	expect(a.lost == 1 && !b.lost, "lost %u, %u", a.lost, b.lost);
	/* A silent ring that is there is not bothered. */
	sim_sleep(600000);
	expect(!b.lost, "lost %u", b.lost);
	expect(fake_calls(FAKE_REGISTER) < 30, "%u probes", fake_calls(FAKE_REGISTER));
	end();
}

/* Many rings fall silent together: Xen is asked about a few at a time. */
static void many_silent_rings(void)
{
	struct client many[40];
	u32 looks, most = 0;
	unsigned int i, n;

	both();
	for (i = 0; i < ARRAY_SIZE(many); i++)
		client_open(&many[i], PEER, PORT + 100 + i);
	for (n = 0; n < 60; n++) {
		looks = fake_calls(FAKE_REGISTER);
		sim_sleep(1000);
		most = max(most, fake_calls(FAKE_REGISTER) - looks);
	}
	expect(most && most <= 4, "%u looks in a second", most);
	/* If one of them is lost, all are looked at. */
	fake_drop_rings(ME, NULL);
	sim_sleep(5000);
	for (i = 0; i < ARRAY_SIZE(many); i++) {
		expect(many[i].lost == 1, "ring %u lost %u times", i, many[i].lost);
		client_close(&many[i]);
	}
	end();
}

/* Each look leaves a line in Xen's log: not one per message. */
static void a_partner_that_says_little(void)
{
	unsigned int i;
	u32 looks;

	both();
	fake_heal();
	argo_ring_unregister(b.ring);
	looks = fake_calls(FAKE_REGISTER);
	for (i = 0; i < 40; i++) {
		sim_sleep(15000);
		peer_send(PEER, PORT, i, 100);
		sim_sleep(1);
		expect(client_drain(&a) == 1, "not one message");
	}
	looks = fake_calls(FAKE_REGISTER) - looks;
	expect(looks && looks <= 5, "%u looks in ten minutes", looks);
	/* Its end is found all the same, */
	fake_drop_rings(ME, NULL);
	sim_sleep(35000);
	expect(a.lost == 1, "lost %u", a.lost);
	/* and sooner if it talked before. */
	expect(!argo_ring_register(a.ring), "no way back");
	sim_sleep(18000);
	for (i = 0; i < 60; i++) {
		peer_send(PEER, PORT, i, 100);
		sim_sleep(1000);
		client_drain(&a);
	}
	fake_drop_rings(ME, NULL);
	sim_sleep(13000);
	expect(a.lost == 2, "lost %u", a.lost);
	end();
}

static void a_client_that_knows_better(void)
{
	both();
	fake_drop_rings(ME, NULL);
	argo_ring_suspect(b.ring);
	sim_sleep(1500);
	expect(b.lost == 1 && !a.lost, "lost %u, %u", a.lost, b.lost);
	expect(peer_send(PEER + 1, PORT + 1, 1, 10) == -ECONNREFUSED,
	       "what Xen was only asked for is there");
	expect(!argo_ring_register(b.ring), "no way back");
	end();
}

static void another_ring_behind_the_one_that_is_gone(void)
{
	both();
	fake.mac_permissive = true;
	expect(!fake_peer_open(PEER, XEN_ARGO_DOMID_ANY, PORT, LEN), "no ring");
	argo_dest_watch(&s.dest, ARGO_WATCH_GONE);
	sim_sleep(1500);
	expect(!s.gone, "gone too early");
	fake_peer_close(PEER, ME, PORT);
	fake_drop_rings(ME, &a.port);
	sim_sleep(3000);
	expect(s.gone == 1 && a.lost == 1, "gone %u, lost %u", s.gone, a.lost);
	end();
}

static void a_ring_that_appears(void)
{
	both();
	sender_del(&s);
	sender_add(&s, PEER + 2, PORT);
	argo_dest_watch(&s.dest, ARGO_WATCH_APPEARED);
	sim_sleep(3000);
	expect(!s.appeared, "too early");
	fake_peer_open(PEER + 2, ME, PORT, LEN);
	sim_sleep(1500);
	expect(s.appeared == 1 && !s.gone, "appeared %u", s.appeared);
	argo_dest_watch(&s.dest, ARGO_WATCH_GONE);
	fake_peer_close(PEER + 2, ME, PORT);
	sim_sleep(1500);
	expect(s.appeared == 1 && s.gone == 1, "gone %u", s.gone);
	end();
}

static void nothing_is_registered_while_frozen(void)
{
	u32 before;

	both();
	fake_heal();
	world_freeze();
	before = fake_calls(FAKE_REGISTER);
	expect(argo_ring_register(a.ring) == -EAGAIN, "registered");
	expect(!fake_find_ring(ME, PEER, PORT), "refused, and left with Xen");
	argo_ring_suspect(b.ring);
	sim_sleep(3000);
	expect(fake_calls(FAKE_REGISTER) == before, "Xen was given pages");
	world_thaw();
	expect(!argo_ring_register(a.ring), "not registered");
	end();
}

/* Xen kept it once: who closes it again has it released. */
static void a_ring_that_xen_kept_is_released_later(void)
{
	both();
	expect(!fake_fail("unregister 16 times 1"), "no such fault");
	argo_ring_unregister(a.ring);
	expect(fake_find_ring(ME, PEER, PORT), "nothing was kept");
	argo_ring_unregister(a.ring);
	expect(!fake_find_ring(ME, PEER, PORT), "left with Xen");
	end();
}

/* A kernel before this one left it with Xen: it is taken over, and that is no error. */
static void a_ring_that_xen_has_already(void)
{
	struct client c;

	both();
	expect(!fake_peer_open(ME, PEER, PORT + 9, LEN), "not left there");
	client_open(&c, PEER, PORT + 9);
	expect(peer_send(PEER, PORT + 9, 1, 100) == 100, "no ring");
	sim_sleep(1);
	expect(client_drain(&c) == 1, "not one message");
	client_close(&c);
	end();
}

/* Xen kept it, another client took the name: the ring there is that one's. */
static void a_ring_of_the_same_name_stays(void)
{
	struct client c;

	both();
	fake_fail("unregister 16 times 1");
	argo_ring_unregister(a.ring);
	client_open(&c, PEER, PORT);
	expect(argo_ring_register(a.ring) == -EADDRINUSE, "two of one name");
	argo_ring_unregister(a.ring);
	expect(peer_send(PEER, PORT, 1, 100) == 100, "the wrong ring was closed");
	sim_sleep(1);
	expect(client_drain(&c) == 1, "not one message");
	client_close(&c);
	expect(!argo_ring_register(a.ring), "no way back");
	end();
}

static void data_that_came_while_frozen(void)
{
	both();
	world_freeze();
	peer_send(PEER, PORT, 1, 100);
	sim_sleep(1);
	expect(!a.told, "told while frozen");
	world_thaw();
	sim_sleep(1);
	expect(a.told == 1, "told %u times", a.told);
	expect(client_drain(&a) == 1, "not one message");
	end();
}

/*
 * Suspended to memory: Xen keeps the rings and remembers the VIRQ, nothing of this
 * domain runs and its jiffies stand still, others go on. All that came is found at
 * once, and no ring is taken for lost or given to Xen again.
 */
static void data_and_space_of_a_suspend_to_memory(void)
{
	unsigned long since, registers;

	both();
	sender_fill(&t, 100);
	sim_sleep(500);
	t.timers = 0;
	registers = fake_calls(FAKE_REGISTER);
	if (sim_pm->suspend)
		expect(!sim_pm->suspend(NULL), "not suspended");
	since = jiffies;
	expect(peer_send(PEER, PORT, 1, 100) == 100, "no ring");
	expect(peer_send(PEER + 1, PORT + 1, 1, 100) == 100, "no ring");
	expect(peer_drain(PEER + 1, PORT), "nothing to read");
	expect(jiffies == since && !a.told && !b.told && !t.spaces, "it was awake");
	if (sim_pm->resume)
		expect(!sim_pm->resume(NULL), "not resumed");
	sim_sleep(1);
	expect(a.told == 1 && b.told == 1, "told %u, %u", a.told, b.told);
	expect(client_drain(&a) == 1 && client_drain(&b) == 1, "not one message each");
	sim_sleep(1);
	expect(t.spaces == 1 && !t.timers, "%u, %u by timer", t.spaces, t.timers);
	sim_sleep(3000);
	expect(!a.lost && !b.lost, "lost %u, %u", a.lost, b.lost);
	expect(fake_calls(FAKE_REGISTER) == registers, "registered anew");
	end();
}

static bool registered;

static void register_slowly(void *unused)
{
	expect(!argo_ring_register(a.ring), "not registered");
	registered = true;
}

static void a_registration_ends_before_the_freeze(void)
{
	both();
	sim_memory_wait = 3000;
	registered = false;
	sim_spawn(register_slowly, NULL);
	sim_sleep(1);
	world_freeze();
	expect(registered, "frozen in the middle");
	sim_memory_wait = 0;
	world_thaw();
	end();
}

static void a_closed_ring_is_not_read_after_a_restore(void)
{
	struct argo_message msg;

	both();
	peer_send(PEER, PORT, 1, 100);
	argo_ring_unregister(a.ring);
	expect(argo_ring_next(a.ring, &msg) == 1, "not readable");
	world_freeze();
	world_restore();
	expect(argo_ring_next(a.ring, &msg) == -EIO, "readable");
	expect(b.lost == 1 && !a.lost, "lost %u, %u", a.lost, b.lost);
	expect(!argo_ring_register(a.ring), "not registered");
	peer_send(PEER, PORT, 2, 100);
	expect(client_drain(&a) == 1, "not one message");
	end();
}

static void a_probe_waits_for_no_memory(void)
{
	unsigned long since;

	both();
	sim_memory_wait = 3000;
	/* Two wait, so that it takes a work item to wake one. */
	sender_fill(&s, 100);
	sender_fill(&t, 100);
	argo_ring_suspect(a.ring);
	sim_sleep(1010);
	since = jiffies;
	peer_send(PEER + 1, PORT + 1, 1, 100);
	peer_drain(PEER + 1, PORT);
	sim_sleep(5);
	expect(b.told == 1 && b.told_at <= since + 1, "told late");
	expect(t.spaces == 1 && !t.timers, "%u, %u by timer", t.spaces, t.timers);
	expect(client_drain(&b) == 1, "not one message");
	sim_memory_wait = 0;
	end();
}

static void a_ring_for_anybody(void)
{
	struct argo_ring_config config = {
		.partner = ARGO_ANY_DOMAIN, .port = PORT, .len = LEN,
	};
	struct client c;

	both();
	/* Policy says no. */
	client_close(&a);
	config.port = PORT + 7;
	c.ring = argo_ring_create(&config, &(struct argo_ring_ops) {}, NULL);
	expect(argo_ring_register(c.ring) == -EPERM, "permitted");
	argo_ring_destroy(c.ring);

	fake.mac_permissive = true;
	client_open(&a, ARGO_ANY_DOMAIN, PORT);
	while (peer_send(PEER, PORT, 1, 100) > 0)
		;
	expect(peer_send(PEER + 2, PORT, 1, 100) == -EAGAIN, "room");
	fake.domain[PEER].virqs = 0;
	fake.domain[PEER + 2].virqs = 0;
	sim_sleep(1);
	expect(client_drain(&a) > 3, "too few");
	expect(fake.domain[PEER].virqs == 1 && fake.domain[PEER + 2].virqs == 1,
	       "somebody sleeps");
	/* One for the sender alone comes first. */
	client_open(&c, PEER, PORT);
	peer_send(PEER, PORT, 1, 100);
	peer_send(PEER + 2, PORT, 2, 100);
	sim_sleep(1);
	expect(client_drain(&a) == 1 && client_drain(&c) == 1, "not one each");
	fake_domain_destroy(PEER + 2);
	sim_sleep(30000);
	expect(!a.lost, "lost with one of its senders");
	client_close(&c);
	end();
}

static void who_sends_and_waits_in_one(void)
{
	both();
	while (sender_send_wait(&s, 1, 100) == 100)
		;
	expect(list_is_singular(&argo_core.waiters), "nobody waits");
	peer_drain(PEER, PORT);
	sim_sleep(2);
	expect(s.spaces == 1 && !s.timers, "%u", s.spaces);
	expect(sender_send_wait(&s, 1, 100) == 100, "no room");
	expect(list_empty(&argo_core.waiters), "waits for nothing");
	end();
}

static void drains_once(void *unused)
{
	peer_drain(PEER, PORT);
}

static void a_wake_up_before_the_wait(void)
{
	unsigned int i, spaces;

	both();
	sim_percent = 3;
	for (i = 0; i < 2000; i++) {
		while (sender_send(&s, 1000) >= 0)
			;
		spaces = s.spaces;
		sim_spawn(drains_once, NULL);
		if (sender_send_wait(&s, 1, 1000) == -EAGAIN) {
			sim_sleep(3);
			expect(s.spaces == spaces + 1, "asleep in front of an empty ring");
		}
		sim_sleep(1);
	}
	end();
}

static unsigned int virqs_before;

/* The first half of argo_send_wait(), and the room that it is told of */
static void tries_and_is_told(void)
{
	sim_before_forget = NULL;
	virqs_before = argo_core.virqs;
	expect(sender_send(&t, 100) == -EAGAIN, "not full");
	peer_drain(PEER + 1, PORT);
}

static void a_wake_up_that_is_forgotten(void)
{
	both();
	while (sender_send(&t, 100) >= 0)
		;
	peer_send(PEER, PORT, 1, 100);
	sim_sleep(1);
	expect(a.told == 1 && sim_virq_masked(), "not masked");
	sim_before_forget = tries_and_is_told;
	expect(client_drain(&a) == 1, "not one message");
	expect(!sim_before_forget, "nothing was forgotten");
	argo_dest_wait_since(&t.dest, 100, virqs_before);
	sim_sleep(2);
	expect(t.spaces == 1, "asleep in front of an empty ring");
	end();
}

static void quota_names_who_has_them(void)
{
	struct client c[XEN_ARGO_MAX_RINGS];
	struct argo_ring_config config = { .partner = PEER, .port = 1, .len = LEN };
	struct argo_ring *ring;
	int i;

	for (i = 0; i < ARRAY_SIZE(c); i++)
		client_open(&c[i], PEER, PORT + i);
	ring = argo_ring_create(&config, &(struct argo_ring_ops) {}, NULL);
	expect(argo_ring_register(ring) == -ENOSPC, "one too many");
	expect(strstr(sim_last_log, "sim 128"), "says %s", sim_last_log);
	argo_ring_destroy(ring);
	for (i = 0; i < ARRAY_SIZE(c); i++)
		client_close(&c[i]);
}

/* One client has all that it may have, another goes on. */
static void a_quota_of_one_client(void)
{
	struct argo_ring_config config = {
		.client = "other", .partner = PEER, .port = PORT + 9, .len = LEN,
	};
	struct argo_ring *ring;

	both();
	*sim_rings_per_client = 2;
	config.client = "sim";
	ring = argo_ring_create(&config, &(struct argo_ring_ops) {}, NULL);
	expect(argo_ring_register(ring) == -ENOSPC, "one too many");
	expect(strstr(sim_last_log, "sim 2"), "says %s", sim_last_log);
	argo_ring_destroy(ring);
	/* One that has a ring may register it again. */
	expect(!argo_ring_register(a.ring), "its own counts twice");
	config.client = "other";
	ring = argo_ring_create(&config, &(struct argo_ring_ops) {}, NULL);
	expect(!argo_ring_register(ring), "others are refused");
	argo_ring_destroy(ring);
	*sim_rings_per_client = XEN_ARGO_MAX_RINGS;
	end();
}

static int refuse_send(const struct xen_argo_send_addr *addr, u32 type,
		       const struct xen_argo_iov *iov, unsigned int niov)
{
	return addr->dst.domain_id == PEER ? -EPERM : 0;
}

static unsigned int asked;

static bool refuse_recv(u16 partner, u32 port, const struct argo_message *msg)
{
	asked++;
	return msg->len != 50;
}

static void a_filter_decides(void)
{
	const struct argo_filter filter = { .send = refuse_send, .recv = refuse_recv };
	struct argo_ring_stats stats;
	struct argo_message msg;

	both();
	asked = 0;
	peer_send(PEER, PORT, 1, 50);
	sim_sleep(1);
	expect(argo_ring_next(a.ring, &msg) == 1 && msg.len == 50, "not read");
	expect(!argo_filter_register(&filter), "refused");
	expect(argo_ring_next(a.ring, &msg) == 1 && msg.len == 50, "taken away");
	expect(client_drain(&a) == 1 && !asked, "asked about what was shown");
	expect(argo_filter_register(&filter) == -EBUSY, "two filters");
	expect(sender_send(&s, 100) == -EPERM, "sent");
	expect(sender_send(&t, 100) == 100, "not sent");
	peer_send(PEER, PORT, 1, 50);
	peer_send(PEER, PORT, 1, 60);
	peer_send(PEER, PORT, 1, 50);
	sim_sleep(1);
	expect(argo_ring_next(a.ring, &msg) == 1 && msg.len == 60, "not the second");
	expect(argo_ring_next(a.ring, &msg) == 1 && msg.len == 60, "not the same");
	expect(client_drain(&a) == 1, "not one message");
	argo_ring_get_stats(a.ring, &stats);
	expect(stats.filtered == 2, "%lu filtered", stats.filtered);
	expect(asked == 3, "asked %u times about three messages", asked);
	argo_filter_unregister(&filter);
	expect(sender_send(&s, 100) == 100, "not sent");
	end();
}

/* A header that was valid when the reader was shown the message is not any more. */
static void a_filter_behind_a_bad_header(void)
{
	const struct argo_filter filter = { .send = refuse_send, .recv = refuse_recv };
	struct xen_argo_ring_message_header *head;
	struct argo_ring_stats stats;
	struct argo_message msg;

	both();
	expect(!argo_filter_register(&filter), "refused");
	peer_send(PEER, PORT, 1, 60);
	sim_sleep(1);
	expect(argo_ring_next(a.ring, &msg) == 1 && msg.len == 60, "not read");
	head = a.ring->memory + sizeof(struct xen_argo_ring) + a.ring->cursor.rx;
	head->len = 1;
	expect(!argo_ring_next(a.ring, &msg), "not skipped");
	peer_send(PEER, PORT, 1, 50);
	sim_sleep(1);
	expect(!argo_ring_next(a.ring, &msg), "the filter was not asked");
	argo_ring_get_stats(a.ring, &stats);
	expect(stats.bad_headers == 1 && stats.filtered == 1, "%lu bad, %lu filtered",
	       stats.bad_headers, stats.filtered);
	argo_filter_unregister(&filter);
	end();
}

static unsigned int refused;

static bool refuse_short(u16 partner, u32 port, const struct argo_message *msg)
{
	refused += msg->len < 10;
	return msg->len >= 10;
}

/* A reader is not kept by what it never sees, and misses nothing behind it. */
static void a_filter_that_refuses_many(void)
{
	const struct argo_filter filter = { .send = refuse_send, .recv = refuse_short };
	struct argo_ring_stats stats;
	struct argo_message msg;
	u32 notified;
	int i;

	both();
	fake_heal();
	expect(!argo_filter_register(&filter), "refused");
	refused = 0;
	for (i = 0; i < 100; i++)
		expect(peer_send(PEER, PORT, i, 4) == 4, "not sent");
	peer_send(PEER, PORT, i, 60);
	while (peer_send(PEER, PORT, i, 1000) >= 0)
		;
	sim_sleep(1);
	notified = fake_calls(FAKE_NOTIFY);
	expect(!argo_ring_next(a.ring, &msg), "more than it may skip");
	expect(refused == 64, "%u at once", refused);
	expect(a.ring->cursor.published == a.ring->cursor.rx, "space is kept back");
	argo_ring_done(a.ring);
	expect(a.told == 2, "told %u times", a.told);
	expect(argo_ring_next(a.ring, &msg) == 1 && msg.len == 60, "not the next");
	expect(fake_calls(FAKE_NOTIFY) - notified <= 2, "signalled for each message");
	expect(client_drain(&a) > 1, "too few");
	argo_ring_get_stats(a.ring, &stats);
	expect(stats.filtered == 100, "%lu filtered", stats.filtered);
	argo_filter_unregister(&filter);
	end();
}

/* Would this piece need more room for copies than there is? */
static bool stage_is_full(const struct argo_stage *stage, const u8 *base, u32 len)
{
	const struct xen_argo_iov *last = &stage->iov[XEN_ARGO_MAXIOV - 1];

	if (stage->niov < XEN_ARGO_MAXIOV || last->iov_hnd + last->iov_len == (uintptr_t)base)
		return false;
	return stage->used + (stage->used ? 0 : last->iov_len) + len > stage->size;
}

/* What is sent is what was added, byte for byte; what is refused changes nothing. */
static void a_stage_of_many_pieces(void)
{
	unsigned int i, n, pieces, at, full = 0;
	u8 from[200], bounce[64], want[200], got[200];
	struct argo_stage stage, before;

	for (i = 0; i < sizeof(from); i++)
		from[i] = i;
	for (i = 0; i < 5000; i++) {
		argo_stage_init(&stage, bounce, sim_below(sizeof(bounce) + 1));
		at = 0;
		for (n = 0, pieces = sim_below(20); n < pieces; n++) {
			u32 len = sim_below(9), start = sim_below(190);

			/* Some are neighbours. */
			if (stage.niov && !sim_below(4))
				start = min(190, want[at - 1] + 1);
			before = stage;
			if (len && stage_is_full(&stage, from + start, len)) {
				expect(argo_stage_add(&stage, from + start, len) == -ENOSPC &&
				       !memcmp(&stage, &before, sizeof(stage)),
				       "taken, or changed");
				full++;
				continue;
			}
			expect(!argo_stage_add(&stage, from + start, len), "refused");
			memcpy(want + at, from + start, len);
			at += len;
		}
		expect(stage.len == at, "%u bytes, not %u", stage.len, at);
		expect(stage.niov <= 8, "%u pieces", stage.niov);
		for (at = 0, n = 0; n < stage.niov; n++) {
			expect(stage.iov[n].iov_len, "an empty piece");
			memcpy(got + at, (void *)(unsigned long)stage.iov[n].iov_hnd,
			       stage.iov[n].iov_len);
			at += stage.iov[n].iov_len;
		}
		expect(stage.len == at && !memcmp(got, want, at), "%u bytes in the pieces", at);
	}
	expect(full > 1000, "full only %u times", full);
}

static struct argo_reader reader;
static unsigned int reader_got;
static bool reader_full;

static enum argo_read reader_message(struct argo_reader *r, const struct argo_message *msg)
{
	if (reader_full)
		return ARGO_READ_PARK;
	reader_got++;
	return ARGO_READ_ON;
}

static bool reader_data(void *priv)
{
	return argo_reader_data(&reader);
}

static void reader_lost(void *priv)
{
}

static void a_reader_that_gets_stuck(void)
{
	static const struct argo_ring_ops ops = { .data = reader_data, .lost = reader_lost };
	struct argo_ring_config config = { .partner = PEER, .port = 9, .len = 16 * LEN };
	struct argo_ring *ring = argo_ring_create(&config, &ops, NULL);
	unsigned int i;

	argo_reader_init(&reader, ring, reader_message);
	expect(!argo_ring_register(ring), "refused");
	reader_got = 0;
	reader_full = false;
	for (i = 0; i < 200; i++)
		peer_send(PEER, 9, i, 20);
	sim_sleep(1);
	expect(reader_got == 200, "%u", reader_got);
	reader_full = true;
	peer_send(PEER, 9, i, 20);
	sim_sleep(100);
	expect(reader_got == 200 && !argo_core.busy, "not stuck");
	reader_full = false;
	argo_reader_resume(&reader);
	sim_sleep(1);
	expect(reader_got == 201, "%u", reader_got);
	peer_send(PEER, 9, i, 20);
	sim_sleep(1);
	expect(reader_got == 202, "%u", reader_got);
	argo_ring_unregister(ring);
	argo_reader_stop(&reader);
	argo_ring_destroy(ring);
}

static void who_this_is(void)
{
	expect(argo_domid() == ME, "%d", argo_domid());
	expect(argo_device(), "no device");
}

/* Restored from an image: another number, and its rings are that one's. */
static void who_this_is_after_a_restore(void)
{
	both();
	fake_domain_create(ME + 20);
	world_freeze();
	fake_drop_rings(ME, NULL);
	fake.local = ME + 20;
	expect(!sim_pm->restore(NULL), "not restored");
	expect(argo_domid() == ME + 20, "%d", argo_domid());
	expect(a.lost == 1 && b.lost == 1, "lost %u, %u", a.lost, b.lost);
	expect(!argo_ring_register(a.ring), "no way back");
	expect(peer_send(PEER, PORT, 1, 100) == -ECONNREFUSED, "the old one has a ring");
	expect(fake_peer_send(PEER, PORT, ME + 20, PORT, TYPE, "1234", 4) == 4, "no ring");
	sim_sleep(1);
	expect(client_drain(&a) == 1, "not one message");
	argo_ring_unregister(a.ring);
	fake.local = ME;
	end();
}

static void what_debugfs_shows(void)
{
	both();
	expect(!sim_rings_show(NULL), "nothing");
	end();
}

static void a_shutdown_takes_all_rings(void)
{
	both();
	sim_shutdown(NULL);
	expect(peer_send(PEER, PORT, 1, 10) == -ECONNREFUSED, "a ring is left");
	expect(argo_ring_register(a.ring) == -ESHUTDOWN, "registered");
	argo_core.dead = false;
	end();
}

#define CASE(fn) { #fn, fn }

const struct test cases[] = {
	CASE(data_beside_a_client_that_is_away),
	CASE(data_beside_a_client_that_is_stuck),
	CASE(space_beside_a_client_that_is_away),
	CASE(space_beside_a_client_that_is_stuck),
	CASE(a_parked_client_is_left_alone),
	CASE(the_timer_beside_a_peer_that_does_not_read),
	CASE(data_that_came_while_masked),
	CASE(data_of_a_fast_peer),
	CASE(the_timer_after_a_while),
	CASE(the_timer_asks_less_and_less),
	CASE(a_lost_virq_after_a_long_wait),
	CASE(space_while_a_ring_is_read),
	CASE(a_ring_is_closed_while_it_is_read),
	CASE(two_needs_for_one_ring),
	CASE(loss_behind_a_destination_that_is_denied),
	CASE(loss_before_a_destination_that_is_denied),
	CASE(space_beside_a_destination_that_is_denied),
	CASE(two_waits_for_one_ring),
	CASE(questions_end_no_wait),
	CASE(a_wait_for_more_than_there_can_be),
	CASE(messages_beside_a_peer_that_does_not_read),
	CASE(messages_beside_one_who_tries_again),
	CASE(a_soft_reset_between_two_looks),
	CASE(many_silent_rings),
	CASE(a_partner_one_only_receives_from),
	CASE(a_partner_that_says_little),
	CASE(a_client_that_knows_better),
	CASE(another_ring_behind_the_one_that_is_gone),
	CASE(a_ring_that_appears),
	CASE(nothing_is_registered_while_frozen),
	CASE(a_ring_that_xen_kept_is_released_later),
	CASE(a_ring_that_xen_has_already),
	CASE(a_ring_of_the_same_name_stays),
	CASE(data_that_came_while_frozen),
	CASE(data_and_space_of_a_suspend_to_memory),	/* F13 */
	CASE(a_registration_ends_before_the_freeze),
	CASE(a_closed_ring_is_not_read_after_a_restore),
	CASE(a_probe_waits_for_no_memory),
	CASE(a_ring_for_anybody),
	CASE(who_sends_and_waits_in_one),
	CASE(a_wake_up_before_the_wait),
	CASE(a_wake_up_that_is_forgotten),
	CASE(quota_names_who_has_them),
	CASE(a_quota_of_one_client),
	CASE(a_filter_decides),
	CASE(a_filter_behind_a_bad_header),
	CASE(a_filter_that_refuses_many),
	CASE(a_stage_of_many_pieces),
	CASE(a_reader_that_gets_stuck),
	CASE(who_this_is),
	CASE(who_this_is_after_a_restore),
	CASE(what_debugfs_shows),
	CASE(a_shutdown_takes_all_rings),
	{}
};
