#include "schemas/transition_line.h"

#include <fmt/format.h>

namespace annals {

absl::StatusOr<TransitionLine> TransitionLineReader::Read(std::string_view json) {
  TransitionLine line;
  if (!in_.Load(json) || !ReadFields(line)) return in_.status("read the transition");
  return line;
}

bool TransitionLineReader::ReadFields(TransitionLine& line) {
  if (in_.Peek() != '{') return in_.FailType("an object");
  line.is_refused = IsRefused();
  if (!ReadField("entity_type", Null::kRefused, entity_type_, line.entity_type) ||
      !ReadField("entity_id", Null::kRefused, entity_id_, line.entity_id) ||
      !ReadField("from_state", Null::kIsEmpty, from_state_, line.from_state) ||
      !ReadField("to_state", line.is_refused ? Null::kIsEmpty : Null::kRefused, to_state_, line.to_state) ||
      !ReadField("timestamp", Null::kRefused, timestamp_, line.timestamp)) {
    return false;
  }
  // Looking for members skips what stands between them: copied, all of the line is checked.
  return copier_.CopyObject(copy_) && in_.AtEnd();
}

bool TransitionLineReader::IsRefused() {
  const uint32_t* const place = in_.FindMember("kind");
  std::string_view kind;
  return place != nullptr && in_.ReadStringAt(place, kind) && kind == "refused";
}

bool TransitionLineReader::ReadField(std::string_view key, Null null, std::string& kept, std::string_view& text) {
  const uint32_t* const place = in_.FindMember(key);
  if (place == nullptr) {
    return in_.Fail(in_.offset(), fmt::format("\"{}\" is missing; a transition has entity_type, entity_id, from_state, "
                                              "to_state and timestamp",
                                              key));
  }
  kept.clear();
  if (null == Null::kRefused || !in_.IsNullAt(place)) {
    if (!in_.ReadStringAt(place, text)) {
      return in_.Fail(in_.OffsetOf(place), null == Null::kRefused ? "must be a string" : "must be a string or null");
    }
    kept = text;  // which lives only until the next one is read
  }
  text = kept;
  return true;
}

}  // namespace annals
