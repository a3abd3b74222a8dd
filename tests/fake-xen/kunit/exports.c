// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linked into the argonet under test: what the tests have to see of it.
 */
#include <linux/export.h>

#include "argonet.h"

EXPORT_SYMBOL_GPL(argonet_link_ops);
EXPORT_SYMBOL_GPL(argonet_state);
EXPORT_SYMBOL_GPL(argonet_read_rx_stats);
