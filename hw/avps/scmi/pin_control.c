/*
 * avps-ecu: the system control processor: pins
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.11
 * "Pin control protocol", version 1.0.
 *
 * A pin has one function at a time. While a pin of gpio1 has another, its
 * line is cut: an input reads the pull of the pin, and the board sees that
 * pull instead of an output. What uart1 sends, or would receive, is lost
 * while the pin for it has another function. Settings of all types are
 * stored; pulls act on the lines of gpio1, and an input value is measured.
 *
 * Choices that the document leaves open: an agent may configure a pin that
 * nobody has requested; what a group is set to, each of its pins is; all
 * parameters of a message are checked before any is applied. Permission for
 * single pins can be taken, not extended to what the agent's devices do not
 * use.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/avps/scmi/domain.h"
#include "hw/avps/scmi/platform.h"
#include "hw/char/pl011.h"
#include "migration/vmstate.h"
#include "pin_control.h"
#include "system/system.h"
#include "hw/avps/trace.h"

enum {
    PINCTRL_ATTRIBUTES = 3,
    PINCTRL_LIST_ASSOCIATIONS,
    PINCTRL_SETTINGS_GET,
    PINCTRL_SETTINGS_CONFIGURE,
    PINCTRL_REQUEST,
    PINCTRL_RELEASE,
    PINCTRL_NAME_GET,
    PINCTRL_SET_PERMISSIONS,
};

/* What an identifier is of */
enum { SELECT_PIN, SELECT_GROUP, SELECT_FUNCTION };

/* Types of settings that mean something here */
enum {
    SETTING_DEFAULT = 0,
    SETTING_BUS_HOLD = 1,
    SETTING_PULL_UP = 4,
    SETTING_PULL_DEFAULT = 5,
    SETTING_PULL_DOWN = 6,
    SETTING_OPEN_DRAIN = 7,
    SETTING_PUSH_PULL = 9,
    SETTING_INPUT_VALUE = 14,
};

/* Of these, a pin has one */
#define BIAS_SETTINGS \
    MAKE_64BIT_MASK(SETTING_BUS_HOLD, SETTING_PULL_DOWN - SETTING_BUS_HOLD + 1)
#define DRIVE_SETTINGS \
    MAKE_64BIT_MASK(SETTING_OPEN_DRAIN, \
                    SETTING_PUSH_PULL - SETTING_OPEN_DRAIN + 1)

#define NO_FUNCTION UINT32_MAX

FIELD(ATTRIBUTES_LOW, PINS, 0, 16)
FIELD(ATTRIBUTES_LOW, GROUPS, 16, 16)
FIELD(ATTRIBUTES_HIGH, FUNCTIONS, 0, 16)

FIELD(ATTRIBUTES, ELEMENTS, 0, 16)
FIELD(ATTRIBUTES, GPIO, 17, 1)
FIELD(ATTRIBUTES, LONG_NAME, 31, 1)

FIELD(LIST, RETURNED, 0, 12)
FIELD(LIST, REMAINING, 16, 16)

FIELD(GET, TYPE, 0, 8)
FIELD(GET, SKIP, 8, 8)
FIELD(GET, SELECTOR, 16, 2)
FIELD(GET, WHAT, 18, 2)
FIELD(GET, RESERVED, 20, 12)
enum { GET_ONE, GET_ALL, GET_FUNCTION };

FIELD(GOT, RETURNED, 0, 8)
FIELD(GOT, REMAINING, 24, 8)

FIELD(CONFIGURE, SELECTOR, 0, 2)
FIELD(CONFIGURE, NUMBER, 2, 8)
FIELD(CONFIGURE, FUNCTION_VALID, 10, 1)
FIELD(CONFIGURE, RESERVED, 11, 21)
#define CONFIGURE_ARGS 3

FIELD(PERMISSION, SELECTOR, 0, 2)
FIELD(PERMISSION, ALLOW, 2, 1)
FIELD(PERMISSION, RESERVED, 3, 29)

/* --- Lines of gpio1 --- */

static bool has_function(const AvpsScmiPins *s, unsigned pin)
{
    return s->pin[pin].function == avps_scmi_pins[pin].boot;
}

/* Of a pin that nobody drives */
static bool pull_of(const AvpsScmiPins *s, unsigned pin)
{
    uint32_t bias = s->pin[pin].settings & BIAS_SETTINGS;

    if (!bias || bias == BIT(SETTING_PULL_DEFAULT)) {
        return avps_scmi_pins[pin].pull_up;
    }
    return bias == BIT(SETTING_PULL_UP);
}

static bool level_of(const AvpsScmiPins *s, unsigned pin)
{
    const AvpsScmiPinLine *line = &s->line[pin];

    if (pin >= AVPS_SCMI_GPIO1_LINES) {
        return pull_of(s, pin);
    }
    if (line->board_drives) {
        return line->board_level;
    }
    return has_function(s, pin) ? line->gpio_level : pull_of(s, pin);
}

static void board_changed(void *opaque, int n, int level)
{
    AvpsScmiPinLine *line = opaque;

    line->board_drives = true;
    line->board_level = level;
    if (has_function(line->pins, line->pin)) {
        avps_irq_pass(&line->gpio, level);
    }
}

static void gpio_changed(void *opaque, int n, int level)
{
    AvpsScmiPinLine *line = opaque;

    line->gpio_level = level;
    if (has_function(line->pins, line->pin)) {
        avps_irq_pass(&line->board, level);
    }
}

/* The pin's function or pull has changed. */
static void update_line(AvpsScmiPinLine *line)
{
    bool connected = has_function(line->pins, line->pin);
    bool pull = pull_of(line->pins, line->pin);

    avps_irq_pass(&line->gpio, connected && line->board_drives ?
                               line->board_level : pull);
    avps_irq_pass(&line->board, connected ? line->gpio_level : pull);
}

static void update_uart(AvpsScmiPins *s)
{
    avps_char_gate_set(&s->uart1, has_function(s, AVPS_PIN_UART1_TX),
                       has_function(s, AVPS_PIN_UART1_RX));
}

static void update_pin(AvpsScmiPins *s, unsigned pin)
{
    trace_avps_scmi_pin(avps_scmi_pins[pin].name,
                        avps_scmi_pin_functions[s->pin[pin].function].name,
                        s->pin[pin].settings);
    if (pin < AVPS_SCMI_GPIO1_LINES) {
        update_line(&s->line[pin]);
    }
    update_uart(s);
}

/* --- Pins, groups, functions --- */

typedef struct PinSet {
    unsigned first, num;
} PinSet;

static AvpsScmiPins *pins(const AvpsScmiCall *call)
{
    return AVPS_SCMI_PINS(call->protocol);
}

static uint16_t group_of(unsigned function, unsigned index)
{
    const AvpsScmiPinFunctionRow *row = &avps_scmi_pin_functions[function];

    return row->groups ? row->groups[index] : index;
}

/* The pins that a pin's or group's identifier stands for */
static bool find_pins(uint32_t selector, uint32_t id, PinSet *set)
{
    if (selector == SELECT_PIN && id < AVPS_SCMI_NUM_PINS) {
        *set = (PinSet) { id, 1 };
        return true;
    }
    if (selector == SELECT_GROUP && id < AVPS_SCMI_NUM_PIN_GROUPS) {
        *set = (PinSet) { avps_scmi_pin_groups[id].first_pin,
                          avps_scmi_pin_groups[id].num_pins };
        return true;
    }
    return false;
}

/* May the agent use all of them? */
static bool may_use(const AvpsScmiCall *call, PinSet set)
{
    for (unsigned pin = set.first; pin < set.first + set.num; pin++) {
        if (!scmi_permitted(call, avps_scmi_pins[pin].devices) ||
            pins(call)->pin[pin].denied & BIT(call->agent)) {
            return false;
        }
    }
    return true;
}

/* An agent sees a function that it may give to any group. */
static bool sees_function(const AvpsScmiCall *call, unsigned function)
{
    for (unsigned i = 0; i < avps_scmi_pin_functions[function].num_groups;
         i++) {
        PinSet set;

        if (find_pins(SELECT_GROUP, group_of(function, i), &set) &&
            may_use(call, set)) {
            return true;
        }
    }
    return false;
}

/* Is there such a thing, for this agent? */
static int32_t check_describe(const AvpsScmiCall *call, uint32_t selector)
{
    PinSet set;

    if (selector > SELECT_FUNCTION) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (selector == SELECT_FUNCTION) {
        return call->arg[0] < AVPS_SCMI_NUM_FUNCTIONS &&
               sees_function(call, call->arg[0]) ? SCMI_SUCCESS :
                                                   SCMI_NOT_FOUND;
    }
    return find_pins(selector, call->arg[0], &set) && may_use(call, set) ?
           SCMI_SUCCESS : SCMI_NOT_FOUND;
}

/* The pins that the agent wants to use */
static int32_t check_use(const AvpsScmiCall *call, uint32_t selector,
                         PinSet *set)
{
    if (selector > SELECT_GROUP) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (!find_pins(selector, call->arg[0], set)) {
        return SCMI_NOT_FOUND;
    }
    return may_use(call, *set) ? SCMI_SUCCESS : SCMI_DENIED;
}

/* Has another agent requested any of them? */
static bool is_in_use(const AvpsScmiCall *call, PinSet set)
{
    for (unsigned pin = set.first; pin < set.first + set.num; pin++) {
        uint32_t owner = pins(call)->pin[pin].owner;

        if (owner && owner != call->agent) {
            return true;
        }
    }
    return false;
}

static const char *name_of(uint32_t selector, uint32_t id)
{
    switch (selector) {
    case SELECT_PIN:
        return avps_scmi_pins[id].name;
    case SELECT_GROUP:
        return avps_scmi_pin_groups[id].name;
    default:
        return avps_scmi_pin_functions[id].name;
    }
}

static unsigned num_elements(uint32_t selector, uint32_t id)
{
    switch (selector) {
    case SELECT_PIN:
        return 0;
    case SELECT_GROUP:
        return avps_scmi_pin_groups[id].num_pins;
    default:
        return avps_scmi_pin_functions[id].num_groups;
    }
}

/* --- Descriptions --- */

static void put_attributes(AvpsScmiCall *call)
{
    uint32_t low = FIELD_DP32(0, ATTRIBUTES_LOW, PINS, AVPS_SCMI_NUM_PINS);

    scmi_put(call, FIELD_DP32(low, ATTRIBUTES_LOW, GROUPS,
                              AVPS_SCMI_NUM_PIN_GROUPS));
    scmi_put(call, FIELD_DP32(0, ATTRIBUTES_HIGH, FUNCTIONS,
                              AVPS_SCMI_NUM_FUNCTIONS));
}

static int32_t attributes(AvpsScmiCall *call)
{
    uint32_t id = call->arg[0], selector = call->arg[1];
    int32_t status = check_describe(call, selector);
    const char *name;
    uint32_t value;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    name = name_of(selector, id);
    value = FIELD_DP32(0, ATTRIBUTES, ELEMENTS, num_elements(selector, id));
    value = FIELD_DP32(value, ATTRIBUTES, GPIO, selector == SELECT_FUNCTION &&
                       avps_scmi_pin_functions[id].gpio);
    scmi_put(call, FIELD_DP32(value, ATTRIBUTES, LONG_NAME,
                              scmi_name_is_extended(name)));
    scmi_put_name(call, name, SCMI_NAME_WORDS);
    return SCMI_SUCCESS;
}

static int32_t name_get(AvpsScmiCall *call)
{
    int32_t status = check_describe(call, call->arg[1]);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    scmi_put_extended_name(call, name_of(call->arg[1], call->arg[0]));
    return SCMI_SUCCESS;
}

/* Element @index of a group, a pin, or of a function, a group */
static uint16_t element(uint32_t selector, uint32_t id, unsigned index)
{
    return selector == SELECT_GROUP ?
           avps_scmi_pin_groups[id].first_pin + index : group_of(id, index);
}

static int32_t list_associations(AvpsScmiCall *call)
{
    uint32_t id = call->arg[0], selector = call->arg[1];
    int32_t status = check_describe(call, selector);
    unsigned index = call->arg[2], total, returned;
    uint32_t head;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    total = num_elements(selector, id);
    if (index >= total) {
        return SCMI_INVALID_PARAMETERS;
    }
    /* Two in a word, after one word for the numbers */
    returned = MIN(total - index, 2 * (scmi_room(call) - 1));
    head = FIELD_DP32(0, LIST, RETURNED, returned);
    scmi_put(call, FIELD_DP32(head, LIST, REMAINING,
                              total - index - returned));
    for (unsigned i = 0; i < returned; i += 2) {
        uint32_t low = element(selector, id, index + i);
        uint32_t high = i + 1 < returned ?
                        element(selector, id, index + i + 1) : 0;

        scmi_put(call, low | high << 16);
    }
    return SCMI_SUCCESS;
}

/* --- Settings --- */

static uint32_t setting(const AvpsScmiPins *s, unsigned pin, unsigned type)
{
    if (type == SETTING_INPUT_VALUE) {
        return level_of(s, pin);
    }
    return s->pin[pin].settings & BIT(type) ? s->pin[pin].value[type] : 0;
}

/* That all of them have, or none */
static uint32_t common_function(const AvpsScmiPins *s, PinSet set)
{
    for (unsigned pin = set.first; pin < set.first + set.num; pin++) {
        if (s->pin[pin].function != s->pin[set.first].function) {
            return NO_FUNCTION;
        }
    }
    return s->pin[set.first].function;
}

static void put_setting(AvpsScmiCall *call, unsigned pin, unsigned type)
{
    scmi_put(call, type);
    scmi_put(call, setting(pins(call), pin, type));
}

static int32_t put_one_setting(AvpsScmiCall *call, unsigned pin, unsigned type)
{
    if (type == SETTING_DEFAULT || type >= AVPS_SCMI_NUM_SETTINGS) {
        return SCMI_NOT_SUPPORTED;
    }
    scmi_put(call, FIELD_DP32(0, GOT, RETURNED, 1));
    put_setting(call, pin, type);
    return SCMI_SUCCESS;
}

/* A group's settings are those of its first pin. */
static int32_t put_all_settings(AvpsScmiCall *call, unsigned pin,
                                unsigned skip)
{
    uint32_t set = pins(call)->pin[pin].settings | BIT(SETTING_INPUT_VALUE);
    unsigned total = ctpop32(set), index = 0, returned;
    uint32_t head;

    if (skip >= total) {
        return SCMI_INVALID_PARAMETERS;
    }
    /* Two words each, after one for the numbers */
    returned = MIN(total - skip, (scmi_room(call) - 1) / 2);
    head = FIELD_DP32(0, GOT, RETURNED, returned);
    scmi_put(call, FIELD_DP32(head, GOT, REMAINING, total - skip - returned));
    for (unsigned type = 0; type < AVPS_SCMI_NUM_SETTINGS; type++) {
        if (set & BIT(type) && index++ >= skip && index <= skip + returned) {
            put_setting(call, pin, type);
        }
    }
    return SCMI_SUCCESS;
}

static int32_t settings_get(AvpsScmiCall *call)
{
    uint32_t what = call->arg[1];
    PinSet set;
    int32_t status = check_use(call, FIELD_EX32(what, GET, SELECTOR), &set);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (FIELD_EX32(what, GET, RESERVED) ||
        FIELD_EX32(what, GET, WHAT) > GET_FUNCTION) {
        return SCMI_INVALID_PARAMETERS;
    }
    scmi_put(call, common_function(pins(call), set));
    switch (FIELD_EX32(what, GET, WHAT)) {
    case GET_ONE:
        return put_one_setting(call, set.first, FIELD_EX32(what, GET, TYPE));
    case GET_ALL:
        return put_all_settings(call, set.first, FIELD_EX32(what, GET, SKIP));
    default:
        scmi_put(call, 0);
        return SCMI_SUCCESS;
    }
}

static void change_setting(AvpsScmiPinState *state, unsigned type,
                           uint32_t value)
{
    const uint32_t kinds[] = { BIAS_SETTINGS, DRIVE_SETTINGS };

    if (type == SETTING_DEFAULT) {
        state->settings = 0;
        return;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (kinds[i] & BIT(type)) {
            state->settings &= ~kinds[i];
        }
    }
    state->settings |= BIT(type);
    state->value[type] = value;
    if (!value && (BIAS_SETTINGS | DRIVE_SETTINGS) & BIT(type)) {
        state->settings &= ~BIT(type);
    }
}

/* Can all these pins have @function? One may have it that any group may. */
static bool offers_function(unsigned function, PinSet set)
{
    for (unsigned i = 0; i < avps_scmi_pin_functions[function].num_groups;
         i++) {
        const AvpsScmiPinGroupRow *group =
            &avps_scmi_pin_groups[group_of(function, i)];

        if (set.first >= group->first_pin &&
            set.first + set.num <= group->first_pin + group->num_pins) {
            return true;
        }
    }
    return false;
}

static int32_t check_settings(const AvpsScmiCall *call, unsigned number)
{
    for (unsigned i = 0; i < number; i++) {
        uint32_t type = call->arg[CONFIGURE_ARGS + 2 * i];

        if (type > UINT8_MAX) {
            return SCMI_INVALID_PARAMETERS;
        }
        if (type >= AVPS_SCMI_NUM_SETTINGS || type == SETTING_INPUT_VALUE) {
            return SCMI_NOT_SUPPORTED;
        }
    }
    return SCMI_SUCCESS;
}

static int32_t check_configure(const AvpsScmiCall *call, PinSet *set)
{
    uint32_t what = call->arg[2];
    int32_t status = check_use(call, FIELD_EX32(what, CONFIGURE, SELECTOR),
                               set);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (FIELD_EX32(what, CONFIGURE, RESERVED)) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (is_in_use(call, *set)) {
        return SCMI_IN_USE;
    }
    if (FIELD_EX32(what, CONFIGURE, FUNCTION_VALID)) {
        if (call->arg[1] >= AVPS_SCMI_NUM_FUNCTIONS) {
            return SCMI_NOT_FOUND;
        }
        if (!offers_function(call->arg[1], *set)) {
            return SCMI_NOT_SUPPORTED;
        }
    }
    return check_settings(call, FIELD_EX32(what, CONFIGURE, NUMBER));
}

static void configure_pin(const AvpsScmiCall *call, unsigned pin)
{
    AvpsScmiPinState *state = &pins(call)->pin[pin];

    if (FIELD_EX32(call->arg[2], CONFIGURE, FUNCTION_VALID)) {
        state->function = call->arg[1];
    }
    for (unsigned i = CONFIGURE_ARGS; i < call->num_args; i += 2) {
        change_setting(state, call->arg[i], call->arg[i + 1]);
    }
    update_pin(pins(call), pin);
}

static int32_t settings_configure(AvpsScmiCall *call)
{
    unsigned number = FIELD_EX32(call->arg[2], CONFIGURE, NUMBER);
    int32_t status;
    PinSet set;

    if (call->num_args != CONFIGURE_ARGS + 2 * number) {
        return SCMI_PROTOCOL_ERROR;
    }
    status = check_configure(call, &set);
    if (status != SCMI_SUCCESS) {
        return status;
    }
    for (unsigned pin = set.first; pin < set.first + set.num; pin++) {
        configure_pin(call, pin);
    }
    return SCMI_SUCCESS;
}

/* --- Ownership and permission --- */

static int32_t own(AvpsScmiCall *call, uint32_t owner)
{
    PinSet set;
    int32_t status = check_use(call, call->arg[1], &set);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (is_in_use(call, set)) {
        return SCMI_IN_USE;
    }
    for (unsigned pin = set.first; pin < set.first + set.num; pin++) {
        pins(call)->pin[pin].owner = owner;
    }
    return SCMI_SUCCESS;
}

static int32_t request(AvpsScmiCall *call)
{
    return own(call, call->agent);
}

static int32_t release(AvpsScmiCall *call)
{
    return own(call, 0);
}

static int32_t set_permissions(AvpsScmiCall *call)
{
    uint32_t agent = call->arg[0], id = call->arg[1], flags = call->arg[2];
    uint32_t selector = FIELD_EX32(flags, PERMISSION, SELECTOR);
    PinSet set;

    if (!call->scmi->agent[call->agent].trusted) {
        return SCMI_DENIED;
    }
    if (FIELD_EX32(flags, PERMISSION, RESERVED) || selector > SELECT_GROUP) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (agent == AVPS_SCMI_PLATFORM || agent >= AVPS_SCMI_NUM_AGENTS ||
        !find_pins(selector, id, &set)) {
        return SCMI_NOT_FOUND;
    }
    for (unsigned pin = set.first; pin < set.first + set.num; pin++) {
        AvpsScmiPinState *state = &pins(call)->pin[pin];

        state->denied = deposit32(state->denied, agent, 1,
                                  !FIELD_EX32(flags, PERMISSION, ALLOW));
    }
    return SCMI_SUCCESS;
}

static const AvpsScmiMessage messages[] = {
    [PINCTRL_ATTRIBUTES] = { attributes, SCMI_ARGS(2) },
    [PINCTRL_LIST_ASSOCIATIONS] = { list_associations, SCMI_ARGS(3) },
    [PINCTRL_SETTINGS_GET] = { settings_get, SCMI_ARGS(2) },
    [PINCTRL_SETTINGS_CONFIGURE] = {
        settings_configure, CONFIGURE_ARGS, SCMI_WORDS,
    },
    [PINCTRL_REQUEST] = { request, SCMI_ARGS(2) },
    [PINCTRL_RELEASE] = { release, SCMI_ARGS(2) },
    [PINCTRL_NAME_GET] = { name_get, SCMI_ARGS(2) },
    [PINCTRL_SET_PERMISSIONS] = { set_permissions, SCMI_ARGS(3) },
};

/* --- What the host sees and does: an object for each pin --- */

#define TYPE_PIN_VIEW "avps-scmi-pin"

static AvpsScmiPins *view_owner(Object *obj)
{
    return AVPS_SCMI_PINS(AVPS_SCMI_DOMAIN(obj)->protocol);
}

static char *get_function(Object *obj, Error **errp)
{
    unsigned pin = AVPS_SCMI_DOMAIN(obj)->id;

    return g_strdup(name_of(SELECT_FUNCTION,
                            view_owner(obj)->pin[pin].function));
}

static void set_function(Object *obj, const char *name, Error **errp)
{
    AvpsScmiPins *s = view_owner(obj);
    unsigned pin = AVPS_SCMI_DOMAIN(obj)->id;
    PinSet set = { pin, 1 };
    g_autoptr(GString) choice = g_string_new("");

    for (unsigned i = 0; i < AVPS_SCMI_NUM_FUNCTIONS; i++) {
        if (!offers_function(i, set)) {
            continue;
        }
        if (!strcmp(name, name_of(SELECT_FUNCTION, i))) {
            s->pin[pin].function = i;
            update_pin(s, pin);
            return;
        }
        g_string_append_printf(choice, "%s%s", choice->len ? ", " : "",
                               name_of(SELECT_FUNCTION, i));
    }
    error_setg(errp, "%s cannot have the function %s: choose from %s",
               name_of(SELECT_PIN, pin), name, choice->str);
}

static bool get_level(Object *obj, Error **errp)
{
    return level_of(view_owner(obj), AVPS_SCMI_DOMAIN(obj)->id);
}

static void set_level(Object *obj, bool level, Error **errp)
{
    unsigned pin = AVPS_SCMI_DOMAIN(obj)->id;

    if (pin < AVPS_SCMI_GPIO1_LINES) {
        board_changed(&view_owner(obj)->line[pin], pin, level);
    } else {
        error_setg(errp, "%s is no line of gpio1: its level cannot be set",
                   name_of(SELECT_PIN, pin));
    }
}

static void view_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    object_class_property_add_str(oc, "function", get_function, set_function);
    object_class_property_set_description(oc, "function",
        "what the pin is connected to");
    object_class_property_add_bool(oc, "level", get_level, set_level);
    object_class_property_set_description(oc, "level",
        "at the pin; written: the board drives it");
}

/* --- Device --- */

/* The blocks behind the pins: the SoC has made them, the board wired them. */
static void connect_blocks(Notifier *notifier, void *data)
{
    AvpsScmiPins *s = container_of(notifier, AvpsScmiPins, machine_done);
    Object *soc = OBJECT(s->parent_obj.scmi)->parent;
    Object *gpio = object_resolve_path_component(soc, "gpio1");
    Object *uart = object_resolve_path_component(soc, "uart1");

    for (int i = 0; i < AVPS_SCMI_GPIO1_LINES; i++) {
        AvpsScmiPinLine *line = &s->line[i];
        qemu_irq out = qdev_get_gpio_out_connector(DEVICE(gpio), NULL, i);

        avps_irq_tap(&line->gpio, qdev_get_gpio_in(DEVICE(gpio), i),
                     board_changed, line);
        avps_irq_tap(&line->board, out, gpio_changed, line);
    }
    avps_char_gate_init(&s->uart1, &PL011(uart)->chr);
    update_uart(s);
}

static void pins_reset_permissions(AvpsScmiProtocol *protocol, unsigned agent)
{
    AvpsScmiPins *s = AVPS_SCMI_PINS(protocol);

    for (unsigned pin = 0; pin < AVPS_SCMI_NUM_PINS; pin++) {
        s->pin[pin].denied &= ~BIT(agent);
    }
}

static void pins_forget(AvpsScmiProtocol *protocol, unsigned agent)
{
    AvpsScmiPins *s = AVPS_SCMI_PINS(protocol);

    for (unsigned pin = 0; pin < AVPS_SCMI_NUM_PINS; pin++) {
        if (s->pin[pin].owner == agent) {
            s->pin[pin].owner = 0;
        }
    }
}

/*
 * A pin that is as after a reset is left alone: gpio1 comes out of its own
 * reset without being driven anew.
 */
static void reset_pin(AvpsScmiPins *s, unsigned pin)
{
    bool changed = !has_function(s, pin) || s->pin[pin].settings;

    s->pin[pin] = (AvpsScmiPinState) {
        .function = avps_scmi_pins[pin].boot,
    };
    if (changed) {
        update_pin(s, pin);
    }
}

static void pins_reset_hold(Object *obj, ResetType type)
{
    for (unsigned pin = 0; pin < AVPS_SCMI_NUM_PINS; pin++) {
        reset_pin(AVPS_SCMI_PINS(obj), pin);
    }
}

static void pins_init(Object *obj)
{
    AvpsScmiPins *s = AVPS_SCMI_PINS(obj);

    for (unsigned pin = 0; pin < AVPS_SCMI_NUM_PINS; pin++) {
        s->pin[pin].function = avps_scmi_pins[pin].boot;
        scmi_add_domain(&s->parent_obj, TYPE_PIN_VIEW,
                        avps_scmi_pins[pin].name, pin);
    }
    for (unsigned i = 0; i < AVPS_SCMI_GPIO1_LINES; i++) {
        s->line[i].pins = s;
        s->line[i].pin = i;
        s->line[i].gpio_level = avps_scmi_pins[i].pull_up;
    }
}

static void pins_realize(DeviceState *dev, Error **errp)
{
    AvpsScmiPins *s = AVPS_SCMI_PINS(dev);

    s->machine_done.notify = connect_blocks;
    qemu_add_machine_init_done_notifier(&s->machine_done);
}

static bool pins_are_valid(void *opaque, int version_id)
{
    AvpsScmiPins *s = opaque;

    for (unsigned pin = 0; pin < AVPS_SCMI_NUM_PINS; pin++) {
        if (s->pin[pin].function >= AVPS_SCMI_NUM_FUNCTIONS ||
            s->pin[pin].settings >> AVPS_SCMI_NUM_SETTINGS) {
            return false;
        }
    }
    return true;
}

/* Devices at both ends of the lines bring their levels with them. */
static int pins_post_load(void *opaque, int version_id)
{
    update_uart(opaque);
    return 0;
}

static const VMStateDescription vmstate_pin = {
    .name = "avps-scmi-pins/pin",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(function, AvpsScmiPinState),
        VMSTATE_UINT32(settings, AvpsScmiPinState),
        VMSTATE_UINT32_ARRAY(value, AvpsScmiPinState, AVPS_SCMI_NUM_SETTINGS),
        VMSTATE_UINT32(owner, AvpsScmiPinState),
        VMSTATE_UINT32(denied, AvpsScmiPinState),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_line = {
    .name = "avps-scmi-pins/line",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(gpio_level, AvpsScmiPinLine),
        VMSTATE_BOOL(board_drives, AvpsScmiPinLine),
        VMSTATE_BOOL(board_level, AvpsScmiPinLine),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_pins = {
    .name = "avps-scmi-pins",
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = pins_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(pin, AvpsScmiPins, AVPS_SCMI_NUM_PINS, 1,
                             vmstate_pin, AvpsScmiPinState),
        VMSTATE_VALIDATE("pins have functions", pins_are_valid),
        VMSTATE_STRUCT_ARRAY(line, AvpsScmiPins, AVPS_SCMI_GPIO1_LINES, 1,
                             vmstate_line, AvpsScmiPinLine),
        VMSTATE_END_OF_LIST()
    }
};

static void pins_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    AvpsScmiProtocolClass *pc = AVPS_SCMI_PROTOCOL_CLASS(oc);
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    dc->desc = "SCMI pin control protocol";
    dc->realize = pins_realize;
    dc->vmsd = &vmstate_pins;
    rc->phases.hold = pins_reset_hold;
    pc->id = SCMI_PIN_CONTROL;
    pc->version = 0x10000;
    pc->messages = messages;
    pc->num_messages = ARRAY_SIZE(messages);
    pc->attributes = put_attributes;
    pc->forget = pins_forget;
    pc->reset_permissions = pins_reset_permissions;
}

static const TypeInfo pin_types[] = {
    {
        .name = TYPE_AVPS_SCMI_PINS,
        .parent = TYPE_AVPS_SCMI_PROTOCOL,
        .instance_size = sizeof(AvpsScmiPins),
        .instance_init = pins_init,
        .class_init = pins_class_init,
    },
    {
        .name = TYPE_PIN_VIEW,
        .parent = TYPE_AVPS_SCMI_DOMAIN,
        .class_init = view_class_init,
    },
};

DEFINE_TYPES(pin_types)
