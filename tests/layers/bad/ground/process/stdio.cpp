#include <v8.h>
