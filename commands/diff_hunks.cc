#include "commands/diff_hunks.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace annals {
namespace {

// Lines of one side, as an @@ line has them: from `begin`, which counts from 1, to before `end`.
struct Range {
  uint64_t begin = 1;
  uint64_t end = 1;
};

bool Take(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

// 32 bits, so that sums never overflow.
std::optional<uint32_t> TakeNumber(std::string_view& text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

// "3,2": lines 3 and 4; "3": line 3; "3,0": no lines, behind line 3.
std::optional<Range> TakeRange(std::string_view& text) {
  const std::optional<uint32_t> start = TakeNumber(text);
  const std::optional<uint32_t> count = Take(text, ",") ? TakeNumber(text) : 1;
  if (!start || !count) return std::nullopt;
  if (*count == 0) return Range{uint64_t{*start} + 1, uint64_t{*start} + 1};
  if (*start == 0) return std::nullopt;  // lines count from 1
  return Range{*start, uint64_t{*start} + *count};
}

class HunkReader {
 public:
  HunkReader(DiffText& text, MissingSide missing, DiffSummary& summary)
      : text_(text), missing_(missing), summary_(summary) {}

  // The hunk that the text stands at.
  bool Read() {
    if (!ReadHeader()) return false;
    bool changes = false;
    while (true) {
      if (text_.StartsWith("\\")) {
        if (!ReadNoNewline()) return false;
      } else if (old_left_ == 0 && new_left_ == 0) {
        break;
      } else {
        if (!ReadLine()) return false;
        changes = changes || last_ != ' ';
      }
    }
    if (!changes) return text_.FailAt(header_, "the hunk changes nothing");
    return true;
  }

 private:
  bool ReadHeader() {
    std::string_view line = text_.line();
    header_ = text_.number();
    last_ = 0;
    Take(line, "@@ -");
    const std::optional<Range> old_range = TakeRange(line);
    const std::optional<Range> new_range = old_range && Take(line, " +") ? TakeRange(line) : std::nullopt;
    if (!new_range || !Take(line, " @@") || !(line.empty() || line.starts_with(' '))) {
      return text_.Fail("it is not of the form @@ -LINE,COUNT +LINE,COUNT @@");
    }
    if (is_last_) return text_.Fail("a hunk behind the end of its file, which the hunk before it reaches");
    if (old_range->begin < old_end_ || new_range->begin < new_end_) {
      return text_.Fail("the hunk begins before the end of the one before it; hunks are in order and do not overlap");
    }
    if ((missing_ == MissingSide::kOld && old_range->end > 1) ||
        (missing_ == MissingSide::kNew && new_range->end > 1)) {
      return text_.Fail(fmt::format("a file that is {} has no {} lines; its side is 0,0",
                                    missing_ == MissingSide::kOld ? "new" : "deleted",
                                    missing_ == MissingSide::kOld ? "old" : "new"));
    }
    is_last_ = missing_ != MissingSide::kNone;  // such a file is one hunk
    old_end_ = old_range->end;
    new_end_ = new_range->end;
    old_left_ = old_range->end - old_range->begin;
    new_left_ = new_range->end - new_range->begin;
    text_.Advance();
    return true;
  }

  bool ReadLine() {
    last_ = text_.line().empty() ? ' ' : text_.line()[0];
    const bool is_old = last_ == ' ' || last_ == '-';
    const bool is_new = last_ == ' ' || last_ == '+';
    if (text_.AtEnd() || (!is_old && !is_new)) {
      return text_.Fail(fmt::format("{} old and {} new lines of the hunk in line {} are missing{}", old_left_,
                                    new_left_, header_, text_.AtEnd() ? ": the diff ends" : ""));
    }
    if ((is_old && old_left_ == 0) || (is_new && new_left_ == 0)) {
      return text_.Fail(
          fmt::format("the hunk in line {} counts fewer {} lines", header_, is_old && old_left_ == 0 ? "old" : "new"));
    }
    if (is_old) --old_left_;
    if (is_new) --new_left_;
    if (!is_old) ++summary_.lines_added;
    if (!is_new) ++summary_.lines_removed;
    text_.Advance();
    return true;
  }

  // "\ No newline at end of file", in whatever language: of the line before it, which is the last one of its sides.
  bool ReadNoNewline() {
    if (last_ == 0) return text_.Fail("a mark of a missing newline that follows no line of a hunk");
    if ((last_ != '+' && old_left_ > 0) || (last_ != '-' && new_left_ > 0)) {
      return text_.Fail("a mark of a missing newline behind a line that is not the last one of its file");
    }
    last_ = 0;
    is_last_ = true;
    text_.Advance();
    return true;
  }

  DiffText& text_;
  const MissingSide missing_;
  DiffSummary& summary_;
  uint64_t header_ = 0;                   // the line of the hunk's @@ line
  uint64_t old_left_ = 0, new_left_ = 0;  // lines that the hunk has still to come
  uint64_t old_end_ = 1, new_end_ = 1;    // of the hunk
  char last_ = 0;                         // what the last line of the hunk begins with; 0: none, or a mark
  bool is_last_ = false;                  // no hunk may follow
};

}  // namespace

bool ReadHunks(DiffText& text, MissingSide missing, DiffSummary& summary) {
  if (!text.StartsWith("@@ -")) return text.Fail("a file without a hunk: its first @@ line belongs here");
  HunkReader hunks(text, missing, summary);
  while (text.StartsWith("@@ -")) {
    if (!hunks.Read()) return false;
  }
  return true;
}

}  // namespace annals
