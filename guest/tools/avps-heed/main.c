/*
 * avps-heed PROGRAM ARGUMENT...: run a program that heeds Ctrl-C and Ctrl-\
 *
 * What a shell script starts in the background ignores both, and so would a
 * shell that is started there, and all that it starts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: avps-heed PROGRAM ARGUMENT...\n");
        return 1;
    }
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
