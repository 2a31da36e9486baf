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
#include "cli/import_state.h"
#include "eventstore/sqlite/foreign_database.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/text_rules.h"

namespace annals {
namespace {

struct ImportArguments {
  std::string file;
  std::optional<std::string> format;
  bool strict = false;
};

struct ImportFormat {
  std::string_view name;
  bool (*matches)(std::string_view first_bytes);
  absl::StatusOr<int> (*import)(Context& context, const std::string& file, bool strict);
};

constexpr ImportFormat kFormats[] = {
    {"sqlite-state", [](std::string_view bytes) { return FileKindOf(bytes) == FileKind::kForeignSqlite; },
     ImportStateDatabase},
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
  ASSIGN_OR_RETURN(const std::string first_bytes, ReadFirstBytes(arguments.file));
  if (FileKindOf(first_bytes) == FileKind::kAnnals) {
    return absl::InvalidArgumentError(
        fmt::format("{}: it is an Annals database already; read it with --db {}", arguments.file, arguments.file));
  }
  ASSIGN_OR_RETURN(const ImportFormat* const format, FindFormat(arguments, first_bytes));
  return format->import(context, arguments.file, arguments.strict);
}

}  // namespace

Command ImportCommand() {
  const auto arguments = std::make_shared<ImportArguments>();
  return {.name = "import",
          .summary = "Take in a history from elsewhere",
          .details =
              "FILE is the SQLite state database of an older pipeline (runs, workstreams, step_attempts, errors, "
              "events). Its rows become a history with their own times: what the law allows as it is, what it does "
              "not as overrides, what cannot be said as notes; each is reported. All or nothing, and the same "
              "content is imported once. The file is not changed.",
          .example = "annals import old_state.db --dry-run\nannals import old_state.db --strict",
          .arguments =
              {
                  FileNamed(Place("FILE", &arguments->file, "what to import")),
                  OneOf(FormatNames(), Option("--format", "NAME", &arguments->format,
                                              "what FILE is (default: found out from its first bytes)")),
                  Flag("--strict", &arguments->strict, "import nothing, and exit with 3, if anything was not lawful"),
              },
          .run = [arguments](Context& context) { return Run(context, *arguments); }};
}

}  // namespace annals
