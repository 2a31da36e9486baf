#include "eventstore/sqlite/schema_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/strings/match.h>
#include <fmt/format.h>

#include "eventstore/sqlite/schema_object.h"
#include "eventstore/sqlite/sqlite_schema.h"
#include "eventstore/sqlite/table_sql.h"
#include "eventstore/storage.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

using Visit = absl::FunctionRef<void(std::string)>;

constexpr std::string_view kPutBack = "; annals migrate puts it back";
constexpr std::string_view kMigrate = "; annals migrate makes it anew";
constexpr std::string_view kRebuild = "; annals rebuild makes it anew";
constexpr std::string_view kDrop = "; drop it";

// What a constraint makes has no SQL of its own.
bool IsOfAConstraint(const SchemaObject& object) {
  return object.type == "index" && object.sql.empty() &&
         object.name.starts_with(fmt::format("sqlite_autoindex_{}_", object.table));
}

class SchemaCheck {
 public:
  SchemaCheck(absl::Span<const TableDef* const> tables, Visit visit) : visit_(visit) {
    for (const TableDef* const table : BesideTables()) defs_.emplace(table->name, table);
    for (const TableDef* const table : tables) {
      defs_.emplace(table->name, table);
      projected_.insert(table->name);
      shadows_.insert(ShadowNameOf(*table));
    }
  }

  absl::Status Run(const Connection& connection, std::vector<SchemaObject> made) {
    for (SchemaObject& object : made) {
      if (IsOfAConstraint(object)) continue;
      ours_.insert(object.table);
      Key key = KeyOf(object);
      expected_.emplace(std::move(key), std::move(object));
    }
    ASSIGN_OR_RETURN(const std::vector<SchemaObject> there, ReadSchema(connection));
    for (const SchemaObject& object : there) Meet(object);
    for (const auto& [key, object] : expected_) {
      if (!met_.contains(key) && IsWanted(object)) TellMissing(object);
    }
    for (const std::string& table : tables_) CheckThatRowsGoIn(connection, *defs_.at(table));
    return absl::OkStatus();
  }

 private:
  // A trigger may have the name of a table.
  using Key = std::pair<bool, std::string>;
  static Key KeyOf(const SchemaObject& object) { return {object.type == "trigger", object.name}; }
  bool IsProjected(const SchemaObject& object) const { return projected_.contains(object.table); }
  // `annals migrate` can add columns and indexes to its table.
  bool HasRepairs(const SchemaObject& object) const {
    return IsProjected(object) || object.table == LeasesTable().name;
  }

  // A table that is made on demand may be absent, with its indexes.
  bool IsWanted(const SchemaObject& object) const {
    return !IsProjected(object) || !defs_.at(object.table)->on_demand || met_.contains(Key(false, object.table));
  }
  void TellMissing(const SchemaObject& object) {
    const bool is_mended = object.type == "trigger" || object.type == "view" || HasRepairs(object);
    visit_(fmt::format("the {} {} is gone{}", object.type, object.name, is_mended ? kPutBack : ""));
  }

  void Meet(const SchemaObject& object) {
    const std::string what = fmt::format("the {} {}", object.type, Quoted(object.name));
    if (!object.is_text) visit_(fmt::format("sqlite_schema names {} by what is no text", what));
    if (object.sql.find('\0') != std::string::npos) visit_(fmt::format("the SQL of {} goes on behind its end", what));
    if (IsOfAConstraint(object)) return CheckLetters(object, object.table);
    if (object.sql.empty()) return visit_(fmt::format("{} on {} has no SQL", what, Quoted(object.table)));
    if (shadows_.contains(object.table)) return;  // a rebuild is at work, or was broken off
    auto found = expected_.find(KeyOf(object));
    // A rebuilt table's indexes take turns with two names.
    if (found == expected_.end() && object.name.ends_with("_2")) {
      found = expected_.find({false, object.name.substr(0, object.name.size() - 2)});
    }
    if (found == expected_.end() || found->second.table != object.table) return MeetAddition(object);
    met_.insert(found->first);
    Compare(object, found->second);
  }

  void CheckLetters(const SchemaObject& object, const std::string& table) {
    if (object.is_in_small_letters || !ours_.contains(table)) return;
    visit_(fmt::format("the {} {} has other letters in its name than annals gives it", object.type, object.name));
  }

  void MeetAddition(const SchemaObject& object) {
    if (!ours_.contains(object.table)) return;
    const std::string what = fmt::format("the {} {} on {}", object.type, Quoted(object.name), object.table);
    if (!IsProjected(object)) return visit_(fmt::format("{} was not made by annals{}", what, kDrop));
    if (object.type == "index" && absl::EqualsIgnoreCase(object.tokens[1], "UNIQUE")) {
      visit_(fmt::format("{} keeps rows out{}", what, kDrop));
    }
  }

  void Compare(const SchemaObject& object, const SchemaObject& made) {
    const std::string_view advice = IsProjected(made) ? kRebuild : made.type == "table" ? "" : kMigrate;
    if (object.type != made.type) {
      return visit_(fmt::format("the {} {} is a {}", made.type, made.name, object.type));
    }
    CheckLetters(object, made.table);
    if (object.type == "table") {
      if (IsProjected(made)) tables_.insert(made.name);
      const auto def = defs_.find(object.table);
      CompareTableSql(
          object.tokens,
          {.made = made.tokens, .def = def == defs_.end() ? nullptr : def->second, .may_have_more = IsProjected(made)},
          [&](const std::string& difference, bool is_lost_column) {
            visit_(fmt::format("the table {} {}{}", made.name, difference,
                               is_lost_column && HasRepairs(made) ? kPutBack : advice));
          });
      return;
    }
    Tokens tokens = made.tokens;
    std::ranges::replace(tokens, made.name, object.name);
    if (object.tokens == tokens) return;
    visit_(fmt::format("the {} {} has {}{}", made.type, object.name, DifferenceOf(object.tokens, tokens), advice));
  }

  // An index by a collation that nobody knows, a trigger that speaks of a table that is gone: SQLite writes no row
  // then.
  void CheckThatRowsGoIn(const Connection& connection, const TableDef& table) {
    const std::string& key = table.columns[0].name;
    for (const std::string& sql : {fmt::format("INSERT INTO {} DEFAULT VALUES", table.name),
                                   fmt::format("UPDATE {} SET {} = {}", table.name, key, key)}) {
      if (!absl::IsInternal(connection.Prepare(sql).status())) continue;
      return visit_(fmt::format("no row can be written to {}: {}", table.name, sqlite3_errmsg(connection.handle())));
    }
  }

  Visit visit_;
  std::map<std::string, const TableDef*> defs_;  // by name
  std::set<std::string> projected_;
  std::set<std::string> shadows_;
  std::set<std::string> ours_;  // tables and views
  std::map<Key, SchemaObject> expected_;
  std::set<Key> met_;
  std::set<std::string> tables_;  // the projected ones that are there
};

}  // namespace

absl::Status CheckSchema(const Connection& connection, absl::Span<const TableDef* const> tables, Visit visit) {
  ASSIGN_OR_RETURN(std::vector<SchemaObject> made, SchemaAsMade(tables));
  return SchemaCheck(tables, visit).Run(connection, std::move(made));
}

}  // namespace annals
