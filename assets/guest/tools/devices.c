#include "devices.h"

#include "hardware.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A card may need a moment to appear after its frontend. */
#define SEARCHES 20
#define SEARCH_MS 250
#define PATH_SIZE 512

enum state { INITIALISING = 1, INIT_WAIT = 2, INITIALISED = 3, CONNECTED = 4, CLOSING = 5, CLOSED = 6 };

struct device {
	struct device *next;
	/* The frontend, relative: device/vif/0. */
	char front[64];
	char backend_state[PATH_SIZE];
	char address[PCI_ADDRESS_SIZE];
	/* connected: this program said so. */
	int searches_left, connected, seen, waits_to_close;
};

struct devices {
	struct xs_client *store;
	struct device *list;
	int mounts;
};

struct devices *devices_new(struct xs_client *store)
{
	struct devices *devices = calloc(1, sizeof(*devices));
	if (devices) {
		devices->store = store;
		devices->mounts = open("/proc/self/mounts", O_RDONLY | O_CLOEXEC);
	}
	return devices;
}

/* ---- the store ---- */

static char *read_key(struct devices *devices, const char *front, const char *key)
{
	char path[PATH_SIZE];
	size_t length;
	snprintf(path, sizeof(path), "%s/%s", front, key);
	return xs_read(devices->store, 0, path, &length);
}

/* 0 when it cannot be read. */
static int read_state(struct devices *devices, const char *path)
{
	size_t length;
	char *value = path[0] ? xs_read(devices->store, 0, path, &length) : NULL;
	int state = value ? atoi(value) : 0;
	free(value);
	return state;
}

static int front_state(struct devices *devices, const struct device *device)
{
	char path[PATH_SIZE];
	snprintf(path, sizeof(path), "%s/state", device->front);
	return read_state(devices, path);
}

static void set_state(struct devices *devices, const struct device *device, enum state state)
{
	char path[PATH_SIZE], digit = (char)('0' + state);
	snprintf(path, sizeof(path), "%s/state", device->front);
	xs_write(devices->store, 0, path, &digit, 1);
}

/* ---- the machine ---- */

static int find(struct devices *devices, struct device *device)
{
	char *pci = read_key(devices, device->front, "pci");
	char *mac = pci ? NULL : read_key(devices, device->front, "mac");
	char *disk = pci || mac ? NULL : read_key(devices, device->front, "virtual-device");
	char *port = pci || mac || disk ? NULL : read_key(devices, device->front, "name");
	int found = pci ? hardware_by_address(pci, device->address) :
		    mac ? hardware_by_mac(mac, device->address) :
		    disk ? hardware_by_disk(strtoul(disk, NULL, 10), device->address) :
		    port ? hardware_by_port(port, device->address) : -1;
	free(pci);
	free(mac);
	free(disk);
	free(port);
	if (found)
		device->address[0] = '\0';
	return found;
}

static void take_in(struct devices *devices, struct device *device)
{
	if (find(devices, device)) {
		hardware_rescan();
		if (find(devices, device)) {
			device->searches_left--;
			return;
		}
	}
	device->searches_left = 0;
	device->connected = 1;
	set_state(devices, device, CONNECTED);
}

/* As if it had never been there: the next one may have the same name, and come before this one was seen to go. */
static void let_go(struct device *device)
{
	if (device->address[0])
		hardware_remove(device->address);
	device->address[0] = '\0';
	device->searches_left = SEARCHES;
	device->connected = 0;
}

static void give_up(struct devices *devices, struct device *device, int state)
{
	if (!device->address[0])
		find(devices, device);
	device->searches_left = 0;
	device->waits_to_close = device->address[0] && hardware_in_use(device->address);
	if (device->waits_to_close) {
		if (state != CLOSING)
			set_state(devices, device, CLOSING);
		return;
	}
	let_go(device);
	set_state(devices, device, CLOSED);
}

/* ---- keeping both in step ---- */

static struct device *known(struct devices *devices, const char *front)
{
	struct device *device = devices->list;
	while (device && strcmp(device->front, front))
		device = device->next;
	if (device)
		return device;
	device = calloc(1, sizeof(*device));
	if (!device)
		return NULL;
	snprintf(device->front, sizeof(device->front), "%s", front);
	device->searches_left = SEARCHES;
	device->next = devices->list;
	devices->list = device;
	return device;
}

static void unwatch_backend(struct devices *devices, struct device *device)
{
	if (device->backend_state[0])
		xs_unwatch(devices->store, device->backend_state, "device");
	device->backend_state[0] = '\0';
}

/*
 * The backend's state is watched too: that is where a host says that a device goes. Where it is changes when this domain
 * gets another number: it is saved and restored, or moves.
 */
static void watch_backend(struct devices *devices, struct device *device)
{
	char path[PATH_SIZE], *backend = read_key(devices, device->front, "backend");
	int fits = backend && snprintf(path, sizeof(path), "%s/state", backend) < (int)sizeof(path);
	free(backend);
	if (!fits || !strcmp(path, device->backend_state))
		return;
	unwatch_backend(devices, device);
	strcpy(device->backend_state, path);
	xs_watch(devices->store, device->backend_state, "device", -1);
}

static void look_at(struct devices *devices, const char *front)
{
	struct device *device = known(devices, front);
	if (!device)
		return;
	device->seen = 1;
	watch_backend(devices, device);
	int state = front_state(devices, device), back = read_state(devices, device->backend_state);
	int begins = state >= INITIALISING && state <= INITIALISED;
	if (begins && device->connected)
		let_go(device);
	if (state == CLOSED)
		device->searches_left = SEARCHES;
	else if (state == CLOSING || back == CLOSING || (back == CLOSED && state == CONNECTED))
		give_up(devices, device, state);
	else if (begins && device->searches_left > 0 && (back == INIT_WAIT || back == CONNECTED || back == 0))
		take_in(devices, device);
	else if (state == CONNECTED) {
		device->connected = 1;
		if (!device->address[0])
			find(devices, device);
	}
}

static void look_at_kind(struct devices *devices, const char *kind)
{
	char path[48], front[64];
	size_t length;
	snprintf(path, sizeof(path), "device/%s", kind);
	char *names = xs_directory(devices->store, 0, path, &length);
	if (!names)
		return;
	for (char *name = names; name < names + length; name += strlen(name) + 1) {
		if (strlen(name) > 12)
			continue;
		snprintf(front, sizeof(front), "%s/%s", path, name);
		look_at(devices, front);
	}
	free(names);
}

static void forget_vanished(struct devices *devices)
{
	for (struct device **at = &devices->list; *at;) {
		struct device *device = *at;
		if (device->seen) {
			at = &device->next;
			continue;
		}
		if (device->address[0])
			hardware_remove(device->address);
		unwatch_backend(devices, device);
		*at = device->next;
		free(device);
	}
}

void devices_look(struct devices *devices)
{
	for (struct device *device = devices->list; device; device = device->next)
		device->seen = 0;
	look_at_kind(devices, "vif");
	look_at_kind(devices, "vbd");
	look_at_kind(devices, "console");
	forget_vanished(devices);
}

int devices_wait_fd(const struct devices *devices)
{
	for (const struct device *device = devices->list; device; device = device->next)
		if (device->waits_to_close)
			return devices->mounts;
	return -1;
}

int devices_wait_ms(const struct devices *devices)
{
	for (const struct device *device = devices->list; device; device = device->next)
		if (!device->address[0] && device->searches_left > 0 && device->searches_left < SEARCHES)
			return SEARCH_MS;
	return -1;
}
