/* How the xenstore-* commands show and take values: printable ASCII as it is, the rest escaped. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

/* The escaped form, the caller's to free: \t \n \r \\, octal below 8, otherwise \xNN. NULL without memory. */
char *text_escape(const char *value, size_t length);

/* Undoes escapes in place; returns the new length. What is no escape stays as it is. */
size_t text_unescape(char *text);

#endif
