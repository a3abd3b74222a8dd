// SPDX-License-Identifier: GPL-2.0-only
/*
 * A history: readers, senders, peers and somebody who changes the world, all at
 * once, until all of them stop. Then nothing may be left over: no message, no
 * wait, no mask. Messages are numbered: those that arrive do so in order, and
 * all do if nothing was taken away meanwhile.
 */
#include "world.h"

#define RINGS	4
#define SENDERS	4
#define PEERS	3

/**
 * struct stream - numbered messages on their way
 * @sent: messages
 * @got: the number of the last one that arrived
 * @holes: messages may be missing
 */
struct stream {
	u32 sent, got;
	bool holes;
};

/**
 * struct end - one of our rings and who reads it
 * @c: the ring, for peer number @c.peer
 * @in: what comes in
 * @stalls: in percent, how often its reader gets stuck
 * @asleep: the peer was refused
 * @signals: how often it had been signalled then
 * @renew: somebody asks for the ring to be registered anew
 * @peer_reading: one at a time
 */
struct end {
	struct client c;
	struct stream in;
	unsigned int stalls;
	bool asleep;
	unsigned long signals;
	bool renew;
	struct mutex peer_reading; /* the peer's ring for us */
};

static struct end ends[RINGS];
static struct sender senders[SENDERS];
static struct stream out[SENDERS];
static unsigned int running;	/* tasks that are not through */
static bool quiet;		/* nothing new is begun any more */
static bool over;		/* and all that was lost is found */
static bool rough;		/* peers die, rings vanish, the domain is restored */

static u16 partner(unsigned int i)
{
	return PEER + i % PEERS;
}

static u32 port_of(unsigned int i)
{
	return PORT + i / PEERS;
}

static void stream_got(struct stream *s, u32 number, const char *what)
{
	/* It may be here before its sender knows that it is sent. */
	expect(number <= s->sent + 1, "%s %u was never sent", what, number);
	expect(number > s->got, "%s %u after %u", what, number, s->got);
	expect(s->holes || number == s->got + 1, "%s %u after %u, nothing between",
	       what, number, s->got);
	s->got = number;
}

static void wobble(void)
{
	sim_sleep(sim_below(4) ? 0 : sim_below(20));
}

static void reader_register(struct end *r)
{
	r->in.holes = true;
	/* Its partner may be dead, or the domain frozen: later. */
	r->renew = argo_ring_register(r->c.ring);
	/* Who waited for room in the old ring is not told. */
	r->asleep = false;
}

static unsigned int read_some(struct end *r, unsigned int most)
{
	unsigned int n = 0;
	u32 word;

	while (n < most && client_take(&r->c, &word) >= 0) {
		stream_got(&r->in, word, "read");
		n++;
		if (!sim_below(8))
			argo_ring_publish(r->c.ring);
	}
	argo_ring_publish(r->c.ring);
	return n;
}

/* Reads when told, and now and then does something else instead. */
static void reader_task(void *arg)
{
	struct end *r = arg;
	unsigned int told = 0, lost = 0;

	while (!over || r->renew || r->c.told != told || r->c.lost != lost) {
		if (r->c.lost != lost || r->renew) {
			lost = r->c.lost;
			r->renew = false;
			r->c.absent = true;
			argo_ring_park(r->c.ring);
			sim_sleep(sim_below(50));
			reader_register(r);
			continue;
		}
		if (r->c.told == told) {
			sim_sleep(1);
			continue;
		}
		told = r->c.told;
		r->c.absent = sim_below(100) < r->stalls;
		while (read_some(r, 1 + sim_below(10)) && !sim_below(3))
			argo_ring_again(r->c.ring);
		if (sim_below(100) < r->stalls) {
			r->c.absent = true;
			argo_ring_park(r->c.ring);
			sim_sleep(sim_below(300));
		}
		argo_ring_done(r->c.ring);
	}
	running--;
}

static void sender_task(void *arg)
{
	unsigned int i = (struct sender *)arg - senders, spaces = 0;
	struct sender *s = arg;
	int ret;

	while (!quiet) {
		spaces = s->spaces;
		ret = sender_send_wait(s, out[i].sent + 1, 4 + sim_below(400));
		if (ret >= 0) {
			expect(!s->dest.space, "sent, and waits on");
			out[i].sent++;
		} else if (ret == -EAGAIN) {
			while (s->spaces == spaces)
				sim_sleep(1);
		} else {
			expect(rough, "send: %d", ret);
			out[i].holes = true;
			sim_sleep(sim_below(100));
		}
		if (!sim_below(4))
			wobble();
		if (!sim_below(50))
			argo_dest_watch(&s->dest, sim_below(3));
	}
	running--;
}

static void peer_reads(unsigned int i)
{
	u16 peer = partner(i);
	u32 word;

	mutex_lock(&ends[i].peer_reading);
	for (;;) {
		unsigned long before = senders[i].room_at;

		/* The room is there a moment before this knows. */
		senders[i].room_at = jiffies;
		if (peer_take(peer, port_of(i), &word) < 0) {
			senders[i].room_at = before;
			break;
		}
		stream_got(&out[i], word, "sent");
	}
	fake_notify(peer, NULL);
	mutex_unlock(&ends[i].peer_reading);
}

static void peer_sends(unsigned int i)
{
	struct end *r = &ends[i];
	unsigned long signals = fake.domain[r->c.peer].virqs;
	int ret;

	/* Asleep until somebody signals it. */
	if (r->asleep && signals == r->signals)
		return;
	r->asleep = false;
	ret = peer_send(r->c.peer, r->c.port, r->in.sent + 1, 4 + sim_below(190));
	if (ret >= 0) {
		r->in.sent++;
	} else if (ret == -EAGAIN) {
		r->asleep = true;
		r->signals = signals;
	} else {
		expect(rough, "peer's send: %d", ret);
		r->in.holes = true;
	}
}

static void peer_task(void *arg)
{
	unsigned int i = (struct end *)arg - ends;
	unsigned int lazy = sim_below(3) ? 2 : 20;

	while (!quiet) {
		unsigned int n = sim_below(20);

		while (n--)
			peer_sends(i);
		if (!sim_below(lazy))
			peer_reads(i);
		wobble();
	}
	running--;
}

static void peer_returns(unsigned int i)
{
	fake_domain_create(partner(i));
	fake_peer_open(partner(i), ME, port_of(i), LEN);
}

/* And with them those who wait for room in them */
static void rings_vanish(void)
{
	unsigned int i;

	fake_drop_rings(ME, NULL);
	for (i = 0; i < RINGS; i++) {
		ends[i].in.holes = true;
		ends[i].asleep = false;
	}
}

static void break_something(void)
{
	unsigned int i = sim_below(RINGS);
	struct argo_dest_info info;
	unsigned int j;

	switch (sim_below(rough ? 10 : 4)) {
	case 0:
		world_freeze();
		wobble();
		world_thaw();
		break;
	case 1:
		fake_virq_raise();
		break;
	case 2:
		argo_query(partner(i), port_of(i), &info);
		break;
	case 3:
		argo_ring_suspect(ends[i].c.ring);
		break;
	case 4:
		ends[i].renew = true;
		break;
	case 5:
		for (j = 0; j < RINGS; j++)
			if (partner(j) == partner(i))
				ends[j].in.holes = true;
		for (j = 0; j < RINGS; j++)
			if (partner(j) == partner(i))
				out[j].holes = true;
		fake_domain_destroy(partner(i));
		wobble();
		for (j = 0; j < RINGS; j++)
			if (partner(j) == partner(i))
				peer_returns(j);
		for (j = 0; j < RINGS; j++)
			if (partner(j) == partner(i))
				argo_ring_suspect(ends[j].c.ring);
		break;
	case 6:
		world_freeze();
		wobble();
		rings_vanish();
		world_restore();
		break;
	case 7:
		out[i].holes = true;
		fake_peer_close(partner(i), ME, port_of(i));
		wobble();
		fake_peer_open(partner(i), ME, port_of(i), LEN);
		break;
	case 8:
		rings_vanish();
		for (j = 0; j < RINGS; j++)
			argo_ring_suspect(ends[j].c.ring);
		break;
	case 9:
		fake.refused = 1ull << partner(i);
		wobble();
		fake.refused = 0;
		break;
	}
}

/* Soon after a message came, its reader is told: by the VIRQ, not by the tick. */
static void watcher_task(void *unused)
{
	unsigned int i, untold[RINGS] = {};

	while (!over) {
		for (i = 0; i < RINGS; i++) {
			const struct argo_ring *ring = ends[i].c.ring;

			if (ring->told || list_empty(&ring->node) || argo_core.frozen ||
			    !argo_ring_readable(ring) || !argo_ring_pending(ring))
				untold[i] = 0;
			else
				untold[i]++;
			expect(untold[i] < 20, "nobody was told of what is in ring %u for %u ms",
			       i, untold[i]);
		}
		sim_sleep(1);
	}
	running--;
}

static void breaker_task(void *unused)
{
	while (!quiet) {
		sim_sleep(sim_below(300));
		break_something();
	}
	running--;
}

static void history_begin(void)
{
	unsigned int i;

	quiet = false;
	over = false;
	rough = sim_below(2);
	running = 0;
	for (i = 0; i < RINGS; i++) {
		ends[i] = (struct end) {};
		client_open(&ends[i].c, partner(i), port_of(i));
		ends[i].stalls = sim_below(3) ? 0 : 30;
		expect(!fake_peer_open(partner(i), ME, port_of(i), LEN), "no ring");
		out[i] = (struct stream) {};
		sender_add(&senders[i], partner(i), port_of(i));
	}
	for (i = 0; i < RINGS; i++) {
		sim_spawn(reader_task, &ends[i]);
		sim_spawn(sender_task, &senders[i]);
		sim_spawn(peer_task, &ends[i]);
	}
	sim_spawn(breaker_task, NULL);
	sim_spawn(watcher_task, NULL);
	running = 3 * RINGS + 2;
}

/* Nobody is disturbed any more: all that is under way comes to its end. */
static void history_end(void)
{
	unsigned int i, ms;

	quiet = true;
	for (ms = 0; running && ms < 5000; ms++) {
		over = ms > 1500;
		for (i = 0; i < SENDERS; i++)
			peer_reads(i);
		sim_sleep(1);
	}
	for (i = 0; i < RINGS; i++)
		expect(!argo_ring_pending(ends[i].c.ring),
		       "nobody was told of what is in ring %u", i);
	expect(!running, "%u tasks wait for ever", running);
	for (i = 0; i < RINGS; i++) {
		const struct end *r = &ends[i];

		expect(r->in.holes || r->in.got == r->in.sent, "ring %u: %u of %u", i,
		       r->in.got, r->in.sent);
		expect(out[i].holes || out[i].got == out[i].sent, "dest %u: %u of %u", i,
		       out[i].got, out[i].sent);
		expect(!r->asleep || fake.domain[r->c.peer].virqs != r->signals,
		       "the sender to ring %u was not woken", i);
		expect(rough || !senders[i].timers, "dest %u: %u of %u waits ended by timer",
		       i, senders[i].timers, senders[i].spaces);
	}
}

static void history(void)
{
	unsigned int i;

	history_begin();
	sim_sleep(sim_below(3000));
	history_end();
	for (i = 0; i < RINGS; i++) {
		sender_del(&senders[i]);
		client_close(&ends[i].c);
	}
}

void history_run(u64 seed)
{
	static const unsigned int percents[] = { 2, 10, 30 };

	world_run(history, seed, percents[seed % ARRAY_SIZE(percents)]);
}
