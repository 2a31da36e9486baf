// The clock that measures how long something took. Handed in, so that tests decide how fast time goes.
#pragma once

#include <chrono>
#include <functional>

namespace annals {

using MonotonicTime = std::chrono::steady_clock::time_point;
using MonotonicClock = std::function<MonotonicTime()>;

}  // namespace annals
