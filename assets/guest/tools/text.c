#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *text_escape(const char *value, size_t length)
{
	char *text = malloc(length * 4 + 1), *to = text;
	if (!text)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)value[i];
		if (c == '\t' || c == '\n' || c == '\r' || c == '\\') {
			*to++ = '\\';
			*to++ = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : '\\';
		} else if (c >= ' ' && c <= '~') {
			*to++ = (char)c;
		} else {
			to += sprintf(to, c < 8 ? "\\%03o" : "\\x%02x", c);
		}
	}
	*to = '\0';
	return text;
}

/* Reads at most `most` digits of `base`; returns how many there were. */
static int digits(const char *at, int base, int most, unsigned *value)
{
	int count = 0;
	*value = 0;
	while (count < most) {
		char c = at[count];
		int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
			    c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
		if (digit >= base)
			break;
		*value = *value * (unsigned)base + (unsigned)digit;
		count++;
	}
	return count;
}

size_t text_unescape(char *text)
{
	static const char from[] = "tnr\\", into[] = "\t\n\r\\";
	char *to = text;
	for (const char *at = text; *at;) {
		const char *plain = *at == '\\' && at[1] ? strchr(from, at[1]) : NULL;
		unsigned value;
		int count;
		if (plain) {
			*to++ = into[plain - from];
			at += 2;
		} else if (*at == '\\' && at[1] == 'x' && (count = digits(at + 2, 16, 2, &value))) {
			*to++ = (char)value;
			at += 2 + count;
		} else if (*at == '\\' && (count = digits(at + 1, 8, 3, &value))) {
			*to++ = (char)value;
			at += 1 + count;
		} else {
			*to++ = *at++;
		}
	}
	*to = '\0';
	return (size_t)(to - text);
}
