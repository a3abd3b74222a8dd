// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "argo.h"
#include "test.h"

static int is(const char *text, uint16_t domid, uint32_t port)
{
	struct argo_addr addr = { 0x1234, 0x12345678 };

	return !argo_parse_in(NULL, text, &addr) && addr.domid == domid &&
	       addr.port == port;
}

static int refused(const char *text, int error)
{
	struct argo_addr addr;

	errno = 0;
	return argo_parse_in(NULL, text, &addr) == -1 && errno == error;
}

static void numbers(void)
{
	check(is("0:0", 0, 0));
	check(is("argo://3:4096", 3, 4096));
	check(is("3:0x1000", 3, 0x1000));
	check(is("0x10:0XfF", 16, 255));
	check(is("any:5", ARGO_DOMID_ANY, 5));
	check(is("1:any", 1, ARGO_PORT_ANY));
	check(is("32751:4294967294", 0x7fef, 0xfffffffe));
	check(refused("32752:1", EINVAL));
	check(refused("1:4294967295", EINVAL));
	check(refused("1:99999999999999999999999999", EINVAL));
	check(refused("", EINVAL));
	check(refused(":1", EINVAL));
	check(refused("1", EINVAL));
	check(refused("1:", EINVAL));
	check(refused("1: 1", EINVAL));
	check(refused("1:-1", EINVAL));
	check(refused("1:+1", EINVAL));
	check(refused("1:0x", EINVAL));
	check(refused("1:1:1", EINVAL));
	check(refused("1x:1", EINVAL));
	check(refused("vsock://1:1", EINVAL));
	check(refused("nobody:1", ENOENT));
}

static void names(void)
{
	char path[] = "/tmp/argo-hosts-XXXXXX";
	static const char hosts[] =
		"# who is who\n"
		"0 dom0 control # the first\n"
		"\n"
		"7\tstorage\n"
		"many bad\n"
		"9 storage last\n"
		"any anybody";
	struct argo_addr addr;
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	fputs(hosts, f);
	fclose(f);
	check(!argo_parse_in(path, "dom0:1", &addr) && addr.domid == 0);
	check(!argo_parse_in(path, "argo://control:1", &addr) && addr.domid == 0);
	check(!argo_parse_in(path, "storage:1", &addr) && addr.domid == 7);
	check(!argo_parse_in(path, "last:1", &addr) && addr.domid == 9);
	check(!argo_parse_in(path, "anybody:1", &addr) && addr.domid == ARGO_DOMID_ANY);
	check(argo_parse_in(path, "first:1", &addr) && errno == ENOENT);
	check(argo_parse_in(path, "stor:1", &addr) && errno == ENOENT);
	check(argo_parse_in(path, "bad:1", &addr) && errno == ENOENT);
	unlink(path);
	check(argo_parse_in(path, "dom0:1", &addr) && errno == ENOENT);
}

static int shows(uint16_t domid, uint32_t port, const char *text)
{
	struct argo_addr addr = { domid, port }, back;
	char buf[64];

	return argo_format(&addr, buf, sizeof(buf)) == (int)strlen(text) &&
	       !strcmp(buf, text) && !argo_parse_in(NULL, buf, &back) &&
	       back.domid == domid && back.port == port;
}

void address_tests(void)
{
	struct argo_addr addr = { 32751, 0xfffffffe };
	char little[5];

	numbers();
	names();
	check(shows(3, 0x1000, "argo://3:0x1000"));
	check(shows(0, 0, "argo://0:0"));
	check(shows(ARGO_DOMID_ANY, ARGO_PORT_ANY, "argo://any:any"));
	check(argo_format(&addr, little, sizeof(little)) == 23);
	check(!strcmp(little, "argo"));
}
