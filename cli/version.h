// The version of this binary, as CMakeLists.txt states it.
#pragma once

namespace annals {

inline constexpr const char* kAnnalsVersion = ANNALS_VERSION;

}  // namespace annals
