#include "eventstore/sqlite/table_sql.h"

#include <algorithm>

#include <absl/strings/ascii.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eventstore/sqlite/sql_tokens.h"
#include "eventstore/sqlite/sqlite_schema.h"
#include "schemas/message_text.h"

namespace annals {
namespace {

struct TableParts {
  Tokens frame;               // what stands before and behind the columns
  std::vector<Tokens> items;  // columns and constraints
};

TableParts PartsOf(const Tokens& tokens) {
  TableParts parts;
  int depth = 0;
  for (const std::string& token : tokens) {
    if (token == ")") --depth;
    const bool opens = depth == 0 && token == "(" && parts.items.empty();
    if (opens || (depth == 1 && token == "," && !parts.items.empty())) {
      parts.items.emplace_back();
    } else {
      (depth <= 0 || parts.items.empty() ? parts.frame : parts.items.back()).push_back(token);
    }
    if (token == "(") ++depth;
  }
  return parts;
}

// The words of a column or constraint that stand in no parentheses. All of these are kept words: as a name one of them
// would stand in quotes.
class Words {
 public:
  explicit Words(const Tokens& item) {
    int depth = 0;
    for (const std::string& token : item) {
      depth -= token == ")";
      if (depth == 0) words_.push_back(absl::AsciiStrToUpper(token));
      depth += token == "(";
    }
  }
  bool Has(std::string_view first, std::string_view second = {}) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      if (words_[i] == first && (second.empty() || (i + 1 < words_.size() && words_[i + 1] == second))) return true;
    }
    return false;
  }

 private:
  Tokens words_;
};

// Annals writes its own columns only.
bool KeepsRowsOut(const Tokens& item) {
  const Words words(item);
  const bool has_default = words.Has("DEFAULT") && !words.Has("DEFAULT", "NULL");
  return words.Has("CHECK") || words.Has("UNIQUE") || words.Has("PRIMARY") || words.Has("FOREIGN") ||
         (words.Has("NOT", "NULL") && !has_default);
}

std::string QuotedSql(const Tokens& tokens) {
  return Quoted(fmt::format("{}", fmt::join(tokens, " ")));
}

bool IsFirst(const Tokens& item, const std::string& name) {
  return !item.empty() && item[0] == name;
}

}  // namespace

std::string DifferenceOf(const Tokens& is, const Tokens& made) {
  const auto [first_is, first_made] = std::mismatch(is.begin(), is.end(), made.begin(), made.end());
  // With the word before it, by which it is found.
  const auto back = first_is == is.begin() ? 0 : 1;
  return fmt::format("{} where annals has {}", QuotedSql({first_is - back, is.end()}),
                     QuotedSql({first_made - back, made.end()}));
}

void CompareTableSql(const Tokens& is, const TableExpectation& expected,
                     absl::FunctionRef<void(std::string, bool)> visit) {
  TableParts there = PartsOf(is);
  const TableParts made = PartsOf(expected.made);
  if (there.frame != made.frame) visit("has " + DifferenceOf(there.frame, made.frame), false);
  for (size_t i = 0; i < made.items.size(); ++i) {
    auto found = std::ranges::find(there.items, made.items[i]);
    const bool is_column = expected.def != nullptr && i < expected.def->columns.size();
    if (found == there.items.end() && is_column) {
      found = std::ranges::find(there.items, SqlTokens(AddedColumnSql(expected.def->columns[i])));
    }
    if (found == there.items.end()) {
      found = std::ranges::find_if(there.items, [&](const Tokens& item) { return IsFirst(item, made.items[i][0]); });
      if (found == there.items.end()) {
        visit("lacks " + QuotedSql(made.items[i]), is_column);
        continue;
      }
      visit("has " + DifferenceOf(*found, made.items[i]), false);
    }
    there.items.erase(found);
  }
  for (const Tokens& item : there.items) {
    if (!expected.may_have_more) {
      visit(fmt::format("has {}, which annals does not make", QuotedSql(item)), false);
    } else if (KeepsRowsOut(item)) {
      visit(fmt::format("has {}, which keeps rows out", QuotedSql(item)), false);
    }
  }
}

}  // namespace annals
