/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * argo-virtiod: devices for the virtio drivers of one guest.
 *
 * All that a guest can make it hold is one message that came in and one that goes
 * out: a request is worked on as its parts arrive, and answered in parts. While the
 * guest does not read, nothing of it is read.
 */
#ifndef VIRTIOD_H
#define VIRTIOD_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <argo.h>

#include "vmsg.h"
#include "wire.h"

#define VIRTIOD_QUEUES		2
#define VIRTIOD_QUEUE_SIZE	128
/* Longest request: as many segments as a block device is asked to take */
#define VIRTIOD_SEGMENTS	62
#define VIRTIOD_SEGMENT		65536
#define VIRTIOD_REQUEST		((VIRTIOD_SEGMENTS + 2) * VIRTIOD_SEGMENT)
/* Room for the header of a request */
#define VIRTIOD_HEADER		16

#define STATUS_DRIVER_OK	4
#define STATUS_FEATURES_OK	8
#define STATUS_NEEDS_RESET	64

struct device;

/**
 * struct request - a chain on its way to a device, and the answer on its way back
 * @busy: there is one
 * @answering: all of it came
 * @head: its name
 * @total: readable bytes
 * @cap: writable bytes
 * @got: of @total
 * @header: first bytes
 * @status: what is to be told of it
 * @length: bytes of the answer
 * @offset: of these, sent
 * @position: in the file
 */
struct request {
	bool busy;
	bool answering;
	uint16_t head;
	uint32_t total;
	uint32_t cap;
	uint32_t got;
	uint8_t header[VIRTIOD_HEADER];
	uint8_t status;
	uint32_t length;
	uint32_t offset;
	uint64_t position;
};

/**
 * struct queue - a virtqueue
 * @size: as set, 0 if it is not enabled
 * @epoch: of its records
 * @request: the one being worked on
 */
struct queue {
	uint16_t size;
	uint16_t epoch;
	struct request request;
};

/**
 * struct device_ops - a kind of device
 * @name: for the command line
 * @id: virtio's number
 * @queues: how many
 * @open: get ready. Return: 0, or -1 after saying why
 * @take: more of a request came, of which @at bytes came before; its header is
 *	complete, or all there is
 * @finish: all of it came; decide about the answer
 * @give: write @len bytes of the answer from @offset on
 */
struct device_ops {
	const char *name;
	uint32_t id;
	unsigned int queues;
	int (*open)(struct device *dev);
	void (*take)(struct device *dev, struct request *r, uint32_t at, const void *data,
		     uint32_t len);
	void (*finish)(struct device *dev, struct request *r);
	void (*give)(struct device *dev, struct request *r, uint32_t offset, void *data,
		     uint32_t len);
};

/**
 * struct device - a device of the guest
 * @ops: its kind, NULL if there is none of this number
 * @file: name, if it has one
 * @read_only: it is not to be written to
 * @fd: file
 * @sectors: of 512 bytes
 * @features: offered
 * @config: configuration space
 * @config_size: bytes of it
 * @driver_features: asked for
 * @status: as the driver set it
 * @queues: its queues
 */
struct device {
	const struct device_ops *ops;
	char *file;
	bool read_only;
	int fd;
	uint64_t sectors;
	uint64_t features;
	uint8_t config[VMSG_CONFIG_MAX];
	uint32_t config_size;
	uint64_t driver_features;
	uint32_t status;
	struct queue queues[VIRTIOD_QUEUES];
};

/**
 * struct virtiod - all that there is
 * @argo: endpoint
 * @guest: its ring
 * @there: its ring is
 * @ring_bytes: ours
 * @max_in: longest message that we take
 * @devices: by number
 * @lineage: see struct va_hello
 * @session: ours
 * @guest_session: the guest's, 0 if there is none
 * @max_message: what it takes
 * @in: message that came
 * @in_len: bytes of it
 * @in_at: next record of it
 * @job: request that is being answered
 * @job_device: of this device
 * @job_queue: of this queue
 * @out: records that go
 * @out_len: bytes of them
 * @control: message that goes behind them
 * @control_len: bytes of it
 * @control_kind: its kind
 * @stale: records ignored
 * @bad: messages that broke the rules
 */
struct virtiod {
	struct argo *argo;
	struct argo_addr guest;
	bool there;
	uint32_t ring_bytes;
	uint32_t max_in;
	struct device devices[VA_DEVICES_MAX];
	uint64_t lineage;
	uint64_t session;
	uint64_t guest_session;
	uint32_t max_message;
	uint8_t *in;
	uint32_t in_len;
	uint32_t in_at;
	struct request *job;
	uint16_t job_device;
	uint16_t job_queue;
	uint8_t *out;
	uint32_t out_len;
	uint8_t control[VMSG_MAX];
	uint32_t control_len;
	unsigned int control_kind;
	unsigned long stale;
	unsigned long bad;
};

extern const struct device_ops blk_ops;
extern const struct device_ops rng_ops;

/* device.c */
int device_parse(struct virtiod *v, char *text);
void device_reset(struct device *dev);

/* session.c */
void session_hello(struct virtiod *v, uint64_t answer_to);
void session_take(struct virtiod *v, const struct argo_meta *meta);
void session_end(struct virtiod *v);
void session_break(struct virtiod *v);

/* control.c */
void control_take(struct virtiod *v, const uint8_t *data, uint32_t len);
void control_event(struct virtiod *v, unsigned int number);
void control_needs_reset(struct virtiod *v, unsigned int number);

/* records.c */
bool records_step(struct virtiod *v);

#endif /* VIRTIOD_H */
