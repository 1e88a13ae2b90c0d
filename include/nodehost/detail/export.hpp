// NODEHOST_API marks what the library exports; everything else is hidden.
#pragma once

#if defined(NODEHOST_STATIC)
#define NODEHOST_API
#elif defined(_WIN32)
#if defined(NODEHOST_BUILDING)
#define NODEHOST_API __declspec(dllexport)
#else
#define NODEHOST_API __declspec(dllimport)
#endif
#else
#define NODEHOST_API __attribute__((visibility("default")))
#endif
