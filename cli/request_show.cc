#include "cli/request_show.h"

#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/printable.h"
#include "cli/row_json.h"
#include "cli/show.h"
#include "commands/missing_entity.h"
#include "eventstore/event_content.h"
#include "projections/entity_tables.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What a person is asked to approve: exactly what the digest covers.
struct Shown {
  std::string_view what;
  std::string text;
  std::optional<std::string> scope_json;
  std::string patches;  // JSON array
  std::string digest;   // empty: there is nothing that could be approved

  // What nobody can see is not approved.
  bool MayBeApproved() const { return !digest.empty() && !IsRedacted(text); }
};

std::optional<Shown> WaitingFor(const RequestRow& row) {
  if (row.status == "plan_awaiting_approval") {
    return Shown{"plan", row.plan.value_or(""), row.plan_scope_json, row.patches, row.plan_digest.value_or("")};
  }
  if (row.status == "implementation_awaiting_approval") {
    return Shown{"implementation", row.implementation.value_or(""), row.implementation_scope_json, row.patches,
                 row.implementation_digest.value_or("")};
  }
  return std::nullopt;
}

// What helps on.
std::string HelpLine(const RequestRow& row, const Shown& shown) {
  return shown.MayBeApproved() ? fmt::format("annals request approve {} --digest {}", row.request_id, shown.digest)
                               : fmt::format("annals request revise {} --{} TEXT", row.request_id, shown.what);
}

void PrintWaiting(Context& context, const RequestRow& row, const Shown& shown) {
  if (!shown.MayBeApproved()) {
    context.out() << fmt::format("\nThe {} waits for approval, but {}: it cannot be approved.\n\n  {}\n", shown.what,
                                 shown.digest.empty() ? "there is none" : "it was redacted", HelpLine(row, shown));
    return;
  }
  context.out() << fmt::format("\nThe {} waits for approval. This is what is approved:\n\n", shown.what);
  context.out() << PrintableLines(shown.text) << (shown.text.ends_with('\n') ? "" : "\n");
  if (shown.scope_json) context.out() << fmt::format("scope: {}\n", Printable(*shown.scope_json));
  if (shown.patches != "[]") context.out() << fmt::format("patches: {}\n", Printable(shown.patches));
  context.out() << fmt::format("digest: {}\n\n  {}\n  annals request reject {} --reason TEXT\n", shown.digest,
                               HelpLine(row, shown), row.request_id);
}

absl::StatusOr<int> Show(Context& context, const std::string& id) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
  const TableDef& table = RequestsTable().table();
  const Value key[] = {std::string_view(id)};
  ASSIGN_OR_RETURN(const std::vector<OwnedRow> rows,
                   ReadAllRows(*snapshot, {.table = &table, .equals = {{0, key[0]}}}));
  if (!context.json() || rows.empty()) {
    ASSIGN_OR_RETURN(const int exit, PrintRow(context, *snapshot, table, key,
                                              NoSuchEntity(fmt::format("request {}", id), "annals request list")));
    const RequestRow row = RequestsTable().FromValues(rows.front().row());
    if (const std::optional<Shown> shown = WaitingFor(row)) PrintWaiting(context, row, *shown);
    return exit;
  }
  const RequestRow row = RequestsTable().FromValues(rows.front().row());
  JsonWriter out;
  out.BeginObject();
  WriteRow(table, rows.front().row(), out);
  out.Key("approval");
  if (const std::optional<Shown> shown = WaitingFor(row)) {
    out.BeginObject().Key("what").String(shown->what).Key("digest");
    shown->MayBeApproved() ? out.String(shown->digest) : out.Null();
    out.Key("command").String(HelpLine(row, *shown)).EndObject();
  } else {
    out.Null();
  }
  context.out() << out.EndObject().text() << '\n';
  return kExitDone;
}

}  // namespace

Command ShowRequestCommand() {
  const auto id = std::make_shared<std::string>();
  Command command;
  command.name = "show";
  command.summary = "Show one in full, and what of it waits for approval";
  command.details =
      "While a plan or an implementation waits for approval, this prints exactly what is approved, its "
      "digest, and the command to approve it.";
  command.reads_as_of = true;
  command.example = "annals request show q1";
  command.arguments = {Place("REQUEST", id.get(), "its name")};
  command.run = [id](Context& context) { return Show(context, *id); };
  return command;
}

}  // namespace annals
