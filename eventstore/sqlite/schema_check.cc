#include "eventstore/sqlite/schema_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include "eventstore/sqlite/sqlite_schema.h"
#include "eventstore/storage.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

using Visit = absl::FunctionRef<void(std::string)>;

// A row of sqlite_schema.
struct Object {
  std::string type;
  std::string name;
  std::string table;  // that it is on
  std::string sql;    // as PlainSql() makes it
};

// SQL that means the same is the same: one space where there was any, and no quotes round names, which SQLite writes
// when a table is renamed. What stands in a text of it stays as it is.
std::string PlainSql(std::string_view sql) {
  std::string plain;
  bool in_text = false;
  for (const char c : sql) {
    if (c == '\'') in_text = !in_text;
    if (c == '"' && !in_text) continue;
    if (in_text || (c != ' ' && c != '\n')) {
      plain += c;
    } else if (!plain.empty() && plain.back() != ' ') {
      plain += ' ';
    }
  }
  while (plain.ends_with(' ')) plain.pop_back();
  return plain;
}

std::string_view TakeWord(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(" ("));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

// What our own "CREATE …" makes.
Object ObjectOf(std::string_view statement) {
  Object object{.type = {}, .name = {}, .table = {}, .sql = PlainSql(statement)};
  std::string_view rest = object.sql;
  TakeWord(rest);  // CREATE
  std::string_view type = TakeWord(rest);
  if (type == "UNIQUE") type = TakeWord(rest);
  object.name = TakeWord(rest);
  object.table = object.name;
  if (type == "INDEX" || type == "TRIGGER") {
    while (TakeWord(rest) != "ON") {
    }
    object.table = TakeWord(rest);
  }
  object.type = absl::AsciiStrToLower({type.data(), type.size()});
  return object;
}

// Our own SQL ends each statement at the end of a line, and no line within one so.
std::vector<Object> ObjectsOf(std::string_view sql) {
  std::vector<Object> objects;
  while (!PlainSql(sql).empty()) {
    const size_t end = sql.find(";\n");
    objects.push_back(ObjectOf(sql.substr(0, end)));
    sql.remove_prefix(end + 2);
  }
  return objects;
}

// A "CREATE TABLE": what stands before the columns, these and the constraints, and what stands behind.
struct TableParts {
  std::string head;
  std::vector<std::string> items;
  std::string tail;
};
TableParts PartsOf(const std::string& sql) {
  TableParts parts;
  const size_t open = sql.find('(');
  parts.head = sql.substr(0, open);
  int depth = 0;
  bool quoted = false;
  std::string item;
  const auto end_item = [&] {
    parts.items.push_back(PlainSql(item));
    item.clear();
  };
  for (size_t i = open; i < sql.size(); ++i) {
    const char c = sql[i];
    if (c == '\'') quoted = !quoted;
    const int step = quoted ? 0 : (c == '(') - (c == ')');
    depth += step;
    if (depth == 0) {
      end_item();
      parts.tail = sql.substr(i);
      break;
    }
    if (depth == 1 && step == 1) continue;  // the first parenthesis
    if (depth == 1 && c == ',' && !quoted) {
      end_item();
    } else {
      item += c;
    }
  }
  return parts;
}

class SchemaCheck {
 public:
  SchemaCheck(absl::Span<const TableDef* const> tables, Visit visit) : visit_(visit) {
    for (Object& object : ObjectsOf(LogSchemaSql())) Expect(std::move(object), nullptr);
    for (const TableDef* const table : BesideTables()) ExpectTable(*table, nullptr);
    for (const TableDef* const table : tables) ExpectTable(*table, table);
  }

  absl::Status Run(const Connection& connection) {
    ASSIGN_OR_RETURN(Statement rows, connection.Prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema"));
    while (true) {
      ASSIGN_OR_RETURN(const bool row, rows.Step());
      if (!row) break;
      // A blob of the same bytes is another name to who looks for one.
      for (int i = 0; i < rows.columns(); ++i) {
        if (rows.TypeOf(i) == SQLITE_TEXT || rows.IsNull(i)) continue;
        visit_(fmt::format("sqlite_schema names {} by what is no text", Quoted(rows.Text(1))));
      }
      // What a constraint makes has no SQL of its own.
      if (rows.IsNull(3) && rows.Text(0) == "index" &&
          rows.Text(1).starts_with(fmt::format("sqlite_autoindex_{}_", rows.Text(2)))) {
        continue;
      }
      Meet({.type = std::string(rows.Text(0)),
            .name = std::string(rows.Text(1)),
            .table = std::string(rows.Text(2)),
            .sql = PlainSql(rows.Text(3))});
    }
    for (const auto& [name, expected] : expected_) {
      const bool is_wanted =
          expected.projected == nullptr || !expected.projected->on_demand || met_.contains(expected.projected->name);
      if (is_wanted && !met_.contains(name)) visit_(fmt::format("the {} {} is gone", expected.object.type, name));
    }
    return absl::OkStatus();
  }

 private:
  struct Expected {
    Object object;
    const TableDef* projected;  // whose it is; null: the log's, or beside it
  };

  void Expect(Object object, const TableDef* projected) {
    if (projected == nullptr) {
      guarded_.insert(object.table);
    } else {
      shadows_.insert(ShadowNameOf(*projected));
    }
    const std::string name = object.name;
    expected_.emplace(name, Expected{std::move(object), projected});
  }
  void ExpectTable(const TableDef& table, const TableDef* projected) {
    for (Object& object : ObjectsOf(CreateTableSql(table, table.name, ""))) Expect(std::move(object), projected);
  }

  // A rebuilt table's indexes take turns with two names.
  static std::string FirstNameOf(const Object& object) {
    return object.type == "index" && object.name.ends_with("_2") ? object.name.substr(0, object.name.size() - 2)
                                                                 : object.name;
  }

  void Meet(const Object& object) {
    if (object.sql.empty()) {
      visit_(fmt::format("the {} {} on {} has no SQL", Quoted(object.type), Quoted(object.name), Quoted(object.table)));
      return;
    }
    if (shadows_.contains(object.table)) return;  // a rebuild is at work, or was broken off
    auto found = expected_.find(object.name);
    if (found == expected_.end()) found = expected_.find(FirstNameOf(object));
    const bool is_ours = found != expected_.end() && found->second.object.table == object.table;
    if (!is_ours) {
      if (guarded_.contains(object.table)) {
        visit_(fmt::format("the {} {} on {} was not made by annals", Quoted(object.type), Quoted(object.name),
                           object.table));
      }
      return;
    }
    met_.insert(found->first);
    if (!IsAsMade(object, found->second)) {
      visit_(fmt::format("the {} {} is not as annals makes it: {}", found->second.object.type, found->first,
                         Quoted(object.sql)));
    }
  }

  static bool IsAsMade(const Object& object, const Expected& expected) {
    if (object.type != expected.object.type) return false;
    if (object.type == "table") return IsTableAsMade(object.sql, expected);
    std::string sql = expected.object.sql;
    if (object.name != expected.object.name) {
      sql.replace(sql.find(expected.object.name), expected.object.name.size(), object.name);
    }
    return object.sql == sql;
  }

  static bool IsTableAsMade(const std::string& sql, const Expected& expected) {
    TableParts is = PartsOf(sql);
    const TableParts made = PartsOf(expected.object.sql);
    if (is.head != made.head || is.tail != made.tail) return false;
    for (size_t i = 0; i < made.items.size(); ++i) {
      auto found = std::ranges::find(is.items, made.items[i]);
      // A column that was added to rows that were there already.
      if (found == is.items.end() && expected.projected != nullptr && i < expected.projected->columns.size()) {
        found = std::ranges::find(is.items, AddedColumnSql(expected.projected->columns[i]));
      }
      if (found == is.items.end()) return false;
      is.items.erase(found);
    }
    if (expected.projected == nullptr) return is.items.empty();
    // What is left are columns of others, or what would keep rows of ours out.
    constexpr std::string_view kConstraints[] = {"primary", "foreign", "check", "unique", "constraint"};
    return std::ranges::none_of(is.items, [&](std::string_view item) {
      const std::string_view word = TakeWord(item);
      return std::ranges::find(kConstraints, absl::AsciiStrToLower({word.data(), word.size()})) !=
             std::end(kConstraints);
    });
  }

  Visit visit_;
  std::map<std::string, Expected> expected_;
  std::set<std::string> guarded_;  // tables and views that nobody adds to
  std::set<std::string> shadows_;
  std::set<std::string> met_;
};

}  // namespace

absl::Status CheckSchema(const Connection& connection, absl::Span<const TableDef* const> tables, Visit visit) {
  return SchemaCheck(tables, visit).Run(connection);
}

}  // namespace annals
