# SPDX-License-Identifier: GPL-2.0-only
# Appended to a copy of argonet's Makefile.
