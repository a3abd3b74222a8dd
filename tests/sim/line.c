// SPDX-License-Identifier: GPL-2.0-only
/*
 * A history of a link: two ends that send frames to each other, and one who
 * takes them down, crashes them, loses, doubles and delays their words, lets
 * rings vanish, full or unread, and has the domain frozen and restored. Then
 * nothing disturbs any more: both have to be up within the protocol's bound,
 * stay so, and need neither HELLO nor timer for it.
 */
#include "line.h"

/* gcc has it, but not its header. */
size_t __sanitizer_get_current_allocated_bytes(void);

/* Waiting for a peer that lost its ring, holding ours back, asking every 2 s */
#define BOUND	(ARGONET_STALL + 5 * HZ / 2 + 2 * ARGONET_RETRY_MAX + HZ)
#define WORDS	8
#define ENDS	2

struct lines lines;

/* The last HELLOs and BYEs that were sent */
static struct word {
	struct xen_argo_send_addr addr;
	u32 type, len;
	struct argonet_hello hello;
} words[WORDS];
static unsigned int nwords;

static struct line_end ends[ENDS];
static unsigned int running;
static bool quiet, over;
static struct mutex power;

static bool line_control(u32 type)
{
	return type == ARGONET_TYPE(ARGONET_KIND_HELLO) ||
	       type == ARGONET_TYPE(ARGONET_KIND_BYE);
}

static int line_send(const struct xen_argo_send_addr *addr, u32 type,
		     const struct xen_argo_iov *iov, unsigned int niov)
{
	struct word *w = &words[nwords % WORDS];

	if (!line_control(type))
		return 0;
	if (lines.mute && type == ARGONET_TYPE(ARGONET_KIND_BYE))
		return -ECONNREFUSED;
	*w = (struct word) { .addr = *addr, .type = type, .len = iov->iov_len };
	expect(niov == 1 && w->len <= sizeof(w->hello), "%u bytes", w->len);
	memcpy(&w->hello, (void *)(unsigned long)iov->iov_hnd, w->len);
	nwords++;
	return 0;
}

static bool line_recv(u16 partner, u32 port, const struct argo_message *msg)
{
	return !line_control(msg->type) || sim_below(100) >= lines.lose;
}

static const struct argo_filter line_filter = { .send = line_send, .recv = line_recv };

static void say_again(void)
{
	struct word *w = &words[sim_below(WORDS)];
	struct xen_argo_iov iov = argo_iov(&w->hello, w->len);

	if (!w->len)
		return;
	lines.replayed = true;
	fake_sendv(ME, &w->addr, &iov, 1, w->type);
}

bool capable(int cap)
{
	return !lines.stranger;
}

size_t line_start(void)
{
	size_t bytes = __sanitizer_get_current_allocated_bytes();

	lines = (struct lines) {};
	memset(words, 0, sizeof(words));
	nwords = 0;
	argonet_wq = alloc_workqueue("argonet", 0, 0);
	net_start();
	expect(!argo_filter_register(&line_filter), "no filter");
	return bytes;
}

void line_stop(size_t bytes)
{
	argo_filter_unregister(&line_filter);
	net_stop();
	destroy_workqueue(argonet_wq);
	expect(__sanitizer_get_current_allocated_bytes() == bytes, "%zd bytes are left",
	       __sanitizer_get_current_allocated_bytes() - bytes);
}

void end_add(struct line_end *end, const struct argonet_config *config)
{
	*end = (struct line_end) { .dev.priv = &end->an, .dev.name = "argo0" };
	end->an.config = *config;
	argonet_setup(&end->dev);
	end->dev.wanted = end->dev.features;
	end->dev.real_num_tx_queues = config->queues;
	expect(!end->dev.netdev_ops->ndo_init(&end->dev), "no device");
}

void end_del(struct line_end *end)
{
	end->dev.netdev_ops->ndo_uninit(&end->dev);
	end->dev.priv_destructor(&end->dev);
}

int end_up(struct line_end *end)
{
	int ret = 0;

	rtnl_lock();
	if (!end->dev.running) {
		end->dev.running = true;
		ret = end->dev.netdev_ops->ndo_open(&end->dev);
		end->dev.running = !ret;
	}
	rtnl_unlock();
	return ret;
}

void end_down(struct line_end *end)
{
	struct argonet *an = &end->an;

	rtnl_lock();
	if (end->dev.running)
		end->dev.netdev_ops->ndo_stop(&end->dev);
	end->dev.running = false;
	expect(!an->control.wq && !an->control.work.queued && !an->stall.wq &&
	       !an->stall.work.queued, "something of a device that is down goes on");
	expect(!end->dev.carrier, "carrier while down");
	rtnl_unlock();
}

void end_rings_vanish(struct line_end *end)
{
	unsigned int i;

	for (i = 0; i < end->an.config.queues; i++) {
		u32 port = end->an.config.port + i;

		fake_drop_rings(ME, &port);
	}
}

void end_crash(struct line_end *end)
{
	lines.mute = true;
	end_rings_vanish(end);
	end_down(end);
	lines.mute = false;
}

int end_configure(struct line_end *end, const struct argonet_config *config,
		  bool peer_named)
{
	int ret;

	rtnl_lock();
	ret = argonet_restart(&end->an, config, peer_named, NULL);
	rtnl_unlock();
	return ret;
}

bool end_is_up(const struct line_end *end)
{
	return end->dev.running && end->dev.carrier && end->an.phase == ARGONET_UP;
}

/* The reader of all its queues is away. */
static void end_stick(struct line_end *end, bool stuck)
{
	unsigned int i;

	for (i = 0; i < end->an.config.queues; i++)
		napi_stick(&end->an.queue[i].rx.napi, stuck);
}

static void end_changes(struct line_end *end)
{
	struct argonet_config config = end->an.config;

	config.ring_size = 4096 << sim_below(3);
	end_configure(end, &config, false);
}

static void end_offers(struct line_end *end)
{
	unsigned int n = 1 + sim_below(3);

	while (n--) {
		rtnl_lock();
		end->dev.wanted ^= sim_below(2) ? NETIF_F_RXCSUM : NETIF_F_GRO_HW;
		netdev_update_features(&end->dev);
		rtnl_unlock();
		sim_sleep(sim_below(15));
	}
}

static void wobble(unsigned int ms)
{
	sim_sleep(sim_below(3) ? sim_below(50) : sim_below(ms));
}

/* What a toolstack does after a restore, mostly: else the rest of a history is idle. */
static void peers_are_named(void)
{
	struct argonet_config config;
	unsigned int i;

	for (i = 0; i < ENDS; i++) {
		config = ends[i].an.config;
		if (sim_below(8))
			end_configure(&ends[i], &config, true);
	}
}

static void disturb(void)
{
	struct line_end *end = &ends[sim_below(ENDS)];

	switch (sim_below(16)) {
	case 0:
		end_down(end);
		wobble(5000);
		end_up(end);
		break;
	case 1:
		end_crash(end);
		wobble(5000);
		end_up(end);
		break;
	case 2:
		end_rings_vanish(end);
		break;
	case 3:
		mutex_lock(&power);
		world_freeze();
		wobble(3000);
		world_thaw();
		mutex_unlock(&power);
		break;
	case 4:
		mutex_lock(&power);
		world_freeze();
		wobble(1000);
		world_restore();
		mutex_unlock(&power);
		wobble(500);
		peers_are_named();
		break;
	case 5:
		end_stick(end, true);
		wobble(5000);
		end_stick(end, false);
		break;
	case 6:
		end_changes(end);
		break;
	case 7:
		end_offers(end);
		break;
	case 8:
		fake.refused = 1ull << ME;
		wobble(4000);
		fake.refused = 0;
		break;
	case 9:
		if (lines.reliable)
			break;
		lines.lose = sim_below(2) ? 100 : 40;
		lines.lossy = true;
		wobble(3000);
		lines.lose = 0;
		break;
	case 10:
		fake_fail("sendv 11 chance 50");
		wobble(1000);
		fake_fail("sendv 0");
		break;
	case 11:
		fake_fail("register 12 chance 70");
		end_changes(end);
		wobble(3000);
		fake_fail("register 0");
		break;
	case 12:
		rtnl_lock();
		wobble(2000);
		rtnl_unlock();
		break;
	case 13:
		rtnl_lock();
		if (end->an.running)
			argo_ring_suspect(end->an.queue[0].ring);
		rtnl_unlock();
		break;
	case 14:
		/* Down in the midst of coming up */
		end_down(end);
		end_up(end);
		sim_sleep(sim_below(40));
		end_down(end);
		end_up(end);
		break;
	case 15:
		if (lines.liar)
			say_again();
		break;
	}
}

static void disturb_task(void *unused)
{
	while (!quiet) {
		wobble(1500);
		disturb();
	}
	running--;
}

static void traffic_task(void *arg)
{
	struct line_end *end = arg;

	while (!over) {
		wobble(200);
		rtnl_lock();
		if (end->an.running)
			frame_send(&end->an.queue[sim_below(end->dev.real_num_tx_queues)],
				   sim_below(1000));
		rtnl_unlock();
	}
	running--;
}

/*
 * What was made to fail does not any more, but memory, for a while. After a restore
 * the user says who the peer is.
 */
static void end_recovers(struct line_end *end)
{
	const struct argonet_config config = end->an.config;

	if (argonet_state(&end->an) == ARGONET_STATE_GONE) {
		expect(!config.rejoin, "gone, though it may join any domain");
		sim_sleep(100);
		expect(end->dev.events, "gone, and nobody was told");
	}
	/* Also before the driver noticed the restore. */
	while (end_configure(end, &config, true))
		sim_sleep(10);
	end_stick(end, false);
	if (!end->an.running)
		end_down(end);
	while (end_up(end))
		sim_sleep(10);
}

static bool both_up(void)
{
	return end_is_up(&ends[0]) && end_is_up(&ends[1]);
}

/* Return: when they were not up for the last time, in so many milliseconds */
static unsigned int last_down(unsigned int ms)
{
	unsigned int i, last = 0;

	for (i = 0; i < ms; i += 10) {
		sim_sleep(10);
		if (!both_up())
			last = i;
	}
	return last;
}

static void check_up(void)
{
	unsigned int ms = last_down(BOUND + 1000);

	expect(ms < BOUND, "not both up after %u ms: phases %u and %u, carrier %u and %u",
	       ms, ends[0].an.phase, ends[1].an.phase, ends[0].dev.carrier,
	       ends[1].dev.carrier);
}

/* Each knows the other as it is, and its stack was told. */
static void check_agreed(const struct line_end *end, const struct line_end *other)
{
	const struct argonet_handshake *hs = &end->an.handshake;
	u32 offer = argonet_offer(other->dev.features);

	expect(hs->peer_session == other->an.handshake.session, "of another session");
	expect(hs->peer_session == end->carried, "carrier of another session");
	expect(!!(end->dev.features & NETIF_F_HW_CSUM) ==
	       !!(hs->peer.features & ARGONET_F_CSUM),
	       "the stack was not told of features %#x", hs->peer.features);
	expect(lines.lossy || lines.replayed ||
	       hs->peer.features == (offer & ARGONET_F_CSUM ? offer : 0),
	       "features %#x of the peer, which offers %#x", hs->peer.features, offer);
	expect(end->dev.real_num_tx_queues == min(end->an.config.queues,
						  other->an.config.queues),
	       "%u queues", end->dev.real_num_tx_queues);
	expect(end->dev.notified == 1, "the network was told %u times",
	       end->dev.notified);
}

/* Nothing but frames goes, and nothing waits for a timer. */
static void check_calm(void)
{
	unsigned int i, n = nwords;
	struct line_end was[ENDS];

	memcpy(was, ends, sizeof(was));
	sim_sleep(5000);
	expect(both_up(), "not up for long");
	expect(nwords == n, "%u HELLOs though nothing happened", nwords - n);
	for (i = 0; i < ENDS; i++) {
		const struct line_end *end = &ends[i];

		check_agreed(end, &ends[!i]);
		expect(end->dev.carriers == was[i].dev.carriers, "carrier flapped");
		expect(end->got > was[i].got, "end %u gets no frames", i);
		expect(!end->an.control.wq && !end->an.pending, "control work for ever");
	}
}

/* The other end is not there: it is asked for, but not often. */
static void check_waits(struct line_end *end)
{
	unsigned int n = nwords, registers, i;

	sim_sleep(BOUND);
	registers = fake_calls(FAKE_REGISTER);
	n = nwords;
	for (i = 0; i < 100; i++) {
		sim_sleep(100);
		expect(!end->dev.carrier, "carrier without a peer");
	}
	expect(nwords == n, "%u HELLOs to nobody", nwords - n);
	expect(fake_calls(FAKE_REGISTER) - registers <= 10, "%u registrations",
	       fake_calls(FAKE_REGISTER) - registers);
}

static void history_end(void)
{
	unsigned int i;

	quiet = true;
	while (running > ENDS)
		sim_sleep(10);
	for (i = 0; i < ENDS; i++)
		end_recovers(&ends[i]);
	check_up();
	check_calm();
	if (sim_below(2)) {
		i = sim_below(ENDS);
		if (sim_below(2))
			end_down(&ends[i]);
		else
			end_crash(&ends[i]);
		check_waits(&ends[!i]);
		end_recovers(&ends[i]);
		check_up();
		check_calm();
	}
	over = true;
	while (running)
		sim_sleep(10);
}

static void history(void)
{
	size_t bytes = line_start();
	unsigned int i;

	lines.liar = !sim_below(3);
	lines.reliable = !sim_below(3);
	power = (struct mutex) {};
	quiet = false;
	over = false;
	for (i = 0; i < ENDS; i++) {
		const struct argonet_config config = {
			.bound = true, .peer = ME, .port = 0x100 * (1 + i),
			.peer_port = 0x100 * (2 - i), .queues = 1 + sim_below(2),
			.ring_size = 4096 << sim_below(3), .rejoin = sim_below(2),
		};

		end_add(&ends[i], &config);
	}
	for (i = 0; i < ENDS; i++)
		sim_spawn(traffic_task, &ends[i]);
	/* Two at once, as two machines would be disturbed. */
	for (i = 0; i < ENDS; i++)
		sim_spawn(disturb_task, NULL);
	running = 2 * ENDS;
	sim_sleep(sim_below(2000));
	for (i = 0; i < ENDS; i++)
		end_up(&ends[i]);
	sim_sleep(sim_below(20000));
	history_end();
	for (i = 0; i < ENDS; i++) {
		end_down(&ends[i]);
		end_del(&ends[i]);
	}
	line_stop(bytes);
}

void line_run(u64 seed)
{
	static const unsigned int percents[] = { 2, 10, 30 };

	world_run(history, seed, percents[seed % ARRAY_SIZE(percents)]);
}
