// The ground, leaning on the engine.
#pragma once
#include "engine/value.hpp"
