// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations that fail, by count or by chance.
 */
#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "fake.h"

static const char * const fake_ops[FAKE_OPS] = {
	[FAKE_PROBE] = "probe",
	[FAKE_BIND] = "bind",
	[FAKE_REGISTER] = "register",
	[FAKE_UNREGISTER] = "unregister",
	[FAKE_SENDV] = "sendv",
	[FAKE_NOTIFY] = "notify",
};

/**
 * struct fake_fault - how an operation fails
 * @error: positive errno; 0 if it does not
 * @after: calls that are spared first
 * @every: then of so many one fails
 * @chance: with this many of a hundred
 * @times: at most so often; 0 for ever
 * @calls: calls since this was set, or healed
 * @hits: how many failed
 * @at: jiffies of the first of those calls
 */
struct fake_fault {
	u32 error, after, every, chance, times;
	u32 calls, hits;
	unsigned long at[FAKE_CALLS_TIMED];
};

/* By the names of the knobs */
static const char * const fake_hit_names[FAKE_HITS] = {
	[FAKE_VIRQ_LOST] = "virq_lose",
	[FAKE_VIRQ_DOUBLED] = "virq_dup",
	[FAKE_VIRQ_LATE] = "virq_delay",
	[FAKE_WAIT_LOST] = "wait_lose",
};

static DEFINE_SPINLOCK(fake_faults_lock); /* faults and random numbers */
static struct fake_fault fake_faults[FAKE_OPS];
static atomic_t fake_hits[FAKE_HITS];

static bool fake_chance_locked(u32 percent)
{
	return percent && prandom_u32_state(&fake.rnd) % 100 < percent;
}

bool fake_chance(u32 percent)
{
	unsigned long irq;
	bool hit;

	/* Draw no number for what is not asked for: a seed then says it all. */
	if (!percent)
		return false;
	spin_lock_irqsave(&fake_faults_lock, irq);
	hit = fake_chance_locked(percent);
	spin_unlock_irqrestore(&fake_faults_lock, irq);
	return hit;
}

void fake_hit(enum fake_hit what)
{
	atomic_inc(&fake_hits[what]);
}

void fake_seed_chance(u32 seed)
{
	unsigned long irq;

	spin_lock_irqsave(&fake_faults_lock, irq);
	prandom_seed_state(&fake.rnd, seed);
	spin_unlock_irqrestore(&fake_faults_lock, irq);
}

void fake_random_bytes(void *buf, u32 len)
{
	unsigned long irq;

	spin_lock_irqsave(&fake_faults_lock, irq);
	prandom_bytes_state(&fake.rnd, buf, len);
	spin_unlock_irqrestore(&fake_faults_lock, irq);
}

/* Return: 0, or the error that the operation shall end with */
int fake_fault(enum fake_op op)
{
	struct fake_fault *f = &fake_faults[op];
	unsigned long irq;
	int ret = 0;

	spin_lock_irqsave(&fake_faults_lock, irq);
	if (f->calls < FAKE_CALLS_TIMED)
		f->at[f->calls] = jiffies;
	f->calls++;
	if (f->error && f->calls > f->after &&
	    (f->calls - f->after) % f->every == 0 &&
	    (!f->times || f->hits < f->times) && fake_chance_locked(f->chance)) {
		f->hits++;
		ret = -f->error;
	}
	spin_unlock_irqrestore(&fake_faults_lock, irq);
	return ret;
}
EXPORT_SYMBOL_GPL(fake_fault);

static int fake_fault_word(struct fake_fault *f, const char *word, u32 value)
{
	if (!strcmp(word, "after"))
		f->after = value;
	else if (!strcmp(word, "every") && value)
		f->every = value;
	else if (!strcmp(word, "chance"))
		f->chance = value;
	else if (!strcmp(word, "times"))
		f->times = value;
	else
		return -EINVAL;
	return 0;
}

/*
 * @spec: OP ERRNO [after N] [every N] [chance PERCENT] [times N], the errno as
 * a positive number, 0 to let the operation alone
 */
int fake_fail(const char *spec)
{
	struct fake_fault f = { .every = 1, .chance = 100 };
	char op[12], word[8];
	unsigned long irq;
	int i, n = 0;
	u32 value;

	if (sscanf(spec, "%11s %u%n", op, &f.error, &n) < 2)
		return -EINVAL;
	for (spec += n; sscanf(spec, "%7s %u%n", word, &value, &n) == 2; spec += n)
		if (fake_fault_word(&f, word, value))
			return -EINVAL;
	if (*skip_spaces(spec))
		return -EINVAL;
	i = match_string(fake_ops, FAKE_OPS, op);
	if (i < 0)
		return i;

	spin_lock_irqsave(&fake_faults_lock, irq);
	fake_faults[i] = f;
	spin_unlock_irqrestore(&fake_faults_lock, irq);
	return 0;
}
EXPORT_SYMBOL_GPL(fake_fail);

u32 fake_calls(enum fake_op op)
{
	return READ_ONCE(fake_faults[op].calls);
}
EXPORT_SYMBOL_GPL(fake_calls);

/* When was call @n, from 0, of those that fake_calls() counts? In jiffies */
unsigned long fake_call_at(enum fake_op op, u32 n)
{
	return READ_ONCE(fake_faults[op].at[n]);
}
EXPORT_SYMBOL_GPL(fake_call_at);

/* Everything works again. */
void fake_heal(void)
{
	unsigned long irq;
	int i;

	spin_lock_irqsave(&fake_faults_lock, irq);
	memset(fake_faults, 0, sizeof(fake_faults));
	spin_unlock_irqrestore(&fake_faults_lock, irq);
	for (i = 0; i < FAKE_HITS; i++)
		atomic_set(&fake_hits[i], 0);
	WRITE_ONCE(fake.mac_permissive, false);
	WRITE_ONCE(fake.refused, 0);
	WRITE_ONCE(fake.virq_lose, 0);
	WRITE_ONCE(fake.virq_dup, 0);
	WRITE_ONCE(fake.virq_delay, 0);
	WRITE_ONCE(fake.wait_lose, 0);
}
EXPORT_SYMBOL_GPL(fake_heal);

void fake_faults_show(struct seq_file *s)
{
	int i;

	for (i = 0; i < FAKE_OPS; i++) {
		const struct fake_fault *f = &fake_faults[i];

		if (f->error)
			seq_printf(s, "%s: %u of %u calls, errno %u after %u every %u chance %u times %u\n",
				   fake_ops[i], f->hits, f->calls, f->error,
				   f->after, f->every, f->chance, f->times);
	}
	for (i = 0; i < FAKE_HITS; i++)
		seq_printf(s, "%s: %d\n", fake_hit_names[i],
			   atomic_read(&fake_hits[i]));
}
