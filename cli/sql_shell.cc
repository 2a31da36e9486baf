#include "cli/sql_shell.h"

#include <string>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/printable.h"
#include "cli/report.h"
#include "cli/sql_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr std::string_view kHelp =
    "SQL, to be ended with a semicolon; it may go over several lines. It only reads.\n"
    "payload_json(payload) of the view events is the JSON of an event.\n"
    "  .tables          the tables and views\n"
    "  .schema [TABLE]  the SQL that made them\n"
    "  .help            this\n"
    "  .quit            leave; Ctrl-D does too\n";
constexpr std::string_view kTables =
    "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name;";

// `text` as SQL has it.
std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
  return quoted + "'";
}

// Each as it was written, and no table round it.
class SchemaText final : public SqlVisitor {
 public:
  explicit SchemaText(std::ostream& out) : out_(out) {}
  absl::Status Begin(absl::Span<const std::string_view>) override { return absl::OkStatus(); }
  absl::Status Row(absl::Span<const SqlValue> row) override {
    if (const auto* const sql = std::get_if<std::string_view>(&row[0])) out_ << PrintableLines(*sql) << ";\n";
    return absl::OkStatus();
  }
  absl::Status End() override { return absl::OkStatus(); }

 private:
  std::ostream& out_;
};

// A line that begins with a dot. False: leave.
absl::StatusOr<bool> RunWord(Context& context, SqlReader& reader, std::string_view line) {
  while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
  const size_t space = line.find(' ');
  const std::string_view word = line.substr(0, space);
  const std::string_view argument =
      space == std::string_view::npos ? "" : line.substr(line.find_first_not_of(' ', space));
  if (word == ".quit" || word == ".exit") return false;
  if (word == ".help") {
    context.out() << kHelp;
    return true;
  }
  if (word == ".tables") {
    RETURN_IF_ERROR(PrintSql(context, reader, kTables));
    return true;
  }
  if (word == ".schema") {
    SchemaText text(context.out());
    const std::string which = argument.empty() ? "" : fmt::format(" AND tbl_name = {}", Quoted(argument));
    RETURN_IF_ERROR(reader.Run("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL" + which, text));
    return true;
  }
  return absl::InvalidArgumentError(fmt::format("there is no {}; .help shows what there is", word));
}

}  // namespace

absl::Status PrintSql(Context& context, SqlReader& reader, std::string_view sql) {
  if (context.json()) {
    SqlLines lines(context.out());
    return reader.Run(sql, lines);
  }
  SqlTables tables(context.out(), context.width(), context.colour());
  return reader.Run(sql, tables);
}

absl::StatusOr<int> RunSqlShell(Context& context, SqlReader& reader, std::istream& in, bool is_terminal) {
  std::string statement, line;
  const auto prompt = [&] {
    if (is_terminal) context.err() << (statement.empty() ? "annals> " : "   ...> ") << std::flush;
  };
  // At a terminal a fault ends nothing.
  const auto settle = [&](const absl::Status& status) {
    if (status.ok() || !is_terminal) return status;
    PrintError(status, context.json(), context.err());
    return absl::OkStatus();
  };
  for (prompt(); std::getline(in, line); prompt()) {
    if (statement.empty() && line.starts_with('.')) {
      const absl::StatusOr<bool> go_on = RunWord(context, reader, line);
      RETURN_IF_ERROR(settle(go_on.status()));
      if (go_on.ok() && !*go_on) return kExitDone;
      continue;
    }
    if (statement.empty() && line.find_first_not_of(" \t\r") == std::string::npos) continue;
    statement += line + "\n";
    if (!IsCompleteSql(statement)) continue;
    RETURN_IF_ERROR(settle(PrintSql(context, reader, statement)));
    context.out() << std::flush;
    statement.clear();
  }
  if (is_terminal) context.err() << '\n';
  // The last statement of a file may come without its semicolon.
  RETURN_IF_ERROR(settle(PrintSql(context, reader, statement)));
  return kExitDone;
}

}  // namespace annals
