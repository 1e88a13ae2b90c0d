#pragma once
#include "two.hpp"
