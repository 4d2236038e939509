#include "port.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define PORT_NAME "org.xenproject.xenstore"
#define PORTS "/sys/class/virtio-ports"

static int first_line(const char *path, char *line, int size)
{
	FILE *file = fopen(path, "r");
	if (!file)
		return -1;
	int failed = !fgets(line, size, file);
	fclose(file);
	line[failed ? 0 : strcspn(line, "\n")] = '\0';
	return failed ? -1 : 0;
}

/* By name, as udev would link it below /dev/virtio-ports. */
static int find_named(char *device, size_t size)
{
	DIR *ports = opendir(PORTS);
	struct dirent *entry;
	int found = 0;
	while (ports && !found && (entry = readdir(ports))) {
		char path[288], name[64];
		snprintf(path, sizeof(path), PORTS "/%s/name", entry->d_name);
		found = !first_line(path, name, sizeof(name)) && !strcmp(name, PORT_NAME);
		if (found)
			snprintf(device, size, "/dev/%s", entry->d_name);
	}
	if (ports)
		closedir(ports);
	return found;
}

static int find_on_command_line(char *device, size_t size)
{
	static const char key[] = "domus.xs=";
	char line[2048];
	if (first_line("/proc/cmdline", line, sizeof(line)))
		return 0;
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		if (!strncmp(word, key, sizeof(key) - 1) && !strchr(word, '/')) {
			snprintf(device, size, "/dev/%s", word + sizeof(key) - 1);
			return 1;
		}
	return 0;
}

int port_open(const char **why)
{
	static char reason[320];
	char device[272];
	struct termios mode;
	*why = reason;
	if (!find_named(device, sizeof(device)) && !find_on_command_line(device, sizeof(device))) {
		snprintf(reason, sizeof(reason), "the host offers no port " PORT_NAME);
		return -1;
	}
	int fd = open(device, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		snprintf(reason, sizeof(reason), "%s: %s", device, strerror(errno));
		return -1;
	}
	/* A port that is a console is a terminal: take away its manners. */
	if (!tcgetattr(fd, &mode)) {
		cfmakeraw(&mode);
		tcsetattr(fd, TCSANOW, &mode);
		tcflush(fd, TCIFLUSH);
	}
	return fd;
}
