#include "commands/git_patch.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "commands/diff_hunks.h"
#include "commands/diff_names.h"
#include "commands/git_binary.h"
#include "commands/git_headers.h"
#include "schemas/message_text.h"

namespace annals {
namespace {

constexpr std::string_view kFileStart = "diff --git ";

// What git calls a commit by, long or short.
bool IsCommit(std::string_view text) {
  return text.size() >= 4 && text.size() <= 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The two names of a "diff --git" line as they stand there, with their prefixes.
struct HeaderNames {
  std::string old_name, new_name;
};

// Two names without quotes may hold spaces: `old_size` says where the first one ends.
std::optional<HeaderNames> SplitNames(std::string_view names, size_t old_size) {
  HeaderNames split;
  if (names.starts_with('"')) {
    std::optional<std::string> name = TakeQuotedName(names);
    if (!name || !names.starts_with(' ')) return std::nullopt;
    split.old_name = *std::move(name);
    old_size = 0;
  } else if (names.ends_with('"')) {
    old_size = names.find(" \"");
  }
  if (old_size >= names.size() || names[old_size] != ' ') return std::nullopt;
  if (split.old_name.empty()) split.old_name = names.substr(0, old_size);
  const std::optional<std::string> name = FileNameOf(names.substr(old_size + 1));
  if (!name) return std::nullopt;
  split.new_name = *name;
  return split;
}

// "x" of "a/x"; nullopt where there is none of git's prefixes (diff.mnemonicPrefix has the others).
std::optional<std::string_view> WithoutPrefix(std::string_view name) {
  constexpr std::string_view kPrefixes = "abciow12";
  if (name.size() < 2 || name[1] != '/' || kPrefixes.find(name[0]) == std::string_view::npos) return std::nullopt;
  return name.substr(2);
}

// One file of a patch, from its "diff --git" line on.
class GitFileReader {
 public:
  GitFileReader(DiffText& text, DiffSummary& summary) : text_(text), summary_(summary) {}

  bool Read() {
    start_ = text_.number();
    const std::string_view names = text_.line().substr(kFileStart.size());
    text_.Advance();
    return headers_.Read(text_, start_) && ResolveNames(names) && ReadChange();
  }

 private:
  bool FailAtStart(std::string what) { return text_.FailAt(start_, std::move(what)); }

  bool ResolveNames(std::string_view names) {
    const bool is_moved = headers_.IsMoved();
    const std::string from = is_moved ? *FileNameOf(headers_.From()) : "";
    const std::string to = is_moved ? *FileNameOf(headers_.To()) : "";
    // Where neither name is quoted, both have a prefix of two characters or none.
    const bool has_prefixes = names.size() != from.size() + 1 + to.size();
    const size_t old_size = is_moved ? from.size() + (has_prefixes ? 2 : 0) : names.size() / 2;
    std::optional<HeaderNames> split = SplitNames(names, old_size);
    if (!split)
      return FailAtStart(fmt::format("{} is not one name twice, and no rename or copy has these two", Quoted(names)));
    names_ = *std::move(split);
    for (const std::string& name : {names_.old_name, names_.new_name}) {
      if (const std::string fault = NameFault(name); !fault.empty()) return FailAtStart(fault);
    }
    const auto old_path = WithoutPrefix(names_.old_name);
    const auto new_path = WithoutPrefix(names_.new_name);
    const bool fits = is_moved
                          ? (names_.old_name == from && names_.new_name == to) || (old_path == from && new_path == to)
                          : names_.old_name == names_.new_name || (old_path && old_path == new_path);
    if (!fits) {
      return FailAtStart(is_moved ? "the names of the file are not those that it is copied or renamed from and to"
                                  : "two files in one: no rename or copy connects their names");
    }
    const bool is_bare = is_moved ? names_.new_name == to : names_.old_name == names_.new_name;
    summary_.files.emplace_back(is_bare ? names_.new_name : *new_path);
    return true;
  }

  bool ReadChange() {
    if (text_.StartsWith("--- ")) {
      const MissingSide missing = headers_.Has(GitHeader::kNewFile)       ? MissingSide::kOld
                                  : headers_.Has(GitHeader::kDeletedFile) ? MissingSide::kNew
                                                                          : MissingSide::kNone;
      return CheckName("--- ", headers_.Has(GitHeader::kNewFile) ? kNoFile : names_.old_name) &&
             CheckName("+++ ", headers_.Has(GitHeader::kDeletedFile) ? kNoFile : names_.new_name) &&
             ReadHunks(text_, missing, summary_);
    }
    if (text_.line() == kGitBinaryPatch) return ReadGitBinary(text_);
    if (text_.StartsWith("Binary files ") && text_.line().ends_with(" differ")) {
      text_.Advance();
      return true;
    }
    if (headers_.AreAChange()) return true;
    return FailAtStart("nothing changes in the file");
  }

  // The line must be `start` and the name that the lines before it have led to.
  bool CheckName(std::string_view start, std::string_view expected) {
    if (!text_.StartsWith(start)) return text_.Fail("a --- line without a +++ line behind it");
    if (FileNameOf(text_.line().substr(start.size())) != expected) {
      return text_.Fail(fmt::format("it does not name {}, as the lines above it do", Quoted(expected)));
    }
    text_.Advance();
    return true;
  }

  DiffText& text_;
  DiffSummary& summary_;
  uint64_t start_ = 0;
  GitHeaders headers_;
  HeaderNames names_;
};

// Text that is no diff: a mail, which has its headers in the first line or is one of a series, or what git log says.
bool BeginsText(const DiffText& text) {
  const std::string_view line = text.line();
  for (const std::string_view start : {"From ", "commit "}) {
    if (line.starts_with(start) && IsCommit(line.substr(start.size(), line.find(' ', start.size()) - start.size())))
      return true;
  }
  if (text.number() > 1) return false;
  const size_t colon = line.find(": ");
  return colon != std::string_view::npos && colon > 0 &&
         line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") == colon;
}

// A signature begins like this; mail programs cut the space.
bool BeginsSignature(const DiffText& text) {
  return text.line() == "-- " || text.line() == "--";
}

class GitPatchReader {
 public:
  GitPatchReader(DiffText& text, DiffSummary& summary) : text_(text), summary_(summary) {}

  bool Read() {
    bool in_text = false;
    while (!text_.AtEnd()) {
      if (text_.StartsWith(kFileStart)) {
        in_text = false;
        if (!GitFileReader(text_, summary_).Read()) return false;
        continue;
      }
      in_text = in_text || BeginsText(text_) || (!summary_.files.empty() && BeginsSignature(text_));
      if (in_text) {
        if (!ReadText()) return false;
      } else {
        if (!text_.line().empty()) return text_.FailAsStray();
        text_.Advance();
      }
    }
    return true;
  }

 private:
  // A line of free text. It must not begin what tools would apply all the same.
  bool ReadText() {
    if (text_.StartsWith("diff --cc ") || text_.StartsWith("diff --combined ")) return text_.FailAsStray();
    constexpr std::string_view kHidden = "a change in free text; a file begins with \"diff --git\"";
    if (IsCertainlyGitHeader(text_) || text_.StartsWith("@@ -")) return text_.Fail(std::string(kHidden));
    const bool may_be_file = text_.StartsWith("--- ");
    text_.Advance();
    return !may_be_file || !text_.StartsWith("+++ ") || text_.Fail(std::string(kHidden));
  }

  DiffText& text_;
  DiffSummary& summary_;
};

}  // namespace

bool ReadGitPatch(DiffText& text, DiffSummary& summary) {
  return GitPatchReader(text, summary).Read();
}

}  // namespace annals
