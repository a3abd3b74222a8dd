/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine in one thread: tasks, work queues, one interrupt, time that passes
 * only when there is nothing to do.
 */
#ifndef _SIM_H
#define _SIM_H

#include "kernel.h"

struct task;

/* Afterwards the same seed gives the same history. */
void sim_start(u64 seed, unsigned int percent);
void sim_stop(void);

/*
 * How likely another task runs at a point where it may; 0 in cases that are told
 * step by step.
 */
extern unsigned int sim_percent;

/* Random numbers of the history */
u64 sim_random(void);
static inline u32 sim_below(u32 n)
{
	return sim_random() % n;
}

void sim_spawn(void (*run)(void *arg), void *arg);
/* Let everybody else run, and time pass */
void sim_sleep(unsigned int ms);
/* Until somebody says so */
void sim_wait(const void *what);
void sim_wake(const void *what);

/* Called wherever another task may run, if it is set */
extern void (*sim_at_point)(void);

/* Run all there is, for so long */
void sim_run(unsigned int ms);

/* The domain's power: callbacks of argo-core's device, NULL if it has none */
extern const struct dev_pm_ops *sim_pm;
extern void (*sim_shutdown)(struct platform_device *pdev);

/* The last line that the kernel's log got */
extern char sim_last_log[];

/* Parameters of argo-core */
extern unsigned int *const sim_rings_per_client;

int sim_module_init(void);
void sim_module_exit(void);
int sim_rings_show(struct seq_file *s);

/* What happened since sim_start() */
extern struct sim_counts {
	unsigned long virqs, switches, notify, registers;
} sim_counts;

/* virq.c */
bool sim_virq_due(void);
bool sim_virq_masked(void);
void sim_virq_deliver(void);
/* What another processor does just before a VIRQ is forgotten */
extern void (*sim_before_forget)(void);

/* How long a registration waits for memory, in milliseconds */
extern unsigned int sim_memory_wait;

#define expect(cond, ...) \
	do { if (!(cond)) sim_failed(__FILE__, __LINE__, __VA_ARGS__); } while (0)

#endif /* _SIM_H */
