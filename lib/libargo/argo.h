/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libargo: messages between Xen domains, through /dev/argo. See libargo(3).
 *
 * Functions return -1 and set errno when they fail. There is no global state: an
 * endpoint may be used by several threads, as a file descriptor may.
 */
#ifndef ARGO_H
#define ARGO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Any domain as a partner; the default destination as an address. */
#define ARGO_DOMID_ANY	0x7ff4
/* A local port that the driver chooses */
#define ARGO_PORT_ANY	0xffffffffU
/* Most pieces of one message */
#define ARGO_IOV_MAX	64

struct argo;

struct argo_addr {
	uint16_t domid;
	uint32_t port;
};

/* What is known of a message, besides its payload */
struct argo_meta {
	struct argo_addr addr;	/* sender; only the domid is authentic */
	uint32_t type;
	uint32_t len;		/* true length, also if it was cut off */
	uint32_t drops;		/* skipped so far */
	int truncated;
};

/* Flags for opening */
#define ARGO_NONBLOCK	1

/* Flags for binding */
#define ARGO_KEEP	1	/* what is too long for the buffer stays */

/* Flags for connecting */
#define ARGO_WAIT	1	/* for it to be there */

struct argo_bind_opts {
	uint32_t ring_bytes;	/* 0: the driver's default */
	uint32_t max_message;	/* 0: not known */
	unsigned int flags;
};

struct argo_peer_info {
	int exists;
	int shared;
	uint32_t max_message;
};

struct argo_stats {
	uint16_t domid;		/* this domain */
	uint16_t partner;
	uint32_t port;
	uint32_t ring_len;
	int bound;
	int lost;		/* bind again */
	int connected;
	int gone;		/* the default destination */
	struct argo_addr peer;
	uint64_t messages;
	uint64_t bytes;
	uint64_t truncated;
	uint64_t drops;
	uint64_t sent;
	uint64_t sent_bytes;
	uint64_t full;
};

struct argo *argo_open(unsigned int flags);
void argo_close(struct argo *a);
int argo_poll_fd(const struct argo *a);

int argo_bind(struct argo *a, uint16_t partner, uint32_t port,
	      const struct argo_bind_opts *opts);
int argo_connect(struct argo *a, const struct argo_addr *to, unsigned int flags);
int argo_disconnect(struct argo *a);

ssize_t argo_send(struct argo *a, const struct argo_addr *to, uint32_t type,
		  const void *data, size_t len);
ssize_t argo_sendv(struct argo *a, const struct argo_addr *to, uint32_t type,
		   const struct iovec *iov, int niov);
ssize_t argo_recv(struct argo *a, struct argo_meta *meta, void *data, size_t len);
ssize_t argo_recvv(struct argo *a, struct argo_meta *meta, const struct iovec *iov,
		   int niov);

int argo_query(struct argo *a, const struct argo_addr *addr, struct argo_peer_info *info);
int argo_stats(struct argo *a, struct argo_stats *stats);

const void *argo_map(struct argo *a, size_t *len);
int argo_peek(struct argo *a, struct argo_meta *meta, const void *data[2], size_t len[2]);
int argo_consume(struct argo *a, unsigned int count);

int argo_parse(const char *text, struct argo_addr *addr);
int argo_parse_in(const char *hosts, const char *text, struct argo_addr *addr);
int argo_format(const struct argo_addr *addr, char *text, size_t len);

#ifdef __cplusplus
}
#endif

#endif /* ARGO_H */
