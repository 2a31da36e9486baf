// Single events of an audit in words. Texts are as the log has them, not yet fit for a terminal or a page.
#pragma once

#include <string>
#include <string_view>

#include "cli/audit.h"
#include "cli/terminal.h"

namespace annals {

// "2026-11-20 21:16:25.123" in UTC.
std::string FullTime(Timestamp time);
// The same without the date where all of the audit lies within one day.
std::string TimeText(const Audit& audit, Timestamp time);
// The kind as people say it: "step started", "refused".
std::string LabelOf(AuditKind kind);
// What something was about: "run demo", "parser", "step parser/edit".
std::string EntityText(std::string_view type, std::string_view id);
// What was asked or done: "ready → editing", "static, attempt 2: failure, exit 1, 1.234 s". Without the event's JSON.
std::string WhatText(const Audit& audit, const AuditEvent& event);
// Why it was refused, and what would have been legal.
std::string WhyText(const AuditEvent& event);
// What the law said: "lawful: begin_edit", "refused: …", "override by olga: …"; empty where it had no say.
std::string LawText(const AuditEvent& event);
// The colour of an event: of the state it led to, or of how grave it is.
Ink InkOf(const Audit& audit, const AuditEvent& event);

}  // namespace annals
