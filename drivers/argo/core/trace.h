/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM argo

#if !defined(_ARGO_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _ARGO_TRACE_H

#include <linux/tracepoint.h>

#include "core.h"

DECLARE_EVENT_CLASS(argo_ring_event,
	TP_PROTO(const struct argo_ring *ring, int ret),
	TP_ARGS(ring, ret),
	TP_STRUCT__entry(
		__field(u16, partner)
		__field(u32, port)
		__field(u32, len)
		__field(int, ret)
	),
	TP_fast_assign(
		__entry->partner = ring->config.partner;
		__entry->port = ring->config.port;
		__entry->len = ring->config.len;
		__entry->ret = ret;
	),
	TP_printk("partner=%u port=%#x len=%u ret=%d", __entry->partner,
		  __entry->port, __entry->len, __entry->ret)
);

DEFINE_EVENT(argo_ring_event, argo_register,
	TP_PROTO(const struct argo_ring *ring, int ret),
	TP_ARGS(ring, ret)
);

DEFINE_EVENT(argo_ring_event, argo_unregister,
	TP_PROTO(const struct argo_ring *ring, int ret),
	TP_ARGS(ring, ret)
);

TRACE_EVENT(argo_send,
	TP_PROTO(const struct xen_argo_addr *addr, u32 type, unsigned int niov,
		 int ret),
	TP_ARGS(addr, type, niov, ret),
	TP_STRUCT__entry(
		__field(u16, domid)
		__field(u32, port)
		__field(u32, type)
		__field(unsigned int, niov)
		__field(int, ret)
	),
	TP_fast_assign(
		__entry->domid = addr->domain_id;
		__entry->port = addr->aport;
		__entry->type = type;
		__entry->niov = niov;
		__entry->ret = ret;
	),
	TP_printk("domid=%u port=%#x type=%#x niov=%u ret=%d", __entry->domid,
		  __entry->port, __entry->type, __entry->niov, __entry->ret)
);

TRACE_EVENT(argo_recv,
	TP_PROTO(const struct argo_ring *ring, const struct argo_message *msg),
	TP_ARGS(ring, msg),
	TP_STRUCT__entry(
		__field(u16, domid)
		__field(u32, port)
		__field(u32, type)
		__field(u32, len)
	),
	TP_fast_assign(
		__entry->domid = msg->domid;
		__entry->port = ring->config.port;
		__entry->type = msg->type;
		__entry->len = msg->len;
	),
	TP_printk("domid=%u port=%#x type=%#x len=%u", __entry->domid,
		  __entry->port, __entry->type, __entry->len)
);

TRACE_EVENT(argo_notify,
	TP_PROTO(unsigned int queries, int ret),
	TP_ARGS(queries, ret),
	TP_STRUCT__entry(
		__field(unsigned int, queries)
		__field(int, ret)
	),
	TP_fast_assign(
		__entry->queries = queries;
		__entry->ret = ret;
	),
	TP_printk("queries=%u ret=%d", __entry->queries, __entry->ret)
);

TRACE_EVENT(argo_virq,
	TP_PROTO(unsigned int busy),
	TP_ARGS(busy),
	TP_STRUCT__entry(
		__field(unsigned int, busy)
	),
	TP_fast_assign(
		__entry->busy = busy;
	),
	TP_printk("busy=%u", __entry->busy)
);

#endif /* _ARGO_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
