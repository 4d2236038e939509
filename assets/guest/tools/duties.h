#ifndef DUTIES_H
#define DUTIES_H

/*
 * What a domain does when its host asks through the store: shuts down (control/shutdown), presses a magic SysRq key
 * (control/sysrq), takes in and gives up devices (device/). Returns an exit code when the store is gone.
 */
int duties_run(void);

#endif
