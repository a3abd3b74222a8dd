// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments of ioctls. Their first field is the size that the program knows: an
 * older program gets zeros for what it does not know, and a newer one is refused
 * only if it asks for something that is not known here.
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
	/* No version of any of them was smaller than this. */
	if (user_size < ARGO_ARGS_MIN)
		return -EINVAL;
	/* Nor will any be larger than a page: there is an end to looking for zeros. */
	if (user_size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(to, size, from, user_size);
	if (ret)
		return ret;
	/* It may have been changed meanwhile, and is written back. */
	*(u32 *)to = user_size;
	return 0;
}

int argo_args_put(void __user *to, const void *from, size_t size)
{
	size_t known = min_t(size_t, size, *(const u32 *)from);

	return copy_to_user(to, from, known) ? -EFAULT : 0;
}
