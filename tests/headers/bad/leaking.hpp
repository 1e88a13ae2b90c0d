// For the test of includes.cmake: a header that makes its users see V8.
#pragma once

#include <v8-isolate.h>
#include <string>
