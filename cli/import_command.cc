// annals import: a history from elsewhere, in one of several formats.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/import_lines.h"
#include "cli/import_state.h"
#include "eventstore/sqlite/foreign_database.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/text_rules.h"

namespace annals {
namespace {

struct ImportArguments : JsonLinesArguments {
  std::optional<std::string> format;
};

struct ImportFormat {
  std::string_view name;
  bool (*matches)(std::string_view first_bytes);
  absl::StatusOr<int> (*import)(Context& context, const ImportArguments& arguments);
};

bool LooksLikeJsonLines(std::string_view bytes) {
  const size_t first = bytes.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && bytes[first] == '{';
}

absl::StatusOr<int> ImportState(Context& context, const ImportArguments& arguments) {
  if (!arguments.renames.empty()) {
    return absl::InvalidArgumentError("--rename is for JSON lines; the runs of a state database keep their names");
  }
  return ImportStateDatabase(context, arguments.file, arguments.strict);
}

constexpr ImportFormat kFormats[] = {
    {"sqlite-state", [](std::string_view bytes) { return FileKindOf(bytes) == FileKind::kForeignSqlite; }, ImportState},
    {"jsonl", LooksLikeJsonLines,
     [](Context& context, const ImportArguments& arguments) { return ImportJsonLines(context, arguments); }},
};

std::vector<std::string> FormatNames() {
  std::vector<std::string> names;
  for (const ImportFormat& format : kFormats) names.emplace_back(format.name);
  return names;
}

absl::StatusOr<std::string> ReadFirstBytes(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  std::string bytes(kFileKindBytes, '\0');
  const ssize_t count = fd < 0 ? -1 : ::read(fd, bytes.data(), bytes.size());
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (count >= 0) return bytes.substr(0, static_cast<size_t>(count));
  if (error == EISDIR) return absl::InvalidArgumentError(fmt::format("{}: it is a folder; name a file", file));
  const std::string message = fmt::format("{}: {}; name a file that can be read", file, std::strerror(error));
  return error == ENOENT ? absl::NotFoundError(message) : absl::InternalError(message);
}

absl::StatusOr<const ImportFormat*> FindFormat(const ImportArguments& arguments, std::string_view first_bytes) {
  for (const ImportFormat& format : kFormats) {
    // What was named as lines is read as lines: a bad one is then said with its number.
    if (arguments.format == "jsonl" && format.name == "jsonl") return &format;
    if (format.matches(first_bytes) && arguments.format.value_or(std::string(format.name)) == format.name) {
      return &format;
    }
  }
  const std::string what = first_bytes.empty() ? "the file is empty"
                           : arguments.format  ? fmt::format("it is not in the format {}", *arguments.format)
                                               : "it is in no format that is known";
  return absl::InvalidArgumentError(
      fmt::format("{}: {}; name a file in one of: {}", arguments.file, what, ListedBriefly(FormatNames())));
}

absl::StatusOr<int> Run(Context& context, const ImportArguments& arguments) {
  if (context.options().command_id || context.options().expect_version) {
    return absl::InvalidArgumentError(
        "import: --command-id and --expect-version are for a single command; leave them out");
  }
  RETURN_IF_ERROR(CheckLabel("the actor", context.Actor()));
  if (arguments.file == "-") {
    if (arguments.format.value_or("jsonl") == "jsonl") return ImportJsonLines(context, arguments);
    return absl::InvalidArgumentError("standard input can only be read as jsonl; name a file");
  }
  ASSIGN_OR_RETURN(const std::string first_bytes, ReadFirstBytes(arguments.file));
  if (FileKindOf(first_bytes) == FileKind::kAnnals) {
    return absl::InvalidArgumentError(fmt::format(
        "{0}: it is an Annals database already; read it with --db {0}, or import what annals export --db {0} writes",
        arguments.file));
  }
  ASSIGN_OR_RETURN(const ImportFormat* const format, FindFormat(arguments, first_bytes));
  return format->import(context, arguments);
}

}  // namespace

Command ImportCommand() {
  const auto arguments = std::make_shared<ImportArguments>();
  return {.name = "import",
          .summary = "Take in a history from elsewhere",
          .details =
              "FILE holds lines of annals export (- is standard input), or is the SQLite state database of an older "
              "pipeline (runs, workstreams, step_attempts, errors, events).\n"
              "A whole log of lines into an empty database gives the same log: the same bytes, positions and root; "
              "what is there already is compared and skipped, so one that was interrupted goes on. Other lines are "
              "added at the end with positions of their own, all or none of them; they keep their times as "
              "occurred_at.\n"
              "The rows of a state database become a history with their own times, all or nothing. The file is not "
              "changed.\n"
              "What the law does not allow becomes an override by \"import\" and what cannot be said a note, each "
              "reported; in a whole log it ends the import. The same source is imported once.",
          .example =
              "annals import history.jsonl\nannals import old_state.db --dry-run\n"
              "annals export --run r1 --db other.db | annals import --rename r1=r1-copy -",
          .arguments =
              {
                  FileNamed(Place("FILE", &arguments->file, "what to import, or - for standard input")),
                  OneOf(FormatNames(), Option("--format", "NAME", &arguments->format,
                                              "what FILE is (default: found out from its first bytes)")),
                  Flag("--strict", &arguments->strict, "import nothing, and exit with 3, if anything was not lawful"),
                  Option("--rename", "OLD=NEW", &arguments->renames, "call a run differently where lines are added"),
              },
          .run = [arguments](Context& context) { return Run(context, *arguments); }};
}

}  // namespace annals
