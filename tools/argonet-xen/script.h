/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGONET_XEN_SCRIPT_H
#define ARGONET_XEN_SCRIPT_H

int script_run(const char *folder, const char *name, const char *word,
	       const char *interface, const char *path);

#endif /* ARGONET_XEN_SCRIPT_H */
