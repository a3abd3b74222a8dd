/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM argo_dev

#if !defined(_ARGO_DEV_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _ARGO_DEV_TRACE_H

#include <linux/argo.h>
#include <linux/tracepoint.h>

TRACE_EVENT(argo_dev_bind,
	TP_PROTO(u16 partner, u32 port, int ret),
	TP_ARGS(partner, port, ret),
	TP_STRUCT__entry(
		__field(u16, partner)
		__field(u32, port)
		__field(int, ret)
	),
	TP_fast_assign(
		__entry->partner = partner;
		__entry->port = port;
		__entry->ret = ret;
	),
	TP_printk("partner=%u port=%#x ret=%d", __entry->partner, __entry->port,
		  __entry->ret)
);

TRACE_EVENT(argo_dev_read,
	TP_PROTO(u32 port, const struct argo_message *msg, u32 copied),
	TP_ARGS(port, msg, copied),
	TP_STRUCT__entry(
		__field(u16, domid)
		__field(u32, port)
		__field(u32, type)
		__field(u32, len)
		__field(u32, copied)
	),
	TP_fast_assign(
		__entry->domid = msg->domid;
		__entry->port = port;
		__entry->type = msg->type;
		__entry->len = msg->len;
		__entry->copied = copied;
	),
	TP_printk("domid=%u port=%#x type=%#x len=%u copied=%u", __entry->domid,
		  __entry->port, __entry->type, __entry->len, __entry->copied)
);

TRACE_EVENT(argo_dev_write,
	TP_PROTO(const struct xen_argo_addr *addr, u32 source, u32 type, u32 len,
		 int ret),
	TP_ARGS(addr, source, type, len, ret),
	TP_STRUCT__entry(
		__field(u16, domid)
		__field(u32, port)
		__field(u32, source)
		__field(u32, type)
		__field(u32, len)
		__field(int, ret)
	),
	TP_fast_assign(
		__entry->domid = addr->domain_id;
		__entry->port = addr->aport;
		__entry->source = source;
		__entry->type = type;
		__entry->len = len;
		__entry->ret = ret;
	),
	TP_printk("domid=%u port=%#x source=%#x type=%#x len=%u ret=%d",
		  __entry->domid, __entry->port, __entry->source, __entry->type,
		  __entry->len, __entry->ret)
);

#endif /* _ARGO_DEV_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
