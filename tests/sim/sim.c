// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks and time. A task runs until it sleeps, waits, ends, or until chance
 * interrupts it at a point where it may be; then another one does.
 */
#include <ucontext.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

#include "sim.h"

#define SIM_TASKS	64
#define SIM_STACK	(96 * 1024)
#define SIM_QUEUES	4

struct task {
	ucontext_t context;
	void (*run)(void *arg);
	void *arg;
	bool used;
	const void *waits;	/* NULL: may run once it is time */
	const struct work_struct *works;	/* a worker: on this */
	unsigned long until;
};

struct workqueue_struct {
	struct list_head works;
	bool used;
};

static struct task tasks[SIM_TASKS], *current;
static char stacks[SIM_TASKS][SIM_STACK] __attribute__((__aligned__(16)));
static ucontext_t idle;
static const void *idle_bottom;
static size_t idle_size;

static struct workqueue_struct queues[SIM_QUEUES];
static struct list_head timers;
static unsigned int irq_off;
static u64 rnd;

unsigned long jiffies;
unsigned int sim_percent;
unsigned int sim_memory_wait;
struct sim_counts sim_counts;

u64 sim_random(void)
{
	u64 x = rnd += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static void sim_to_idle(bool ends)
{
	struct task *me = current;
	void *fake = NULL;

	__sanitizer_start_switch_fiber(ends ? NULL : &fake, idle_bottom, idle_size);
	swapcontext(&me->context, &idle);
	__sanitizer_finish_switch_fiber(fake, &idle_bottom, &idle_size);
}

static void sim_task(void)
{
	__sanitizer_finish_switch_fiber(NULL, &idle_bottom, &idle_size);
	current->run(current->arg);
	current->used = false;
	sim_to_idle(true);
}

static void sim_switch_to(struct task *t)
{
	void *fake;

	sim_counts.switches++;
	current = t;
	__sanitizer_start_switch_fiber(&fake, stacks[t - tasks], SIM_STACK);
	swapcontext(&idle, &t->context);
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
	current = NULL;
}

static void sim_prepare(struct task *t)
{
	getcontext(&t->context);
	t->context.uc_stack.ss_sp = stacks[t - tasks];
	t->context.uc_stack.ss_size = SIM_STACK;
	makecontext(&t->context, sim_task, 0);
}

void sim_spawn(void (*run)(void *arg), void *arg)
{
	struct task *t = tasks;

	while (t->used)
		t++;
	assert(t < tasks + SIM_TASKS);
	__asan_unpoison_memory_region(stacks[t - tasks], SIM_STACK);
	*t = (struct task) { .run = run, .arg = arg, .used = true };
	sim_prepare(t);
}

static bool sim_may_switch(void)
{
	return current && !irq_off;
}

void sim_irq_off(void)
{
	irq_off++;
}

void sim_irq_on(void)
{
	irq_off--;
}

void (*sim_at_point)(void);

void sim_point(void)
{
	if (sim_at_point)
		sim_at_point();
	if (sim_percent && sim_may_switch() && sim_below(100) < sim_percent)
		sim_to_idle(false);
}

void sim_sleep(unsigned int ms)
{
	assert(sim_may_switch());
	current->until = jiffies + ms;
	sim_to_idle(false);
}

void sim_wait(const void *what)
{
	assert(sim_may_switch());
	current->waits = what;
	sim_to_idle(false);
}

void sim_wake(const void *what)
{
	struct task *t;

	for (t = tasks; t < tasks + SIM_TASKS; t++)
		if (t->used && t->waits == what)
			t->waits = NULL;
}

void mutex_lock(struct mutex *m)
{
	sim_point();
	while (m->held)
		sim_wait(m);
	m->held = true;
}

bool mutex_trylock(struct mutex *m)
{
	sim_point();
	if (m->held)
		return false;
	m->held = true;
	return true;
}

void mutex_unlock(struct mutex *m)
{
	assert(m->held);
	m->held = false;
	sim_wake(m);
	sim_point();
}

static bool sim_work_running(const struct work_struct *work)
{
	int i;

	for (i = 0; i < SIM_TASKS; i++)
		if (tasks[i].used && tasks[i].works == work)
			return true;
	return false;
}

/* No work runs twice at the same time. */
static struct work_struct *sim_next_work(struct workqueue_struct *wq)
{
	struct work_struct *work;

	list_for_each_entry(work, &wq->works, node)
		if (!sim_work_running(work))
			return work;
	return NULL;
}

static void sim_worker(void *arg)
{
	struct workqueue_struct *wq = arg;
	struct work_struct *work;

	while (wq->used) {
		work = sim_next_work(wq);
		if (!work) {
			sim_wait(wq);
			continue;
		}
		list_del_init(&work->node);
		work->queued = NULL;
		current->works = work;
		work->func(work);
		current->works = NULL;
		sim_wake(work);
		sim_wake(wq);
		sim_point();
	}
}

struct workqueue_struct *sim_workqueue(unsigned int workers)
{
	struct workqueue_struct *wq = queues;

	while (wq->used)
		wq++;
	assert(wq < queues + SIM_QUEUES);
	INIT_LIST_HEAD(&wq->works);
	wq->used = true;
	while (workers--)
		sim_spawn(sim_worker, wq);
	return wq;
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	expect(list_empty(&wq->works), "a work is left");
	wq->used = false;
	sim_wake(wq);
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	assert(wq);
	if (work->queued)
		return false;
	work->queued = wq;
	list_add_tail(&work->node, &wq->works);
	sim_wake(wq);
	return true;
}

static bool sim_timer_del(struct delayed_work *work)
{
	if (!work->wq)
		return false;
	list_del_init(&work->node);
	work->wq = NULL;
	return true;
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
			unsigned long delay)
{
	assert(wq);
	if (work->wq || work->work.queued)
		return false;
	if (!delay)
		return queue_work(wq, &work->work);
	work->wq = wq;
	work->expires = jiffies + delay;
	list_add_tail(&work->node, &timers);
	return true;
}

static bool sim_work_dequeue(struct work_struct *work)
{
	if (!work->queued)
		return false;
	list_del_init(&work->node);
	work->queued = NULL;
	return true;
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
		      unsigned long delay)
{
	bool was = sim_timer_del(work) | sim_work_dequeue(&work->work);

	queue_delayed_work(wq, work, delay);
	return was;
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was = sim_work_dequeue(work);

	while (sim_work_running(work)) {
		sim_wait(work);
		was |= sim_work_dequeue(work);
	}
	return was;
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	bool was = sim_timer_del(work);

	was |= cancel_work_sync(&work->work);
	return was | sim_timer_del(work);
}

/* Which of those that could run? Any, or in turn if nothing is left to chance. */
static struct task *sim_choose(void)
{
	static unsigned int turn;
	struct task *can[SIM_TASKS];
	unsigned int i, n = 0;

	for (i = 0; i < SIM_TASKS; i++) {
		struct task *t = &tasks[(i + turn) % SIM_TASKS];

		if (t->used && !t->waits && t->until <= jiffies)
			can[n++] = t;
	}
	if (!n)
		return NULL;
	if (sim_percent)
		return can[sim_below(n)];
	turn = can[0] - tasks + 1;
	return can[0];
}

/* The interrupt comes between two tasks, sooner or later, not over time. */
static bool sim_interrupt(bool last)
{
	if (!sim_virq_due() || (!last && sim_percent && sim_below(2)))
		return false;
	sim_irq_off();
	sim_virq_deliver();
	sim_irq_on();
	sim_counts.virqs++;
	return true;
}

static void sim_fire(void)
{
	struct delayed_work *work, *next;

	list_for_each_entry_safe(work, next, &timers, node) {
		struct workqueue_struct *wq = work->wq;

		if (work->expires > jiffies)
			continue;
		sim_timer_del(work);
		queue_work(wq, &work->work);
	}
}

static unsigned long sim_next_event(unsigned long end)
{
	struct delayed_work *work;
	struct task *t;

	list_for_each_entry(work, &timers, node)
		end = min(end, work->expires);
	for (t = tasks; t < tasks + SIM_TASKS; t++)
		if (t->used && !t->waits)
			end = min(end, t->until);
	return end;
}

void sim_run(unsigned int ms)
{
	unsigned long end = jiffies + ms;
	struct task *t;

	for (;;) {
		sim_fire();
		sim_interrupt(false);
		t = sim_choose();
		if (t) {
			sim_switch_to(t);
			continue;
		}
		if (sim_interrupt(true))
			continue;
		if (jiffies >= end)
			break;
		jiffies = max(jiffies + 1, sim_next_event(end));
	}
}

void sim_start(u64 seed, unsigned int percent)
{
	int i;

	rnd = seed * 0x9e3779b97f4a7c15;
	sim_percent = percent;
	sim_counts = (struct sim_counts) {};
	sim_memory_wait = 0;
	jiffies = 1000;
	irq_off = 0;
	INIT_LIST_HEAD(&timers);
	for (i = 0; i < SIM_TASKS; i++)
		tasks[i].used = false;
	for (i = 0; i < SIM_QUEUES; i++)
		queues[i] = (struct workqueue_struct) {};
}

void sim_stop(void)
{
	sim_run(0);
	expect(list_empty(&timers), "a timer is left");
}
