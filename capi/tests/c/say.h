/* Lines of output, of a system or of an emulator. */
#ifndef SAY_H
#define SAY_H
#if defined(__STDC_HOSTED__) && __STDC_HOSTED__
#include <stdio.h>
static void say(const char *line) { puts(line); }
static void say_digest(const char *group, const char *hash) { printf("digest, %s, %s\n", group, hash); }
#else
void say(const char *line);
void say_digest(const char *group, const char *hash);
#endif
#endif
