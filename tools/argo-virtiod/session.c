// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agreeing with the guest on a session. A new one begins with devices at rest.
 */
#include <stdlib.h>
#include <string.h>

#include "virtiod.h"

/* Only the header of a message is from Xen, the rest is the guest's. */
static bool hello_fits(const struct va_hello *hello)
{
	return hello->role == VA_ROLE_DRIVER && hello->version_min <= VA_VERSION &&
	       hello->version_max >= VA_VERSION && hello->session &&
	       le32toh(hello->control) & VA_CONTROL_MSG1 &&
	       le32toh(hello->max_message) >= VA_MESSAGE_MIN;
}

/*
 * Requests of before are not answered any more. The guest waits for the answers until
 * it hears of another session, so a new number is drawn. 0 stands for no session.
 */
void session_end(struct virtiod *v)
{
	unsigned int i;

	arc4random_buf(&v->session, sizeof(v->session));
	v->session |= 1;
	v->guest_session = 0;
	v->in_len = 0;
	v->in_at = 0;
	v->out_len = 0;
	v->control_len = 0;
	v->job = NULL;
	for (i = 0; i < VA_DEVICES_MAX; i++)
		device_reset(&v->devices[i]);
}

/* It goes where the answers to questions go: behind all that was before. */
void session_hello(struct virtiod *v, uint64_t answer_to)
{
	struct va_hello hello = {
		.version_min = VA_VERSION,
		.version_max = VA_VERSION,
		.role = VA_ROLE_DEVICE,
		.lanes = 1,
		.control = htole32(VA_CONTROL_MSG1),
		.session = htole64(v->session),
		.peer_session = htole64(answer_to),
		.max_message = htole32(v->max_in),
		.max_request = htole32(VIRTIOD_REQUEST),
		.lineage = htole64(v->lineage),
	};

	memcpy(v->control, &hello, sizeof(hello));
	v->control_len = sizeof(hello);
	v->control_kind = VA_KIND_HELLO;
}

/* We end it: the guest is told, so that it asks again. */
void session_break(struct virtiod *v)
{
	session_end(v);
	session_hello(v, 0);
}

static void hello_take(struct virtiod *v)
{
	struct va_hello hello;
	uint64_t session;

	if (v->in_len < sizeof(hello))
		goto bad;
	memcpy(&hello, v->in, sizeof(hello));
	if (!hello_fits(&hello))
		goto bad;
	session = le64toh(hello.session);
	/* One that had no answer yet says it again. */
	if (session != v->guest_session) {
		session_end(v);
		v->guest_session = session;
		v->max_message = le32toh(hello.max_message);
		if (v->max_message > VA_MESSAGE_MAX)
			v->max_message = VA_MESSAGE_MAX;
	}
	session_hello(v, session);
	return;
bad:
	v->bad++;
}

static void bye_take(struct virtiod *v)
{
	struct va_bye bye;

	if (v->in_len < sizeof(bye)) {
		v->bad++;
		return;
	}
	memcpy(&bye, v->in, sizeof(bye));
	if (le64toh(bye.session) == v->guest_session)
		session_end(v);
}

/* The guest believes in a session that we ended. */
static void stranger_take(struct virtiod *v, uint32_t type)
{
	v->stale++;
	if (type == VA_TYPE(VA_KIND_AVAIL) || type == VA_TYPE(VA_KIND_CONTROL))
		session_hello(v, 0);
}

/* A message came: it is in @in. Records in it are left for records_step(). */
void session_take(struct virtiod *v, const struct argo_meta *meta)
{
	uint32_t len = v->in_len;

	v->in_at = len;
	if (meta->addr.domid != v->guest.domid || meta->truncated)
		v->bad++;
	else if (meta->type == VA_TYPE(VA_KIND_HELLO))
		hello_take(v);
	else if (!v->guest_session)
		stranger_take(v, meta->type);
	else if (meta->type == VA_TYPE(VA_KIND_AVAIL))
		v->in_at = 0;
	else if (meta->type == VA_TYPE(VA_KIND_CONTROL))
		control_take(v, v->in, len);
	else if (meta->type == VA_TYPE(VA_KIND_BYE))
		bye_take(v);
	else
		v->bad++;
}
