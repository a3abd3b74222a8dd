// SPDX-License-Identifier: GPL-2.0-only
/* What all targets share: the input, and what a failed check does */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const struct shim_world *shim_world;

static struct {
	const u8 *at;
	size_t left;
} input;

void expect_failed(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
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
}

u64 rnd_next(struct rnd *r)
{
	if (!input.left)
		return 1;
	input.left--;
	return *input.at++;
}

/* As few bytes as will do: shorter inputs say more. */
u32 rnd_below(struct rnd *r, u32 below)
{
	u64 most = below - 1, value = rnd_next(r);

	for (; most >>= 8;)
		value = value << 8 | rnd_next(r);
	return value % below;
}

u32 fuzz_take(u8 *to, u32 most)
{
	u32 len = input.left < most ? input.left : most;

	memcpy(to, input.at, len);
	input.at += len;
	input.left -= len;
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input.at = data;
	input.left = size;
	shim_world = NULL;
	fuzz_one();
	return 0;
}
