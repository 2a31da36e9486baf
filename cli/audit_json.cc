#include "cli/audit_json.h"

#include <optional>
#include <string_view>
#include <vector>

#include "schemas/json_writer.h"

namespace annals {
namespace {

void WriteTextOrNull(std::string_view key, std::string_view text, JsonWriter& out) {
  out.Key(key);
  text.empty() ? out.Null() : out.String(text);
}

void WriteTime(std::string_view key, std::optional<Timestamp> time, JsonWriter& out) {
  out.Key(key);
  time ? out.String(FormatTimestamp(*time)) : out.Null();
}

void WriteMillis(std::string_view key, int64_t micros, JsonWriter& out) {
  out.Key(key).Int(micros / 1000);
}

void WriteTexts(std::string_view key, const std::vector<std::string>& texts, JsonWriter& out) {
  out.Key(key).BeginArray();
  for (const std::string& text : texts) out.String(text);
  out.EndArray();
}

void WriteContent(std::string_view key, const AuditEvent& event, JsonWriter& out) {
  if (!event.json.empty()) out.Key(key).Raw(event.json);
}

void WriteAttemptFields(const AuditAttempt& attempt, JsonWriter& out) {
  out.Key("attempt_id").UInt(attempt.started.value);
  out.Key("step_name").String(attempt.step_name).Key("attempt").UInt(attempt.number);
}

void WriteOutcome(const AuditAttempt& attempt, JsonWriter& out) {
  out.Key("status").String(attempt.status).Key("exit_code");
  attempt.exit_code ? out.Int(*attempt.exit_code) : out.Null();
  WriteMillis("duration_ms", attempt.Micros(), out);
}

void WriteMove(const AuditEvent& event, JsonWriter& out) {
  WriteTextOrNull("from_state", event.from, out);
  WriteTextOrNull("to_state", event.to, out);
  WriteTextOrNull("trigger", event.trigger, out);
  if (event.kind != AuditKind::kMoved) WriteTextOrNull("operator", event.operator_name, out);
  WriteTextOrNull("reason", event.text, out);
}

void WriteByKind(const Audit& audit, const AuditEvent& event, JsonWriter& out) {
  switch (event.kind) {
    case AuditKind::kCreated:
      WriteTexts("depends_on", event.depends_on, out);
      out.Key("is_critical").Bool(event.is_critical);
      WriteContent("metadata", event, out);
      break;
    case AuditKind::kMoved:
    case AuditKind::kOverridden:
      WriteMove(event, out);
      break;
    case AuditKind::kRefused:
      out.Key("command").String(event.command);
      WriteMove(event, out);
      out.Key("why").String(event.why);
      WriteTexts("legal", event.legal, out);
      break;
    case AuditKind::kStepStarted:
      WriteAttemptFields(audit.attempts[*event.attempt], out);
      break;
    case AuditKind::kStepCompleted:
      WriteAttemptFields(audit.attempts[*event.attempt], out);
      WriteOutcome(audit.attempts[*event.attempt], out);
      WriteContent("result", event, out);
      break;
    case AuditKind::kError: {
      const AuditError& error = audit.errors[*event.error];
      out.Key("step_name").String(error.step_name).Key("error_code").String(error.error_code);
      out.Key("signature").String(error.signature).Key("message").String(event.text);
      out.Key("repeat").UInt(event.repeat);
      WriteContent("context", event, out);
      break;
    }
    case AuditKind::kNote:
      WriteContent("payload", event, out);
      break;
    case AuditKind::kRedacted:
      out.Key("redacted").UInt(event.redacted);
      WriteTextOrNull("reason", event.text, out);
      break;
    case AuditKind::kUnknown:
      break;
  }
}

void WriteEvent(const Audit& audit, const AuditEvent& event, JsonWriter& out) {
  out.BeginObject().Key("position").UInt(event.position.value).Key("kind").String(NameOf(event.kind));
  WriteTime("at", event.at, out);
  WriteTime("recorded_at", event.recorded_at, out);
  out.Key("event_type").String(event.type);
  out.Key("entity_type").String(event.entity_type).Key("entity_id").String(event.entity_id);
  WriteTextOrNull("ws_id", event.ws_id, out);
  WriteTextOrNull("actor", event.actor, out);
  WriteTextOrNull("command_id", event.command_id, out);
  out.Key("causation");
  event.causation == 0 ? out.Null() : out.UInt(event.causation);
  // Workstreams have all that they carry in keys of their own.
  if (!event.carried.empty() && event.type != "workstream_created") out.Key("detail").String(event.carried);
  WriteByKind(audit, event, out);
  out.EndObject();
}

// Those of one kind, or all.
void WriteEvents(std::string_view key, const Audit& audit, std::optional<AuditKind> kind, JsonWriter& out) {
  out.Key(key).BeginArray();
  for (const AuditEvent& event : audit.events) {
    if (!kind || event.kind == *kind) WriteEvent(audit, event, out);
  }
  out.EndArray();
}

void WriteCounts(const AuditCounts& counts, JsonWriter& out) {
  out.Key("by_kind").BeginObject();
  for (size_t i = 0; i < counts.size(); ++i) out.Key(NameOf(static_cast<AuditKind>(i))).UInt(counts[i]);
  out.EndObject();
}

void WriteSummary(const Audit& audit, JsonWriter& out) {
  out.Key("run_id").String(audit.run_id).Key("status").String(audit.run().state);
  out.Key("is_final").Bool(audit.run().is_final);
  WriteTime("created_at", audit.created_at, out);
  WriteTime("started_at", audit.started_at, out);
  WriteTime("ended_at", audit.ended_at, out);
  WriteTime("measured_until", audit.until, out);
  WriteMillis("duration_ms", audit.RunMicros(), out);
  out.Key("first_position").UInt(audit.events.front().position.value);
  out.Key("last_position").UInt(audit.events.back().position.value);
  out.Key("event_count").UInt(audit.events.size());
  WriteCounts(audit.counts, out);
}

void WriteEntities(const Audit& audit, JsonWriter& out) {
  out.Key("entities").BeginArray();
  for (const AuditEntity& entity : audit.entities) {
    out.BeginObject().Key("entity_type").String(entity.type).Key("entity_id").String(entity.id);
    WriteTextOrNull("status", entity.state, out);
    out.Key("is_final").Bool(entity.is_final).Key("is_critical").Bool(entity.is_critical);
    WriteTexts("depends_on", entity.depends_on, out);
    out.Key("stays").BeginArray();
    for (const AuditStay& stay : entity.stays) {
      out.BeginObject().Key("state").String(stay.state).Key("position").UInt(stay.position.value);
      WriteTime("from", stay.from, out);
      WriteTime("to", stay.is_open ? std::nullopt : std::optional(stay.to), out);
      WriteMillis("duration_ms", stay.Micros(), out);
      out.EndObject();
    }
    out.EndArray().EndObject();
  }
  out.EndArray();
}

void WriteAttempts(const Audit& audit, JsonWriter& out) {
  out.Key("attempts").BeginArray();
  for (const AuditAttempt& attempt : audit.attempts) {
    out.BeginObject();
    WriteAttemptFields(attempt, out);
    out.Key("ws_id").String(attempt.ws_id);
    WriteTextOrNull("actor", attempt.actor, out);
    WriteTime("started_at", attempt.started_at, out);
    WriteTime("completed_at", attempt.ended ? std::optional(attempt.ended_at) : std::nullopt, out);
    out.Key("completed_position");
    attempt.ended ? out.UInt(attempt.ended->value) : out.Null();
    WriteOutcome(attempt, out);
    out.EndObject();
  }
  out.EndArray();
}

void WriteErrors(const Audit& audit, JsonWriter& out) {
  out.Key("errors").BeginArray();
  for (const AuditError& error : audit.errors) {
    out.BeginObject().Key("first_position").UInt(error.first.value).Key("last_position").UInt(error.last.value);
    WriteTextOrNull("ws_id", error.ws_id, out);
    out.Key("step_name").String(error.step_name).Key("error_code").String(error.error_code);
    out.Key("signature").String(error.signature).Key("message").String(error.message);
    out.Key("count").UInt(error.count);
    WriteTime("first_seen_at", error.first_seen_at, out);
    WriteTime("last_seen_at", error.last_seen_at, out);
    out.EndObject();
  }
  out.EndArray();
}

void WriteApprovals(const Audit& audit, JsonWriter& out) {
  out.Key("approvals").BeginArray();
  for (const AuditApproval& approval : audit.approvals) {
    out.BeginObject().Key("position").UInt(approval.position.value);
    WriteTime("at", approval.at, out);
    out.Key("request_id").String(approval.request_id).Key("what").String(approval.what);
    out.Key("verdict").String(approval.verdict);
    WriteTextOrNull("by", approval.by, out);
    WriteTextOrNull("authority", approval.authority, out);
    WriteTextOrNull("digest", approval.digest, out);
    WriteTextOrNull("reason", approval.reason, out);
    out.EndObject();
  }
  out.EndArray();
}

void WriteActors(const Audit& audit, JsonWriter& out) {
  out.Key("actors").BeginArray();
  for (const AuditActor& actor : audit.actors) {
    out.BeginObject();
    WriteTextOrNull("actor", actor.name, out);
    out.Key("event_count").UInt(actor.events);
    WriteCounts(actor.counts, out);
    out.EndObject();
  }
  out.EndArray();
}

}  // namespace

std::string AuditJson(const Audit& audit) {
  JsonWriter out;
  out.BeginObject();
  WriteSummary(audit, out);
  WriteEvents("refusals", audit, AuditKind::kRefused, out);
  WriteEvents("overrides", audit, AuditKind::kOverridden, out);
  WriteApprovals(audit, out);
  WriteErrors(audit, out);
  WriteAttempts(audit, out);
  WriteEntities(audit, out);
  WriteActors(audit, out);
  WriteEvents("events", audit, std::nullopt, out);
  return out.EndObject().Take();
}

}  // namespace annals
