#include "commands/import_commands.h"

#include <charconv>

#include <fmt/format.h>

#include "commands/import_names.h"
#include "eventstore/event_type.h"
#include "schemas/json_number.h"
#include "schemas/json_tokens.h"
#include "schemas/json_writer.h"
#include "schemas/message_text.h"
#include "schemas/step_status.h"

namespace annals {
namespace {

// A command over a row: its cells go in by name.
class RowCommand {
 public:
  RowCommand(ImportRow& row, std::string_view command) : row_(row) {
    out_.BeginObject().Key("command").String(command);
  }

  RowCommand& Set(std::string_view key, std::string_view text) {
    out_.Key(key).String(text);
    return *this;
  }
  // The text in `column`; what is missing the reader of commands finds.
  RowCommand& Cell(std::string_view key, std::string_view column) {
    if (const std::optional<std::string> text = row_.Text(column)) {
      Set(key, *text);
      row_.Carry(column);
    } else if (row_.Has(column)) {
      row_.AddFault(fmt::format("{} is no text", column));
    }
    return *this;
  }
  RowCommand& Json(std::string_view key, std::string_view column) {
    if (const std::optional<std::string> json = row_.Json(column)) {
      out_.Key(key).Raw(*json);
      row_.Carry(column);
    }
    return *this;
  }
  RowCommand& Time(std::string_view key, std::string_view column) {
    if (const std::optional<Timestamp> time = row_.Time(column)) Set(key, FormatTimestamp(*time));
    return *this;
  }
  // The run it was put into, and its workstream by the name it has in the row.
  RowCommand& Place(const ImportItem& item) {
    if (item.run != nullptr) Set("run_id", item.run->run_id);
    if (item.run != nullptr && row_.Text("run_id") == item.run->run_id) row_.Carry("run_id");
    return Cell("ws_id", "ws_id");
  }

  JsonWriter& out() { return out_; }
  std::string Take() { return out_.EndObject().Take(); }

 private:
  ImportRow& row_;
  JsonWriter out_;
};

// The whole number under `key` of a minified object.
std::optional<int64_t> NumberIn(const std::string& json, std::string_view key) {
  JsonTokens in;
  if (!in.Load(json)) return std::nullopt;
  const uint32_t* const place = in.FindMember(key);
  if (place == nullptr) return std::nullopt;
  const std::string_view value = std::string_view(json).substr(in.OffsetOf(place));
  const char* const end = value.data() + NumberLength(value);
  int64_t number = 0;
  const auto read = std::from_chars(value.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

void PutExitCode(ImportRow& row, JsonWriter& out) {
  const std::optional<std::string> result = row.Json("result_json");
  if (!result) return;
  for (const std::string_view key : {"exit_code", "returncode"}) {
    if (const std::optional<int64_t> code = NumberIn(*result, key)) {
      out.Key("exit_code").Int(*code);
      return;
    }
  }
}

RowCommand ErrorCommand(const ImportItem& item) {
  RowCommand command(*item.row, "record_error");
  command.Place(item).Cell("step_name", "step_name").Cell("error_code", "error_code").Cell("signature", "signature");
  // An error that said nothing is an error all the same.
  item.row->Has("message") ? command.Cell("message", "message") : command.Set("message", "");
  return command;
}

}  // namespace

std::string CreateRunJson(const ImportItem& item) {
  if (item.row == nullptr) {
    JsonWriter out;
    out.BeginObject().Key("command").String("create_run").Key("run_id").String(item.run->run_id).Key("metadata");
    out.BeginObject().Key("made_by").String("import").Key("holds").String("workstreams whose run was not there");
    return out.EndObject().EndObject().Take();
  }
  RowCommand command(*item.row, "create_run");
  return command.Cell("run_id", "run_id").Json("metadata", "metadata_json").Take();
}

std::string CreateWorkstreamJson(const ImportItem& item) {
  RowCommand command(*item.row, "create_workstream");
  command.Place(item).Json("metadata", "metadata_json").out().Key("depends_on").BeginArray();
  for (const ImportWorkstream* const needed : item.workstream->needs) command.out().String(needed->ws_id);
  command.out().EndArray();
  return command.Take();
}

std::optional<std::string> AttemptJson(const ImportItem& item) {
  ImportRow& row = *item.row;
  const std::optional<std::string> given = row.Text("status");
  const std::optional<std::string> status = given ? ReadStatus(StatusOf::kAttempt, *given) : std::nullopt;
  if (!status) {
    row.AddFault(given ? fmt::format("nobody knows the status {}", Quoted(*given)) : "it has no status");
    return std::nullopt;
  }
  if (*status != *given) row.AddRemark(fmt::format("its status {} is read as {}", Quoted(*given), *status));
  const bool is_open = *status == StepStatusName(schema::StepStatus::IN_PROGRESS);
  RowCommand command(row, is_open ? "start_step" : "record_step_attempt");
  command.Place(item).Cell("step_name", "step_name");
  if (is_open) {
    if (row.Has("completed_at") || row.Json("result_json")) row.AddFault("it is in progress, yet it has ended");
    return command.Take();
  }
  if (!row.Has("completed_at")) row.AddRemark("it has ended, yet it has no completed_at: started_at taken for it");
  command.Set("status", *status).Time("started_at", "started_at").Time("completed_at", "completed_at");
  PutExitCode(row, command.out());
  return command.Json("result", "result_json").Take();
}

std::string ErrorJson(const ImportItem& item) {
  return ErrorCommand(item).Json("context", "context_json").Take();
}

std::string ErrorRepeatJson(const ImportItem& item) {
  return ErrorCommand(item).Take();
}

std::string EventJson(const ImportItem& item) {
  ImportRow& row = *item.row;
  RowCommand command(row, "record_event");
  command.Place(item);
  const std::optional<std::string> type = row.Text("event_type");
  if (type && IsEngineEventType(*type)) {
    const std::string kept = "imported:" + *type;
    row.AddRemark(fmt::format("{} is an event of the engine's own: noted as {}", *type, kept));
    command.Set("event_type", kept);
  } else {
    command.Cell("event_type", "event_type");
  }
  return command.Json("payload", "payload_json").Take();
}

std::string MoveJson(const ImportItem& item, std::string_view to, const std::optional<std::string>& overridden) {
  const bool is_run = item.workstream == nullptr;
  JsonWriter out;
  out.BeginObject().Key("command").String(is_run ? "transition_run" : "transition_workstream");
  out.Key("run_id").String(item.run->run_id);
  if (!is_run) out.Key("ws_id").String(item.workstream->ws_id);
  const std::string& says = *(is_run ? item.run->status : item.workstream->status);
  std::string reason = fmt::format("imported: the state database says {}", says);
  if (!overridden) {
    if (says != to) reason += fmt::format(", so it had been {}", to);
    return out.Key("to").String(to).Key("reason").String(reason).EndObject().Take();
  }
  reason += fmt::format("; {}", *overridden);
  out.Key("to").String(to).Key("override").BeginObject().Key("operator").String("import");
  return out.Key("reason").String(reason).EndObject().EndObject().Take();
}

std::string NoteJson(const ImportItem& item, std::string_view event_type, std::string_view payload) {
  JsonWriter out;
  out.BeginObject().Key("command").String("record_event").Key("event_type").String(event_type);
  const bool has_run = item.run != nullptr && item.run->exists;
  if (has_run) out.Key("run_id").String(item.run->run_id);
  if (has_run && item.workstream != nullptr && item.workstream->exists) out.Key("ws_id").String(item.workstream->ws_id);
  return out.Key("payload").Raw(payload).EndObject().Take();
}

}  // namespace annals
