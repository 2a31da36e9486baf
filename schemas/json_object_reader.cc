#include "schemas/json_object_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schemas/json.capnp.h"
#include "schemas/message_text.h"
#include "schemas/sabotage.h"
#include "schemas/timestamp.h"

namespace annals {
namespace {

using capnp::DynamicStruct;
using capnp::DynamicValue;

void Put(std::string_view text, capnp::Text::Builder out) {
  std::copy(text.begin(), text.end(), out.begin());
}

// `number` as an integer from `min` to `max`, or nothing.
struct Integer {
  bool is_negative = false;
  uint64_t magnitude = 0;
};
std::optional<Integer> ParseInteger(std::string_view number, int64_t min, uint64_t max) {
  Integer integer;
  integer.is_negative = number.starts_with('-');
  if (integer.is_negative) number.remove_prefix(1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), integer.magnitude);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  const uint64_t limit = integer.is_negative ? uint64_t{0} - static_cast<uint64_t>(min) : max;
  if (integer.magnitude > limit) return std::nullopt;
  return integer;
}

DynamicValue::Reader AsValue(const Integer& integer) {
  if (!integer.is_negative) return integer.magnitude;
  return static_cast<int64_t>(uint64_t{0} - integer.magnitude);
}

}  // namespace

bool JsonObjectReader::ReadObject(const JsonShape& shape, JsonTargets targets) {
  const size_t start = in_.offset();
  if (!in_.Take('{')) return in_.FailType("an object");
  uint64_t seen = 0;
  if (!in_.Take('}')) {
    do {
      const size_t key_offset = in_.offset();
      std::string_view key;
      if (!in_.ReadKey(key)) return false;
      const size_t index = shape.Find(key);
      if (index == shape.fields.size()) return FailUnknown(shape, key_offset, key);
      const uint64_t bit = uint64_t{1} << index;
      if ((seen & bit) != 0 && !IsSabotaged("a_key_may_come_twice")) {
        return in_.Fail(key_offset, fmt::format("the key {} is given twice", Quoted(key)));
      }
      seen |= bit;
      if (!ReadField(shape.fields[index], targets)) return false;
    } while (in_.Take(','));
    if (!in_.Take('}')) return false;
  }
  return (shape.required & ~seen) == 0 || FailMissing(shape, start, seen);
}

bool JsonObjectReader::FailUnknown(const JsonShape& shape, size_t offset, std::string_view key) {
  return in_.Fail(offset, fmt::format("unknown field {}; {}", Quoted(key), SuggestName(key, shape.Names())));
}

bool JsonObjectReader::FailMissing(const JsonShape& shape, size_t offset, uint64_t seen) {
  std::vector<std::string_view> missing;
  for (size_t i = 0; i < shape.fields.size(); ++i) {
    if (((shape.required & ~seen) >> i & 1) != 0) missing.push_back(shape.fields[i].name);
  }
  return in_.Fail(offset, fmt::format("{} must have {}", shape.name, Listed(missing)));
}

bool JsonObjectReader::ReadField(const JsonField& field, JsonTargets targets) {
  if (field.may_be_null && in_.Peek() == 'n') return in_.TakeWord("null");
  DynamicStruct::Builder target = targets[field.target];
  std::string_view text;
  switch (field.type) {
    case JsonType::kText:
      if (!ReadText(field.rule, text)) return false;
      Put(text, target.init(field.field, static_cast<capnp::uint>(text.size())).as<capnp::Text>());
      return true;
    case JsonType::kJson:
      if (!copier_.CopyObject(scratch_)) return false;
      Put(scratch_, target.init(field.field, static_cast<capnp::uint>(scratch_.size())).as<capnp::Text>());
      return true;
    case JsonType::kBool:
    case JsonType::kOptionalBool:
      return ReadBool(field, target);
    case JsonType::kInteger:
    case JsonType::kOptionalInteger:
      return ReadInteger(field, target);
    case JsonType::kTime:
      return ReadTime(field, target);
    case JsonType::kEnum:
      return ReadEnum(field, target);
    case JsonType::kTextList:
      return ReadTexts(field, target);
    case JsonType::kHex:
      return ReadHex(field, target);
    case JsonType::kFlat:
      return ReadFlat(field, target);
    case JsonType::kStruct: {
      DynamicStruct::Builder inner = target.init(field.field).as<DynamicStruct>();
      return ReadObject(*field.shape, {&inner, 1});
    }
    case JsonType::kStructList:
      return ReadStructs(field, target);
    case JsonType::kParts:
      return ReadObject(*field.shape, targets);
    case JsonType::kDiscriminator:
      return in_.TakeString(text);  // whoever chose the shape has read it
  }
  return false;
}

bool JsonObjectReader::ReadText(TextRule rule, std::string_view& text) {
  if (in_.Peek() != '"') return in_.FailType("a string");
  const size_t offset = in_.offset();
  if (!in_.ReadString(text)) return false;
  return KeepsRule(rule, text) || in_.Fail(offset, RuleFault(rule, text));
}

bool JsonObjectReader::ReadBool(const JsonField& field, DynamicStruct::Builder target) {
  const bool value = in_.Peek() == 't';
  if (!value && in_.Peek() != 'f') return in_.FailType("true or false");
  if (!in_.TakeWord(value ? "true" : "false")) return false;
  if (field.type == JsonType::kBool) {
    target.set(field.field, value);
  } else {
    target.init(field.field).as<DynamicStruct>().as<schema::OptionalBool>().setValue(value);
  }
  return true;
}

bool JsonObjectReader::ReadInteger(const JsonField& field, DynamicStruct::Builder target) {
  const size_t offset = in_.offset();
  std::string_view number;
  if (!in_.TakeNumber(number)) return in_.FailType("an integer");
  const std::optional<Integer> integer = ParseInteger(number, field.min, field.max);
  if (!integer) {
    return in_.Fail(offset, fmt::format("must be an integer from {} to {}, is {}", field.min, field.max,
                                        number.size() <= 40 ? number : fmt::format("{}…", number.substr(0, 40))));
  }
  if (field.type == JsonType::kInteger) {
    target.set(field.field, AsValue(*integer));
  } else {
    target.init(field.field).as<DynamicStruct>().as<schema::OptionalInt64>().setValue(AsValue(*integer).as<int64_t>());
  }
  return true;
}

bool JsonObjectReader::ReadTime(const JsonField& field, DynamicStruct::Builder target) {
  if (in_.Peek() != '"') return in_.FailType("a string, a time like 2026-11-20T21:16:25Z");
  const size_t offset = in_.offset();
  std::string_view text;
  if (!in_.ReadString(text)) return false;
  const absl::StatusOr<Timestamp> time = ParseTimestamp(text);
  if (!time.ok()) {
    return in_.Fail(offset, fmt::format("{} is no time of ISO 8601; write it like 2026-11-20T21:16:25Z", Quoted(text)));
  }
  target.set(field.field, time->micros);
  return true;
}

bool JsonObjectReader::ReadEnum(const JsonField& field, DynamicStruct::Builder target) {
  const size_t offset = in_.offset();
  const auto listed = [&] { return fmt::format("{}", fmt::join(field.enumerants, ", ")); };
  if (in_.Peek() != '"') return in_.FailType("a string, one of " + listed());
  std::string_view text;
  if (!in_.ReadString(text)) return false;
  const auto found = std::find(field.enumerants.begin(), field.enumerants.end(), text);
  if (found == field.enumerants.end()) {
    return in_.Fail(offset, fmt::format("must be one of {}, is {}", listed(), Quoted(text)));
  }
  const capnp::EnumSchema type = field.field.getType().asEnum();
  target.set(field.field, capnp::DynamicEnum(type, static_cast<uint16_t>(found - field.enumerants.begin())));
  return true;
}

bool JsonObjectReader::ReadHex(const JsonField& field, DynamicStruct::Builder target) {
  const size_t offset = in_.offset();
  const auto wanted = [&] { return fmt::format("{} hex digits", 2 * field.bytes); };
  if (in_.Peek() != '"') return in_.FailType("a string of " + wanted());
  std::string_view text;
  if (!in_.ReadString(text)) return false;
  // Lower case only, as it is written: one form for each value.
  const bool is_hex = text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!is_hex || text.size() != 2 * field.bytes) {
    return in_.Fail(offset, fmt::format("must be {} in lower case, is {}", wanted(), Quoted(text)));
  }
  const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  auto out = target.init(field.field, static_cast<capnp::uint>(field.bytes)).as<capnp::Data>();
  for (size_t i = 0; i < field.bytes; ++i)
    out[i] = static_cast<uint8_t>(value(text[2 * i]) * 16 + value(text[2 * i + 1]));
  return true;
}

bool JsonObjectReader::ReadFlat(const JsonField& field, DynamicStruct::Builder target) {
  std::string_view text;
  if (!ReadText(field.rule, text)) return false;
  DynamicStruct::Builder names = target.get(field.field).as<DynamicStruct>();
  // The first one stands for no name at all.
  const auto found = std::find(field.enumerants.begin() + 1, field.enumerants.end(), text);
  if (found == field.enumerants.end()) {
    Put(text, names.init("other", static_cast<capnp::uint>(text.size())).as<capnp::Text>());
  } else {
    const capnp::StructSchema::Field known = names.getSchema().getFieldByName("known");
    const auto ordinal = static_cast<uint16_t>(found - field.enumerants.begin());
    names.set(known, capnp::DynamicEnum(known.getType().asEnum(), ordinal));
  }
  return true;
}

bool JsonObjectReader::ReadTexts(const JsonField& field, DynamicStruct::Builder target) {
  if (!in_.Take('[')) return in_.FailType("an array of strings");
  std::vector<std::string> texts;
  if (!in_.Take(']')) {
    do {
      std::string_view text;
      if (!ReadText(field.rule, text)) return false;
      texts.emplace_back(text);
    } while (in_.Take(','));
    if (!in_.Take(']')) return false;
  }
  auto list = target.init(field.field, static_cast<capnp::uint>(texts.size())).as<capnp::DynamicList>();
  for (capnp::uint i = 0; i < texts.size(); ++i) {
    Put(texts[i], list.init(i, static_cast<capnp::uint>(texts[i].size())).as<capnp::Text>());
  }
  return true;
}

bool JsonObjectReader::ReadStructs(const JsonField& field, DynamicStruct::Builder target) {
  const size_t count = in_.CountElements();
  if (!in_.Take('[')) return in_.FailType("an array of objects");
  auto list = target.init(field.field, static_cast<capnp::uint>(count)).as<capnp::DynamicList>();
  for (capnp::uint i = 0; i < count; ++i) {
    if (i > 0 && !in_.Take(',')) return false;
    DynamicStruct::Builder element = list[i].as<DynamicStruct>();
    if (!ReadObject(*field.shape, {&element, 1})) return false;
  }
  return in_.Take(']');
}

}  // namespace annals
