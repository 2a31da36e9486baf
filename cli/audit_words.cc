#include "cli/audit_words.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/duration.h"
#include "cli/log_line.h"

namespace annals {
namespace {

constexpr size_t kDateBytes = std::string_view("2026-11-20T").size();
constexpr size_t kClockBytes = std::string_view("21:16:25.123").size();

// "pending → done (runtime_passed)", without what was not named.
std::string MoveText(const AuditEvent& event) {
  std::string text = event.from;
  if (!event.to.empty()) text += fmt::format("{}→ {}", text.empty() ? "" : " ", event.to);
  if (!event.trigger.empty()) text += fmt::format("{}({})", text.empty() ? "" : " ", event.trigger);
  return text;
}

std::string RefusedText(const AuditEvent& event) {
  std::string text = event.to.empty() && event.trigger.empty() ? event.command : MoveText(event);
  if (!event.operator_name.empty()) text += fmt::format(", override by {}", event.operator_name);
  if (!event.text.empty()) text += fmt::format(": {}", event.text);
  return text;
}

std::string CompletedText(const AuditAttempt& attempt) {
  std::string text = fmt::format("{}, attempt {}: {}", attempt.step_name, attempt.number, attempt.status);
  if (attempt.exit_code) text += fmt::format(", exit {}", *attempt.exit_code);
  return text + ", " + FormatDuration(std::chrono::microseconds(attempt.Micros()));
}

std::string ErrorText(const Audit& audit, const AuditEvent& event) {
  const AuditError& error = audit.errors[*event.error];
  std::string text = fmt::format("{} {}: {}", error.step_name, error.error_code, event.text);
  if (event.repeat > 1) text += fmt::format(" (again, time {} of {})", event.repeat, error.count);
  return text;
}

}  // namespace

std::string FullTime(Timestamp time) {
  std::string text = FormatTimestamp(time).substr(0, kDateBytes + kClockBytes);
  text[kDateBytes - 1] = ' ';
  return text;
}

std::string TimeText(const Audit& audit, Timestamp time) {
  const auto date = [](Timestamp at) { return FormatTimestamp(at).substr(0, kDateBytes); };
  return date(audit.first_at) == date(audit.last_at) ? FullTime(time).substr(kDateBytes) : FullTime(time);
}

std::string LabelOf(AuditKind kind) {
  std::string label(NameOf(kind));
  std::replace(label.begin(), label.end(), '_', ' ');
  return label;
}

std::string EntityText(std::string_view type, std::string_view id) {
  return type.empty() || type == "workstream" ? std::string(id) : fmt::format("{} {}", ShortKind(type), id);
}

std::string WhatText(const Audit& audit, const AuditEvent& event) {
  switch (event.kind) {
    case AuditKind::kCreated: {
      const std::string text = event.carried.empty() ? "created" : "created, " + event.carried;
      return event.text.empty() ? text : fmt::format("{}: {}", text, event.text);
    }
    case AuditKind::kMoved:
    case AuditKind::kOverridden: {
      std::string text = fmt::format("{} → {}", event.from, event.to);
      if (!event.carried.empty()) text += ", " + event.carried;
      // The reason of an override stands with the operator, in what the law said.
      return event.text.empty() || event.kind == AuditKind::kOverridden ? text
                                                                        : fmt::format("{}: {}", text, event.text);
    }
    case AuditKind::kRefused:
      return RefusedText(event);
    case AuditKind::kStepStarted: {
      const AuditAttempt& attempt = audit.attempts[*event.attempt];
      return fmt::format("{}, attempt {} begins", attempt.step_name, attempt.number);
    }
    case AuditKind::kStepCompleted:
      return CompletedText(audit.attempts[*event.attempt]);
    case AuditKind::kError:
      return ErrorText(audit, event);
    case AuditKind::kNote: {
      const std::string text = event.carried.empty() ? event.type : fmt::format("{} {}", event.type, event.carried);
      return event.text.empty() ? text : fmt::format("{}: {}", text, event.text);
    }
    case AuditKind::kRedacted:
      return fmt::format("the content of position {} removed: {}", event.redacted, event.text);
    case AuditKind::kUnknown:
      break;
  }
  return "of a kind this annals does not know";
}

std::string WhyText(const AuditEvent& event) {
  const bool says_legal = event.legal.empty() || event.why.find("legal from") != std::string::npos;
  return says_legal ? event.why : fmt::format("{}; legal by edge: {}", event.why, fmt::join(event.legal, ", "));
}

std::string LawText(const AuditEvent& event) {
  std::string text;
  if (event.kind == AuditKind::kMoved) text = fmt::format("lawful: {}", event.trigger);
  if (event.kind == AuditKind::kOverridden) text = fmt::format("override by {}: {}", event.operator_name, event.text);
  if (event.kind == AuditKind::kRefused) text = "refused: " + WhyText(event);
  if (event.causation != 0) text += fmt::format("{}because of {}", text.empty() ? "" : ", ", event.causation);
  return text;
}

Ink InkOf(const Audit& audit, const AuditEvent& event) {
  switch (event.kind) {
    case AuditKind::kMoved:
      return InkOfState(event.to);
    case AuditKind::kStepCompleted:
      return InkOfState(audit.attempts[*event.attempt].status);
    case AuditKind::kOverridden:
    case AuditKind::kRefused:
      return Ink::kYellow;
    case AuditKind::kError:
      return Ink::kRed;
    default:
      return Ink::kPlain;
  }
}

}  // namespace annals
