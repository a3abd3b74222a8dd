/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hypervisor's Argo in memory, in the place of hv_xen.o.
 *
 * Domain numbers are those of one small host. One of them is this kernel; the
 * others exist once they are created, and act through the functions below.
 */
#ifndef _FAKE_XEN_H
#define _FAKE_XEN_H

#include <linux/list.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/spinlock.h>

#include "hv.h"

#define FAKE_DOMAINS		64
#define FAKE_MAX_WAITS		32
#define FAKE_MAX_PAYLOAD	16777184U
#define FAKE_CALLS_TIMED	16

/**
 * struct fake_wait - a domain that waits for room in a ring
 * @node: in fake_ring.waits
 * @domid: the domain, at most once per ring
 * @len: payload bytes it needs; only grows
 */
struct fake_wait {
	struct list_head node;
	u16 domid;
	u32 len;
};

/**
 * struct fake_ring - a registered ring
 * @node: in fake_domain.rings of its owner
 * @owner: the domain that reads it
 * @partner: the one that may send to it, or XEN_ARGO_DOMID_ANY
 * @port: its port
 * @len: bytes of message space
 * @tx: where the next message goes
 * @pages: its memory, with a reference to each page
 * @npages: how many
 * @waits: who waits for room
 * @nwaits: how many
 * @kept: an unregistration was made to fail
 */
struct fake_ring {
	struct list_head node;
	u16 owner;
	u16 partner;
	u32 port;
	u32 len;
	u32 tx;
	struct page **pages;
	unsigned int npages;
	struct list_head waits;
	unsigned int nwaits;
	bool kept;
};

/**
 * struct fake_domain - a domain
 * @exists: whether it does
 * @rings: those it owns
 * @nrings: what counts against its limit
 * @virqs: how often it was signalled
 */
struct fake_domain {
	bool exists;
	struct list_head rings;
	unsigned int nrings;
	unsigned long virqs;
};

enum fake_op {
	FAKE_PROBE, FAKE_BIND, FAKE_REGISTER, FAKE_UNREGISTER, FAKE_SENDV,
	FAKE_NOTIFY, FAKE_OPS
};

/* What the numbers of struct fake_xen made happen */
enum fake_hit {
	FAKE_VIRQ_LOST, FAKE_VIRQ_DOUBLED, FAKE_VIRQ_LATE, FAKE_WAIT_LOST,
	FAKE_HITS
};

/**
 * struct fake_xen - the one instance
 * @lock: everything below, and all rings; taken in any context
 * @domain: by number
 * @local: which of them this kernel is
 * @rnd: for all that happens by chance
 * @mac_permissive: rings may be open to any domain
 * @refused: domains, by bit, that policy keeps this one from sending to
 * @virq_lose: how many of a hundred VIRQs are lost
 * @virq_dup: how often each is delivered once more
 * @virq_delay: by how many milliseconds each is late
 * @wait_lose: how many of a hundred waits are not noted
 */
struct fake_xen {
	spinlock_t lock; /* all of it */
	struct fake_domain domain[FAKE_DOMAINS];
	u16 local;
	struct rnd_state rnd;
	bool mac_permissive;
	u64 refused;
	u32 virq_lose;
	u32 virq_dup;
	u32 virq_delay;
	u32 wait_lose;
};

extern struct fake_xen fake;

/* rings.c: what a hypercall of domain @caller does */
int fake_register(u16 caller, const struct xen_argo_register_ring *reg,
		  struct page **pages, u32 flags);
int fake_unregister(u16 caller, const struct xen_argo_unregister_ring *unreg);
int fake_sendv(u16 caller, const struct xen_argo_send_addr *addr,
	       const struct xen_argo_iov *iov, unsigned int niov, u32 type);

/* rings.c, with fake.lock held */
struct fake_domain *fake_find_domain(u16 domid);
struct fake_ring *fake_find_ring(u16 owner, u16 partner, u32 port);
bool fake_refused(u16 caller, u16 domid);
struct fake_ring *fake_match_ring(u16 owner, u16 caller, u32 port);
void fake_free_ring(struct fake_ring *ring);
u32 fake_ring_rx(const struct fake_ring *ring);
bool fake_ring_fits(const struct fake_ring *ring, u32 payload);
void fake_ring_copy(const struct fake_ring *ring, u32 pos, void *buf, u32 len,
		    bool in);

static inline struct xen_argo_ring *fake_ring_head(const struct fake_ring *ring)
{
	return page_address(ring->pages[0]);
}

/* waits.c */
int fake_notify(u16 caller, struct xen_argo_ring_data *data);

/* waits.c, with fake.lock held */
int fake_wait_add(struct fake_ring *ring, u16 domid, u32 len);
void fake_wait_end(struct fake_ring *ring, u16 domid);
void fake_signal(u16 domid);

/* virq.c: the event channel of this kernel */
void fake_virq_raise(void);
int fake_virq_bind(void (*handler)(void));
void fake_virq_unbind(void);
void fake_virq_mask(void);
void fake_virq_unmask(void);
void fake_virq_forget(void);

/* peer.c: other domains, and what befalls them */
void fake_domain_create(u16 domid);
void fake_domain_destroy(u16 domid);
int fake_peer_open(u16 domid, u16 partner, u32 port, u32 len);
int fake_peer_close(u16 domid, u16 partner, u32 port);
int fake_peer_recv(u16 domid, u16 partner, u32 port,
		   struct xen_argo_ring_message_header *head, void *buf, u32 size);
int fake_peer_send(u16 from, u32 from_port, u16 to, u32 to_port, u32 type,
		   const void *buf, u32 len);
unsigned int fake_drop_rings(u16 owner, const u32 *port);
int fake_corrupt(u16 owner, u32 port, const char *what, u32 value);

/* faults.c */
int fake_fail(const char *spec);
void fake_heal(void);
u32 fake_calls(enum fake_op op);
unsigned long fake_call_at(enum fake_op op, u32 n);
int fake_fault(enum fake_op op);
bool fake_chance(u32 percent);
void fake_hit(enum fake_hit what);
void fake_seed_chance(u32 seed);
void fake_random_bytes(void *buf, u32 len);
void fake_faults_show(struct seq_file *s);

/* ops.c: the operations without faults and without checks of the caller */
int raw_hv_register(const struct xen_argo_register_ring *reg,
		    struct page **pages, u32 flags);
int raw_hv_unregister(const struct xen_argo_unregister_ring *unreg);
int raw_hv_sendv(const struct xen_argo_send_addr *addr,
		 const struct xen_argo_iov *iov, unsigned int niov, u32 type);
int raw_hv_notify(struct xen_argo_ring_data *data);

/* debugfs.c */
void fake_debugfs_init(void);
void fake_debugfs_exit(void);

#endif /* _FAKE_XEN_H */
