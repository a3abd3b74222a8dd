// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/argo-fake/: the knobs. Numbers are in files of their own;
 * the other files take a line of words:
 *
 * fail		OP ERRNO [after N] [every N] [chance PERCENT] [times N]
 * heal		anything: undo all faults and numbers
 * seed		what chance begins with
 * drop		PORT | all
 * corrupt	PORT rx|tx|len|port|domid|type VALUE
 * inject	TO_PORT FROM_DOMID FROM_PORT TYPE [HEX | *BYTES | 0]
 * domain	+DOMID | -DOMID
 * spurious	COUNT
 * power	freeze | thaw | restore
 */
#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/pm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "core.h"
#include "fake.h"

#define FAKE_LINE_MAX	(1024 * 1024)

static struct dentry *fake_debugfs;

static int fake_do_heal(char *line)
{
	fake_heal();
	return 0;
}

static int fake_do_fail(char *line)
{
	return fake_fail(line);
}

static int fake_do_seed(char *line)
{
	u32 seed;

	if (kstrtou32(line, 0, &seed))
		return -EINVAL;
	fake_seed_chance(seed);
	return 0;
}

static int fake_do_drop(char *line)
{
	u32 port;

	if (!strcmp(line, "all"))
		return fake_drop_rings(fake.local, NULL) ? 0 : -ENOENT;
	if (kstrtou32(line, 0, &port))
		return -EINVAL;
	return fake_drop_rings(fake.local, &port) ? 0 : -ENOENT;
}

static int fake_do_corrupt(char *line)
{
	char what[6];
	u32 port, value;

	if (sscanf(line, "%i %5s %i", &port, what, &value) != 3)
		return -EINVAL;
	return fake_corrupt(fake.local, port, what, value);
}

static int fake_do_domain(char *line)
{
	u16 domid;

	if ((*line != '+' && *line != '-') || kstrtou16(line + 1, 0, &domid) ||
	    domid >= FAKE_DOMAINS || domid == fake.local)
		return -EINVAL;
	if (*line == '+')
		fake_domain_create(domid);
	else
		fake_domain_destroy(domid);
	return 0;
}

static int fake_do_spurious(char *line)
{
	u32 n;

	if (kstrtou32(line, 0, &n))
		return -EINVAL;
	while (n--)
		fake_virq_raise();
	return 0;
}

/* What the kernel calls around a suspend, which needs no kernel that can suspend */
static int fake_do_power(char *line)
{
	struct device *dev = argo_device();

	if (!dev)
		return -ENODEV;
	if (!strcmp(line, "freeze"))
		return argo_pm_ops.freeze(dev);
	if (!strcmp(line, "thaw"))
		return argo_pm_ops.thaw(dev);
	if (!strcmp(line, "restore"))
		return argo_pm_ops.restore(dev);
	return -EINVAL;
}

/* Return: bytes of the payload, which takes the place of the words */
static int fake_payload(char *words, u8 **payload)
{
	u32 len = 0;

	*payload = NULL;
	if (*words == '*') {
		if (kstrtou32(words + 1, 0, &len) || len > FAKE_MAX_PAYLOAD)
			return -EINVAL;
		*payload = vmalloc(max(len, 1U));
		if (!*payload)
			return -ENOMEM;
		fake_random_bytes(*payload, len);
		return len;
	}
	len = strlen(words) / 2;
	if (!len)
		return 0;
	*payload = vmalloc(len);
	if (!*payload)
		return -ENOMEM;
	return hex2bin(*payload, words, len) ? -EINVAL : (int)len;
}

static int fake_do_inject(char *line)
{
	u32 to, domid, from, type;
	u8 *payload;
	int n = 0, len, ret;

	if (sscanf(line, "%i %i %i %i %n", &to, &domid, &from, &type, &n) < 4 ||
	    !n || domid >= FAKE_DOMAINS)
		return -EINVAL;
	len = fake_payload(line + n, &payload);
	ret = len < 0 ? len : fake_peer_send(domid, from, fake.local, to, type,
					     payload, len);
	vfree(payload);
	return min(ret, 0);
}

static const struct fake_command {
	const char *name;
	int (*run)(char *line);
} fake_commands[] = {
	{ "fail", fake_do_fail },
	{ "heal", fake_do_heal },
	{ "seed", fake_do_seed },
	{ "drop", fake_do_drop },
	{ "corrupt", fake_do_corrupt },
	{ "inject", fake_do_inject },
	{ "domain", fake_do_domain },
	{ "spurious", fake_do_spurious },
	{ "power", fake_do_power },
};

static ssize_t fake_write(struct file *file, const char __user *user,
			  size_t size, loff_t *pos)
{
	const struct fake_command *command = file_inode(file)->i_private;
	char *line;
	int ret;

	if (size > FAKE_LINE_MAX)
		return -E2BIG;
	line = kvmalloc(size + 1, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	ret = -EFAULT;
	if (!copy_from_user(line, user, size)) {
		line[size] = '\0';
		ret = command->run(strim(line));
	}
	kvfree(line);
	return ret ?: size;
}

static const struct file_operations fake_command_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = fake_write,
};

static int state_show(struct seq_file *s, void *unused)
{
	struct fake_ring *ring;
	u16 i;

	spin_lock_irq(&fake.lock);
	for (i = 0; i < FAKE_DOMAINS; i++) {
		if (!fake.domain[i].exists)
			continue;
		seq_printf(s, "domain %u: %u rings, %lu signals%s\n", i,
			   fake.domain[i].nrings, fake.domain[i].virqs,
			   i == fake.local ? ", this one" : "");
		list_for_each_entry(ring, &fake.domain[i].rings, node)
			seq_printf(s, "  partner %u port %#x len %u rx %u tx %u waits %u\n",
				   ring->partner, ring->port, ring->len,
				   fake_ring_rx(ring), ring->tx, ring->nwaits);
	}
	spin_unlock_irq(&fake.lock);
	fake_faults_show(s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

void fake_debugfs_init(void)
{
	struct dentry *dir = debugfs_create_dir("argo-fake", NULL);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fake_commands); i++)
		debugfs_create_file(fake_commands[i].name, 0200, dir,
				    (void *)&fake_commands[i],
				    &fake_command_fops);
	debugfs_create_file("state", 0400, dir, NULL, &state_fops);
	debugfs_create_bool("mac_permissive", 0600, dir, &fake.mac_permissive);
	debugfs_create_u64("refused", 0600, dir, &fake.refused);
	debugfs_create_u32("virq_lose", 0600, dir, &fake.virq_lose);
	debugfs_create_u32("virq_dup", 0600, dir, &fake.virq_dup);
	debugfs_create_u32("virq_delay", 0600, dir, &fake.virq_delay);
	debugfs_create_u32("wait_lose", 0600, dir, &fake.wait_lose);
	fake_debugfs = dir;
}

void fake_debugfs_exit(void)
{
	debugfs_remove(fake_debugfs);
}
