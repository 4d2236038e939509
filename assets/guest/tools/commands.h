/* The commands in this program; which one runs is decided by the name it was called with. */
#ifndef COMMANDS_H
#define COMMANDS_H

/* xenstore-NAME, or `xenstore NAME`. */
int xenstore_main(const char *name, int argc, char **argv);
int agent_main(int argc, char **argv);
/* poweroff, reboot, halt */
int power_main(const char *name, int argc, char **argv);
/* sound, tone */
int sound_main(const char *name, int argc, char **argv);

#endif
