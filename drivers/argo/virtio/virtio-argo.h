/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio-argo: the drivers' side of virtio over Argo.
 *
 * Locks, outermost first: va_device.lock; va_link.request_lock or
 * va_link.callback_lock; va_queue.lock; argo-core's lock; va_link.lock.
 */
#ifndef _VIRTIO_ARGO_H
#define _VIRTIO_ARGO_H

#include <linux/argo.h>
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "vmsg.h"
#include "wire.h"

/* Whatever a backend says, it gets no more of each of these. */
#define VA_QUEUES_MAX	4
#define VA_QUEUE_SIZE	256
#define VA_CONFIG_MAX	VMSG_CONFIG_MAX

/* A write of 128 KiB and what belongs to it are one message. */
#define VA_SEND_MAX	(SZ_128K + SZ_4K)
/* What one kick sends with interrupts off; a work item sends the rest. */
#define VA_KICK_BYTES	SZ_256K
#define VA_RECORDS_MAX	64

/* A segment of a driver's request */
#define VA_SEGMENT_MAX	SZ_64K

/* Features about the ring, which is here and not where the device is */
#define VA_RING_FEATURES GENMASK_ULL(41, 28)
#define VA_LOCAL_FEATURES (BIT_ULL(VIRTIO_F_VERSION_1) | \
			   BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) | \
			   BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) | \
			   BIT_ULL(VIRTIO_RING_F_EVENT_IDX))

struct va_link;

/**
 * struct va_type - what has to be known about a kind of device
 * @id: VIRTIO_ID_*
 * @name: for people
 * @fail: written into the last byte of a request that fails; -1 if no byte says
 *	so, and the device has to be taken from its driver
 * @flush: feature bit that says that there is a cache which a crash empties; -1
 *	if there is nothing to lose
 * @features: what a backend may offer, besides those of any virtio device
 */
struct va_type {
	u32 id;
	const char *name;
	int fail;
	int flush;
	u64 features;
};

/**
 * struct va_chain - a request of the driver
 * @node: in va_queue.todo or va_queue.out, if @busy
 * @busy: it was fetched and is not used yet
 * @out: the device has all of it
 * @head: its first descriptor
 * @total: readable bytes
 * @cap: writable bytes
 * @sent: of @total
 * @sending: with the message in the making
 * @answer: length that the device gave in the first fragment of the answer
 * @got: end of the last fragment of the answer
 * @answered: there was one
 */
struct va_chain {
	struct list_head node;
	bool busy;
	bool out;
	u16 head;
	u32 total;
	u32 cap;
	u32 sent;
	u32 sending;
	u32 answer;
	u32 got;
	bool answered;
};

/**
 * struct va_queue - a virtqueue, whose device side is here
 * @dev: its device
 * @vq: as virtio knows it
 * @vring: the rings
 * @index: number
 * @lock: for all below
 * @closed: the driver has no use for it any more
 * @live: the device takes requests
 * @last_avail: next entry of the available ring
 * @used: next entry of the used ring
 * @shown: of these the driver has been told
 * @todo: requests to be sent
 * @out: requests to be answered
 * @touched: in the list of those that a message completed something of
 * @chains: by head
 * @records: headers of the message in the making
 * @bounce: pieces of it that are too many for Xen
 */
struct va_queue {
	struct va_device *dev;
	struct virtqueue *vq;
	const struct vring *vring;
	u16 index;
	spinlock_t lock;	/* for all below */
	bool closed;
	bool live;
	u16 last_avail;
	u16 used;
	u16 shown;
	struct list_head todo;
	struct list_head out;
	struct list_head touched;
	struct va_chain *chains;
	struct va_record *records;
	void *bounce;
};

/**
 * struct va_device - a device of a backend
 * @vdev: as virtio knows it
 * @link: how to reach its backend
 * @number: there
 * @type: what it is
 * @register_work: makes it known to virtio
 * @registered: virtio knows it
 * @unwanted: it is to go
 * @dead: its requests fail
 * @aborted: those that there were have
 * @stale: the configuration changed
 * @lock: for what is below, and for talking about it with the backend
 * @info: identity, which must not change
 * @features: offered
 * @queue_max: sizes offered
 * @status: as the driver set it
 * @epoch: of the requests' records
 * @generation: va_link.generation for which the backend knows all this
 * @lineage: va_hello.lineage at that time
 * @config_lock: for @config and @config_generation
 * @config: copy of the configuration
 * @config_size: bytes of it
 * @config_generation: changes with it
 * @queues: those that the driver uses; under va_link.callback_lock, too
 * @messages: AVAIL messages sent
 * @requests: requests sent whole
 * @answers: requests used
 * @again: requests sent once more, to another backend process
 * @failed: requests that failed here
 * @full: times there was no room
 */
struct va_device {
	struct virtio_device vdev;
	struct va_link *link;
	u16 number;
	const struct va_type *type;
	struct work_struct register_work;
	bool registered;
	bool unwanted;
	bool dead;
	bool aborted;
	bool stale;

	struct mutex lock;	/* for what is below, but for the configuration */
	struct vmsg_device_info info;
	u64 features;
	u32 queue_max[VA_QUEUES_MAX];
	u8 status;
	u16 epoch;
	u32 generation;
	u64 lineage;

	spinlock_t config_lock;	/* for the configuration */
	u8 config[VA_CONFIG_MAX];
	u32 config_size;
	u32 config_generation;

	struct va_queue *queues[VA_QUEUES_MAX];

	atomic_long_t messages;
	atomic_long_t requests;
	atomic_long_t answers;
	atomic_long_t again;
	atomic_long_t failed;
	atomic_long_t full;
};

/**
 * enum va_state - of a link
 * @VA_DOWN: there is no ring
 * @VA_SEEKING: the backend has none
 * @VA_GREETING: it has not answered
 * @VA_UP: it has
 */
enum va_state {
	VA_DOWN,
	VA_SEEKING,
	VA_GREETING,
	VA_UP,
};

/* Bits of va_link.events */
enum va_event {
	VA_EV_LOST,
	VA_EV_APPEARED,
	VA_EV_FAILED,
	VA_EV_RESCAN,
	VA_EV_UP,
};

/**
 * struct va_link - a backend
 * @node: in the list of all
 * @domid: its domain
 * @port: and port there and here
 * @restores: argo_restores() when it was named
 * @parent: parent of its devices
 * @ring: what it sends
 * @reader: reads that
 * @dest: its ring
 * @work: state machine
 * @tx: sends what waits, fails what is dead
 * @expire: patience is over: all fails
 * @events: VA_EV_*
 * @stopping: it is being taken away
 * @patient: @expire does not run
 * @state: what @work is at
 * @greet_delay: until the next HELLO
 * @next_session: not before
 * @next_rescan: not before
 * @callback_lock: while drivers' callbacks run, and for @devices
 * @devices: by number
 * @request_lock: for one request at a time
 * @answered: the request has an answer, or never will
 * @room: woken when there is room in the backend's ring
 * @lock: for all below
 * @up: requests and records pass
 * @session: ours, told by HELLO
 * @peer_session: the backend's
 * @lineage: va_hello.lineage
 * @max_message: what it takes
 * @max_request: largest chain it takes
 * @generation: how often it was up
 * @announced: device numbers that may be in records
 * @request: what is to be answered
 * @response: where to put that
 * @response_max: room there
 * @response_len: bytes of it, or an error
 * @token: of the last request
 * @outstanding: there is a request
 * @rx: messages received
 * @bad: of these, dropped ones
 */
struct va_link {
	struct list_head node;
	u16 domid;
	u32 port;
	unsigned int restores;
	struct platform_device *parent;
	struct argo_ring *ring;
	struct argo_reader reader;
	struct argo_dest dest;
	struct delayed_work work;
	struct work_struct tx;
	struct delayed_work expire;
	unsigned long events;
	bool stopping;
	bool patient;
	enum va_state state;
	unsigned int greet_delay;
	unsigned long next_session;
	unsigned long next_rescan;

	struct mutex callback_lock;	/* for @devices, and while callbacks run */
	struct va_device *devices[VA_DEVICES_MAX];

	struct mutex request_lock;	/* for one request at a time */
	struct completion answered;
	wait_queue_head_t room;

	spinlock_t lock;	/* for what is below, up to @outstanding */
	bool up;
	u64 session;
	u64 peer_session;
	u64 lineage;
	u32 max_message;
	u32 max_request;
	u32 generation;
	u16 announced;
	struct vmsg_header request;
	void *response;
	u32 response_max;
	int response_len;
	u16 token;
	bool outstanding;

	atomic_long_t rx;
	atomic_long_t bad;
};

extern struct workqueue_struct *va_wq;
extern unsigned int va_ring_size;
extern unsigned int va_grace;
extern bool va_rejoin;

/* main.c */
void va_links_for_each(void (*fn)(struct va_link *link, void *priv), void *priv);

/* link.c */
struct va_link *va_link_create(u16 domid, u32 port);
void va_link_destroy(struct va_link *link);
void va_link_kill(struct va_link *link, const char *why);

/* session.c */
void va_link_event(struct va_link *link, enum va_event event);
void va_link_news(struct va_link *link);
void va_link_cut(struct va_link *link);
void va_link_fail(struct va_link *link);
u32 va_max_message(void);
int va_link_hello(struct va_link *link, const struct va_hello *hello);
bool va_link_bye(struct va_link *link, const struct va_bye *bye);
void va_link_work(struct work_struct *work);

/* rx.c */
enum argo_read va_rx(struct argo_reader *reader, const struct argo_message *msg);

/* control.c */
int va_request(struct va_link *link, u8 type, u8 id, u16 device, const void *req, u32 len,
	       void *response, u32 max);
int va_ask(struct va_device *dev, u8 id, const void *req, u32 len, void *response, u32 max);
void va_control_recv(struct va_link *link, const struct argo_message *msg);

/* probe.c */
int va_rescan(struct va_link *link);

/* types.c */
const struct va_type *va_type_find(u32 id);
int va_type_limit(const struct va_type *type, void *config, u32 queue, u32 max_request);
const char *va_type_lacks(const struct va_type *type, const void *now, const void *before);

/* tell.c */
void va_activate(struct va_device *dev);

/* device.c */
extern const struct virtio_config_ops va_config_ops;
struct va_device *va_device_create(struct va_link *link, u16 number);
void va_device_unregister(struct va_device *dev);
void va_device_kill(struct va_device *dev, const char *why);
void va_device_free(struct va_device *dev);

/* queue.c */
struct va_queue *va_queue_create(struct va_device *dev, unsigned int index);
void va_queue_free(struct va_queue *q);
void va_queue_close(struct va_queue *q);
void va_queue_stall(struct va_queue *q);
void va_queue_restart(struct va_queue *q);
void va_queue_go(struct va_queue *q);
bool va_queue_abort(struct va_queue *q);
void va_fetch(struct va_queue *q);
void va_complete(struct va_queue *q, struct va_chain *chain, u32 len);
bool va_show(struct va_queue *q);

/* tx.c */
bool va_notify(struct virtqueue *vq);
void va_tx_work(struct work_struct *work);

/* chain.c */
void va_chain_measure(const struct va_queue *q, struct va_chain *chain);
int va_chain_gather(const struct va_queue *q, const struct va_chain *chain,
		    struct argo_stage *stage, u32 offset, u32 len);
void va_chain_scatter(const struct va_queue *q, const struct va_chain *chain, u32 offset,
		      const struct argo_message *msg, u32 at, u32 len);
void va_chain_fail(const struct va_queue *q, const struct va_chain *chain);

/* dma.c */
void va_dma_init(struct va_device *dev);
bool va_dma_is_ours(struct va_device *dev);

/* debugfs.c */
void va_debugfs_init(void);
void va_debugfs_exit(void);

static inline struct va_device *va_device(struct virtio_device *vdev)
{
	return container_of(vdev, struct va_device, vdev);
}

#endif /* _VIRTIO_ARGO_H */
