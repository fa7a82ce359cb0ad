#include "trace/trace-hw_avps.h"
