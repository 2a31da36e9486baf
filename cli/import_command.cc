// annals import: events of another log, in one of several formats.
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/import_lines.h"
#include "cli/input_file.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct ImportArguments {
  JsonLinesArguments lines;
  std::optional<std::string> format;
};

absl::StatusOr<int> Import(Context& context, const ImportArguments& arguments) {
  if (arguments.format || !IsSqliteFile(arguments.lines.file)) return ImportJsonLines(context, arguments.lines);
  return absl::InvalidArgumentError(
      fmt::format("{0}: it is a database, and events come as JSON lines; annals export --db {0} makes them of a log",
                  arguments.lines.file));
}

}  // namespace

Command ImportCommand() {
  const auto arguments = std::make_shared<ImportArguments>();
  return {
      .name = "import",
      .summary = "Take in events of another log",
      .details =
          "FILE holds lines of annals export; - is standard input. A whole log into an empty database gives the "
          "same log: the same bytes, positions and root; what is there already is compared and skipped, so a "
          "second run adds nothing, and one that was interrupted goes on. Other lines are added at the end with "
          "positions of their own, all or none of them; they keep their times as occurred_at. There, an unlawful "
          "transition becomes an override by \"import\", and is reported; in a whole log it ends the import.",
      .example =
          "annals import history.jsonl\nannals import --strict --dry-run run.jsonl\n"
          "annals export --run r1 --db other.db | annals import --rename r1=r1-copy -",
      .arguments =
          {
              FileNamed(Place("FILE", &arguments->lines.file, "JSON lines, or - for standard input")),
              OneOf({"jsonl"}, Option("--format", "FORMAT", &arguments->format, "what FILE is (default: found out)")),
              Flag("--strict", &arguments->lines.strict, "import nothing if anything is unlawful, and exit with 3"),
              Option("--rename", "OLD=NEW", &arguments->lines.renames, "call a run differently where it is added"),
          },
      .run = [arguments](Context& context) { return Import(context, *arguments); }};
}

}  // namespace annals
