/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _UNIT_H
#define _UNIT_H

/*
 * What the unit tests and the fuzzers have in common. The models of the world
 * around the code under test are written against this, and run under both.
 */
#include <stdlib.h>

#include "kernel_shim.h"

/*
 * Cheap enough for millions of checks, unlike those of the library "check",
 * which note each one down even if it holds. @fmt and the rest say where in a
 * loop it was.
 */
#define expect(cond, fmt, ...) do {					\
	if (__builtin_expect(!(cond), 0))				\
		expect_failed("%s:%d: %s; " fmt, __FILE__, __LINE__,	\
			      #cond, ##__VA_ARGS__);			\
} while (0)

__printf(1, 2) __noreturn void expect_failed(const char *fmt, ...);

void *xmalloc(size_t bytes);

/*
 * Choices. In a unit test pseudo-random numbers: the seed of the run mixed with
 * one of the test. In a fuzzer the bytes of the input; when they are used up,
 * always 1, which is "no" to rnd_one_in().
 */
struct rnd {
	u64 state;
};

void rnd_init(struct rnd *r, u64 salt);
u64 rnd_next(struct rnd *r);

/* 0 .. @below - 1 */
u32 rnd_below(struct rnd *r, u32 below);

/* True in one of @n cases */
static inline bool rnd_one_in(struct rnd *r, u32 n)
{
	return !rnd_below(r, n);
}

static inline void rnd_fill(struct rnd *r, void *to, size_t bytes)
{
	u8 *p = to;

	while (bytes--)
		*p++ = rnd_next(r);
}

struct Suite *cursor_suite(void);
struct Suite *notify_suite(void);
struct Suite *record_suite(void);
struct Suite *handshake_suite(void);
struct Suite *vsock_handshake_suite(void);
struct Suite *platform_suite(void);
struct Suite *platform_plan_suite(void);

#endif /* _UNIT_H */
