// Times, ages and sizes as a person reads them. Values are cut, not rounded: 59.9996 s is "59.999 s", never "60.000 s".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace annals {

// The two largest units that matter: "850 µs", "250 ms", "1.234 s", "3 m 12 s", "2 h 05 m", "4 d 3 h"; "-1.234 s" when
// negative.
std::string FormatDuration(std::chrono::microseconds duration);

// How long ago something was, in one unit: "now" (under a second), "12 s ago", "3 m ago", "2 h ago", "4 d ago"; what
// lies ahead is "in 3 m".
std::string FormatAge(std::chrono::microseconds age);

// "0 B", "1023 B", "1.5 KiB", "1.5 MiB", up to EiB.
std::string FormatBytes(uint64_t bytes);

}  // namespace annals
