// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a ring in process context, for clients without a NAPI.
 */
#include <linux/export.h>

#include "core.h"

/* Messages in a round, and after how many of them their space is given back */
#define ARGO_READER_ROUND	64
#define ARGO_READER_BATCH	16

static void argo_reader_work(struct work_struct *work)
{
	struct argo_reader *reader = container_of(work, struct argo_reader, work);
	struct argo_ring *ring = reader->ring;
	enum argo_read read = ARGO_READ_ON;
	struct argo_message msg;
	unsigned int n;

	for (n = 0; n < ARGO_READER_ROUND && argo_ring_next(ring, &msg) > 0; n++) {
		read = reader->message(reader, &msg);
		if (read == ARGO_READ_PARK)
			break;
		argo_ring_consume(ring, &msg);
		if (n % ARGO_READER_BATCH == ARGO_READER_BATCH - 1)
			argo_ring_publish(ring);
	}
	argo_ring_publish(ring);
	if (read == ARGO_READ_PARK) {
		argo_ring_park(ring);
	} else if (n == ARGO_READER_ROUND) {
		argo_ring_again(ring);
		queue_work(argo_core.readers, work);
	} else {
		argo_ring_done(ring);
	}
}

/**
 * argo_reader_init() - initialise a reader
 * @reader: the client's memory; filled in
 * @ring: what to read, not registered yet
 * @message: called for each message, one at a time, in process context
 *
 * Context: any.
 */
void argo_reader_init(struct argo_reader *reader, struct argo_ring *ring,
		      enum argo_read (*message)(struct argo_reader *reader,
						const struct argo_message *msg))
{
	INIT_WORK(&reader->work, argo_reader_work);
	reader->ring = ring;
	reader->message = message;
}
EXPORT_SYMBOL_GPL(argo_reader_init);

/**
 * argo_reader_data() - start reading; the client's argo_ring_ops.data calls this
 * @reader: the reader of that ring
 *
 * Context: any.
 * Return: the value that argo_ring_ops.data must return
 */
bool argo_reader_data(struct argo_reader *reader)
{
	queue_work(argo_core.readers, &reader->work);
	return true;
}
EXPORT_SYMBOL_GPL(argo_reader_data);

/**
 * argo_reader_resume() - a reader that returned ARGO_READ_PARK can go on
 * @reader: the reader, which has returned ARGO_READ_PARK or is about to
 *
 * The reader gets the message again for which it returned ARGO_READ_PARK.
 *
 * Context: any.
 */
void argo_reader_resume(struct argo_reader *reader)
{
	queue_work(argo_core.readers, &reader->work);
}
EXPORT_SYMBOL_GPL(argo_reader_resume);

/**
 * argo_reader_stop() - stop reading; no message is delivered after this returned
 * @reader: the reader; its ring is unregistered, and nobody resumes it
 *
 * Context: process, may sleep.
 */
void argo_reader_stop(struct argo_reader *reader)
{
	cancel_work_sync(&reader->work);
}
EXPORT_SYMBOL_GPL(argo_reader_stop);
