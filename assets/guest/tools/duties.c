#include "duties.h"

#include "client.h"
#include "devices.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHUTDOWN "control/shutdown"
#define SYSRQ "control/sysrq"

/* What this domain understands, for the host to read. */
static const char *const features[] = {
	"control/feature-poweroff",
	"control/feature-reboot",
	"control/feature-suspend",
	"control/feature-sysrq",
};

/*
 * Takes what the host wrote into a node and clears the node, which is how the host sees that it was heard. Returns 0
 * with the text ("" = there was nothing), or -1.
 */
static int take(struct xs_client *store, const char *path, char *text, size_t size)
{
	for (;;) {
		size_t length;
		uint32_t tx = xs_transaction_start(store);
		if (!tx)
			return -1;
		char *value = xs_read(store, tx, path, &length);
		int any = value && length > 0;
		text[0] = '\0';
		if (any)
			snprintf(text, size, "%s", value);
		free(value);
		int failed = any && xs_write(store, tx, path, "", 0);
		if (!xs_transaction_end(store, tx, any && !failed))
			return failed ? -1 : 0;
		if (errno != EAGAIN)
			return -1;
	}
}

static void run(const char *command)
{
	pid_t child = fork();
	if (child == 0) {
		/* Not in the agent's session: it must outlive the agent. */
		setsid();
		execl(command, command, (char *)NULL);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

static void press_sysrq(char key)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, &key, 1) != 1)
		perror("sysrq");
	close(fd);
}

static void obey_shutdown(struct xs_client *store)
{
	char order[32];
	/* The host may freeze this domain as soon as it sees the answer, so what is in memory goes to disk before. */
	sync();
	if (take(store, SHUTDOWN, order, sizeof(order)) || !order[0])
		return;
	if (!strcmp(order, "poweroff") || !strcmp(order, "halt"))
		run("/sbin/poweroff");
	else if (!strcmp(order, "reboot"))
		run("/sbin/reboot");
	else if (!strcmp(order, "crash"))
		press_sysrq('c');
	/* "suspend" needs no more than the answer: the host does the rest. */
}

static void obey_sysrq(struct xs_client *store)
{
	char key[8];
	if (!take(store, SYSRQ, key, sizeof(key)) && key[0])
		press_sysrq(key[0]);
}

static int handle_event(struct xs_client *store, struct devices *devices, const char *token)
{
	if (!strcmp(token, SHUTDOWN))
		obey_shutdown(store);
	else if (!strcmp(token, SYSRQ))
		obey_sysrq(store);
	else
		devices_look(devices);
	return 0;
}

int duties_run(void)
{
	static const char *const watched[] = { SHUTDOWN, SYSRQ, "device" };
	struct xs_client *store = xs_connect();
	struct devices *devices = store ? devices_new(store) : NULL;
	if (!devices)
		return 1;
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		xs_write(store, 0, features[i], "1", 1);
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		if (xs_watch(store, watched[i], watched[i], -1))
			return 1;
	for (;;) {
		struct pollfd polled[] = {
			{ .fd = xs_fd(store), .events = POLLIN },
			{ .fd = devices_wait_fd(devices), .events = POLLPRI },
		};
		const char *path, *token;
		int got = xs_next_event(store, 0, &path, &token);
		if (got < 0)
			return 1;
		if (got) {
			handle_event(store, devices, token);
			continue;
		}
		int ready = poll(polled, 2, devices_wait_ms(devices));
		if (ready == 0 || polled[1].revents)
			devices_look(devices);
	}
}
