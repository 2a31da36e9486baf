// annals export: the log, a table or a run, for other programs.
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/export.h"
#include "cli/export_bundle.h"
#include "cli/fold_progress.h"
#include "cli/output_file.h"
#include "projections/tables.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct ExportArguments {
  std::string format = "jsonl";
  std::optional<std::string> run;
  std::optional<std::string> table;
  std::optional<std::string> out;
  std::optional<std::string> bundle, key, seal;
};

absl::StatusOr<const TableDef*> FindTable(const std::string& name) {
  if (const TableDef* const table = FindProjectedTable(name)) return table;
  std::vector<std::string_view> names;
  for (const TableDef* const table : ProjectedTables()) names.push_back(table->name);
  return absl::InvalidArgumentError(
      fmt::format("--table: there is no table {}; {}", Quoted(name), SuggestName(name, names)));
}

absl::Status Check(const ExportArguments& arguments) {
  if ((arguments.format == "csv") != arguments.table.has_value()) {
    return absl::InvalidArgumentError(arguments.table ? "--table is for --format csv; the other forms are of events"
                                                      : "--format csv writes a table; name it with --table");
  }
  if (arguments.key || arguments.seal) {
    return absl::InvalidArgumentError("--key and --seal are for --bundle FILE");
  }
  if (arguments.format == "trace" && !arguments.run) {
    return absl::InvalidArgumentError("--format trace shows a run; name it with --run");
  }
  return absl::OkStatus();
}

absl::Status Write(Context& context, const ExportArguments& arguments, std::ostream& out) {
  ASSIGN_OR_RETURN(const auto snapshot, context.Read());
  if (arguments.format == "csv") {
    ASSIGN_OR_RETURN(const TableDef* const table, FindTable(*arguments.table));
    return ExportCsv(*snapshot, *table, arguments.run, out);
  }
  if (arguments.format == "trace") return ExportTrace(*snapshot, *arguments.run, context.Now(), out);
  if (arguments.format == "xes") return ExportXes(*snapshot, arguments.run, out);
  if (!arguments.out)
    return ExportJsonLines(
        *snapshot, arguments.run, [](uint64_t, uint64_t) {}, out);
  const FoldProgressLine progress(context, "export");
  return ExportJsonLines(*snapshot, arguments.run, progress, out);
}

absl::Status CheckBundle(const Context& context, const ExportArguments& arguments) {
  if (!arguments.run) return absl::InvalidArgumentError("--bundle holds a run; name it with --run");
  if (arguments.table || arguments.out || arguments.format != "jsonl") {
    return absl::InvalidArgumentError("--bundle is a form of its own; leave --format, --table and --out out");
  }
  if (arguments.key && arguments.seal) {
    return absl::InvalidArgumentError("--key makes a seal, --seal gives one; leave one of the two out");
  }
  if (context.options().at) {
    return absl::InvalidArgumentError(
        "--bundle is of the log as it is, or with --seal as it was sealed; leave --at out");
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Export(Context& context, const ExportArguments& arguments) {
  if (arguments.bundle) {
    RETURN_IF_ERROR(CheckBundle(context, arguments));
    return ExportBundle(context, {*arguments.run, *arguments.bundle, arguments.key, arguments.seal});
  }
  RETURN_IF_ERROR(Check(arguments));
  if (!arguments.out) {
    RETURN_IF_ERROR(Write(context, arguments, context.out()));
    return kExitDone;
  }
  OutputFile file;
  RETURN_IF_ERROR(file.Open(*arguments.out));
  RETURN_IF_ERROR(Write(context, arguments, file.stream()));
  RETURN_IF_ERROR(file.Commit());
  return kExitDone;
}

}  // namespace

Command ExportCommand() {
  const auto arguments = std::make_shared<ExportArguments>();
  return {
      .name = "export",
      .summary = "Write the log, a table or a run for other programs",
      .details =
          "jsonl: the events as annals log --json --full prints them, for annals import. csv: a table (RFC 4180; "
          "NULL is an empty field). trace: a run in Chrome's trace event format, for ui.perfetto.dev. xes: runs and "
          "workstreams as cases, for process mining. A bundle is a file of its own, read by every reading "
          "command with --db, checked by annals check-proof without the log.",
      .example =
          "annals export --out history.jsonl\nannals export --format csv --table errors --run r1\n"
          "annals export --format trace --run r1 --out r1.trace.json\n"
          "annals export --run r1 --bundle r1.bundle --key annals.key",
      .arguments =
          {
              OneOf({"jsonl", "csv", "trace", "xes"},
                    Option("--format", "FORMAT", &arguments->format, "what to write (default: jsonl)")),
              Option("--run", "RUN", &arguments->run, "only what is of this run"),
              Option("--table", "TABLE", &arguments->table, "the table that csv writes"),
              FileNamed(
                  Option("--out", "FILE", &arguments->out, "where to, whole or not at all (default: standard output)")),
              FileNamed(Option("--bundle", "FILE", &arguments->bundle,
                               "write the run as a database of its own, with proofs")),
              FileNamed(Option("--key", "FILE", &arguments->key, "seal the head of the bundle with this private key")),
              FileNamed(Option("--seal", "FILE", &arguments->seal, "put this seal of the log into the bundle")),
          },
      .run = [arguments](Context& context) { return Export(context, *arguments); },
      .reads_as_of = true};
}

}  // namespace annals
