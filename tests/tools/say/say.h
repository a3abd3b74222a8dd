/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SAY_H
#define _SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "argo-say.h"

#define PORT		0x6e657400
#define NET(kind)	(0x414e0100 | (kind))
#define ANY_DOMAIN	0x7ff4
/* For experiments: no protocol of the kernel wants it. */
#define ETHERTYPE	0x88b5
#define RECORD		16

/* The peer, and the addresses of both ends: main.c */
extern uint16_t domid;
extern uint8_t peer_mac[6], own_mac[6];

/**
 * struct message - what is said
 * @bytes: all of it
 * @used: how many
 * @record: where the record is that has no length yet; SIZE_MAX without one
 * @ip6: where the IPv6 header is that "sum6" is about
 */
struct message {
	uint8_t bytes[ARGO_SAY_MAX];
	size_t used, record, ip6;
};

extern struct message message;

/* bytes.c */
void empty(void);
void put(const void *bytes, size_t len);
void put_le(uint64_t value, size_t bytes);
void put_be16(uint16_t value);
void hex(const char *s, uint8_t *out, size_t len);
void numbers(char *s, uint64_t *value, unsigned int n);
uint32_t any(void);
void any_from(uint64_t seed);

/* parts.c */
void put_part(char *part);
void put_eth(size_t len);
void put_record(char *args);
void end_record(void);
void put_ip4(char *args);
void put_ip6(char *args);
void put_hello(char *args);
uint8_t pattern(size_t len, size_t at);

/* hypercall.c */
extern struct argo_say say;
extern uint32_t lengths[ARGO_SAY_PIECES];

void open_device(void);
void begin(uint32_t what, uint32_t port, uint32_t type);
int once(void);
void whole(void);
void must(const char *what);

/* send.c */
void send_line(char *args, const char *line);

/* many.c */
bool many(const char *word, const uint64_t *v);

/* hear.c */
void hear(const char *name);
void frames(const char *name, char **lengths);

#endif /* _SAY_H */
