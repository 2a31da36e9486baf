#include "cli/request_resume.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/printable.h"
#include "cli/row_json.h"
#include "commands/machine.h"
#include "projections/entity_tables.h"
#include "projections/tables.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

bool WaitsForPerson(std::string_view status) {
  return status.ends_with("_awaiting_approval");
}

absl::StatusOr<std::optional<CheckpointRow>> NewestCheckpoint(Snapshot& snapshot,
                                                              std::vector<RowQuery::Condition> whose) {
  std::optional<CheckpointRow> newest;
  const RowQuery query{
      .table = &CheckpointsTable().table(), .equals = std::move(whose), .order = {0}, .descending = true, .limit = 1};
  RETURN_IF_ERROR(snapshot.ReadRows(query, TableSet::kLive, [&](Row row) {
    newest = CheckpointsTable().FromValues(row);
    return absl::OkStatus();
  }));
  return newest;
}

struct OpenWorkstream {
  WorkstreamRow row;
  std::optional<CheckpointRow> checkpoint;
};

struct Resumption {
  RequestRow request;
  std::optional<CheckpointRow> checkpoint;
  std::optional<std::string> run_status;
  std::vector<OpenWorkstream> workstreams;  // of the linked run, those that have not ended
};

absl::StatusOr<Resumption> Find(Snapshot& snapshot, const std::string& id) {
  Resumption found;
  bool is_there = false;
  RETURN_IF_ERROR(snapshot.ReadRows({.table = &RequestsTable().table(), .equals = {{0, std::string_view(id)}}},
                                    TableSet::kLive, [&](Row row) {
                                      found.request = RequestsTable().FromValues(row);
                                      is_there = true;
                                      return absl::OkStatus();
                                    }));
  if (!is_there) {
    return absl::NotFoundError(
        fmt::format("there is no request {}; annals request list --resumable shows those that go on", id));
  }
  ASSIGN_OR_RETURN(found.checkpoint, NewestCheckpoint(snapshot, {{1, std::string_view(id)}}));
  if (!found.request.run_id) return found;
  const std::string_view run_id = *found.request.run_id;
  RETURN_IF_ERROR(
      snapshot.ReadRows({.table = &RunsTable().table(), .equals = {{0, run_id}}}, TableSet::kLive, [&](Row row) {
        found.run_status = RunsTable().FromValues(row).status;
        return absl::OkStatus();
      }));
  RETURN_IF_ERROR(
      snapshot.ReadRows({.table = &WorkstreamsTable().table(), .equals = {{0, run_id}}}, TableSet::kLive, [&](Row row) {
        WorkstreamRow workstream = WorkstreamsTable().FromValues(row);
        if (!workstream.IsFinal()) found.workstreams.push_back({std::move(workstream), {}});
        return absl::OkStatus();
      }));
  for (OpenWorkstream& open : found.workstreams) {
    ASSIGN_OR_RETURN(open.checkpoint, NewestCheckpoint(snapshot, {{2, run_id}, {3, std::string_view(open.row.ws_id)}}));
  }
  return found;
}

void WriteCheckpoint(const std::optional<CheckpointRow>& checkpoint, JsonWriter& out) {
  if (!checkpoint) {
    out.Null();
    return;
  }
  out.BeginObject().Key("id").Int(checkpoint->id).Key("name").String(checkpoint->name).Key("data");
  checkpoint->data_json ? out.Raw(*checkpoint->data_json) : out.Null();
  out.Key("saved_at").String(FormatTimestamp(checkpoint->saved_at)).EndObject();
}

std::string JsonOf(const Resumption& found) {
  JsonWriter out;
  out.BeginObject().Key("request_id").String(found.request.request_id).Key("state").String(found.request.status);
  out.Key("waits_for_person").Bool(WaitsForPerson(found.request.status)).Key("checkpoint");
  WriteCheckpoint(found.checkpoint, out);
  out.Key("run");
  if (!found.run_status) {
    out.Null();
  } else {
    out.BeginObject().Key("run_id").String(*found.request.run_id).Key("status").String(*found.run_status);
    out.Key("open_workstreams").BeginArray();
    for (const OpenWorkstream& open : found.workstreams) {
      out.BeginObject().Key("ws_id").String(open.row.ws_id).Key("status").String(open.row.status).Key("checkpoint");
      WriteCheckpoint(open.checkpoint, out);
      out.EndObject();
    }
    out.EndArray().EndObject();
  }
  return std::string(out.EndObject().text());
}

std::string CheckpointText(const std::optional<CheckpointRow>& checkpoint) {
  if (!checkpoint) return "no checkpoint";
  return fmt::format("checkpoint {} of {}: {}", checkpoint->name, ShortTime(checkpoint->saved_at),
                     Printable(checkpoint->data_json.value_or("no data")));
}

std::string TextOf(const Resumption& found) {
  const RequestRow& request = found.request;
  std::string text = WaitsForPerson(request.status)
                         ? fmt::format("request {0} is {1}: annals request show {0} says what is to be approved\n",
                                       request.request_id, request.status)
                         : fmt::format("request {} goes on in {}\n", request.request_id, request.status);
  text += fmt::format("  {}\n", CheckpointText(found.checkpoint));
  if (!found.run_status) return text + "  no run is linked to it\n";
  text += fmt::format("  run {} is {}\n", *request.run_id, *found.run_status);
  for (const OpenWorkstream& open : found.workstreams) {
    text +=
        fmt::format("    workstream {} is {}, {}\n", open.row.ws_id, open.row.status, CheckpointText(open.checkpoint));
  }
  return text;
}

absl::StatusOr<int> Resume(Context& context, const std::string& id) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
  ASSIGN_OR_RETURN(const Resumption found, Find(*snapshot, id));
  if (found.request.IsFinal()) {
    return absl::FailedPreconditionError(
        fmt::format("request {} is {}, which is final; its work does not resume", id, found.request.status));
  }
  context.out() << (context.json() ? JsonOf(found) + "\n" : TextOf(found));
  return kExitDone;
}

}  // namespace

bool IsResumable(Row row) {
  const RequestRow request = RequestsTable().FromValues(row);
  return !request.IsFinal() && !WaitsForPerson(request.status);
}

Command ResumeRequestCommand() {
  const auto id = std::make_shared<std::string>();
  Command command;
  command.name = "resume";
  command.summary = "Say where its work goes on, with the data of the newest checkpoints";
  command.details = "Changes nothing. Exit code 3: it has ended.";
  command.reads_as_of = true;
  command.example = "annals request resume q1 --json";
  command.arguments = {Place("REQUEST", id.get(), "its name")};
  command.run = [id](Context& context) { return Resume(context, *id); };
  return command;
}

}  // namespace annals
