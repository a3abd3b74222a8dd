/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little of the kernel that argo-core and the fake Xen ask for, in user
 * space. It is included before anything else; the kernel's headers are empty.
 *
 * Locks, hypercalls and accesses to shared memory are the places where another
 * task may run, see sim.h.
 */
#ifndef _SIM_KERNEL_H
#define _SIM_KERNEL_H

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned int gfp_t;

#define U16_MAX		((u16)~0)
#define U32_MAX		(~(u32)0)
#define __user
#define __init
#define __exit
#define __acquires(x)
#define __releases(x)
#define __read_mostly
#define ____cacheline_aligned_in_smp
#define __printf(fmt, args)	__attribute__((__format__(printf, fmt, args)))

#define likely(x)	(x)
#define unlikely(x)	(x)
#define fallthrough	__attribute__((__fallthrough__))
#define min(a, b)	({ __auto_type _a = (a); __auto_type _b = (b); _a < _b ? _a : _b; })
#define max(a, b)	({ __auto_type _a = (a); __auto_type _b = (b); _a > _b ? _a : _b; })
#define min3(a, b, c)	min(min(a, b), c)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define min_not_zero(a, b)	({ __auto_type _x = (a); __auto_type _y = (b); \
				   !_x ? _y : !_y ? _x : min(_x, _y); })
#define ALIGN_DOWN(x, to)	((x) & ~((__typeof__(x))(to) - 1))
#define ALIGN(x, to)	ALIGN_DOWN((x) + ((__typeof__(x))(to) - 1), to)
#define IS_ALIGNED(x, to)	(((x) & ((to) - 1)) == 0)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define struct_size(p, member, n)	(sizeof(*(p)) + sizeof((p)->member[0]) * (n))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))

#define EXPORT_SYMBOL_GPL(sym)	extern int sim_exported_##sym
#define MODULE_DESCRIPTION(text)	extern int sim_module
#define MODULE_LICENSE(text)	extern int sim_module
#define MODULE_PARM_DESC(name, text)	extern int sim_module
/* For tests to change: *sim_NAME */
#define module_param(name, type, mode)	__typeof__(name) *const sim_##name = &(name)
#define module_param_named(name, var, type, mode)	extern int sim_module
#define module_init(fn)	int sim_module_init(void) { return fn(); }
#define module_exit(fn)	void sim_module_exit(void) { fn(); }
#define KBUILD_MODNAME	"sim"

/* What is printed is kept back: histories provoke all of it. */
__printf(1, 2) void sim_log(const char *fmt, ...);
#define pr_info(fmt, ...)	sim_log(fmt, ##__VA_ARGS__)
#define pr_err(fmt, ...)	sim_log(fmt, ##__VA_ARGS__)
#define pr_warn(fmt, ...)	sim_log(fmt, ##__VA_ARGS__)
#define pr_warn_once(fmt, ...)	sim_log(fmt, ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...)	sim_log(fmt, ##__VA_ARGS__)

/* A warning is a failure. */
__printf(3, 4) void sim_failed(const char *file, int line, const char *fmt, ...);
#define WARN(cond, ...) ({ bool _c = (cond);				\
	if (_c)							\
		sim_failed(__FILE__, __LINE__, __VA_ARGS__);	\
	_c; })
#define WARN_ON(cond)		WARN(cond, "%s", #cond)
#define WARN_ON_ONCE(cond)	WARN_ON(cond)

#define IS_ERR(p)	((unsigned long)(p) > -4096UL)
#define IS_ERR_OR_NULL(p)	(!(p) || IS_ERR(p))
#define ERR_PTR(e)	((void *)(long)(e))
#define PTR_ERR(p)	((int)(long)(p))
#define PTR_ERR_OR_ZERO(p)	(IS_ERR(p) ? PTR_ERR(p) : 0)

/* Where others may act; not while interrupts are off */
void sim_point(void);
void sim_irq_off(void);
void sim_irq_on(void);

#define READ_ONCE(x)	({ sim_point(); *(volatile __typeof__(x) *)&(x); })
#define WRITE_ONCE(x, v) \
	do { sim_point(); *(volatile __typeof__(x) *)&(x) = (v); } while (0)
/* There is one thread: nothing races. */
#define data_race(x)	(x)
#define smp_load_acquire(p)	READ_ONCE(*(p))
#define smp_store_release(p, v)	WRITE_ONCE(*(p), v)
#define virt_load_acquire(p)	READ_ONCE(*(p))
#define virt_store_release(p, v)	WRITE_ONCE(*(p), v)
#define virt_mb()	sim_point()
#define smp_mb()	sim_point()

typedef struct { int v; } atomic_t;
#define atomic_inc(a)	((void)(a)->v++)
#define atomic_set(a, n)	((void)((a)->v = (n)))
#define atomic_read(a)	((a)->v)

/* Static keys are plain numbers. */
#define DEFINE_STATIC_KEY_FALSE(name)	int name
#define DECLARE_STATIC_KEY_FALSE(name)	extern int name
#define static_branch_unlikely(key)	(*(key))
#define static_branch_enable(key)	(*(key) = 1)
#define static_branch_disable(key)	(*(key) = 0)
#define __rcu
#define rcu_read_lock()
#define rcu_read_unlock()
#define rcu_dereference(p)	READ_ONCE(p)
#define rcu_dereference_protected(p, c)	(p)
#define rcu_access_pointer(p)	(p)
#define rcu_assign_pointer(p, v)	WRITE_ONCE(p, v)
#define RCU_INIT_POINTER(p, v)	WRITE_ONCE(p, v)
#define synchronize_rcu()	sim_point()

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)	struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *l)
{
	l->next = l;
	l->prev = l;
}

static inline void list_add(struct list_head *n, struct list_head *after)
{
	n->prev = after;
	n->next = after->next;
	after->next->prev = n;
	after->next = n;
}

static inline void list_add_tail(struct list_head *n, struct list_head *before)
{
	list_add(n, before->prev);
}

static inline void list_del_init(struct list_head *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	INIT_LIST_HEAD(n);
}

/* Whoever follows it afterwards is caught. */
static inline void list_del(struct list_head *n)
{
	list_del_init(n);
	n->next = NULL;
	n->prev = NULL;
}

static inline bool list_empty(const struct list_head *l)
{
	return l->next == l;
}

static inline void list_move_tail(struct list_head *n, struct list_head *l)
{
	list_del_init(n);
	list_add_tail(n, l);
}

#define list_entry(p, type, member)	container_of(p, type, member)
#define list_first_entry(l, type, member)	list_entry((l)->next, type, member)
#define list_is_singular(l)	((l)->next != (l) && (l)->next == (l)->prev)
#define list_entry_is_head(p, l, member)	(&(p)->member == (l))
#define list_next_entry(p, member)	list_entry((p)->member.next, __typeof__(*(p)), member)
#define list_for_each_entry(p, l, member)				\
	for (p = list_first_entry(l, __typeof__(*p), member);		\
	     &p->member != (l); p = list_next_entry(p, member))
#define list_for_each_entry_from(p, l, member)				\
	for (; &p->member != (l); p = list_next_entry(p, member))
#define list_for_each_entry_safe(p, n, l, member)			\
	for (p = list_first_entry(l, __typeof__(*p), member),		\
	     n = list_next_entry(p, member);				\
	     &p->member != (l); p = n, n = list_next_entry(n, member))

typedef struct { bool held; } spinlock_t;
#define __SPIN_LOCK_UNLOCKED(name)	{ false }
#define DEFINE_SPINLOCK(name)	spinlock_t name

static inline void spin_lock_irq(spinlock_t *l)
{
	sim_point();
	sim_irq_off();
	assert(!l->held);
	l->held = true;
}

static inline void spin_unlock_irq(spinlock_t *l)
{
	assert(l->held);
	l->held = false;
	sim_irq_on();
	sim_point();
}

#define spin_lock_irqsave(l, flags)	((void)((flags) = 0), spin_lock_irq(l))
#define spin_unlock_irqrestore(l, flags)	((void)(flags), spin_unlock_irq(l))
#define lockdep_assert_held(l)	assert((l)->held)
#define local_bh_disable()
#define local_bh_enable()

struct mutex {
	bool held;
};

#define __MUTEX_INITIALIZER(name)	{ false }
#define DEFINE_MUTEX(name)	struct mutex name
void mutex_lock(struct mutex *m);
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);

#define memalloc_noio_save()	0
#define memalloc_noio_restore(f)	((void)(f))

#define HZ	1000
extern unsigned long jiffies;	/* milliseconds */
#define msecs_to_jiffies(ms)	((unsigned long)(ms))
#define round_jiffies_relative(j)	(j)
#define round_jiffies_up_relative(j)	(j)
#define time_before(a, b)	((long)((a) - (b)) < 0)
#define time_after(a, b)	time_before(b, a)
#define time_before_eq(a, b)	(!time_after(a, b))
#define time_after_eq(a, b)	(!time_before(a, b))

struct workqueue_struct;
struct work_struct {
	void (*func)(struct work_struct *work);
	struct workqueue_struct *queued;	/* NULL: not pending */
	struct list_head node;
};

struct delayed_work {
	struct work_struct work;
	struct workqueue_struct *wq;	/* not NULL: its timer runs */
	unsigned long expires;
	struct list_head node;
};

#define __WORK_INITIALIZER(w, f)	{ .func = (f) }
#define __DELAYED_WORK_INITIALIZER(w, f, flags)	{ .work.func = (f) }
#define INIT_WORK(w, f)	(*(w) = (struct work_struct) { .func = (f) })
#define to_delayed_work(w)	container_of(w, struct delayed_work, work)
#define WQ_HIGHPRI	0
#define WQ_MEM_RECLAIM	0
#define WQ_FREEZABLE	0
#define WQ_UNBOUND	0
#define alloc_ordered_workqueue(name, flags)	sim_workqueue(1)
#define alloc_workqueue(name, flags, active)	sim_workqueue(2)

struct workqueue_struct *sim_workqueue(unsigned int workers);
void destroy_workqueue(struct workqueue_struct *wq);
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
			unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
		      unsigned long delay);
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work_sync(struct delayed_work *work);

#define PAGE_SIZE	4096UL
#define PAGE_SHIFT	12
#define offset_in_page(x)	((unsigned long)(x) & (PAGE_SIZE - 1))
#define GFP_KERNEL	0
#define GFP_ATOMIC	0
#define GFP_KERNEL_ACCOUNT	0
#define __GFP_ZERO	0
#define __GFP_RETRY_MAYFAIL	0
#define __GFP_NOWARN	0

/* A page is its first byte: all memory is that of malloc, and watched. */
struct page;
#define page_address(page)	((void *)(page))
#define vmalloc_to_page(p)	((struct page *)(p))
#define page_count(page)	1
struct page *alloc_page(gfp_t gfp);
void get_page(struct page *page);
void put_page(struct page *page);
void __free_page(struct page *page);

static inline void *kzalloc(size_t n, gfp_t gfp)
{
	void *p = calloc(1, n);

	assert(p);
	return p;
}

#define kmalloc(n, gfp)	kzalloc(n, gfp)
#define vmalloc(n)	kzalloc(n, 0)
#define kvmalloc(n, gfp)	kzalloc(n, gfp)
#define kmalloc_array(n, size, gfp)	kzalloc((n) * (size), gfp)
#define kmemleak_not_leak(p)
#define kcalloc(n, size, gfp)	kzalloc((n) * (size), gfp)
#define kvcalloc(n, size, gfp)	kzalloc((n) * (size), gfp)
/* Where the tests have somebody wait for memory */
void *kvmalloc_array(size_t n, size_t size, gfp_t gfp);
#define kfree(p)	free((void *)(p))
#define kfree_rcu(p, member)	kfree(p)
struct rcu_head { int unused; };
#define kvfree(p)	free((void *)(p))
#define vfree(p)	free((void *)(p))

static inline void *__vmalloc(size_t n, gfp_t gfp)
{
	void *p = aligned_alloc(PAGE_SIZE, n);

	assert(p);
	return memset(p, 0, n);
}

#define get_kernel_nofault(to, from)	((to) = *(from), (void)(to), 0)

struct rnd_state {
	u64 s;
};

u32 prandom_u32_state(struct rnd_state *r);
void prandom_seed_state(struct rnd_state *r, u64 seed);
void prandom_bytes_state(struct rnd_state *r, void *buf, size_t n);
#define get_random_u32()	1

static inline int match_string(const char * const *list, size_t n, const char *s)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i] && !strcmp(list[i], s))
			return i;
	return -EINVAL;
}

static inline char *skip_spaces(const char *s)
{
	while (*s == ' ')
		s++;
	return (char *)s;
}

__printf(3, 4) int scnprintf(char *buf, size_t size, const char *fmt, ...);

struct seq_file;
__printf(2, 3) void seq_printf(struct seq_file *s, const char *fmt, ...);
#define seq_puts(s, text)	seq_printf(s, "%s", text)
#define DEFINE_SHOW_ATTRIBUTE(name) \
	int sim_##name##_show(struct seq_file *s) { return name##_show(s, NULL); } \
	static const int name##_fops
struct dentry;
#define debugfs_create_dir(name, parent)	NULL
#define debugfs_create_file(name, mode, dir, data, fops)	((void)(fops))
#define debugfs_remove(dir)	((void)(dir))

struct device {
	int unused;
};

struct platform_device {
	struct device dev;
};

struct dev_pm_ops {
	int (*freeze)(struct device *dev);
	int (*thaw)(struct device *dev);
	int (*restore)(struct device *dev);
	int (*suspend)(struct device *dev);
	int (*resume)(struct device *dev);
};

struct device_driver {
	const char *name;
	const struct dev_pm_ops *pm;
	bool suppress_bind_attrs;
};

struct platform_driver {
	void (*shutdown)(struct platform_device *pdev);
	struct device_driver driver;
};

#define PLATFORM_DEVID_NONE	(-1)
int platform_driver_register(struct platform_driver *drv);
void platform_driver_unregister(struct platform_driver *drv);
struct platform_device *platform_device_register_simple(const char *name, int id,
							const void *res, int n);
void platform_device_unregister(struct platform_device *pdev);

/* Tracepoints are calls that do nothing. */
#define TP_PROTO(...)	__VA_ARGS__
#define TP_ARGS(...)
#define DECLARE_EVENT_CLASS(name, ...)	struct sim_event_##name
#define DEFINE_EVENT(class, name, proto, args) \
	static inline void trace_##name(proto) {} struct sim_event_##name
#define TRACE_EVENT(name, proto, ...) \
	static inline void trace_##name(proto) {} struct sim_event_##name

#endif /* _SIM_KERNEL_H */
