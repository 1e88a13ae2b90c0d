// For the test of alone.cmake: a header that forgets <string>.
#pragma once

inline std::string Text() { return "x"; }
