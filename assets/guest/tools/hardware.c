#include "hardware.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PCI "/sys/bus/pci"

static int read_line(const char *path, char *line, int size)
{
	FILE *file = fopen(path, "r");
	if (!file)
		return -1;
	int any = fgets(line, size, file) != NULL;
	fclose(file);
	line[any ? strcspn(line, "\n") : 0] = '\0';
	return 0;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

static int is_address(const char *text)
{
	return strspn(text, "0123456789abcdef:.") == strlen(text) && strlen(text) == strlen("0000:00:00.0");
}

void hardware_rescan(void)
{
	write_file(PCI "/rescan", "1");
}

void hardware_remove(const char *address)
{
	char path[64];
	if (!is_address(address))
		return;
	snprintf(path, sizeof(path), PCI "/devices/%s/remove", address);
	write_file(path, "1");
}

int hardware_by_address(const char *wanted, char *address)
{
	char path[64];
	if (!is_address(wanted))
		return -1;
	snprintf(path, sizeof(path), PCI "/devices/%s", wanted);
	if (access(path, F_OK))
		return -1;
	strcpy(address, wanted);
	return 0;
}

/* The PCI card that /sys/class/CLASS/NAME hangs on: the last address in its real path. */
static int card_of(const char *class, const char *name, char *address)
{
	char path[PATH_MAX], real[PATH_MAX];
	int found = -1;
	snprintf(path, sizeof(path), "/sys/class/%s/%s", class, name);
	if (!realpath(path, real))
		return -1;
	for (char *part = strtok(real, "/"); part; part = strtok(NULL, "/"))
		if (is_address(part)) {
			strcpy(address, part);
			found = 0;
		}
	return found;
}

/* The first device of a class whose attribute `wants` the reader likes. */
typedef int matcher(const char *value, const void *wanted);

static int find_card(const char *class, const char *attribute, matcher *matches, const void *wanted, char *address)
{
	char path[PATH_MAX], value[64];
	struct dirent *entry;
	int found = -1;
	snprintf(path, sizeof(path), "/sys/class/%s", class);
	DIR *all = opendir(path);
	while (all && found && (entry = readdir(all))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/class/%s/%s/%s", class, entry->d_name, attribute);
		if (!read_line(path, value, sizeof(value)) && matches(value, wanted))
			found = card_of(class, entry->d_name, address);
	}
	if (all)
		closedir(all);
	return found;
}

static int same_text(const char *value, const void *wanted)
{
	return !strcasecmp(value, wanted);
}

int hardware_by_mac(const char *mac, char *address)
{
	return find_card("net", "address", same_text, mac, address);
}

/* Xen's name for a disk number: xvdX from major 202 or the extended form; other majors have no virtio card. */
static int disk_name(unsigned long number, char *name, size_t size)
{
	unsigned long index;
	if (number & (1UL << 28))
		index = (number & 0xfffffff) >> 8;
	else if (number >> 8 == 202)
		index = (number & 0xff) >> 4;
	else
		return -1;
	if (index < 26)
		snprintf(name, size, "xvd%c", (char)('a' + index));
	else
		snprintf(name, size, "xvd%c%c", (char)('a' + index / 26 - 1), (char)('a' + index % 26));
	return 0;
}

static int same_disk(const char *serial, const void *wanted)
{
	unsigned long number = *(const unsigned long *)wanted;
	char name[16], decimal[16];
	snprintf(decimal, sizeof(decimal), "%lu", number);
	return !strcmp(serial, decimal) || (!disk_name(number, name, sizeof(name)) && !strcmp(serial, name));
}

int hardware_by_disk(unsigned long number, char *address)
{
	return find_card("block", "serial", same_disk, &number, address);
}

int hardware_by_port(const char *name, char *device)
{
	char path[PATH_MAX], value[64];
	struct dirent *entry;
	int found = -1;
	DIR *all = opendir("/sys/class/virtio-ports");
	while (all && found && (entry = readdir(all))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= PCI_ADDRESS_SIZE)
			continue;
		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", entry->d_name);
		if (!read_line(path, value, sizeof(value)) && !strcmp(value, name)) {
			strcpy(device, entry->d_name);
			found = 0;
		}
	}
	if (all)
		closedir(all);
	return found;
}

/* ---- in use ---- */

/* Is a device number, MAJOR:MINOR, in the given column (from 0) of a line of the file? */
static int listed(const char *path, int column, const char *number)
{
	char line[1024];
	FILE *file = fopen(path, "r");
	int found = 0;
	while (file && !found && fgets(line, sizeof(line), file)) {
		char *word = strtok(line, " \t");
		for (int i = 0; word && i < column; i++)
			word = strtok(NULL, " \t");
		found = word && !strcmp(word, number);
	}
	if (file)
		fclose(file);
	return found;
}

static int swapped_to(const char *number)
{
	char line[256], device[16];
	struct stat status;
	FILE *file = fopen("/proc/swaps", "r");
	int found = 0;
	while (file && !found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, " \t")] = '\0';
		if (line[0] != '/' || stat(line, &status))
			continue;
		snprintf(device, sizeof(device), "%u:%u", major(status.st_rdev), minor(status.st_rdev));
		found = !strcmp(device, number);
	}
	if (file)
		fclose(file);
	return found;
}

static int has_holders(const char *name)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int found = 0;
	snprintf(path, sizeof(path), "/sys/class/block/%s/holders", name);
	DIR *holders = opendir(path);
	while (holders && !found && (entry = readdir(holders)))
		found = entry->d_name[0] != '.';
	if (holders)
		closedir(holders);
	return found;
}

int hardware_in_use(const char *address)
{
	char path[PATH_MAX], card[PCI_ADDRESS_SIZE], number[16];
	struct dirent *entry;
	int used = 0;
	/* /sys/class/block has whole disks and partitions alike. */
	DIR *blocks = opendir("/sys/class/block");
	while (blocks && !used && (entry = readdir(blocks))) {
		if (entry->d_name[0] == '.' || card_of("block", entry->d_name, card) || strcmp(card, address))
			continue;
		snprintf(path, sizeof(path), "/sys/class/block/%s/dev", entry->d_name);
		if (read_line(path, number, sizeof(number)))
			continue;
		used = listed("/proc/self/mountinfo", 2, number) || swapped_to(number) || has_holders(entry->d_name);
	}
	if (blocks)
		closedir(blocks);
	return used;
}
