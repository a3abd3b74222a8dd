// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments of ioctls. Their first field is the size of the structure that the program
 * was built with. Fields that an older program lacks count as 0. A newer program may
 * have more fields than this kernel knows, but is refused if one of them is not 0.
 */
#include <linux/uaccess.h>

#include "char.h"

#define ARGO_ARGS_MIN	sizeof(struct argo_dev_connect)

int argo_args_get(void *to, size_t size, void __user *from)
{
	u32 user_size;
	int ret;

	if (get_user(user_size, (u32 __user *)from))
		return -EFAULT;
	/* The smallest structure of the first version of this interface */
	if (user_size < ARGO_ARGS_MIN)
		return -EINVAL;
	/* This bounds the time for which copy_struct_from_user() looks for zeros. */
	if (user_size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(to, size, from, user_size);
	if (ret)
		return ret;
	/* Another thread may have changed the size since; argo_args_put() uses this one. */
	*(u32 *)to = user_size;
	return 0;
}

int argo_args_put(void __user *to, const void *from, size_t size)
{
	size_t known = min_t(size_t, size, *(const u32 *)from);

	return copy_to_user(to, from, known) ? -EFAULT : 0;
}
