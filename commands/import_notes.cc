#include "commands/import_notes.h"

#include <algorithm>

#include <fmt/format.h>

#include "schemas/json_writer.h"

namespace annals {
namespace {

// A note may have a MiB. A text that is put into JSON once more can double: its quotes and backslashes are escaped.
constexpr size_t kNoteBytes = size_t{400} << 10;
constexpr size_t kMaxReasons = 100;

// Where to cut so that at most `size` bytes come before it and no character is cut in two.
size_t CutPoint(std::string_view text, size_t size) {
  if (text.size() <= size) return text.size();
  while ((static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return size;
}

void BeginRowNote(const ImportRow& row, const std::vector<std::string>& why, JsonWriter& out) {
  out.BeginObject().Key("table").String(row.table()).Key("why").BeginArray();
  for (size_t i = 0; i < std::min(why.size(), kMaxReasons); ++i) out.String(why[i]);
  if (why.size() > kMaxReasons) out.String(fmt::format("and {} more", why.size() - kMaxReasons));
  out.EndArray();
}

}  // namespace

std::vector<std::string> RowNotes(const ImportRow& row, const std::vector<std::string>& why) {
  JsonWriter whole;
  row.WriteWhole(whole);
  std::string_view text = whole.text();
  if (text.size() <= kNoteBytes) {
    JsonWriter out;
    BeginRowNote(row, why, out);
    return {out.Key("row").Raw(text).EndObject().Take()};
  }
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    parts.push_back(text.substr(0, CutPoint(text, kNoteBytes)));
    text.remove_prefix(parts.back().size());
  }
  std::vector<std::string> notes;
  for (const std::string_view part : parts) {
    JsonWriter out;
    BeginRowNote(row, why, out);
    out.Key("part").UInt(notes.size() + 1).Key("parts").UInt(parts.size());
    notes.push_back(out.Key("text").String(part).EndObject().Take());
  }
  return notes;
}

bool RowsNote::Add(std::string_view entry) {
  if (!entries_.empty()) entries_ += ',';
  entries_ += entry;
  return entries_.size() >= kNoteBytes;
}

std::string RowsNote::Take() {
  JsonWriter out;
  out.BeginObject().Key("table").String(table_).Key("rows").Raw("[" + entries_ + "]");
  entries_.clear();
  return out.EndObject().Take();
}

bool FitsRowsNote(std::string_view entry) {
  return entry.size() <= kNoteBytes;
}

}  // namespace annals
