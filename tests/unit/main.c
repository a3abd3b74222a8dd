// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdarg.h>
#include <stdio.h>

#include "unit.h"

const struct shim_world *shim_world;

static u64 seed;

void expect_failed(const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ck_abort_msg("%s", text);
	abort();
}

void *xmalloc(size_t bytes)
{
	void *p = malloc(bytes);

	if (!p)
		abort();
	return p;
}

void rnd_init(struct rnd *r, u64 salt)
{
	r->state = seed * 0x9e3779b97f4a7c15 + salt;
}

/* Counter through a mixing function: any seed will do, 0 included */
u64 rnd_next(struct rnd *r)
{
	u64 x = r->state += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

u32 rnd_below(struct rnd *r, u32 below)
{
	return rnd_next(r) % below;
}

int main(void)
{
	const char *env = getenv("SEED");
	struct SRunner *runner;
	int failed;

	seed = env ? strtoull(env, NULL, 0) : 1;
	printf("# SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);

	/* Each test runs in a process of its own and may crash or hang. */
	runner = srunner_create(cursor_suite());
	srunner_add_suite(runner, notify_suite());
	srunner_add_suite(runner, record_suite());
	srunner_add_suite(runner, handshake_suite());
	srunner_add_suite(runner, vsock_handshake_suite());
	srunner_add_suite(runner, platform_suite());
	srunner_add_suite(runner, platform_plan_suite());
	srunner_set_fork_status(runner, CK_FORK);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
