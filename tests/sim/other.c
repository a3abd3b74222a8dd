// SPDX-License-Identifier: GPL-2.0-only
/*
 * The peer that is played, see other.h.
 */
#include "other.h"

struct other other;
struct line_end end;
size_t bytes_before;

void other_opens(void)
{
	expect(!fake_peer_open(PEER, ME, ITS, LEN), "no ring");
}

void other_closes(void)
{
	fake_peer_close(PEER, ME, ITS);
}

void other_reads(void)
{
	struct xen_argo_ring_message_header head;
	struct argonet_hello hello;

	while (fake_peer_recv(PEER, ME, ITS, &head, &hello, sizeof(hello)) >= 0) {
		other.frames += head.message_type == DATA;
		if (head.message_type != HELLO)
			continue;
		other.hellos++;
		other.seen = le64_to_cpu(hello.session);
		other.asked = le64_to_cpu(hello.peer_session);
	}
	fake_notify(PEER, NULL);
}

void other_hello(u64 peer_session, bool up)
{
	const struct argonet_hello hello = {
		.version_min = 1, .version_max = 1, .flags = cpu_to_le16(up),
		.features = cpu_to_le32(other.features),
		.session = cpu_to_le64(other.session),
		.peer_session = cpu_to_le64(peer_session),
		.max_frame = cpu_to_le32(1522), .max_message = cpu_to_le32(2048),
		.queues = cpu_to_le32(1), .ring_size = cpu_to_le32(LEN),
	};

	fake_peer_send(PEER, ITS, ME, MINE, HELLO, &hello, sizeof(hello));
	sim_sleep(1);
}

void other_bye(void)
{
	const struct argonet_bye bye = { .session = cpu_to_le64(other.session) };

	fake_peer_send(PEER, ITS, ME, MINE, BYE, &bye, sizeof(bye));
	sim_sleep(1);
}

bool other_frame(u32 len)
{
	unsigned long got = end.got;
	u32 bytes = sizeof(struct argonet_record) + len;
	struct argonet_record *record = kzalloc(bytes, 0);
	u64 *tag = (u64 *)(record + 1);

	record->len = cpu_to_le32(len);
	record->offload = other.offload;
	tag[0] = other.session;
	tag[1] = other.seen;
	expect(fake_peer_send(PEER, ITS, ME, MINE, DATA, record, bytes) >= 0, "no room");
	kfree(record);
	sim_sleep(1);
	return end.got > got;
}

void end_begin(u32 ring_size, bool open)
{
	const struct argonet_config config = {
		.bound = true, .peer = PEER, .port = MINE, .peer_port = ITS,
		.queues = 1, .ring_size = ring_size,
	};

	bytes_before = line_start();
	other = (struct other) { .session = 77, .features = ARGONET_F_ALL };
	if (open)
		other_opens();
	end_add(&end, &config);
	expect(!end_up(&end), "does not start");
	sim_sleep(1);
}

void end_finish(void)
{
	end_down(&end);
	end_del(&end);
	other_closes();
	line_stop(bytes_before);
}

void end_connect(u32 ring_size)
{
	end_begin(ring_size, true);
	other_reads();
	other_hello(other.seen, false);
	sim_sleep(20);
	other_reads();
	expect(end_is_up(&end), "not up");
}

int named_again(void)
{
	const struct argonet_config config = end.an.config;

	return end_configure(&end, &config, true);
}
