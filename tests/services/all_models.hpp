// MODELS: the hosting models that are built, for TEST_CASE_TEMPLATE; REMOTE_MODELS: those of them
// whose functions run in other processes.
#pragma once

#include "models.hpp"
#if defined(NODEHOST_NATS_SERVER)
#include "nats_server.hpp"
#define REMOTE_MODELS ChildProcess, Nats
#else
#define REMOTE_MODELS ChildProcess
#endif
#define MODELS InProcess, REMOTE_MODELS
