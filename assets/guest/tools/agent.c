/*
 * domus-agent: owns the port to the host's XenStore, lets local programs in through a socket, and runs the duties a
 * domain has (see duties.c) as one of those programs.
 */
#include "commands.h"
#include "duties.h"
#include "mux.h"
#include "port.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#define RETRY_MS 1000
#define LOCK_PATH "/run/xenstored/lock"

struct agent {
	int listener, port;
	struct mux *mux;
	struct xs_stream host;
	pid_t duties;
};

/* 0 when this is the only agent; the lock lives as long as the process. */
static int lock(void)
{
	mkdir("/run/xenstored", 0755);
	int fd = open(LOCK_PATH, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return fd < 0 || flock(fd, LOCK_EX | LOCK_NB);
}

static int listen_here(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = XS_SOCKET_PATH };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unlink(XS_SOCKET_PATH);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || chmod(XS_SOCKET_PATH, 0600) ||
	    listen(fd, 8))
		err(1, "%s", XS_SOCKET_PATH);
	return fd;
}

static void start_duties(struct agent *agent)
{
	agent->duties = fork();
	if (agent->duties == 0) {
		close(agent->listener);
		close(agent->port);
		signal(SIGCHLD, SIG_DFL);
		_exit(duties_run());
	}
}

/* Until the other end of the port is open. A port whose host is away is hung up, and cannot be waited on. */
static void wait_for_host(int port)
{
	struct pollfd at = { .fd = port, .events = POLLOUT };
	while (poll(&at, 1, 0) < 0 || (at.revents & (POLLHUP | POLLERR)))
		usleep(RETRY_MS * 1000);
}

/* The host closed the port (it restarted, or this domain moved): open it again until somebody is there. */
static void reopen(struct agent *agent)
{
	const char *why;
	close(agent->port);
	do {
		usleep(RETRY_MS * 1000);
		agent->port = port_open(&why);
	} while (agent->port < 0);
	wait_for_host(agent->port);
	xs_stream_next(&agent->host);
	mux_host_changed(agent->mux, agent->port);
}

static void host_readable(struct agent *agent)
{
	int done;
	while ((done = xs_stream_read(agent->port, &agent->host)) == 1) {
		xs_stream_next(&agent->host);
		mux_host_message(agent->mux, &agent->host.message);
	}
	if (done < 0)
		reopen(agent);
}

static void serve(struct agent *agent)
{
	int fds[MUX_CLIENTS_MAX];
	struct pollfd polled[MUX_CLIENTS_MAX + 2];
	for (;;) {
		int count = mux_client_fds(agent->mux, fds, MUX_CLIENTS_MAX);
		polled[0] = (struct pollfd){ .fd = agent->port, .events = POLLIN };
		polled[1] = (struct pollfd){ .fd = agent->listener, .events = POLLIN };
		for (int i = 0; i < count; i++)
			polled[2 + i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
		if (poll(polled, (nfds_t)count + 2, -1) < 0 && errno != EINTR)
			err(1, "poll");
		if (waitpid(agent->duties, NULL, WNOHANG) == agent->duties) {
			usleep(RETRY_MS * 1000);
			start_duties(agent);
			continue;
		}
		if (polled[0].revents)
			host_readable(agent);
		for (int i = 0; i < count; i++)
			if (polled[2 + i].revents)
				mux_client_readable(agent->mux, fds[i]);
		if (polled[1].revents) {
			int fd = accept4(agent->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
			if (fd >= 0)
				mux_add_client(agent->mux, fd);
		}
	}
}

static void wake_up(int sign)
{
	(void)sign;
}

int agent_main(int argc, char **argv)
{
	struct agent agent = { 0 };
	struct sigaction on_child = { .sa_handler = wake_up };
	const char *why;
	int foreground = argc > 1 && !strcmp(argv[1], "-f");
	if (argc > 1 && !foreground) {
		fprintf(stderr, "Usage: domus-agent [-f]    (-f: stay in the foreground)\n");
		return 1;
	}
	agent.port = port_open(&why);
	if (agent.port < 0)
		errx(1, "no XenStore here: %s", why);
	if (!foreground && daemon(0, 0))
		err(1, "daemon");
	if (lock())
		errx(1, "another one runs already");
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGCHLD, &on_child, NULL);
	agent.listener = listen_here();
	agent.mux = mux_new(agent.port);
	if (!agent.mux)
		err(1, "memory");
	wait_for_host(agent.port);
	start_duties(&agent);
	serve(&agent);
	return 1;
}
