// Everything a program needs: #include this, link nodehost::nodehost.
#pragma once

#include "nodehost/environment.hpp"
#include "nodehost/environment_options.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "nodehost/method.hpp"
#include "nodehost/platform.hpp"
#include "nodehost/stop_result.hpp"
#include "nodehost/value.hpp"
