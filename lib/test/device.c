// SPDX-License-Identifier: GPL-2.0-only
/* Stands in for /dev/argo: the linker sends the library's system calls here. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "test.h"

#define DEVICE_FD 1000

struct device device;
static char ring[8192];

int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
	__attribute__((alias("__wrap_open")));
int __wrap_close(int fd);
int __wrap_ioctl(int fd, unsigned long cmd, ...);
ssize_t __wrap_readv(int fd, const struct iovec *iov, int niov);
ssize_t __wrap_writev(int fd, const struct iovec *iov, int niov);
void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t len, int prot, int flags, int fd, off_t offset)
	__attribute__((alias("__wrap_mmap")));
int __wrap_munmap(void *at, size_t len);

static int fails(int *error)
{
	if (!*error)
		return 0;
	errno = *error;
	*error = 0;
	return -1;
}

int __wrap_open(const char *path, int flags, ...)
{
	if (fails(&device.open_error))
		return -1;
	device.open_flags = flags;
	device.opened++;
	return strcmp(path, "/dev/argo") ? -1 : DEVICE_FD;
}

int __wrap_close(int fd)
{
	device.opened -= fd == DEVICE_FD;
	return 0;
}

int __wrap_ioctl(int fd, unsigned long cmd, ...)
{
	va_list args;
	void *arg;

	va_start(args, cmd);
	arg = va_arg(args, void *);
	va_end(args);
	if (fd != DEVICE_FD || fails(&device.error))
		return -1;
	switch (cmd) {
	case ARGO_DEV_BIND:
		memcpy(&device.bind, arg, sizeof(device.bind));
		return 0;
	case ARGO_DEV_CONNECT:
		memcpy(&device.connect, arg, sizeof(device.connect));
		return 0;
	case ARGO_DEV_QUERY:
		device.query.domid = ((struct argo_dev_query *)arg)->domid;
		device.query.port = ((struct argo_dev_query *)arg)->port;
		memcpy(arg, &device.query, sizeof(device.query));
		return 0;
	case ARGO_DEV_INFO:
		memcpy(arg, &device.info, sizeof(device.info));
		return 0;
	case ARGO_DEV_CONSUME:
		memcpy(&device.consume, arg, sizeof(device.consume));
		memcpy(arg, &device.next, sizeof(device.next));
		return 0;
	default:
		errno = ENOTTY;
		return -1;
	}
}

ssize_t __wrap_readv(int fd, const struct iovec *iov, int niov)
{
	size_t done = 0, n;
	int i;

	if (fd != DEVICE_FD || fails(&device.error))
		return -1;
	for (i = 0; i < niov; i++) {
		n = device.in_len - done < iov[i].iov_len ? device.in_len - done :
							    iov[i].iov_len;
		memcpy(iov[i].iov_base, device.in + done, n);
		done += n;
	}
	return done;
}

ssize_t __wrap_writev(int fd, const struct iovec *iov, int niov)
{
	int i;

	if (fd != DEVICE_FD || fails(&device.error))
		return -1;
	device.out_len = 0;
	for (i = 0; i < niov; i++) {
		if (iov[i].iov_len)
			memcpy(device.out + device.out_len, iov[i].iov_base,
			       iov[i].iov_len);
		device.out_len += iov[i].iov_len;
	}
	return device.out_len;
}

void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	(void)at;
	if (fd != DEVICE_FD || prot != PROT_READ || flags != MAP_SHARED || offset)
		return MAP_FAILED;
	device.mapped += len;
	return ring;
}

int __wrap_munmap(void *at, size_t len)
{
	if (at == ring)
		device.mapped -= len;
	return 0;
}
