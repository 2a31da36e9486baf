#include "tests/integrity/judge.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "projections/tables.h"
#include "schemas/status.h"
#include "tests/integrity/told.h"
#include "tests/support/must.h"
#include "tests/support/store.h"

namespace annals::integrity {
namespace {

using support::Must;

// What the view shows follows from its SQL and the log.
constexpr std::string_view kCovered[] = {
    "SELECT type, name, tbl_name, sql FROM sqlite_schema",
    "PRAGMA application_id",
    "PRAGMA user_version",
    "SELECT * FROM log",
    "SELECT * FROM streams",
    "SELECT * FROM event_types",
    "SELECT * FROM tree_nodes",
    "SELECT id, tree_size, recorded_at, root, frontier FROM tree_head",
    "SELECT key, CASE key WHEN 'created_at' THEN substr(value, 1, 23) ELSE value END FROM schema_meta",
    "SELECT number, name FROM migrations",
    "SELECT command_id, position, salt = '' FROM command_ids",
    "PRAGMA integrity_check",  // or else those who read by an index read something else
};
constexpr std::string_view kUncovered[] = {
    "SELECT generation FROM tree_head",
    "SELECT value FROM schema_meta WHERE key = 'created_at'",
    "SELECT applied_at FROM migrations",
    "SELECT salt FROM command_ids",
    "SELECT * FROM leases",
    "SELECT * FROM apply_sources",
};

// What is said of a file that is no database of this annals any more.
constexpr std::string_view kNothingOfOurs[] = {"it is not an Annals database", "it belongs to another program",
                                               "it has schema version", "it is empty"};

absl::Status ReadLines(const Connection& connection, std::string_view sql, std::vector<std::string>& lines) {
  ASSIGN_OR_RETURN(Statement statement, connection.Prepare(sql));
  while (true) {
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) return absl::OkStatus();
    std::string& line = lines.emplace_back(sql);
    for (int i = 0; i < statement.columns(); ++i) {
      line += fmt::format("|{}:", statement.TypeOf(i));
      line += statement.Blob(i);
    }
  }
}

char current_trial[256];

void SayTrial(int signal_number) {
  constexpr std::string_view kSaid = "\nthe process ended at: ";
  for (const std::string_view text : {kSaid, std::string_view(current_trial), std::string_view("\n")}) {
    if (write(STDERR_FILENO, text.data(), text.size()) < 0) break;
  }
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

}  // namespace

absl::StatusOr<Reading> ReadAll(const Connection& connection) {
  Reading reading;
  for (const std::string_view sql : kCovered) RETURN_IF_ERROR(ReadLines(connection, sql, reading.covered));
  for (const TableDef* const table : ProjectedTables()) {
    ASSIGN_OR_RETURN(const std::optional<int64_t> is_there,
                     connection.QueryInt(fmt::format("SELECT 1 FROM sqlite_schema WHERE name = '{}'", table->name)));
    if (is_there) RETURN_IF_ERROR(ReadLines(connection, "SELECT * FROM " + table->name, reading.covered));
  }
  for (const std::string_view sql : kUncovered) RETURN_IF_ERROR(ReadLines(connection, sql, reading.uncovered));
  return reading;
}

Judge::Judge(const SealedLog& log, std::string path) : log_(log), path_(std::move(path)) {
  WriteFiles(log_.files(), path_);
  before_ = Must(ReadAll(Must(Connection::Open(path_, OpenMode::kReadOnly, 0))));
  std::ofstream(SealPath()) << log_.seal();
}

Judge::~Judge() {
  support::RemoveDatabase(path_);
  std::filesystem::remove(SealPath());
}

std::optional<bool> Judge::IsFound() {
  const Told told = RunOn(path_, {"verify", "--against", SealPath(), "--verifier", log_.key().verifier().text()});
  if (told.exit == 0 || told.exit == 6) return told.exit == 6;
  const bool is_nothing_of_ours = std::ranges::any_of(
      kNothingOfOurs, [&](std::string_view what) { return told.err.find(what) != std::string::npos; });
  if (told.exit == 1 && is_nothing_of_ours) return true;
  difference_ = fmt::format("exit code {}: {}", told.exit, told.err);
  return std::nullopt;
}

Verdict Judge::Of(const Files& files) {
  difference_.clear();
  WriteFiles(files, path_);
  const absl::StatusOr<Reading> now = [&]() -> absl::StatusOr<Reading> {
    ASSIGN_OR_RETURN(const Connection connection, Connection::Open(path_, OpenMode::kReadOnly, 0));
    return ReadAll(connection);
  }();
  const bool is_covered_as_before = now.ok() && now->covered == before_.covered;
  const bool is_as_before = is_covered_as_before && now->uncovered == before_.uncovered;
  // It may say what it likes of these, but must say it: for that a few of them are enough.
  if (is_as_before && ++unchanged_ % 16 != 0) return Verdict::kUnchanged;
  const std::optional<bool> is_found = IsFound();
  if (!is_found) return Verdict::kMissed;
  if (is_as_before) return Verdict::kUnchanged;
  if (*is_found) return Verdict::kFound;
  if (is_covered_as_before) return Verdict::kUncovered;
  if (!now.ok()) {
    difference_ = now.status().ToString();
  } else {
    const auto [was, is] =
        std::mismatch(before_.covered.begin(), before_.covered.end(), now->covered.begin(), now->covered.end());
    difference_ = is == now->covered.end() ? *was + " is gone" : *is;
  }
  return Verdict::kMissed;
}

Trial::Trial(std::string_view what) {
  const size_t size = std::min(what.size(), sizeof(current_trial) - 1);
  std::memcpy(current_trial, what.data(), size);
  current_trial[size] = '\0';
  for (const int signal_number : {SIGSEGV, SIGBUS, SIGABRT, SIGALRM}) std::signal(signal_number, SayTrial);
  alarm(60);
}

Trial::~Trial() {
  alarm(0);
}

}  // namespace annals::integrity
