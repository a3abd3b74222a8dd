/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Senders and a receiver that leaves out the notify hypercall when it can.
 *
 * Senders whose message does not fit sleep until the receiver's hypercall
 * finds that it does. They act whenever the receiver touches the ring, and
 * the receiver's stores become visible late unless it uses a barrier. What
 * must not happen: everything was read and somebody still sleeps.
 */
#ifndef _NOTIFY_MODEL_H
#define _NOTIFY_MODEL_H

#include "xen_model.h"

#define SENDERS	2

typedef bool (*publish_fn)(struct argo_cursor *c);

static struct world {
	struct rnd rnd;
	struct xen_model xen;
	struct argo_cursor c;
	u32 largest;		/* payload a sender uses */
	u32 most;		/* senders fill no more of the ring by themselves */
	struct {
		bool sleeps;
		u32 payload;
	} sender[SENDERS];
	u32 *held_to;		/* a store not yet seen by others */
	u32 held;
	u32 sent, refused, notified;
} w;

static inline void world_see_store(void)
{
	if (w.held_to)
		*w.held_to = w.held;
	w.held_to = NULL;
}

static inline void world_send(void)
{
	u32 i = rnd_below(&w.rnd, SENDERS);

	if (w.sender[i].sleeps)
		return;
	if (xen_used(&w.xen) + xen_slots(w.sender[i].payload) > w.most)
		return;
	if (xen_send(&w.xen, i, 0, 0, NULL, w.sender[i].payload)) {
		w.sent++;
		w.sender[i].payload = rnd_one_in(&w.rnd, 3) ? w.largest :
				      rnd_below(&w.rnd, w.largest + 1);
	} else {
		w.refused++;
		w.sender[i].sleeps = true;
	}
}

static inline void world_turn(void)
{
	if (rnd_one_in(&w.rnd, 4))
		world_see_store();
	while (rnd_one_in(&w.rnd, 3))
		world_send();
}

static inline void world_store(u32 *to, u32 value)
{
	world_see_store();
	w.held_to = to;
	w.held = value;
}

static inline void world_notify(void)
{
	int i;

	world_see_store();
	while (rnd_one_in(&w.rnd, 3))
		world_send();
	w.notified++;
	for (i = 0; i < SENDERS; i++)
		if (w.sender[i].sleeps && xen_fits(&w.xen, w.sender[i].payload))
			w.sender[i].sleeps = false;
}

static inline void world_read(u32 most)
{
	struct argo_message m;

	while (most--) {
		int ret = argo_cursor_next(&w.c, &m);

		expect(ret >= 0, "%d", ret);
		if (!ret)
			break;
		argo_cursor_consume(&w.c, &m);
	}
}

/* A sender sleeps in front of a ring that was read to its end. */
static inline bool world_lost_a_sender(void)
{
	int i;

	if (w.xen.tx != w.c.rx)
		return false;
	for (i = 0; i < SENDERS; i++)
		if (w.sender[i].sleeps)
			return true;
	return false;
}

static inline void world_create(u64 salt, u32 len, u32 max_message)
{
	memset(&w, 0, sizeof(w));
	rnd_init(&w.rnd, salt);
	xen_create(&w.xen, len);
	argo_cursor_init(&w.c, w.xen.ring, len, max_message);
	w.largest = min(max_message, len - 32);
	w.most = ~0;
}

/* True: a sender sleeps that nobody will wake */
static inline bool world_run(publish_fn publish, u32 steps)
{
	static const struct shim_world world = {
		world_turn, world_store, world_see_store
	};
	const u32 patience = 1 + rnd_below(&w.rnd, 8);
	bool lost = false;

	shim_world = &world;
	while (steps-- && !lost) {
		while (rnd_one_in(&w.rnd, 2))
			world_send();
		if (!rnd_one_in(&w.rnd, patience))
			continue;
		world_read(rnd_below(&w.rnd, 6));
		if (publish(&w.c))
			world_notify();
		lost = world_lost_a_sender();
	}
	shim_world = NULL;
	return lost;
}

#endif /* _NOTIFY_MODEL_H */
