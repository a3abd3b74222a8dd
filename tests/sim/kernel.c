// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kernel.h promises and is neither task nor time.
 */
#include "sim.h"

const struct dev_pm_ops *sim_pm;
void (*sim_shutdown)(struct platform_device *pdev);

char sim_last_log[256];

void sim_log(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(sim_last_log, sizeof(sim_last_log), fmt, args);
	va_end(args);
	if (getenv("SIM_LOG"))
		printf("# %6lu ms: %s", jiffies - 1000, sim_last_log);
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return min(n, (int)size - 1);
}

void seq_printf(struct seq_file *s, const char *fmt, ...)
{
	char line[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	sim_log("%s", line);
}

void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	if (sim_memory_wait)
		sim_sleep(sim_memory_wait);
	return kzalloc(n * size, gfp);
}

/* Pages that are pieces of something larger are its owner's. */
struct sim_page {
	unsigned int refs;
};

static struct sim_page *sim_page(struct page *page)
{
	return (struct sim_page *)((char *)page + PAGE_SIZE);
}

struct page *alloc_page(gfp_t gfp)
{
	char *p = aligned_alloc(PAGE_SIZE, 2 * PAGE_SIZE);

	assert(p);
	memset(p, 0, 2 * PAGE_SIZE);
	sim_page((struct page *)p)->refs = 1;
	return (struct page *)p;
}

void get_page(struct page *page)
{
	sim_page(page)->refs++;
}

void put_page(struct page *page)
{
	if (!--sim_page(page)->refs)
		free(page);
}

void __free_page(struct page *page)
{
	put_page(page);
}

u32 prandom_u32_state(struct rnd_state *r)
{
	return sim_random();
}

void prandom_seed_state(struct rnd_state *r, u64 seed)
{
}

void prandom_bytes_state(struct rnd_state *r, void *buf, size_t n)
{
	while (n--)
		*(u8 *)buf++ = sim_random();
}

int platform_driver_register(struct platform_driver *drv)
{
	sim_pm = drv->driver.pm;
	sim_shutdown = drv->shutdown;
	return 0;
}

void platform_driver_unregister(struct platform_driver *drv)
{
	sim_pm = NULL;
}

struct platform_device *platform_device_register_simple(const char *name, int id,
							const void *res, int n)
{
	static struct platform_device pdev;

	return &pdev;
}

void platform_device_unregister(struct platform_device *pdev)
{
}
