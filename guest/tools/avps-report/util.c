/*
 * Small helpers: memory, text, files, directories
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *grow(void *array, size_t count, size_t size)
{
    /* Doubling at powers of two needs no capacity beside the count. */
    if (count & (count - 1)) {
        return array;
    }
    array = realloc(array, (count ? count * 2 : 1) * size);
    if (!array) {
        perror("avps-report");
        exit(2);
    }
    return array;
}

char *format(const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0) {
        perror("avps-report");
        exit(2);
    }
    va_end(ap);
    return text;
}

char *slurp(const char *path, size_t *len)
{
    size_t size = 4096, used = 0;
    char *data;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return NULL;
    }
    data = malloc(size);
    while (data && (n = read(fd, data + used, size - used - 1)) > 0) {
        used += n;
        if (used == size - 1) {
            size *= 2;
            data = realloc(data, size);
        }
    }
    close(fd);
    if (data) {
        data[used] = '\0';
    }
    if (len) {
        *len = used;
    }
    return data;
}

char *first_line(const char *path)
{
    char *text = slurp(path, NULL);

    if (!text) {
        text = strdup("");
    }
    text[strcspn(text, "\n")] = '\0';
    return text;
}

bool file_has(const char *path, const char *text)
{
    char *data = slurp(path, NULL);
    bool found = data && strstr(data, text);

    free(data);
    return found;
}

bool starts_with(const char *text, const char *prefix)
{
    return !strncmp(text, prefix, strlen(prefix));
}

bool exists(const char *path)
{
    return !access(path, F_OK);
}

char *link_target(const char *dir, const char *link)
{
    char *path = format("%s/%s", dir, link);
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof(target) - 1);

    free(path);
    if (n < 0) {
        return NULL;
    }
    target[n] = '\0';
    return strdup(target);
}

/* Not by realpath(): that asks the kernel for each part of the path. */
char *sys_path(const char *dir, const char *link)
{
    char *target = link_target(dir, link);
    char *path, *at = target;

    if (!target) {
        return NULL;
    }
    while (starts_with(at, "../")) {
        at += 3;
    }
    path = format("/sys/%s", at);
    free(target);
    return path;
}

static int by_natural_order(const struct dirent **a, const struct dirent **b)
{
    return strverscmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int list_dir(const char *path, struct dirent ***entries)
{
    int n = scandir(path, entries, visible, by_natural_order);

    return n < 0 ? 0 : n;
}

void free_list(struct dirent **entries, int n)
{
    while (n-- > 0) {
        free(entries[n]);
    }
    free(entries);
}

int count_dir(const char *path)
{
    struct dirent **entries = NULL;
    int n = list_dir(path, &entries);

    free_list(entries, n);
    return n;
}

bool is_inside(const char *path, const char *dir)
{
    size_t n = strlen(dir);

    return !strncmp(path, dir, n) && path[n] == '/';
}

char *size_text(uint64_t bytes)
{
    if (bytes >= 1ull << 30 && !(bytes & ((1 << 30) - 1))) {
        return format("%" PRIu64 " GiB", bytes >> 30);
    }
    if (bytes >= 1 << 20) {
        return format("%" PRIu64 " MiB", bytes >> 20);
    }
    return format("%" PRIu64 " KiB", bytes >> 10);
}
