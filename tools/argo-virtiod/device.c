// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices, as the command line describes them: NUMBER,type=TYPE[,file=PATH][,readonly]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "virtiod.h"

static const struct device_ops *const kinds[] = { &blk_ops, &rng_ops };

static int device_option(struct device *dev, char *word)
{
	size_t i;

	if (!strncmp(word, "type=", 5)) {
		for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			if (!strcmp(word + 5, kinds[i]->name))
				dev->ops = kinds[i];
		return dev->ops ? 0 : -1;
	}
	if (!strncmp(word, "file=", 5))
		dev->file = word + 5;
	else if (!strcmp(word, "readonly"))
		dev->read_only = true;
	else
		return -1;
	return 0;
}

/* Return: 0, or -1 after saying why */
int device_parse(struct virtiod *v, char *text)
{
	char *save, *word = strtok_r(text, ",", &save), *end;
	unsigned long number = word ? strtoul(word, &end, 10) : 0;
	struct device *dev;

	if (!word || !*word || *end || number >= VA_DEVICES_MAX || v->devices[number].ops) {
		fprintf(stderr, "argo-virtiod: a device begins with a number below %u of its own\n",
			VA_DEVICES_MAX);
		return -1;
	}
	dev = &v->devices[number];
	dev->fd = -1;
	while ((word = strtok_r(NULL, ",", &save))) {
		if (device_option(dev, word)) {
			fprintf(stderr, "argo-virtiod: device %lu: what is '%s'?\n", number, word);
			return -1;
		}
	}
	if (!dev->ops) {
		fprintf(stderr, "argo-virtiod: device %lu has no type\n", number);
		return -1;
	}
	return dev->ops->open(dev);
}

void device_reset(struct device *dev)
{
	dev->status = 0;
	dev->driver_features = 0;
	memset(dev->queues, 0, sizeof(dev->queues));
}
