#include "eventstore/sqlite/sql_tokens.h"

#include <algorithm>

#include <absl/strings/ascii.h>

namespace annals {
namespace {

bool IsNameByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return absl::ascii_isalnum(byte) || c == '_' || c == '$' || byte >= 0x80;
}

// Up to and with `end`, or all where that does not come.
size_t LengthThrough(std::string_view sql, std::string_view end, size_t from) {
  const size_t found = sql.find(end, from);
  return found == std::string_view::npos ? sql.size() : found + end.size();
}

// The quote stands twice where it is meant itself.
size_t LengthOfQuoted(std::string_view sql, char quote) {
  size_t length = 1;
  while (true) {
    length = LengthThrough(sql, {&quote, 1}, length);
    if (length >= sql.size() || sql[length] != quote) return length;
    ++length;
  }
}

size_t LengthOfGap(std::string_view sql) {
  if (sql.starts_with("--")) return LengthThrough(sql, "\n", 2);
  if (sql.starts_with("/*")) return LengthThrough(sql, "*/", 2);
  return std::string_view(" \t\n\f\r").find(sql[0]) == std::string_view::npos ? 0 : 1;
}

size_t LengthOfToken(std::string_view sql) {
  const char first = sql[0];
  if (first == '[') return LengthThrough(sql, "]", 1);
  if (first == '\'' || first == '"' || first == '`') return LengthOfQuoted(sql, first);
  const auto end = std::ranges::find_if_not(sql, IsNameByte);
  return std::max<size_t>(1, static_cast<size_t>(end - sql.begin()));
}

}  // namespace

std::vector<std::string> SqlTokens(std::string_view sql) {
  std::vector<std::string> tokens;
  while (!sql.empty()) {
    size_t length = LengthOfGap(sql);
    if (length == 0) {
      length = LengthOfToken(sql);
      tokens.emplace_back(sql.substr(0, length));
    }
    sql.remove_prefix(length);
  }
  return tokens;
}

}  // namespace annals
