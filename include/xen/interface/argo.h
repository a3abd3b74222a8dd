/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/*
 * Argo: messages between domains, copied by the hypervisor.
 *
 * The hypercall ABI as Xen 4.12 and later implement it. What Xen's own header has
 * a name for has it here, too.
 */
#ifndef __XEN_PUBLIC_ARGO_H__
#define __XEN_PUBLIC_ARGO_H__

#include <linux/types.h>

/* One hypercall: a command and four arguments. */
#define __HYPERVISOR_argo_op		39

#define XEN_ARGO_OP_register_ring	1
#define XEN_ARGO_OP_unregister_ring	2
#define XEN_ARGO_OP_sendv		3
#define XEN_ARGO_OP_notify		4

/* Raised for a new message and for space that was waited for; vCPU 0 only. */
#define VIRQ_ARGO			11

/* As the source domid of sendv, "the caller"; as a partner, "any domain". */
#define XEN_ARGO_DOMID_ANY		0x7ff4

/* Domids from here on name no domain. */
#define XEN_ARGO_DOMID_FIRST_RESERVED	0x7ff0

/* Xen works in pages of this size whatever the page size of the guest is. */
#define XEN_ARGO_PAGE_SIZE		4096
#define XEN_ARGO_MSG_SLOT_SIZE		16
#define XEN_ARGO_MAX_RING_PAGES		4096
#define XEN_ARGO_MIN_RING_LEN		48
#define XEN_ARGO_MAXIOV		8
#define XEN_ARGO_MAX_RINGS		128
#define XEN_ARGO_MAX_NOTIFY		256

/* register_ring: refuse instead of replacing a ring of the same name */
#define XEN_ARGO_REGISTER_FLAG_FAIL_EXIST	(1U << 0)

struct xen_argo_addr {
	__u32 aport;
	__u16 domain_id;
	__u16 pad;			/* zero */
};

struct xen_argo_send_addr {
	struct xen_argo_addr src;
	struct xen_argo_addr dst;
};

/* The head of a ring; messages follow at once and fill @len bytes. */
struct xen_argo_ring {
	__u32 rx_ptr;			/* moved by the receiver */
	__u32 tx_ptr;			/* moved by Xen */
	__u8 reserved[56];
};

/* Starts on a slot and never wraps; its payload may wrap once. */
struct xen_argo_ring_message_header {
	__u32 len;			/* this header and the payload */
	struct xen_argo_addr source;	/* the domid is Xen's word */
	__u32 message_type;
};

struct xen_argo_register_ring {
	__u32 aport;
	__u16 partner_id;
	__u16 pad;			/* zero */
	__u32 len;
};

struct xen_argo_unregister_ring {
	__u32 aport;
	__u16 partner_id;
	__u16 pad;			/* zero */
};

/* An address is guest virtual, valid in the caller's page tables. */
struct xen_argo_iov {
	__u64 iov_hnd;
	__u32 iov_len;
	__u32 pad;			/* zero */
};

/* Answers to a notify query */
#define XEN_ARGO_RING_EXISTS		(1U << 0)
#define XEN_ARGO_RING_SHARED		(1U << 1)
#define XEN_ARGO_RING_EMPTY		(1U << 2)
#define XEN_ARGO_RING_SUFFICIENT	(1U << 3)
#define XEN_ARGO_RING_EMSGSIZE		(1U << 4)
#define XEN_ARGO_RING_EBUSY		(1U << 5)

struct xen_argo_ring_data_ent {
	struct xen_argo_addr ring;
	__u16 flags;			/* filled by Xen */
	__u16 pad;
	__u32 space_required;		/* payload bytes */
	__u32 max_message_size;		/* filled by Xen if the ring exists */
};

struct xen_argo_ring_data {
	__u32 nent;
	__u32 pad;
	struct xen_argo_ring_data_ent data[];
};

#endif /* __XEN_PUBLIC_ARGO_H__ */
