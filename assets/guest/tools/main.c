#include "commands.h"

#include <stdio.h>
#include <string.h>

static int run(const char *name, int argc, char **argv)
{
	if (!strncmp(name, "xenstore-", 9))
		return xenstore_main(name + 9, argc, argv);
	if (!strcmp(name, "xenstore") && argc > 1)
		return xenstore_main(argv[1], argc - 1, argv + 1);
	if (!strcmp(name, "domus-agent"))
		return agent_main(argc, argv);
	if (!strcmp(name, "poweroff") || !strcmp(name, "reboot") || !strcmp(name, "halt"))
		return power_main(name, argc, argv);
	if (!strcmp(name, "sound") || !strcmp(name, "tone"))
		return sound_main(name, argc, argv);
	fprintf(stderr, "Usage: domus-guest COMMAND [...], with COMMAND one of: xenstore-read xenstore-write "
			"xenstore-list xenstore-ls xenstore-exists xenstore-rm xenstore-watch domus-agent poweroff reboot halt sound tone\n");
	return 1;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	if (!strcmp(name, "domus-guest") && argc > 1)
		return run(argv[1], argc - 1, argv + 1);
	return run(name, argc, argv);
}
