// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests: parts of them come in records, and parts of their answers go in others.
 */
#include <string.h>

#include "virtiod.h"

/* No smaller part of an answer than this, but for the last one */
#define PART_MIN	1024

static uint32_t aligned(uint32_t len)
{
	return (len + VA_RECORD_ALIGN - 1) & ~(VA_RECORD_ALIGN - 1);
}

/* Return: is this how a request goes on, or begins? */
static bool fits(const struct queue *q, const struct va_record *rec)
{
	const struct request *r = &q->request;
	uint32_t total = le32toh(rec->total), cap = le32toh(rec->cap);
	uint32_t offset = le32toh(rec->offset), len = le32toh(rec->len);

	if (le16toh(rec->head) >= q->size || total > VIRTIOD_REQUEST ||
	    cap > VIRTIOD_REQUEST - total || offset > total || len > total - offset)
		return false;
	if (!r->busy)
		return !offset;
	return le16toh(rec->head) == r->head && total == r->total && cap == r->cap &&
	       offset == r->got && len;
}

static void take(struct virtiod *v, struct device *dev, struct queue *q,
		 const struct va_record *rec, const uint8_t *data)
{
	uint32_t len = le32toh(rec->len), n;
	struct request *r = &q->request;

	if (!r->busy)
		*r = (struct request) {
			.busy = true,
			.head = le16toh(rec->head),
			.total = le32toh(rec->total),
			.cap = le32toh(rec->cap),
		};
	if (r->got < VIRTIOD_HEADER) {
		n = VIRTIOD_HEADER - r->got;
		memcpy(r->header + r->got, data, len < n ? len : n);
	}
	if (r->got + len >= VIRTIOD_HEADER || r->got + len == r->total)
		dev->ops->take(dev, r, r->got, data, len);
	r->got += len;
	if (r->got < r->total)
		return;
	dev->ops->finish(dev, r);
	r->answering = true;
	v->job = r;
	v->job_device = le16toh(rec->device);
	v->job_queue = le16toh(rec->queue);
}

/* One record of the message that came */
static void next(struct virtiod *v)
{
	struct va_record rec;
	struct device *dev;
	struct queue *q;
	uint32_t at = v->in_at;

	v->in_at = v->in_len;
	if (v->in_len - at < sizeof(rec)) {
		v->bad++;
		return;
	}
	memcpy(&rec, v->in + at, sizeof(rec));
	at += sizeof(rec);
	if (le16toh(rec.device) >= VA_DEVICES_MAX || !v->devices[le16toh(rec.device)].ops) {
		v->bad++;
		return;
	}
	dev = &v->devices[le16toh(rec.device)];
	if (le32toh(rec.len) > v->in_len - at || le16toh(rec.queue) >= dev->ops->queues) {
		control_needs_reset(v, le16toh(rec.device));
		return;
	}
	q = &dev->queues[le16toh(rec.queue)];
	if (at + le32toh(rec.len) < v->in_len)
		v->in_at = at + aligned(le32toh(rec.len));
	if (v->in_at > v->in_len)
		v->in_at = v->in_len;
	if (!(dev->status & STATUS_DRIVER_OK) || dev->status & STATUS_NEEDS_RESET ||
	    !q->size || le16toh(rec.epoch) != q->epoch)
		v->stale++;
	else if (!fits(q, &rec))
		control_needs_reset(v, le16toh(rec.device));
	else
		take(v, dev, q, &rec, v->in + at);
}

/* Return: is the answer complete? If not, there is no room for more of it. */
static bool give(struct virtiod *v)
{
	struct device *dev = &v->devices[v->job_device];
	uint32_t at = aligned(v->out_len), left = v->job->length - v->job->offset, len;
	struct va_record rec;

	if (at + sizeof(rec) > v->max_message ||
	    (v->out_len && v->max_message - at - sizeof(rec) <
	     (left < PART_MIN ? left : PART_MIN)))
		return false;
	len = v->max_message - at - sizeof(rec);
	if (len > left)
		len = left;
	rec = (struct va_record) {
		.device = htole16(v->job_device),
		.queue = htole16(v->job_queue),
		.head = htole16(v->job->head),
		.epoch = htole16(dev->queues[v->job_queue].epoch),
		.total = htole32(v->job->length),
		.offset = htole32(v->job->offset),
		.len = htole32(len),
	};
	memset(v->out + v->out_len, 0, at - v->out_len);
	memcpy(v->out + at, &rec, sizeof(rec));
	at += sizeof(rec);
	if (len)
		dev->ops->give(dev, v->job, v->job->offset, v->out + at, len);
	v->job->offset += len;
	v->out_len = at + len;
	return v->job->offset == v->job->length;
}

/*
 * Do the next thing that there is to do with records.
 *
 * Return: was there anything, without a message having to be sent or read first?
 */
bool records_step(struct virtiod *v)
{
	if (v->control_len)
		return false;
	if (v->job) {
		if (!give(v))
			return false;
		v->job->busy = false;
		v->job = NULL;
		return true;
	}
	if (v->in_at >= v->in_len)
		return false;
	next(v);
	return true;
}
