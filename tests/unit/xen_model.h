/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The write side of a ring, as the hypervisor behaves: it keeps the write
 * position itself, takes the read position from the ring each time, never
 * fills the last slot, and wraps payloads but no headers. Written for being
 * obviously right, one byte at a time.
 */
#ifndef _XEN_MODEL_H
#define _XEN_MODEL_H

#include "unit.h"
#include "cursor.h"

struct xen_model {
	struct xen_argo_ring *ring;
	u32 len;
	u32 tx;
};

/* Exactly as large as it has to be: one byte too far is caught. */
static inline void xen_create(struct xen_model *xen, u32 len)
{
	xen->ring = xmalloc(64 + len);
	memset(xen->ring, 0xa5, 64 + len);
	xen->len = len;
	xen->tx = 0;
}

static inline void xen_destroy(struct xen_model *xen)
{
	free(xen->ring);
}

static inline u8 *xen_byte(const struct xen_model *xen, u32 pos)
{
	return (u8 *)xen->ring + 64 + pos % xen->len;
}

static inline u32 xen_slots(u32 payload)
{
	return 16 + (payload + 15) / 16 * 16;
}

static inline u32 xen_used(const struct xen_model *xen)
{
	u32 rx = (xen->ring->rx_ptr + 15) / 16 * 16;

	if (rx >= xen->len)
		rx = 0;
	return (xen->tx + xen->len - rx) % xen->len;
}

static inline bool xen_fits(const struct xen_model *xen, u32 payload)
{
	return xen_slots(payload) < xen->len - xen_used(xen);
}

/* A header that claims @len bytes, and nothing else: tx does not move. */
static inline void xen_put_header(struct xen_model *xen, u32 len, u16 domid,
				  u32 port, u32 type)
{
	u8 head[16] = { 0 };

	memcpy(head, &len, 4);
	memcpy(head + 4, &port, 4);
	memcpy(head + 8, &domid, 2);
	memcpy(head + 12, &type, 4);
	memcpy(xen_byte(xen, xen->tx), head, 16);
}

static inline void xen_set_tx(struct xen_model *xen, u32 tx)
{
	xen->tx = tx % xen->len;
	xen->ring->tx_ptr = xen->tx;
}

/* False: no room. Without @payload the bytes stay as they are. */
static inline bool xen_send(struct xen_model *xen, u16 domid, u32 port,
			    u32 type, const u8 *payload, u32 len)
{
	u32 i;

	if (!xen_fits(xen, len))
		return false;
	xen_put_header(xen, 16 + len, domid, port, type);
	for (i = 0; payload && i < len; i++)
		*xen_byte(xen, xen->tx + 16 + i) = payload[i];
	xen_set_tx(xen, xen->tx + xen_slots(len));
	return true;
}

#endif /* _XEN_MODEL_H */
