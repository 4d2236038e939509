/*
 * poweroff, reboot, halt. BusyBox's own wait whole seconds for processes that are gone at once; a domain that was told
 * to shut down should be off when its processes are.
 */
#include "commands.h"

#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 2000
#define STEP_MS 20
#define MOUNTS_MAX 64

static const struct {
	const char *name, *doing;
	int how;
} ends[] = {
	{ "poweroff", "Switching off", RB_POWER_OFF },
	{ "reboot", "Restarting", RB_AUTOBOOT },
	{ "halt", "Halting", RB_HALT_SYSTEM },
};

/* Is there a process other than init, this one and the kernel's own (which have no command line)? */
static int others_live(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int live = 0;
	while (proc && !live && (entry = readdir(proc))) {
		char path[64];
		int pid = atoi(entry->d_name);
		if (pid <= 1 || pid == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
		FILE *file = fopen(path, "r");
		live = file && fgetc(file) != EOF;
		if (file)
			fclose(file);
	}
	if (proc)
		closedir(proc);
	return live;
}

static void end_processes(void)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGCONT, 0 };
	const struct timespec step = { 0, STEP_MS * 1000000 };
	/* Init must not start new shells for those that end. */
	kill(1, SIGTSTP);
	for (const int *sign = signals; *sign; sign++)
		kill(-1, *sign);
	for (int waited = 0; waited < PATIENCE_MS && others_live(); waited += STEP_MS)
		nanosleep(&step, NULL);
	kill(-1, SIGKILL);
}

/* Last mounted, first unmounted; what is busy becomes read-only. */
static void unmount_all(void)
{
	char *paths[MOUNTS_MAX];
	int count = 0;
	struct mntent *entry;
	FILE *table = setmntent("/proc/mounts", "r");
	while (table && count < MOUNTS_MAX && (entry = getmntent(table)))
		if (entry->mnt_fsname[0] == '/' && (paths[count] = strdup(entry->mnt_dir)))
			count++;
	if (table)
		endmntent(table);
	while (count--)
		if (umount(paths[count]))
			mount(NULL, paths[count], NULL, MS_REMOUNT | MS_RDONLY, NULL);
}

static void say(const char *doing)
{
	int console = open("/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK);
	if (console < 0)
		return;
	dprintf(console, "\r\n%s.\r\n", doing);
	close(console);
}

int power_main(const char *name, int argc, char **argv)
{
	/* -f: at once, without a word to anybody. Other flags of the usual commands (-p, -h, now) change nothing here. */
	int force = argc > 1 && !strcmp(argv[1], "-f");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (strcmp(ends[i].name, name))
			continue;
		/* Outlive the terminal this was typed on. */
		signal(SIGHUP, SIG_IGN);
		signal(SIGINT, SIG_IGN);
		signal(SIGTERM, SIG_IGN);
		sync();
		if (!force) {
			say(ends[i].doing);
			end_processes();
			unmount_all();
			sync();
		}
		reboot(ends[i].how);
		perror(name);
	}
	return 1;
}
