// annals audit RUN: what exactly happened in a run.
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include "cli/audit.h"
#include "cli/audit_html.h"
#include "cli/audit_json.h"
#include "cli/audit_markdown.h"
#include "cli/audit_text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/fold_progress.h"
#include "cli/output_file.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct AuditOptions {
  std::string run;
  std::optional<std::string> format;
  std::optional<std::string> out;
};

absl::StatusOr<std::string> FormatOf(const Context& context, const AuditOptions& options) {
  if (!context.json()) return options.format.value_or("text");
  if (!options.format || options.format == "json") return "json";
  return absl::InvalidArgumentError(
      fmt::format("--json and --format {} ask for two formats; leave one of the two out", *options.format));
}

// `width` and `colour` are of the text.
void Write(const Audit& audit, std::string_view format, std::optional<size_t> width, ColourMode colour,
           std::ostream& out) {
  if (format == "json") {
    out << AuditJson(audit) << '\n';
  } else if (format == "markdown") {
    WriteAuditMarkdown(audit, out);
  } else if (format == "html") {
    WriteAuditHtml(audit, out);
  } else {
    WriteAuditText(audit, width, colour, out);
  }
}

absl::StatusOr<Audit> Collect(Context& context, const std::string& run) {
  ASSIGN_OR_RETURN(const auto snapshot, context.Read());
  const FoldProgressLine progress(context, "audit");
  return CollectAudit(*snapshot, run, context.Now(), progress);
}

absl::StatusOr<int> RunAudit(Context& context, const AuditOptions& options) {
  ASSIGN_OR_RETURN(const std::string format, FormatOf(context, options));
  ASSIGN_OR_RETURN(const Audit audit, Collect(context, options.run));
  if (!options.out || *options.out == "-") {
    Write(audit, format, context.width(), context.colour(), context.out());
    return kExitDone;
  }
  OutputFile file;
  RETURN_IF_ERROR(file.Open(*options.out));
  Write(audit, format, std::nullopt, ColourMode::kOff, file.stream());
  RETURN_IF_ERROR(file.Commit());
  return kExitDone;
}

}  // namespace

Command AuditCommand() {
  const auto options = std::make_shared<AuditOptions>();
  return {.name = "audit",
          .summary = "What exactly happened in a run",
          .details =
              "A summary, then what was refused and what overridden, errors with their repeats, attempts with exit "
              "codes and durations, the time spent in each state, who did how much, and every event in order with what "
              "the law said to it. Numbers in POSITION columns are positions in the log. The HTML is one file with a "
              "picture of the run, for any browser and for paper; it loads nothing. Metadata and payloads are in every "
              "format, results and contexts of tools in json and html.",
          .example =
              "annals audit r1\nannals audit r1 --format html --out r1.html\nannals audit r1 --json | jq "
              "'.refusals[].why'",
          .arguments = {Place("RUN", &options->run, "the run"),
                        OneOf({"text", "json", "markdown", "html"},
                              Option("--format", "FORMAT", &options->format, "how it is written (default: text)")),
                        FileNamed(Option("--out", "FILE", &options->out,
                                         "write it to this file, in place of one that is there"))},
          .run = [options](Context& context) { return RunAudit(context, *options); },
          .reads_as_of = true};
}

}  // namespace annals
