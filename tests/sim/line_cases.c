// SPDX-License-Identifier: GPL-2.0-only
/*
 * One end of a link, and a peer that says and reads just what it is told to, as
 * docs/protocol.md has it.
 */
#include "other.h"

static bool ring_is_there(void)
{
	return fake_find_ring(ME, PEER, MINE);
}

static void up_after_three_messages(void)
{
	end_connect(4096);
	expect(other.hellos == 2, "%u HELLOs", other.hellos);
	end_finish();
}

static void frames_of_no_session(void)
{
	end_begin(4096, true);
	other_reads();
	expect(!other_frame(64), "a frame before the HELLO");
	other_hello(other.seen + 1, false);
	expect(!other_frame(64), "a frame of one who has not heard of us");
	other_hello(other.seen, false);
	expect(other_frame(64), "no frame though the peer knows us");
	sim_sleep(20);
	other_bye();
	expect(!other_frame(64), "a frame after a BYE");
	expect(!end.dev.carrier, "carrier after a BYE");
	sim_sleep(3000);
	other_reads();
	expect(!other.asked, "the session that ended is asked for");
	end_finish();
}

/* A place in a message that was skipped meanwhile is none in the next one. */
static void a_place_in_another_message(void)
{
	end_connect(4096);
	other.hellos = 0;
	end.an.queue[0].rx.pos = 4096;
	other_hello(other.seen, false);
	sim_sleep(100);
	other_reads();
	expect(other.hellos == 1, "%u HELLOs for one", other.hellos);
	expect(other_frame(64), "no frame any more");
	end_finish();
}

static void carrier_goes_with_the_peers_ring(void)
{
	unsigned int ms;

	end_connect(4096);
	other_closes();
	for (ms = 0; end.dev.carrier && ms < 10000; ms += 10)
		sim_sleep(10);
	expect(ms <= 1200, "carrier went after %u ms", ms);
	for (ms = 0; !ring_is_there() && ms < 10000; ms += 10)
		sim_sleep(10);
	expect(ms >= 2000 && ms <= 3000, "our ring stayed away for %u ms", ms);
	end_finish();
}

/* Nobody has to wait for a peer that started over without a word. */
static void a_ring_that_comes_back(void)
{
	unsigned int registers;

	end_connect(4096);
	registers = fake_calls(FAKE_REGISTER);
	other_closes();
	frame_send(&end.an.queue[0], 64);
	other_opens();
	registers++;
	sim_sleep(100);
	other.session++;
	other_hello(other.seen, false);
	sim_sleep(200);
	other_reads();
	expect(end_is_up(&end) && end.dev.carriers == 2, "not up again");
	expect(fake_calls(FAKE_REGISTER) <= registers, "our ring was taken away");
	/* Missing when it was looked for, but not any more a moment later */
	other_closes();
	while (end.an.queue[0].tx.dest.watch != ARGO_WATCH_NONE)
		sim_sleep(1);
	other_opens();
	sim_sleep(100);
	expect(end_is_up(&end), "down though it is there");
	other_closes();
	sim_sleep(1200);
	expect(!end.dev.carrier, "nobody looks any more");
	end_finish();
}

/* It may have lost its ring unnoticed: that ours is away tells it. */
static void one_who_cannot_be_answered(void)
{
	unsigned int ms;

	end_begin(4096, false);
	sim_sleep(500);
	other_hello(0, false);
	for (ms = 0; ring_is_there() && ms < 10000; ms += 10)
		sim_sleep(10);
	expect(ms <= 2000, "not told within %u ms", ms);
	for (ms = 0; !ring_is_there() && ms < 10000; ms += 10)
		sim_sleep(10);
	expect(ms >= 2000 && ms <= 3000, "our ring stayed away for %u ms", ms);
	end_finish();
}

static void one_who_reads_and_says_nothing(void)
{
	unsigned int registers;

	end_begin(4096, false);
	sim_sleep(5000);
	other_opens();
	sim_sleep(5000);
	other_reads();
	other.hellos = 0;
	registers = fake_calls(FAKE_REGISTER);
	sim_sleep(20000);
	other_reads();
	expect(other.hellos >= 9 && other.hellos <= 11, "%u HELLOs", other.hellos);
	expect(fake_calls(FAKE_REGISTER) - registers <= 3, "registered %u times",
	       fake_calls(FAKE_REGISTER) - registers);
	end_finish();
}

static void nobody_there(void)
{
	unsigned int registers, sends, asks;

	fake_domain_destroy(PEER);
	end_begin(4096, false);
	sim_sleep(5000);
	registers = fake_calls(FAKE_REGISTER);
	asks = fake_calls(FAKE_NOTIFY);
	sends = fake_calls(FAKE_SENDV);
	sim_sleep(20000);
	registers = fake_calls(FAKE_REGISTER) - registers;
	expect(registers >= 9 && registers <= 11, "registered %u times", registers);
	expect(fake_calls(FAKE_SENDV) == sends, "sent to nobody");
	expect(fake_calls(FAKE_NOTIFY) - asks <= 20, "asked %u times",
	       fake_calls(FAKE_NOTIFY) - asks);
	fake_domain_create(PEER);
	other_opens();
	sim_sleep(2100);
	other_reads();
	expect(other.hellos, "no HELLO");
	end_finish();
}

static void flood_of_hellos(void)
{
	unsigned int i;

	end_connect(4096);
	other.hellos = 0;
	for (i = 0; i < 1000; i++) {
		other_hello(other.seen, false);
		other_reads();
	}
	expect(other.hellos >= 20 && other.hellos <= 51, "%u answers in %u ms",
	       other.hellos, i);
	expect(end_is_up(&end) && end.dev.carriers == 1, "carrier was off");
	end_finish();
}

static void flood_of_sessions(void)
{
	unsigned int i;

	end_connect(4096);
	for (i = 0; i < 2000; i++) {
		other.session++;
		other_hello(other.seen, false);
		other_reads();
	}
	expect(end.dev.carriers >= 2 && end.dev.carriers <= 22,
	       "carrier came %u times in %u ms", end.dev.carriers, i);
	end_finish();
}

static void a_peer_without_offloads(void)
{
	end_connect(4096);
	expect(end.dev.features & NETIF_F_HW_CSUM, "checksums are not left to it");
	other.features = 0;
	other_hello(other.seen, true);
	sim_sleep(200);
	expect(!(end.dev.features & (NETIF_F_HW_CSUM | NETIF_F_TSO)),
	       "features %#llx", (unsigned long long)end.dev.features);
	other.features = ARGONET_F_ALL;
	other_hello(other.seen, true);
	sim_sleep(200);
	expect(end.dev.features & NETIF_F_HW_CSUM, "features do not come back");
	end_finish();
}

static void a_change_that_policy_kept_back(void)
{
	unsigned int hellos;

	end_connect(4096);
	sim_sleep(100);
	hellos = other.hellos;
	fake.refused = 1ull << PEER;
	rtnl_lock();
	end.dev.wanted &= ~NETIF_F_RXCSUM;
	netdev_update_features(&end.dev);
	rtnl_unlock();
	sim_sleep(30);
	fake.refused = 0;
	sim_sleep(200);
	other_reads();
	expect(other.hellos == hellos + 1, "%u HELLOs", other.hellos - hellos);
	expect(end_is_up(&end), "not up");
	end_finish();
}

/* What is offered is less than what fits into the ring. */
static void the_longest_message(void)
{
	u32 bytes, record = sizeof(struct argonet_record), most;
	struct argonet_record *at;
	unsigned int i;
	char *buf;

	end_connect(256 * 1024);
	most = end.an.own.max_message;
	expect(most + 64 < argo_ring_max_payload(argo_ring_len(256 * 1024)),
	       "all that fits is offered");
	lines.replayed = true;	/* no tags in here */
	buf = kzalloc(most + 1, 0);
	/* Two of the longest, then one that ends where the message does. */
	for (bytes = 0, i = 0; i < 3; i++) {
		at = (struct argonet_record *)(buf + bytes);
		at->len = cpu_to_le32(min_t(u32, ARGONET_MAX_FRAME, most - bytes - record));
		bytes = ALIGN(bytes + record + le32_to_cpu(at->len), 16);
	}
	expect(fake_peer_send(PEER, ITS, ME, MINE, DATA, buf, most) == most, "no room");
	sim_sleep(5);
	expect(end.got == 3 && !end.an.queue[0].rx.stats.bad[ARGONET_BAD_LENGTH],
	       "%lu frames of what was offered", end.got);
	expect(fake_peer_send(PEER, ITS, ME, MINE, DATA, buf, most + 1) == most + 1, "no room");
	sim_sleep(5);
	expect(end.got == 3 && end.an.queue[0].rx.stats.bad[ARGONET_BAD_LENGTH] == 1,
	       "%lu frames of more than was offered", end.got);
	kfree(buf);
	end_finish();
}

static void all_is_given_back_of_what_is_refused(void)
{
	unsigned int i;

	end_connect(4096);
	other.offload = (struct virtio_net_hdr) {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 20,
	};
	for (i = 0; i < 20; i++)
		expect(!other_frame(64), "taken");
	expect(end.an.queue[0].rx.stats.bad[ARGONET_BAD_OFFLOAD] == 20, "%llu refused",
	       (unsigned long long)end.an.queue[0].rx.stats.bad[ARGONET_BAD_OFFLOAD]);
	end_finish();
}

static int changed_to(u32 ring_size)
{
	struct argonet_config config = end.an.config;

	config.ring_size = ring_size;
	return end_configure(&end, &config, false);
}

static int may_rejoin(bool rejoin)
{
	struct argonet_config config = end.an.config;

	config.rejoin = rejoin;
	return end_configure(&end, &config, false);
}

static bool is_gone(void)
{
	return argonet_state(&end.an) == ARGONET_STATE_GONE;
}

/* Return: whether that happened within so many milliseconds */
static bool gone_within(unsigned int ms)
{
	while (!is_gone() && ms--)
		sim_sleep(1);
	return is_gone();
}

/* A domain that the user never meant gets the number, and does all it can. */
static void stranger_comes(void)
{
	fake_domain_create(PEER);
	other_opens();
	other.session++;
}

static bool stranger_joins(void)
{
	unsigned int i;

	for (i = 0; i < 50 && !end.dev.carrier; i++) {
		other_reads();
		other_hello(other.seen, true);
		sim_sleep(100);
	}
	return end.dev.carrier;
}

static void a_number_that_changes_hands(void)
{
	unsigned int registers;

	end_connect(4096);
	fake_domain_destroy(PEER);
	expect(gone_within(6000), "nobody notices that the domain is gone");
	expect(!end.dev.carrier && end.dev.events == 1, "%u events", end.dev.events);
	registers = fake_calls(FAKE_REGISTER);
	stranger_comes();
	expect(!stranger_joins(), "a stranger joins");
	/* A change that says nothing about the peer changes nothing about it. */
	expect(!changed_to(8192) && is_gone(), "another ring size, and it is trusted");
	expect(!stranger_joins() && end.an.own.ring_size == 8192, "a stranger joins");
	expect(fake_calls(FAKE_REGISTER) == registers, "a ring for it");
	expect(!named_again() && !is_gone(), "named, and still gone");
	expect(stranger_joins() && end_is_up(&end), "named, and not joined");
	end_finish();
}

/* The first message that Xen refuses tells it. */
static void gone_at_once_with_traffic(void)
{
	end_connect(4096);
	fake_domain_destroy(PEER);
	frame_send(&end.an.queue[0], 64);
	expect(gone_within(50), "not gone at once");
	end_down(&end);
	expect(argonet_state(&end.an) == ARGONET_STATE_DOWN, "gone while down");
	stranger_comes();
	expect(!end_up(&end) && stranger_joins(), "not joined after down and up");
	end_finish();
}

/* It said good-bye, so nobody misses it: its end is noticed all the same. */
static void gone_after_a_bye(void)
{
	end_connect(4096);
	other_bye();
	other_closes();
	/* By then argo-core itself looks only once in five minutes. */
	sim_sleep(330000);
	expect(!is_gone() && ring_is_there(), "gone, though its domain is there");
	fake_domain_destroy(PEER);
	expect(gone_within(55000), "nobody notices that the domain is gone");
	end_finish();
}

static void rings_that_come_and_go_are_no_stranger(void)
{
	end_connect(4096);
	other_closes();
	sim_sleep(20000);
	expect(!is_gone(), "gone, though its domain is there");
	other_opens();
	other.session++;
	expect(stranger_joins(), "not joined");
	other_bye();
	other_closes();
	sim_sleep(20000);
	other_opens();
	other.session++;
	expect(!is_gone() && stranger_joins(), "not joined after a BYE");
	end_finish();
}

static void whoever_has_the_number(void)
{
	end_connect(4096);
	expect(!may_rejoin(true) && end_is_up(&end) && end.dev.carriers == 1,
	       "not as it was");
	fake_domain_destroy(PEER);
	sim_sleep(6000);
	expect(!is_gone(), "gone, though any domain may join");
	stranger_comes();
	expect(stranger_joins(), "not joined");
	world_freeze();
	world_restore();
	sim_sleep(100);
	other.session++;
	expect(!is_gone() && stranger_joins(), "not joined after a restore");
	/* Who was trusted stays so. */
	expect(!may_rejoin(false), "refused");
	other_closes();
	sim_sleep(5000);
	other_opens();
	other.session++;
	expect(!is_gone() && stranger_joins(), "gone for what happened before");
	end_finish();
}

static void restored_somewhere_else(void)
{
	end_connect(4096);
	world_freeze();
	world_restore();
	expect(gone_within(100), "nobody notices the restore");
	expect(!ring_is_there() && end.dev.events == 1, "%u events", end.dev.events);
	other.session++;
	expect(fake_peer_send(PEER, ITS, ME, MINE, HELLO, &other, 64) < 0, "a ring for it");
	expect(!may_rejoin(true), "refused");
	expect(stranger_joins(), "not joined");
	end_finish();
	/* The user was faster. */
	end_connect(4096);
	world_freeze();
	world_restore();
	expect(!named_again(), "refused");
	sim_sleep(100);
	other.session++;
	expect(!is_gone() && stranger_joins(), "not joined though it was named");
	end_finish();
	/* One that waits for a peer yet to come */
	fake_domain_destroy(PEER);
	end_begin(4096, false);
	sim_sleep(5000);
	expect(!is_gone(), "gone before it was there");
	world_freeze();
	world_restore();
	expect(gone_within(3000), "nobody notices the restore");
	end_finish();
	fake_domain_create(PEER);
}

static int changed_by_ethtool(u32 ring_size)
{
	struct ethtool_ringparam param = { .rx_pending = ring_size / 16 };
	int ret;

	rtnl_lock();
	ret = argonet_ethtool_ops.set_ringparam(&end.dev, &param, NULL, NULL);
	rtnl_unlock();
	return ret;
}

/* What a link is asked for and does not do leaves it alone. */
static void changes_that_change_nothing(void)
{
	u64 session;

	end_connect(8192);
	session = end.an.handshake.session;
	expect(!changed_to(8192), "as it is, and refused");
	lines.stranger = true;
	expect(changed_to(4096) == -EPERM, "anybody changes it");
	expect(changed_by_ethtool(4096) == -EPERM, "anybody changes it with ethtool");
	lines.stranger = false;
	lines.no_memory = true;
	expect(changed_to(4096) == -ENOMEM, "no memory, and not refused");
	expect(changed_by_ethtool(4096) == -ENOMEM, "no memory, and not refused");
	lines.no_memory = false;
	sim_sleep(100);
	other_reads();
	expect(end_is_up(&end) && end.dev.carriers == 1 &&
	       end.an.handshake.session == session && end.an.config.ring_size == 8192 &&
	       end.an.own.ring_size == 8192, "another link than before");
	expect(other_frame(64), "passes nothing");
	expect(!changed_to(4096), "refused");
	sim_sleep(20);
	expect(end.an.handshake.session != session && end.an.own.ring_size == 4096,
	       "the same as before");
	end_finish();
}

/* Many such links may go down while RTNL is held. */
static void down_at_once_to_one_who_does_not_read(void)
{
	static const struct argonet_bye none;
	struct xen_argo_iov bye = argo_iov(&none, sizeof(none));
	unsigned long before;
	unsigned int i;

	end_connect(4096);
	for (i = 0; i < 1000 && !end.an.queue[0].tx.blocked; i++)
		frame_send(&end.an.queue[0], 1000);
	sim_sleep(3000);
	expect(end.an.phase == ARGONET_STALLED, "not stalled");
	while (argo_sendv(&end.an.queue[0].tx.dest, MINE, BYE, &bye, 1) >= 0)
		;
	before = jiffies;
	end_down(&end);
	expect(jiffies - before < 5, "down after %lu ms", jiffies - before);
	end_finish();
}

#define QUEUES	4

/* Numbers that tell their place, as if they had been counted */
static void counters_of_four_queues(void)
{
	const struct argonet_config config = {
		.bound = true, .peer = PEER, .port = MINE, .peer_port = ITS,
		.queues = QUEUES, .ring_size = 4096,
	};
	const struct ethtool_ops *ops = &argonet_ethtool_ops;
	struct rtnl_link_stats64 stats = {};
	u64 tx = 0, rx = 0, errors = 0;
	unsigned int i, n, why, queue;
	char *names, name[ETH_GSTRING_LEN];
	u64 *values;

	bytes_before = line_start();
	end_add(&end, &config);
	for (i = 0; i < QUEUES; i++) {
		struct argonet_queue *q = &end.an.queue[i];

		q->tx.stats.packets = 1 + i;
		q->tx.stats.sendv = 1 + i;
		q->rx.stats.packets = 100 * (1 + i);
		q->rx.stats.messages = 100 * (1 + i);
		for (why = 0; why < ARGONET_BAD_REASONS; why++)
			q->rx.stats.bad[why] = 10000 * (1 + i) + why;
	}
	n = ops->get_sset_count(&end.dev, ETH_SS_STATS);
	names = kcalloc(n, ETH_GSTRING_LEN, 0);
	values = kcalloc(n, sizeof(u64), 0);
	ops->get_strings(&end.dev, ETH_SS_STATS, (u8 *)names);
	ops->get_ethtool_stats(&end.dev, NULL, values);
	for (i = 0; i < n; i++) {
		expect(sscanf(names + i * ETH_GSTRING_LEN, "q%u_%31s", &queue, name) == 2 &&
		       queue == i / (n / QUEUES), "counter %u is %s", i,
		       names + i * ETH_GSTRING_LEN);
		if (!strcmp(name, "tx_sendv"))
			tx += values[i];
		else if (!strcmp(name, "rx_messages"))
			rx += values[i];
		else if (!strncmp(name, "rx_bad_", 7) && strcmp(name, "rx_bad_ring_header"))
			errors += values[i];
	}
	argonet_get_stats64(&end.dev, &stats);
	expect(tx == 10 && tx == stats.tx_packets, "%llu sent, or %llu",
	       (unsigned long long)tx, stats.tx_packets);
	expect(rx == 1000 && rx == stats.rx_packets, "%llu received, or %llu",
	       (unsigned long long)rx, stats.rx_packets);
	expect(errors == 100000 * ARGONET_BAD_REASONS + QUEUES * 21 && errors == stats.rx_errors,
	       "%llu bad, or %llu", (unsigned long long)errors, stats.rx_errors);
	kfree(names);
	kfree(values);
	end_del(&end);
	line_stop(bytes_before);
}

#define CASE(name)	{ #name, name }

const struct test line_cases[] = {
	CASE(up_after_three_messages),
	CASE(frames_of_no_session),
	CASE(a_place_in_another_message),
	CASE(carrier_goes_with_the_peers_ring),
	CASE(a_ring_that_comes_back),
	CASE(one_who_cannot_be_answered),
	CASE(one_who_reads_and_says_nothing),
	CASE(nobody_there),
	CASE(flood_of_hellos),
	CASE(flood_of_sessions),
	CASE(a_peer_without_offloads),
	CASE(a_change_that_policy_kept_back),
	CASE(the_longest_message),
	CASE(all_is_given_back_of_what_is_refused),
	CASE(changes_that_change_nothing),
	CASE(a_number_that_changes_hands),
	CASE(gone_at_once_with_traffic),
	CASE(gone_after_a_bye),
	CASE(rings_that_come_and_go_are_no_stranger),
	CASE(whoever_has_the_number),
	CASE(restored_somewhere_else),
	CASE(down_at_once_to_one_who_does_not_read),
	CASE(counters_of_four_queues),
	CASE(phases_are_as_drawn),
	{}
};
