#include "cli/normalised_line.h"

#include <algorithm>
#include <cstddef>

#include "cli/printable.h"

namespace annals {
namespace {

using std::string_view;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsHex(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}
bool IsNameCharacter(char c) {
  return IsLetter(c) || IsDigit(c);
}
bool IsPathCharacter(char c) {
  return IsNameCharacter(c) || string_view("./-+~@%$").find(c) != string_view::npos;
}

template <typename Predicate>
size_t CountWhile(string_view text, Predicate predicate) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), predicate) - text.begin());
}

// --- Each Match… returns how many bytes at the start of `text` are one, or 0.

// `pattern`: 'd' a digit, 'h' a hex digit, else itself.
size_t MatchShape(string_view text, string_view pattern) {
  if (text.size() < pattern.size()) return 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const bool fits = pattern[i] == 'd' ? IsDigit(text[i]) : pattern[i] == 'h' ? IsHex(text[i]) : text[i] == pattern[i];
    if (!fits) return 0;
  }
  return pattern.size();
}

size_t MatchWhole(string_view text, size_t length) {
  return length < text.size() && IsNameCharacter(text[length]) ? 0 : length;
}

size_t MatchUuid(string_view text) {
  return MatchWhole(text, MatchShape(text, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh"));
}

size_t MatchFraction(string_view text) {
  if (text.size() < 2 || (text[0] != '.' && text[0] != ',') || !IsDigit(text[1])) return 0;
  return 1 + CountWhile(text.substr(1), IsDigit);
}

size_t MatchClock(string_view text) {
  size_t length = MatchShape(text, "dd:dd:dd");
  if (length == 0) return 0;
  length += MatchFraction(text.substr(length));
  const string_view rest = text.substr(length);
  if (rest.starts_with('Z')) return length + 1;
  return length + std::max({MatchShape(rest, "+dd:dd"), MatchShape(rest, "-dd:dd"), MatchShape(rest, "+dddd"),
                            MatchShape(rest, "-dddd")});
}

size_t MatchDate(string_view text) {
  const size_t date = std::max(MatchShape(text, "dddd-dd-dd"), MatchShape(text, "dddd/dd/dd"));
  if (date == 0) return 0;
  const string_view rest = text.substr(date);
  if (rest.empty() || (rest[0] != 'T' && rest[0] != ' ' && rest[0] != '_')) return MatchWhole(text, date);
  const size_t clock = std::max(MatchClock(rest.substr(1)), MatchShape(rest.substr(1), "dd:dd"));
  return clock == 0 ? MatchWhole(text, date) : date + 1 + clock;
}

// The unit of a duration at the start of `text`. Those of one letter must touch the number: "3 m" may be metres.
size_t MatchUnit(string_view text) {
  const size_t space = text.starts_with(' ') ? 1 : 0;
  text.remove_prefix(space);
  for (const string_view unit : {"milliseconds", "seconds", "second", "minutes", "minute", "hours", "secs", "sec",
                                 "mins", "min", "ms", "us", "µs", "ns", "s", "m", "h"}) {
    const bool far = space == 1 && (unit == "m" || unit == "h");
    if (text.starts_with(unit) && !far && MatchWhole(text, unit.size()) != 0) return space + unit.size();
    // "1m3.5s": a unit may also be followed by the next number.
    if (text.starts_with(unit) && unit.size() == 1 && space == 0 && text.size() > 1 && IsDigit(text[1])) return 1;
  }
  return 0;
}

size_t MatchDuration(string_view text) {
  size_t length = 0;
  while (length < text.size() && IsDigit(text[length])) {
    size_t part = CountWhile(text.substr(length), IsDigit);
    part += MatchFraction(text.substr(length + part));
    const size_t unit = MatchUnit(text.substr(length + part));
    if (unit == 0) return MatchWhole(text, length);
    length += part + unit;
  }
  return MatchWhole(text, length);
}

size_t MatchAddress(string_view text) {
  if (!text.starts_with("0x") && !text.starts_with("0X")) return 0;
  const size_t digits = CountWhile(text.substr(2), IsHex);
  return digits == 0 ? 0 : MatchWhole(text, 2 + digits);
}

size_t MatchHash(string_view text) {
  const size_t length = CountWhile(text, IsHex);
  const string_view hash = text.substr(0, length);
  const bool mixed = std::any_of(hash.begin(), hash.end(), IsDigit) && !std::all_of(hash.begin(), hash.end(), IsDigit);
  return length >= 7 && mixed ? MatchWhole(text, length) : 0;
}

// Digits with dots inside: 3, 3.14, 1.2.3. A comma separates numbers: (12,5) is a line and a column.
size_t MatchNumber(string_view text) {
  size_t length = CountWhile(text, IsDigit);
  if (length == 0) return 0;
  while (text.substr(length).starts_with('.')) {
    const size_t fraction = MatchFraction(text.substr(length));
    if (fraction == 0) break;
    length += fraction;
  }
  const bool has_exponent =
      length + 1 < text.size() && text[length] == 'e' && (IsDigit(text[length + 1]) || text[length + 1] == '-');
  if (has_exponent) {
    const size_t digits = CountWhile(text.substr(length + 2), IsDigit);
    if (MatchWhole(text, length + 2 + digits) != 0) length += 2 + digits;
  }
  return length;
}

// --- Paths

size_t MatchUrl(string_view text) {
  const size_t scheme = text.find("://");
  if (scheme == string_view::npos || scheme == 0 || scheme > 8 || CountWhile(text, IsLetter) != scheme) return 0;
  return CountWhile(text, [](char c) { return string_view(" \"'<>()[]{}`,;").find(c) == string_view::npos; });
}

bool IsDrive(string_view text) {
  return text.size() > 3 && IsLetter(text[0]) && text[1] == ':' && (text[2] == '\\' || text[2] == '/');
}

size_t MatchWord(string_view text) {
  if (!IsDrive(text)) return CountWhile(text, IsPathCharacter);
  return 2 + CountWhile(text.substr(2), [](char c) { return IsPathCharacter(c) || c == '\\'; });
}

string_view BaseName(string_view path) {
  return path.substr(path.find_last_of("/\\") + 1);
}

bool HasExtension(string_view name) {
  const size_t dot = name.rfind('.');
  return dot != string_view::npos && dot > 0 && dot + 1 < name.size() && IsLetter(name[dot + 1]) && IsLetter(name[0]);
}

bool IsPath(string_view word) {
  const auto slashes = std::count(word.begin(), word.end(), '/');
  if (IsDrive(word)) return true;
  if (slashes == 0) return HasExtension(word);
  if (!std::any_of(word.begin(), word.end(), IsLetter)) return false;  // 3/7, and a lone /
  const bool rooted = word[0] == '/' || word.starts_with("./") || word.starts_with("../") || word.starts_with("~/");
  return rooted || slashes >= 2 || HasExtension(BaseName(word));
}

std::string NormalisedBaseName(string_view name) {
  std::string out;
  while (!name.empty()) {
    const bool at_start = out.empty() || !IsNameCharacter(out.back());
    const size_t uuid = at_start ? MatchUuid(name) : 0;
    const size_t hash = at_start ? MatchHash(name) : 0;
    const size_t digits = CountWhile(name, IsDigit);
    const size_t taken = std::max({uuid, hash, digits, size_t{1}});
    if (uuid > 0) {
      out += "<uuid>";
    } else if (hash > 0) {
      out += "<hex>";
    } else if (digits >= 5) {
      out += "<n>";
    } else {
      out += name.substr(0, taken);
    }
    name.remove_prefix(taken);
  }
  return out;
}

std::string NormalisedPath(string_view path) {
  const string_view name = BaseName(path);
  if (name.empty()) return "<path>";
  const string_view folder = path.substr(0, path.size() - name.size());
  if (folder != "/tmp/" && folder != "/var/tmp/") return NormalisedBaseName(name);
  return "<path>" + std::string(HasExtension(name) ? name.substr(name.rfind('.')) : "");
}

// --- The scan

// Names, numbers and punctuation of text that is no path, from one place to the next.
class Scanner {
 public:
  explicit Scanner(string_view line) : line_(line), rest_(line) {}

  std::string Run() {
    while (!rest_.empty()) Step();
    return std::move(out_);
  }

 private:
  void Replace(size_t bytes, string_view with) {
    out_ += with;
    rest_.remove_prefix(bytes);
  }
  void Keep(size_t bytes) { Replace(bytes, rest_.substr(0, bytes)); }

  void Step() {
    if (const size_t url = MatchUrl(rest_)) return KeepUrl(url);
    string_view path = rest_.substr(0, MatchWord(rest_));
    while (path.ends_with('.') && path.size() > 1) path.remove_suffix(1);  // the dot that ends a sentence
    if (!path.empty() && IsPath(path) && !AfterName()) return Replace(path.size(), NormalisedPath(path));
    if (ReplaceValue()) return;
    const size_t name = IsLetter(rest_[0]) ? CountWhile(rest_, IsNameCharacter) : 0;
    if (name > 0) return Keep(name);
    Keep(1);
  }

  bool ReplaceValue() {
    if (const size_t uuid = MatchUuid(rest_)) return Replace(uuid, "<uuid>"), true;
    if (const size_t date = MatchDate(rest_)) return Replace(date, "<time>"), true;
    if (const size_t clock = MatchClock(rest_)) return Replace(clock, "<time>"), true;
    if (const size_t duration = MatchDuration(rest_)) return Replace(duration, "<time>"), true;
    if (const size_t address = MatchAddress(rest_)) return Replace(address, "<addr>"), true;
    if (const size_t hash = MatchHash(rest_)) return Replace(hash, "<hex>"), true;
    const bool is_signed = rest_.size() > 1 && (rest_[0] == '-' || rest_[0] == '+') && IsDigit(rest_[1]) && AfterGap();
    const size_t sign = is_signed ? 1 : 0;
    if (const size_t number = MatchNumber(rest_.substr(sign))) return Replace(sign + number, "<n>"), true;
    return false;
  }

  bool AfterGap() const { return out_.empty() || string_view(" (=[,:").find(out_.back()) != string_view::npos; }

  // In "I/O" and "0.5s/op" the slash does not begin a path.
  bool AfterName() const { return rest_.size() < line_.size() && IsNameCharacter(*(rest_.data() - 1)); }

  void KeepUrl(size_t length) {
    const string_view url = rest_.substr(0, length);
    const size_t kept = std::min(url.find_first_of("?#"), length);
    rest_.remove_prefix(length);
    string_view text = url.substr(0, kept);
    while (!text.empty()) {
      const size_t name = IsLetter(text[0]) ? CountWhile(text, IsNameCharacter) : 0;
      const size_t number = MatchNumber(text);
      const size_t taken = std::max({name, number, size_t{1}});
      out_ += number > 0 ? string_view("<n>") : text.substr(0, taken);
      text.remove_prefix(taken);
    }
  }

  const string_view line_;
  string_view rest_;
  std::string out_;
};

// ‘ and ’ as ': which of them a tool prints depends on the locale.
std::string WithPlainQuotes(string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t quote = text.starts_with("‘") || text.starts_with("’") ? string_view("‘").size() : 0;
    out += quote > 0 ? '\'' : text[0];
    text.remove_prefix(std::max<size_t>(quote, 1));
  }
  return out;
}

// One space for white space, three of a kind for rulers ("........", "====="), nothing at the ends.
std::string Squeezed(string_view text) {
  std::string out;
  for (const char raw : text) {
    const char c = static_cast<unsigned char>(raw) <= 0x20 || raw == 0x7F ? ' ' : raw;
    const bool repeats_space = c == ' ' && (out.empty() || out.back() == ' ');
    const bool repeats_ruler =
        string_view(".-=*_~#^").find(c) != string_view::npos && out.size() >= 3 && out.ends_with(std::string(3, c));
    if (!repeats_space && !repeats_ruler) out += c;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace

std::string NormalisedLine(string_view line) {
  return Squeezed(Scanner(Squeezed(WithPlainQuotes(StripAnsi(line)))).Run());
}

}  // namespace annals
