// Durations as people write them in options and configuration files: "1h30m", "250ms", "-2s".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sample {

// Microseconds of `text`: an optional '-', then numbers with a unit each, the larger unit first and none twice.
// nullopt where it is not of that form, or does not fit 64 bits. The units stand in durations.md.
std::optional<int64_t> ParseDuration(std::string_view text);

// The shortest text that ParseDuration reads back as `micros`; "0s" for nothing.
std::string FormatDuration(int64_t micros);

}  // namespace sample
