#include "cli/import_state.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/printable.h"
#include "cli/progress.h"
#include "cli/row_json.h"
#include "commands/import_state.h"
#include "eventstore/sqlite/foreign_database.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr size_t kFindingsOnTerminal = 50;

std::string_view NameOf(ImportFinding::Kind kind) {
  switch (kind) {
    case ImportFinding::Kind::kOverride:
      return "override";
    case ImportFinding::Kind::kNote:
      return "note";
    case ImportFinding::Kind::kRemark:
      break;
  }
  return "remark";
}

std::string Counted(uint64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

void PrintJson(Context& context, const ImportReport& report, const std::string& path) {
  JsonWriter out;
  const auto position = [&](Position value) { report.stands&& value.value != 0 ? out.UInt(value.value) : out.Null(); };
  out.BeginObject().Key("file").String(Printable(path)).Key("format").String("sqlite-state");
  out.Key("content_sha256").String(report.digest).Key("imported").Bool(report.stands);
  out.Key("dry_run").Bool(context.options().dry_run).Key("imported_before");
  report.imported_before ? out.String(FormatTimestamp(*report.imported_before)) : out.Null();
  out.Key("first_position");
  position(report.first);
  out.Key("last_position");
  position(report.last);
  out.Key("tables").BeginObject();
  for (const ImportReport::Table& table : report.tables) out.Key(table.name).UInt(table.rows);
  out.EndObject().Key("overrides").UInt(report.overrides).Key("notes").UInt(report.notes);
  out.Key("remarks").UInt(report.remarks).Key("findings").BeginArray();
  for (const ImportFinding& finding : report.findings) {
    out.BeginObject().Key("kind").String(NameOf(finding.kind)).Key("table").String(finding.table).Key("row");
    finding.row.empty() ? out.Null() : out.String(finding.row);
    out.Key("what").String(finding.what).Key("position");
    position(finding.position);
    out.EndObject();
  }
  context.out() << out.EndArray().EndObject().text() << '\n';
}

// "workstreams ws-7: pending → done: no edge leads …: imported as an override (position 41)".
std::string LineOf(const ImportFinding& finding, const ImportReport& report, ColourMode colour) {
  std::string line = finding.table;
  if (!finding.row.empty()) line += " " + finding.row;
  line = fmt::format("{}: {}", Paint(Printable(line), Ink::kBold, colour), Printable(finding.what));
  if (finding.kind == ImportFinding::Kind::kOverride)
    line += ": " + Paint("imported as an override", Ink::kYellow, colour);
  if (finding.kind == ImportFinding::Kind::kNote) line += ": " + Paint("kept as a note", Ink::kYellow, colour);
  if (report.stands && finding.position.value != 0) line += fmt::format(" (position {})", finding.position.value);
  return line;
}

void PrintFindings(Context& context, const ImportReport& report) {
  // What was not lawful first: the rest may be long.
  std::vector<const ImportFinding*> findings;
  for (const ImportFinding& finding : report.findings) findings.push_back(&finding);
  std::stable_partition(findings.begin(), findings.end(),
                        [](const ImportFinding* finding) { return finding->kind != ImportFinding::Kind::kRemark; });
  const size_t shown = context.out_is_terminal() ? std::min(findings.size(), kFindingsOnTerminal) : findings.size();
  for (size_t i = 0; i < shown; ++i) context.out() << LineOf(*findings[i], report, context.colour()) << '\n';
  if (shown < findings.size()) {
    context.out() << fmt::format("… and {} more; --json shows all {}\n", findings.size() - shown, findings.size());
  }
}

void PrintSummary(Context& context, const ImportReport& report, const std::string& path) {
  std::string rows;
  for (const ImportReport::Table& table : report.tables) {
    rows += fmt::format("{}{} {}", rows.empty() ? "" : ", ", table.name, table.rows);
  }
  std::string lawful = "all of it";
  if (!report.IsLawful()) {
    lawful = fmt::format("not all: {} and {}", Counted(report.overrides, "override"), Counted(report.notes, "note"));
  }
  std::string imported = fmt::format("positions {} to {}", report.first.value, report.last.value);
  if (!report.stands) imported = "nothing: --strict takes only what is lawful";
  if (context.options().dry_run) imported = "nothing: dry run";
  context.out() << fmt::format("source:   {}: {}\nlawful:   {}\nimported: {}\n", Printable(path), Printable(rows),
                               lawful, imported);
}

absl::Status CheckIsNotTarget(Context& context, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string target, context.DatabasePath());
  std::error_code error;
  if (!std::filesystem::equivalent(path, target, error)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{}: that is where the history would go; name another file for it with --db", path));
}

}  // namespace

absl::StatusOr<int> ImportStateDatabase(Context& context, const std::string& path, bool strict) {
  RETURN_IF_ERROR(CheckIsNotTarget(context, path));
  const GlobalOptions& global = context.options();
  absl::StatusOr<std::vector<ForeignTable>> tables =
      ReadForeignDatabase(path, static_cast<int>(global.lock_timeout_ms));
  if (!tables.ok()) return WithContext(tables.status(), path);
  RETURN_IF_ERROR(WithContext(CheckIsState(*tables), path));  // before a database is made for it
  ASSIGN_OR_RETURN(Engine* const engine, context.OpenEngine());
  const ImportOptions options{.mode = global.dry_run ? ImportMode::kDryRun
                                      : strict       ? ImportMode::kStrict
                                                     : ImportMode::kKeep,
                              .actor = context.Actor(),
                              .file = Printable(std::filesystem::path(path).filename().string())};
  std::optional<ProgressLine> progress;
  const auto report = ImportState(*engine, context.clock(), *tables, options, [&](uint64_t done, uint64_t total) {
    if (!progress) {
      progress.emplace(ProgressLine::Options{
          .label = "import",
          .total = total,
          .width = context.width().value_or(80),
          .visibility = ProgressVisibility(context.err_is_terminal(), context.json(), context.environment()),
          .clock = context.monotonic(),
          .write = [&](std::string_view text) { context.err() << text << std::flush; }});
    }
    progress->Update(done);
  });
  progress.reset();
  if (!report.ok()) return WithContext(report.status(), path);
  if (context.json()) {
    PrintJson(context, *report, path);
  } else if (report->imported_before) {
    context.out() << Printable(fmt::format("{}: this content was imported at {}; nothing to do", path,
                                           ShortTime(*report->imported_before)))
                  << '\n';
  } else {
    PrintFindings(context, *report);
    PrintSummary(context, *report, path);
  }
  return strict && !report->IsLawful() ? kExitRefused : kExitDone;
}

}  // namespace annals
