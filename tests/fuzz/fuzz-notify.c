// SPDX-License-Identifier: GPL-2.0-only
/*
 * Senders that sleep when the ring is full: whatever the order of events,
 * nobody sleeps in front of a ring that was read, and a ring that always had
 * room was never signalled.
 */
#include "fuzz.h"
#include "notify_model.h"

/* Read all there is. Return: true if a sender was forgotten. */
static bool drain(void)
{
	do {
		world_read(~0);
		if (argo_cursor_publish(&w.c))
			world_notify();
	} while (w.xen.tx != w.c.rx);
	return world_lost_a_sender();
}

void fuzz_one(void)
{
	const u32 len = 48 + 16 * below(64);
	const bool roomy = one_in(4);
	u32 largest = below(roomy ? len / 4 : 2 * len);
	bool lost;

	world_create(0, len, largest);
	if (roomy)
		w.most = (len - xen_slots(w.largest) - 16) / 2;
	lost = world_run(argo_cursor_publish, 48) || drain();
	expect(!lost, "ring of %u bytes, largest message %u, %u sent, %u refused",
	       len, largest, w.sent, w.refused);
	expect(!roomy || (!w.notified && !w.refused),
	       "ring of %u bytes, largest message %u", len, largest);
	xen_destroy(&w.xen);
}
