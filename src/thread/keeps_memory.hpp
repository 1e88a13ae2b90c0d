// NODEHOST_KEEPS_MEMORY: whether what was freed is kept for the next object. AddressSanitizer is to
// see the end of each.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NODEHOST_KEEPS_MEMORY 0
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define NODEHOST_KEEPS_MEMORY 0
#endif
#if !defined(NODEHOST_KEEPS_MEMORY)
#define NODEHOST_KEEPS_MEMORY 1
#endif
