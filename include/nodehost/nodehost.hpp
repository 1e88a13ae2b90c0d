// Everything a program needs: #include this, link nodehost::nodehost.
#pragma once

#include "nodehost/environment.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "nodehost/method.hpp"
#include "nodehost/platform.hpp"
#include "nodehost/value.hpp"
