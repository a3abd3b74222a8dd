/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGONET_XEN_TEXT_H
#define ARGONET_XEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

/*
 * What strings from xenstore and from files must look like. Nothing is used that
 * did not match one of these before.
 */
#define MAC_LEN		6
#define NAME_SIZE	64	/* of a domain, or of a script */
#define UUID_SIZE	37
#define GENERATION_SIZE	17
#define DOMID_MAX	0x7fef	/* numbers from 0x7ff0 on are Xen's own */
#define HANDLE_MAX	255

bool text_number(const char *s, uint32_t max, uint32_t *out);
bool text_mac(const char *s, uint8_t mac[MAC_LEN]);
bool text_word(const char *s, size_t size);
bool text_uuid(const char *s);
bool text_generation(const char *s);
bool text_copy(char *to, size_t size, const char *from);

#endif /* ARGONET_XEN_TEXT_H */
