/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGONET_XEN_FOLLOW_H
#define ARGONET_XEN_FOLLOW_H

#include "links.h"

/* What argonet-guest and argonet-backend have in common, which is nearly all */
int follow_run(struct link_role role, const char *scripts);

#endif /* ARGONET_XEN_FOLLOW_H */
