/*
 * avps-ecu: the system control processor: sensors that play a time series
 *
 * A file of lines "seconds,sensor,value" sets the sensors of the board in
 * virtual time: exactly, whatever the host does, and with pauses when the
 * machine pauses. Values are decimal numbers of the sensor's unit; an axis is
 * written as "gyroscope.z". The series belongs to the machine: it goes on
 * over resets, and is saved and loaded with it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "sensor.h"
#include "hw/avps/trace.h"

#define MAX_BYTES (16 * MiB)
#define MAX_SAMPLES 1000000
#define MAX_SECONDS 1000000000
#define SECOND_DIGITS 9         /* ns */

/* --- Playing --- */

static void play_due(void *opaque)
{
    AvpsSensorPlayer *p = opaque;
    int64_t elapsed = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - p->start;

    while (p->next < p->num_samples && p->samples[p->next].time <= elapsed) {
        const AvpsSensorSample *sample = &p->samples[p->next++];

        avps_scmi_sensor_set(p->sensors, sample->sensor, sample->axis,
                             sample->value);
    }
    if (p->next < p->num_samples) {
        timer_mod_ns(p->timer, p->start + p->samples[p->next].time);
    }
}

static void stop(AvpsSensorPlayer *p)
{
    timer_del(p->timer);
    g_free(p->samples);
    p->samples = NULL;
    p->num_samples = 0;
    p->next = 0;
}

static void start(AvpsSensorPlayer *p, GArray *samples)
{
    stop(p);
    p->num_samples = samples->len;
    p->samples = (AvpsSensorSample *)g_array_free(samples, false);
    p->start = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    play_due(p);
}

/* --- Reading the file --- */

/*
 * @text is a decimal number: give it times ten to the power of @digits,
 * rounded. False for what is none, or too large.
 */
static bool parse_decimal(const char *text, int digits, int64_t *result)
{
    const int64_t limit = INT64_MAX / 100;
    bool negative = *text == '-';
    bool any = false, fraction = false, rounded = false;
    int64_t value = 0;

    for (text += negative || *text == '+'; *text; text++) {
        if (*text == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (!g_ascii_isdigit(*text) || value > limit) {
            return false;
        }
        any = true;
        if (!fraction || digits > 0) {
            value = value * 10 + (*text - '0');
            digits -= fraction;
        } else if (!rounded) {
            value += *text >= '5';
            rounded = true;
        }
    }
    for (; digits > 0; digits--) {
        if (value > limit) {
            return false;
        }
        value *= 10;
    }
    *result = negative ? -value : value;
    return any;
}

static bool parse_sensor(const char *text, AvpsSensorSample *sample)
{
    for (unsigned id = 0; id < AVPS_SCMI_NUM_SENSORS; id++) {
        const AvpsScmiSensorRow *row = &avps_scmi_sensors[id];
        size_t length = strlen(row->name);
        const char *axis = text + length;

        if (strncmp(text, row->name, length)) {
            continue;
        }
        sample->sensor = id;
        if (!row->axes && !*axis) {
            sample->axis = 0;
            return true;
        }
        if (row->axes && axis[0] == '.' && axis[1] && !axis[2] &&
            axis[1] >= 'x' && axis[1] < 'x' + (int)row->num_axes) {
            sample->axis = axis[1] - 'x';
            return true;
        }
    }
    return false;
}

static bool in_range(const AvpsSensorSample *sample)
{
    const AvpsScmiSensorRow *row = &avps_scmi_sensors[sample->sensor];

    return sample->value >= row->min && sample->value <= row->max;
}

static bool parse_fields(char **field, AvpsSensorSample *sample, Error **errp)
{
    const AvpsScmiSensorRow *row;

    if (!parse_decimal(field[0], SECOND_DIGITS, &sample->time) ||
        sample->time < 0 ||
        sample->time > MAX_SECONDS * NANOSECONDS_PER_SECOND) {
        error_setg(errp, "'%s' is no time: give seconds, 0 to %d", field[0],
                   MAX_SECONDS);
        return false;
    }
    if (!parse_sensor(field[1], sample)) {
        error_setg(errp, "'%s' is no sensor: give one of the children of "
                   "/machine/soc/scmi/sensor, or an axis as in gyroscope.z",
                   field[1]);
        return false;
    }
    row = &avps_scmi_sensors[sample->sensor];
    if (!parse_decimal(field[2], -row->scale, &sample->value) ||
        !in_range(sample)) {
        error_setg(errp, "'%s' is no value of %s: give a number of %s from "
                   "%" PRId64 "e%d to %" PRId64 "e%d", field[2], field[1],
                   row->unit, row->min, row->scale, row->max, row->scale);
        return false;
    }
    return true;
}

static bool parse_line(const char *line, AvpsSensorSample *sample,
                       Error **errp)
{
    g_auto(GStrv) field = g_strsplit(line, ",", 0);

    if (g_strv_length(field) != 3) {
        error_setg(errp, "%u fields: give time,sensor,value",
                   g_strv_length(field));
        return false;
    }
    for (int i = 0; i < 3; i++) {
        g_strstrip(field[i]);
    }
    return parse_fields(field, sample, errp);
}

static bool is_comment(const char *line, unsigned number)
{
    return !*line || *line == '#' ||
           (number == 1 && !strcmp(line, "time,sensor,value"));
}

static bool add_line(GArray *samples, char *line, unsigned number,
                     Error **errp)
{
    AvpsSensorSample sample;

    g_strstrip(line);
    if (is_comment(line, number)) {
        return true;
    }
    if (samples->len == MAX_SAMPLES) {
        error_setg(errp, "there are more than %d values: play them as several "
                   "files", MAX_SAMPLES);
        return false;
    }
    if (!parse_line(line, &sample, errp)) {
        return false;
    }
    if (samples->len && sample.time <
        g_array_index(samples, AvpsSensorSample, samples->len - 1).time) {
        error_setg(errp, "its time is before that of the value above it: sort "
                   "the lines by time");
        return false;
    }
    g_array_append_val(samples, sample);
    return true;
}

static GArray *parse_text(char *text, const char *name, Error **errp)
{
    ERRP_GUARD();
    GArray *samples = g_array_new(false, false, sizeof(AvpsSensorSample));
    unsigned number = 1;

    for (char *line = text, *end; line; line = end, number++) {
        end = strchr(line, '\n');
        if (end) {
            *end++ = '\0';
        }
        if (!add_line(samples, line, number, errp)) {
            error_prepend(errp, "%s line %u: ", name, number);
            g_array_free(samples, true);
            return NULL;
        }
    }
    return samples;
}

/* A regular file: a pipe could keep the machine waiting. */
static char *read_file(const char *name, Error **errp)
{
    int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    g_autofree char *text = NULL;
    struct stat st;
    ssize_t got;

    if (fd < 0) {
        error_setg_file_open(errp, errno, name);
        return NULL;
    }
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > MAX_BYTES) {
        error_setg(errp, "%s is no regular file of at most %" PRId64 " bytes: "
                   "give one", name, (int64_t)MAX_BYTES);
        close(fd);
        return NULL;
    }
    text = g_malloc0(MAX_BYTES + 1);
    got = RETRY_ON_EINTR(read(fd, text, st.st_size));
    close(fd);
    if (got != st.st_size) {
        error_setg(errp, "%s cannot be read whole: give a file that is not "
                   "being written", name);
        return NULL;
    }
    if (strlen(text) != got) {
        error_setg(errp, "%s is no text: it has a zero byte", name);
        return NULL;
    }
    return g_steal_pointer(&text);
}

/* --- Properties --- */

static void set_play(Object *obj, const char *name, Error **errp)
{
    AvpsSensorPlayer *p = &AVPS_SCMI_SENSOR(obj)->player;
    g_autofree char *text = NULL;
    GArray *samples;

    if (!*name) {
        stop(p);
        return;
    }
    text = read_file(name, errp);
    if (!text) {
        return;
    }
    samples = parse_text(text, name, errp);
    if (samples) {
        trace_avps_scmi_sensor_play(name, samples->len);
        start(p, samples);
    }
}

static bool get_playing(Object *obj, Error **errp)
{
    AvpsSensorPlayer *p = &AVPS_SCMI_SENSOR(obj)->player;

    return p->next < p->num_samples;
}

void avps_sensor_player_add_properties(ObjectClass *oc)
{
    object_class_property_add_str(oc, "play", NULL, set_play);
    object_class_property_set_description(oc, "play",
        "write the name of a file of lines time,sensor,value: play it in "
        "virtual time from now on, instead of the one before; nothing: stop");
    object_class_property_add_bool(oc, "playing", get_playing, NULL);
    object_class_property_set_description(oc, "playing",
        "values of the file are still to come");
}

void avps_sensor_player_init(AvpsSensorPlayer *p,
                             struct AvpsScmiSensors *sensors)
{
    p->sensors = sensors;
    p->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, play_due, p);
}

void avps_sensor_player_finalize(AvpsSensorPlayer *p)
{
    timer_free(p->timer);
    g_free(p->samples);
}

/* --- Migration --- */

static int player_pre_load(void *opaque)
{
    stop(opaque);
    return 0;
}

static bool player_is_bounded(void *opaque, int version_id)
{
    AvpsSensorPlayer *p = opaque;

    return p->num_samples >= 0 && p->num_samples <= MAX_SAMPLES &&
           p->next >= 0 && p->next <= p->num_samples;
}

static bool sample_is_valid(const AvpsSensorSample *sample)
{
    const AvpsScmiSensorRow *row;

    if (sample->sensor >= AVPS_SCMI_NUM_SENSORS) {
        return false;
    }
    row = &avps_scmi_sensors[sample->sensor];
    return sample->axis < (row->axes ? row->num_axes : 1) && in_range(sample);
}

static int player_post_load(void *opaque, int version_id)
{
    AvpsSensorPlayer *p = opaque;

    for (int i = 0; i < p->num_samples; i++) {
        if (!sample_is_valid(&p->samples[i])) {
            return -EINVAL;
        }
    }
    return 0;
}

static const VMStateDescription vmstate_sample = {
    .name = "avps-scmi-sensor/sample",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(time, AvpsSensorSample),
        VMSTATE_UINT32(sensor, AvpsSensorSample),
        VMSTATE_UINT32(axis, AvpsSensorSample),
        VMSTATE_INT64(value, AvpsSensorSample),
        VMSTATE_END_OF_LIST()
    }
};

const VMStateDescription vmstate_avps_sensor_player = {
    .name = "avps-scmi-sensor/player",
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_load = player_pre_load,
    .post_load = player_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(start, AvpsSensorPlayer),
        VMSTATE_INT32(num_samples, AvpsSensorPlayer),
        VMSTATE_INT32(next, AvpsSensorPlayer),
        VMSTATE_VALIDATE("the series is bounded", player_is_bounded),
        VMSTATE_STRUCT_VARRAY_ALLOC(samples, AvpsSensorPlayer, num_samples, 1,
                                    vmstate_sample, AvpsSensorSample),
        VMSTATE_TIMER_PTR(timer, AvpsSensorPlayer),
        VMSTATE_END_OF_LIST()
    }
};
