/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain with argo-core in it, its clients, and other domains.
 */
#ifndef _WORLD_H
#define _WORLD_H

#include "sim.h"
#include "core.h"
#include "fake.h"

#define ME	1
#define PEER	2	/* and the numbers behind it */
#define PORT	0x2000
#define TYPE	7
#define LEN	5120	/* two pages */

/**
 * struct client - a ring, and what its owner was told
 * @ring: the ring
 * @peer: its partner
 * @port: its port
 * @absent: what data() returns: not going to read
 * @told: calls of data()
 * @told_at: when the last one was
 * @lost: calls of lost()
 */
struct client {
	struct argo_ring *ring;
	u16 peer;
	u32 port;
	bool absent;
	unsigned int told;
	unsigned long told_at;
	unsigned int lost;
};

/**
 * struct sender - a destination, and what its user was told
 * @dest: the destination
 * @spaces: calls of space()
 * @timers: those of them that only the timer brought about, though the room
 *	had been there for a while
 * @room_at: when the peer made room last
 * @space_at: when the last one was
 * @gone: calls of gone()
 * @appeared: calls of appeared()
 */
struct sender {
	struct argo_dest dest;
	unsigned int spaces, timers;
	unsigned long room_at, space_at;
	unsigned int gone;
	unsigned int appeared;
};

/* Run @fn in a domain that was just made, then look whether all was put back */
void world_run(void (*fn)(void), u64 seed, unsigned int percent);

void client_open(struct client *c, u16 peer, u32 port);
void client_close(struct client *c);
/* Return: bytes of the message that is next, which begins with @word; or -1 */
int client_take(struct client *c, u32 *word);
unsigned int client_drain(struct client *c);

void sender_add(struct sender *s, u16 peer, u32 port);
void sender_del(struct sender *s);
int sender_send(struct sender *s, u32 len);
int sender_send_wait(struct sender *s, u32 word, u32 len);
/* Fill the ring, then wait for so much room */
void sender_fill(struct sender *s, u32 len);

int peer_send(u16 peer, u32 port, u32 word, u32 len);
/* Return: as client_take() */
int peer_take(u16 peer, u32 port, u32 *word);
unsigned int peer_drain(u16 peer, u32 port);

void world_freeze(void);
void world_thaw(void);
void world_restore(void);

/**
 * struct test - a case
 * @name: what it shows
 * @run: does it, in a task of its own
 */
struct test {
	const char *name;
	void (*run)(void);
};

extern const struct test cases[], line_cases[];

/* One history, all of it chosen by @seed: of argo-core, of a link */
void history_run(u64 seed);
void line_run(u64 seed);

#endif /* _WORLD_H */
