// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls of this module's own: argo-core does not export its.
 */
#include "hv_xen.c"
#include "selftest.h"

const struct argo_hv_ops *const raw_hv = &argo_hv;
