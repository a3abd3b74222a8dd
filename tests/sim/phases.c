// SPDX-License-Identifier: GPL-2.0-only
/*
 * The phases of a link, in the code and in docs/architecture/phases.dot. The
 * control work runs once in each phase, with each event, whatever became of the
 * peer meanwhile. Each change of the phase has to be an edge of the picture that
 * names the event, and each edge has to happen.
 */
#include "other.h"

/* No event has these numbers. */
#define ANY	14	/* the work runs, for whatever reason */
#define NAMED	15	/* the user names the peer */
#define EVENTS	16
#define PHASE_NUMBER	(ARGONET_GONE + 1)

static const char * const events[EVENTS] = {
	[ARGONET_EV_HELLO] = "HELLO",
	[ARGONET_EV_DOWN] = "DOWN",
	[ARGONET_EV_APPLY] = "APPLY",
	[ARGONET_EV_HEARD] = "HEARD",
	[ARGONET_EV_LOST] = "LOST",
	[ARGONET_EV_GONE] = "GONE",
	[ARGONET_EV_NO_DOMAIN] = "NO_DOMAIN",
	[ARGONET_EV_TOO_LONG] = "TOO_LONG",
	[ARGONET_EV_STALL] = "STALL",
	[ARGONET_EV_NOTIFY] = "NOTIFY",
	[ANY] = "ANY",
	[NAMED] = "NAMED",
};

static const char * const phases[PHASE_NUMBER] = {
	[ARGONET_CLOSED] = "closed",
	[ARGONET_CONNECTING] = "connecting",
	[ARGONET_UP] = "up",
	[ARGONET_STALLED] = "stalled",
	[ARGONET_GONE] = "gone",
};

/* From a phase, by an event, to a phase */
struct edges {
	bool lead[PHASE_NUMBER][EVENTS][PHASE_NUMBER];
};

/* What became of the peer: all sums of these are tried. */
#define SILENT		1	/* it said nothing since the session began */
#define CLOSED		2	/* it has no ring */
#define DEAD		4	/* its domain does not exist */
#define ABSENT		8	/* it had no ring when it was looked for */
#define RESTORED	16	/* this domain was restored */
#define DUE		32	/* what waits for a time is due */
#define WORLDS		64

/**
 * struct path - the phases that a link went through
 * @phase: the first of them is where it began
 * @n: how many there are
 */
struct path {
	enum argonet_phase phase[8];
	unsigned int n;
};

static struct path path;

static void path_look(void)
{
	enum argonet_phase phase = end.an.phase;

	if (path.n && path.phase[path.n - 1] == phase)
		return;
	expect(path.n < ARRAY_SIZE(path.phase), "there is no end of phases");
	path.phase[path.n++] = phase;
}

static void be_silent(void)
{
	end.an.handshake.acked = false;
	end.an.rx_open = false;
	end.an.heard = false;
}

/* Let the control work run with this event. */
static void act_on(unsigned int event, bool due)
{
	struct argonet *an = &end.an;

	cancel_delayed_work_sync(&an->control);
	an->events = event < ANY ? BIT(event) : 0;
	an->pending = 0;
	an->next_probe = jiffies + !due;
	an->next_apply = jiffies;
	an->reopen_at = jiffies + !due;
	an->opened_at = jiffies - 10 * HZ;
	if (event == NAMED)
		expect(!named_again(), "refused");
	else
		an->control.work.func(&an->control.work);
}

static void bring_to(enum argonet_phase phase)
{
	end_connect(4096);
	switch (phase) {
	case ARGONET_CLOSED:
		other_closes();
		act_on(ARGONET_EV_GONE, false);
		other_opens();
		break;
	case ARGONET_CONNECTING:
		be_silent();
		act_on(ARGONET_EV_DOWN, false);
		break;
	case ARGONET_STALLED:
		act_on(ARGONET_EV_STALL, false);
		break;
	case ARGONET_GONE:
		fake_domain_destroy(PEER);
		act_on(ARGONET_EV_LOST, false);
		fake_domain_create(PEER);
		other_opens();
		break;
	default:
		break;
	}
	expect(end.an.phase == phase, "%s instead of %s", phases[end.an.phase],
	       phases[phase]);
}

static void make_world(unsigned int world)
{
	if (world & SILENT) {
		be_silent();
	} else {
		end.an.handshake.acked = true;
		end.an.rx_open = true;
		end.an.heard = true;
	}
	if (world & CLOSED)
		other_closes();
	if (world & DEAD)
		fake_domain_destroy(PEER);
	end.an.peer_absent = world & ABSENT;
	end.an.restores -= !!(world & RESTORED);
}

static struct path walk(enum argonet_phase from, unsigned int event, unsigned int world)
{
	bring_to(from);
	make_world(world);
	path.n = 0;
	path_look();
	sim_at_point = path_look;
	act_on(event, world & DUE);
	path_look();
	sim_at_point = NULL;
	end_finish();
	fake_domain_create(PEER);
	/* Who worked for it goes home. */
	sim_sleep(1);
	return path;
}

static bool same(const struct path *a, const struct path *b)
{
	return a->n == b->n && !memcmp(a->phase, b->phase, a->n * sizeof(a->phase[0]));
}

/* After the first step, the work goes on without a further event. */
static void note(struct edges *code, unsigned int event, const struct path *p)
{
	unsigned int i;

	for (i = 1; i < p->n; i++)
		code->lead[p->phase[i - 1]][i == 1 ? event : ANY][p->phase[i]] = true;
}

static void read_code(struct edges *code)
{
	enum argonet_phase from;
	struct path any, p;
	unsigned int w, e;

	for (from = 0; from < PHASE_NUMBER; from++) {
		for (w = 0; w < WORLDS; w++) {
			any = walk(from, ANY, w);
			note(code, ANY, &any);
			for (e = 0; e < EVENTS && !(w & DUE); e++) {
				p = walk(from, e, w);
				if (!same(&p, &any))
					note(code, e, &p);
			}
		}
	}
}

static unsigned int index_of(const char *name, size_t len, const char * const *names,
			     unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (names[i] && strlen(names[i]) == len && !memcmp(names[i], name, len))
			return i;
	expect(false, "%s: what is %.*s?", PHASES, (int)len, name);
	return 0;
}

/* A line is "up -> closed [label="LOST, GONE: why"]": events end in a comma or colon. */
static void read_edge(struct edges *picture, const char *line)
{
	char from[16], to[16], label[256];
	unsigned int f, t;
	const char *p;
	size_t n;

	if (sscanf(line, " %15[a-z] -> %15[a-z] [label=\"%255[^\"]", from, to, label) != 3) {
		expect(!strstr(line, "->"), "%s: no label: %s", PHASES, line);
		return;
	}
	f = index_of(from, strlen(from), phases, PHASE_NUMBER);
	t = index_of(to, strlen(to), phases, PHASE_NUMBER);
	for (p = label; *p; p += n ?: 1) {
		n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
		if (n && (p[n] == ',' || p[n] == ':'))
			picture->lead[f][index_of(p, n, events, EVENTS)][t] = true;
	}
}

static void read_picture(struct edges *picture)
{
	FILE *file = fopen(PHASES, "r");
	char line[512];

	expect(file, "%s cannot be read", PHASES);
	while (fgets(line, sizeof(line), file))
		read_edge(picture, line);
	fclose(file);
}

void phases_are_as_drawn(void)
{
	static struct edges code, picture;
	unsigned int f, e, t, bad = 0;

	read_code(&code);
	read_picture(&picture);
	for (f = 0; f < PHASE_NUMBER; f++) {
		for (e = 0; e < EVENTS; e++) {
			for (t = 0; t < PHASE_NUMBER; t++) {
				if (code.lead[f][e][t] == picture.lead[f][e][t])
					continue;
				bad++;
				printf("# %s -> %s, %s: only in the %s\n", phases[f], phases[t],
				       events[e] ?: "no name",
				       code.lead[f][e][t] ? "code" : "picture");
			}
		}
	}
	expect(!bad, "the code is not as %s has it", PHASES);
}
