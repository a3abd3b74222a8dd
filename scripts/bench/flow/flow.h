/* SPDX-License-Identifier: GPL-2.0-only */
/* What flow's files share; what flow does is told at the top of main.c. */
#ifndef BENCH_FLOW_H
#define BENCH_FLOW_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define PORT		5000
#define CHUNK		(128 * 1024)	/* of each read and write, as iperf3 has it */
#define MAX_CPUS	16

enum op { SINK, SOURCE, ECHO, UDP, COUNTERS, KEEP, PIN };

struct request {
	uint32_t op;
	uint32_t size;
	uint64_t count;
};

/* Pauses between two arrivals of data, in ns */
struct gaps {
	uint64_t longest;
	uint64_t over10ms;
	uint64_t over50ms;
};

/* The serving end's last word */
struct result {
	uint64_t done;
	struct gaps gaps;
};

/* What the kernel counted since it booted */
struct counters {
	uint64_t timeouts;		/* of TCP */
	uint64_t packets[MAX_CPUS];	/* each CPU brought to the stack */
};

extern char buf[CHUNK];

/* common.c */
uint64_t to_number(const char *s);
uint64_t now(void);
void write_all(int fd, const void *data, size_t len);
void read_all(int fd, void *data, size_t len);
struct sockaddr_in address(const char *host);
int ask(const char *host, const struct request *req);
void *shared(size_t size);
extern const char *phase;
void begin(void);
void end(const char *unit, uint64_t amount);

/* serve.c */
void serve(void);
void serve_each(int fd, void (*one)(int fd));
void tell_port(int ctl, int fd);

/* streams.c */
void send_stream(int fd, uint64_t bytes);
uint64_t take_stream(int fd, struct gaps *gaps);
void tcp(const char *host, uint64_t bytes, int flows);
void tcp_of_file(const char *host, uint64_t bytes, int flows);
void bidir(const char *host, uint64_t bytes);
void rr(const char *host, uint64_t count);

/* packets.c */
uint16_t checksum(const uint16_t *p, size_t words);
uint64_t take_datagrams(int ctl, const struct request *req);
void ping(const char *host, uint64_t count);
void udp(const char *host, uint64_t count, size_t size, uint64_t burst, unsigned int pause);

/* vsock.c */
void vsock_serve(void);
void vsock_stream(unsigned int cid, uint64_t bytes);
void vsock_rr(unsigned int cid, uint64_t count);

/* latency.c */
void latency(const char *host, unsigned int count, int streams, uint64_t pace);

/* hold.c */
void keep(int ctl, const struct request *req);
void hold(const char *what, const char *host);

/* pinned.c */
void pin(int ctl);
void pinned(const char *host, unsigned int rounds);

/* stops.c */
void gaps_note(struct gaps *gaps, uint64_t ns);
void gaps_add(struct gaps *sum, const struct gaps *more);
struct counters own_counters(void);
void stops_begin(const char *host);
void stops_end(const char *host, const struct gaps *gaps);

#endif
