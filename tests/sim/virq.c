// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the fake Xen has of the kernel it runs in: the VIRQ, an edge that is
 * remembered while it is masked, and no debugfs.
 */
#include "sim.h"
#include "fake.h"

static struct {
	void (*handler)(void);
	bool pending;
	bool masked;
} virq;

void (*sim_before_forget)(void);

bool sim_virq_due(void)
{
	return virq.handler && virq.pending && !virq.masked;
}

bool sim_virq_masked(void)
{
	return virq.masked;
}

void sim_virq_deliver(void)
{
	virq.pending = false;
	virq.handler();
}

void fake_virq_raise(void)
{
	if (fake_chance(fake.virq_lose))
		fake_hit(FAKE_VIRQ_LOST);
	else
		virq.pending = true;
}

int fake_virq_bind(void (*handler)(void))
{
	virq.handler = handler;
	virq.pending = false;
	virq.masked = false;
	return 0;
}

void fake_virq_unbind(void)
{
	expect(!virq.masked, "the VIRQ is left masked");
	virq.handler = NULL;
}

void fake_virq_mask(void)
{
	expect(!virq.masked, "the VIRQ is masked twice");
	virq.masked = true;
}

void fake_virq_unmask(void)
{
	expect(virq.masked, "the VIRQ is not masked");
	virq.masked = false;
}

void fake_virq_forget(void)
{
	if (sim_before_forget)
		sim_before_forget();
	virq.pending = false;
}

void fake_debugfs_init(void)
{
}

void fake_debugfs_exit(void)
{
}
