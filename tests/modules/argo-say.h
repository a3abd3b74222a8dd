/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is written to /dev/argo-say: one of these, then the length of each piece, then
 * the bytes. One write is one hypercall, whose answer it returns.
 */
#ifndef _ARGO_SAY_H
#define _ARGO_SAY_H

#include <linux/types.h>

enum {
	ARGO_SAY_SEND,
	ARGO_SAY_REGISTER,	/* @type: the ring's length, up to 65472 */
	ARGO_SAY_UNREGISTER,
	ARGO_SAY_NOTIFY,	/* the bytes are the query */
};

#define ARGO_SAY_PIECES		16
/* A piece that is not there: the hypervisor is given an address without memory. */
#define ARGO_SAY_UNMAPPED	0xffffffff
/* Bytes of the longest message, with what comes before it */
#define ARGO_SAY_MAX		(2 << 20)

/**
 * struct argo_say - a hypercall
 * @what: ARGO_SAY_*
 * @port: the ring's
 * @from: the sender's port
 * @type: of the message
 * @domid: to whom, or the ring's partner
 * @from_domid: who it is that sends
 * @pieces: how many lengths follow
 */
struct argo_say {
	__u32 what;
	__u32 port;
	__u32 from;
	__u32 type;
	__u16 domid;
	__u16 from_domid;
	__u32 pieces;
};

#endif /* _ARGO_SAY_H */
