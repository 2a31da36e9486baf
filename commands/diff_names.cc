#include "commands/diff_names.h"

#include <algorithm>
#include <array>

#include <absl/strings/match.h>
#include <fmt/format.h>

#include "schemas/message_text.h"
#include "schemas/utf8.h"

namespace annals {
namespace {

constexpr std::string_view kEscapes = "abtnvfr\"\\";
constexpr std::string_view kEscaped = "\a\b\t\n\v\f\r\"\\";

// The byte that three octal digits at the front of `text` are, or nullopt.
std::optional<char> OctalByte(std::string_view text) {
  if (text.size() < 3 || text[0] > '3') return std::nullopt;
  int byte = 0;
  for (const char digit : text.substr(0, 3)) {
    if (digit < '0' || digit > '7') return std::nullopt;
    byte = byte * 8 + (digit - '0');
  }
  return static_cast<char>(byte);
}

}  // namespace

std::optional<std::string> TakeQuotedName(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  std::string name;
  for (size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return name;
    }
    if (text[at] != '\\') {
      name += text[at];
      continue;
    }
    if (++at == text.size()) break;
    if (const size_t escape = kEscapes.find(text[at]); escape != std::string_view::npos) {
      name += kEscaped[escape];
      continue;
    }
    const std::optional<char> byte = OctalByte(text.substr(at));
    if (!byte) break;
    name += *byte;
    at += 2;
  }
  return std::nullopt;
}

std::optional<std::string> FileNameOf(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text.substr(0, text.find('\t')));
  std::optional<std::string> name = TakeQuotedName(text);
  if (!text.empty() && !text.starts_with('\t')) return std::nullopt;
  return name;
}

std::string NameFault(std::string_view name) {
  if (name.empty()) return "a file without a name";
  if (FirstInvalidUtf8(name) != std::string_view::npos || name.find('\0') != std::string_view::npos) {
    return fmt::format("the file name {} is not UTF-8 text", Quoted(name));
  }
  if (name.starts_with('/')) return fmt::format("{} is an absolute path; a patch stays in its tree", Quoted(name));
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") {
      return fmt::format("{} has the part {}; a patch names the files of its tree straight", Quoted(name),
                         Quoted(part));
    }
    if (absl::EqualsIgnoreCase({part.data(), part.size()}, ".git")) {
      return fmt::format("{} is inside {}, which no patch may touch", Quoted(name), part);
    }
    begin = end + 1;
  }
  return "";
}

}  // namespace annals
