/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little of the kernel that the code under test asks for.
 *
 * Memory shared with other parties is accessed through the macros below only,
 * so they are the place where a test lets those parties act in between.
 */
#ifndef _KERNEL_SHIM_H
#define _KERNEL_SHIM_H

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <linux/if_ether.h>
#include <linux/types.h>
#include <linux/virtio_types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define U32_MAX		(~(u32)0)

#define le16_to_cpu(x)	le16toh(x)
#define le32_to_cpu(x)	le32toh(x)
#define le64_to_cpu(x)	le64toh(x)
#define cpu_to_le16(x)	htole16(x)
#define cpu_to_le32(x)	htole32(x)
#define cpu_to_le64(x)	htole64(x)

static inline u16 __virtio16_to_cpu(bool little_endian, __virtio16 x)
{
	return little_endian ? le16toh(x) : be16toh(x);
}

#define min(a, b) ({				\
	__typeof__(a) __a = (a);		\
	__typeof__(b) __b = (b);		\
	__a < __b ? __a : __b; })
#define max(a, b) ({				\
	__typeof__(a) __a = (a);		\
	__typeof__(b) __b = (b);		\
	__a > __b ? __a : __b; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))

#define ALIGN(x, to) ({				\
	__typeof__(x) __mask = (to) - 1;	\
	((x) + __mask) & ~__mask; })
#define IS_ALIGNED(x, to)	(((x) & ((to) - 1)) == 0)
#define fallthrough		__attribute__((__fallthrough__))
#define __noreturn		__attribute__((__noreturn__))
#define __printf(fmt, args)	__attribute__((__format__(printf, fmt, args)))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

/**
 * struct shim_world - what happens around the code under test
 * @turn: called before each access to shared memory
 * @store: a store with release semantics; may be held back until @barrier
 * @barrier: a full barrier
 */
struct shim_world {
	void (*turn)(void);
	void (*store)(u32 *to, u32 value);
	void (*barrier)(void);
};

/* NULL: nobody else is there */
extern const struct shim_world *shim_world;

static inline void shim_turn(void)
{
	if (shim_world)
		shim_world->turn();
}

#define READ_ONCE(x) ({						\
	shim_turn();						\
	__atomic_load_n(&(x), __ATOMIC_RELAXED); })

#define WRITE_ONCE(x, value) do {				\
	shim_turn();						\
	__atomic_store_n(&(x), value, __ATOMIC_RELAXED);	\
} while (0)

/* Ordered as written: what others see, and when, is up to the world. */
#define virt_load_acquire(p)	READ_ONCE(*(p))	/* nothing to order */

/* May stay unseen until the next barrier */
static inline void virt_store_release(u32 *to, u32 value) /* or at once */
{
	shim_turn();
	if (shim_world)
		shim_world->store(to, value);
	else
		*to = value;
}

#define virt_mb() do {	/* everything is seen */	\
	shim_turn();				\
	if (shim_world)				\
		shim_world->barrier();		\
	shim_turn();				\
} while (0)

#endif /* _KERNEL_SHIM_H */
