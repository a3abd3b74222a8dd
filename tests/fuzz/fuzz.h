/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fuzz target is a file with fuzz_one(). Whatever it and the models from
 * tests/unit choose with rnd_below() and the like is taken from the input, so
 * the fuzzer chooses, and an input is a whole history.
 */
#ifndef _FUZZ_H
#define _FUZZ_H

#include "unit.h"

void fuzz_one(void);

/* Choices; there is one input, whoever asks. */
static inline u32 below(u32 n)
{
	return rnd_below(NULL, n);
}

static inline bool one_in(u32 n)
{
	return rnd_one_in(NULL, n);
}

/* Up to @most bytes that are left, as they are. Return: how many. */
u32 fuzz_take(u8 *to, u32 most);

#endif /* _FUZZ_H */
