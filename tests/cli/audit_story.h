// A run with something of every kind that an audit shows, told in texts that want to break out of where they are shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/audit.h"

namespace annals {

inline constexpr std::string_view kHostileActor = "m<script>alert(1)</script>";
// As JSON strings, without their quotes.
inline constexpr std::string_view kHostileReason = "</td></tr><script>alert('x')</script> | *b* `t` & more";
inline constexpr std::string_view kHostileMessage = R"(<img src=x onerror=alert(1)>\u001b[31m\u202eliv\ne)";

// Commands about run "r1", one JSON object each; the comments beside them are the positions they get.
std::vector<std::string> AuditStory();

// 2026-01-01T12:00:00Z, when the first command of an AuditOf() comes; each next one comes a second later.
inline constexpr Timestamp kStoryStart = {1'767'268'800'000'000};
inline constexpr int64_t kSecond = 1'000'000;

// What the log of these commands tells about run "r1" when asked `seconds` after the first of them.
Audit AuditOf(const std::vector<std::string>& commands, int64_t seconds);

}  // namespace annals
