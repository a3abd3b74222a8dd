/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGONET_XEN_LOOP_H
#define ARGONET_XEN_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include <xenstore.h>

#include "rtnl.h"

/**
 * struct loop - what the three daemons have in common
 * @pass: looks at all there is, and does what has to be done; whatever happens,
 *	this is called and nothing else. Return: 0, or an error after which it is
 *	called again some seconds later
 * @watches: paths in xenstore, up to NULL
 * @folders: folders with files, up to NULL
 * @min_gap: microseconds from one pass to the next, at least
 * @period: microseconds after which there is a pass though nothing happened
 * @use_rtnl: interfaces matter
 * @xs: connection to xenstore
 * @rtnl: sockets
 * @status: what the service manager is told
 */
struct loop {
	int (*pass)(struct loop *l);
	const char * const *watches;
	const char * const *folders;
	uint64_t min_gap;
	uint64_t period;
	bool use_rtnl;

	struct xs_handle *xs;
	struct rtnl rtnl;
	char status[128];

	/* private */
	sd_event *event;
	sd_event_source *timer;
	uint64_t last;
	bool ready;
};

int loop_run(struct loop *l);

#endif /* ARGONET_XEN_LOOP_H */
