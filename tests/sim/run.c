// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints TAP. Each case runs in a process of its own, as do all histories.
 *
 *   SEED=N	only this history; otherwise they begin anywhere
 *   SIM_TIME=S	histories for so many seconds, half of them of each kind
 *   SIM_FIRST=1	stop at the first that fails
 *   SIM_LOG=1	print what the drivers log
 *
 * Seconds are those of the processor: on a machine that has other work, too, as much
 * is tried, and nothing is taken for hanging.
 */
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "world.h"

static u64 seed;

void sim_failed(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	printf("# %s:%d: at %lu ms", file, line, jiffies - 1000);
	if (seed)
		printf(", SEED=%llu", (unsigned long long)seed);
	printf(": ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

/* Of this process */
static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Whoever is not through by then never will be. */
static void limit(void)
{
	setitimer(ITIMER_PROF, &(struct itimerval) { .it_value.tv_sec = 60 }, NULL);
}

static bool in_child(void (*fn)(const void *arg), const void *arg)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(1, 2);
		fn(arg);
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static void run_case(const void *arg)
{
	const struct test *test = arg;

	limit();
	world_run(test->run, 1, 0);
}

static const struct kind {
	const char *name;
	void (*run)(u64 seed);
} kinds[] = { { "histories of argo-core", history_run },
	     { "histories of a link", line_run } };

static void run_histories(const void *arg)
{
	const struct kind *kind = arg;
	const char *env = getenv("SEED"), *seconds = getenv("SIM_TIME");
	double end = now() + (seconds ? atof(seconds) : 5) / ARRAY_SIZE(kinds);
	u64 first = env && *env ? strtoull(env, NULL, 0) : (u64)time(NULL) << 20;
	bool one = env && *env;
	unsigned long n = 0, points = 0;

	do {
		seed = first + n++;
		limit();
		kind->run(seed);
		points += sim_counts.switches;
	} while (!one && now() < end);
	printf("# histories from SEED=%llu: %lu, %lu steps\n",
	       (unsigned long long)first, n, points);
}

static int number, bad;

static void told(bool good, const char *what, const char *seed_of)
{
	printf("%s %d - sim: %s%s%s\n", good ? "ok" : "not ok", ++number, what,
	       *seed_of ? ", seed " : "", seed_of);
	if (!good && getenv("SIM_FIRST"))
		exit(EXIT_FAILURE);
	bad += !good;
}

static void run_cases(const struct test *test)
{
	for (; test->name; test++)
		told(in_child(run_case, test), test->name, "");
}

int main(void)
{
	const char *env = getenv("SEED") ?: "";
	const struct kind *kind;

	run_cases(cases);
	run_cases(line_cases);
	for (kind = kinds; kind < kinds + ARRAY_SIZE(kinds); kind++)
		told(in_child(run_histories, kind), kind->name, env);
	printf("1..%d\n", number);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
