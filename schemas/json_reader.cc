#include "schemas/json_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <capnp/dynamic.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <kj/exception.h>

#include "schemas/json_schema.h"
#include "schemas/json_tokens.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/timestamp.h"

namespace annals {
namespace {

using capnp::DynamicStruct;
using capnp::DynamicValue;

constexpr std::string_view kDiscriminator = "command";

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

// What "command" can name: a member of Command.body, and the keys that go with it.
struct CommandShape {
  capnp::StructSchema::Field member;
  JsonShape shape;
};

std::vector<CommandShape> DescribeCommands(capnp::StructSchema::Field body) {
  std::vector<CommandShape> commands;
  for (const auto member : body.getType().asStruct().getUnionFields()) {
    if (!member.getType().isStruct()) continue;  // none
    CommandShape command{member,
                         DescribeStruct(SnakeCase(member.getProto().getName().cStr()), member.getType().asStruct())};
    JsonField name;
    name.name = kDiscriminator;
    command.shape.Add(std::move(name));
    JsonShape around = DescribeStruct("", body.getContainingStruct());
    for (JsonField& common : around.fields) command.shape.Add(std::move(common));
    commands.push_back(std::move(command));
  }
  return commands;
}

// Reads values by the description of their field. False as the Take… of `in`.
struct FieldReader {
  bool ReadObject(const JsonShape& shape, DynamicStruct::Builder own, DynamicStruct::Builder around);
  bool FailUnknown(const JsonShape& shape, size_t offset, std::string_view key);
  bool FailMissing(const JsonShape& shape, size_t offset, uint64_t seen);
  bool ReadField(const JsonField& field, DynamicStruct::Builder target);
  bool ReadBool(const JsonField& field, DynamicStruct::Builder target);
  bool ReadInteger(const JsonField& field, DynamicStruct::Builder target);
  bool ReadTime(const JsonField& field, DynamicStruct::Builder target);
  bool ReadEnum(const JsonField& field, DynamicStruct::Builder target);
  bool ReadTexts(const JsonField& field, DynamicStruct::Builder target);
  // The string at the cursor, as `rule` allows it.
  bool ReadText(TextRule rule, std::string_view& text);

  JsonTokens in;
  JsonCopier copier{in};
  std::string scratch;
};

// Runs `read`, which reads from `in`, and says what was wrong.
template <class Read>
absl::Status ReadAll(std::string_view tried, std::string_view json, const JsonTokens& in, Read read) {
  if (json.size() > kMaxCommandBytes) {
    return absl::InvalidArgumentError(
        fmt::format("{}: it is {} bytes long; at most {} are read", tried, json.size(), kMaxCommandBytes));
  }
  try {
    return read() ? absl::OkStatus() : in.status(tried);
  } catch (const kj::Exception& exception) {
    return absl::InternalError(fmt::format("{}: {}", tried, exception.getDescription().cStr()));
  }
}

}  // namespace

struct CommandReader::Impl : FieldReader {
  bool Read(std::string_view json, DynamicStruct::Builder command);
  // By the key "command", wherever it stands; nullptr after a fault.
  const CommandShape* ChooseCommand();
  std::vector<std::string_view> CommandNames() const;

  const capnp::StructSchema::Field body = capnp::Schema::from<schema::Command>().getFieldByName("body");
  const std::vector<CommandShape> commands = DescribeCommands(body);
};

struct ObjectReader::Impl : FieldReader {
  explicit Impl(JsonShape described) : shape(std::move(described)), tried(fmt::format("read the {}", shape.name)) {}

  const JsonShape shape;
  const std::string tried;
};

CommandReader::CommandReader() : impl_(std::make_unique<Impl>()) {}
CommandReader::~CommandReader() = default;

absl::Status CommandReader::Read(std::string_view json, schema::Command::Builder command) {
  return ReadAll("read the command", json, impl_->in, [&] { return impl_->Read(json, capnp::toDynamic(command)); });
}

ObjectReader::ObjectReader(std::string name, capnp::StructSchema schema)
    : impl_(std::make_unique<Impl>(DescribeStruct(std::move(name), schema))) {}
ObjectReader::~ObjectReader() = default;

absl::Status ObjectReader::Read(std::string_view json, DynamicStruct::Builder object) {
  JsonTokens& in = impl_->in;
  return ReadAll(impl_->tried, json, in,
                 [&] { return in.Load(json) && impl_->ReadObject(impl_->shape, object, object) && in.AtEnd(); });
}

bool CommandReader::Impl::Read(std::string_view json, DynamicStruct::Builder command) {
  if (!in.Load(json)) return false;
  if (in.Peek() != '{') return in.FailType("an object");
  const CommandShape* chosen = ChooseCommand();
  if (chosen == nullptr) return false;
  const DynamicStruct::Builder own = command.get(body).as<DynamicStruct>().init(chosen->member).as<DynamicStruct>();
  return ReadObject(chosen->shape, own, command) && in.AtEnd();
}

const CommandShape* CommandReader::Impl::ChooseCommand() {
  const uint32_t* const place = in.FindMember(kDiscriminator);
  std::string_view name;
  if (place == nullptr) {
    in.Fail(in.offset(), fmt::format("\"command\" is missing; give one of {}", Listed(CommandNames())));
  } else if (!in.ReadStringAt(place, name)) {
    in.Fail(in.OffsetOf(place), "must be a string, the name of a command");
  } else {
    for (const CommandShape& command : commands) {
      if (command.shape.name == name) return &command;
    }
    in.Fail(in.OffsetOf(place), fmt::format("unknown command {}; {}", Quoted(name), SuggestName(name, CommandNames())));
  }
  return nullptr;
}

std::vector<std::string_view> CommandReader::Impl::CommandNames() const {
  std::vector<std::string_view> names;
  for (const CommandShape& command : commands) names.push_back(command.shape.name);
  return names;
}

bool FieldReader::ReadObject(const JsonShape& shape, DynamicStruct::Builder own, DynamicStruct::Builder around) {
  const size_t start = in.offset();
  if (!in.Take('{')) return in.FailType("an object");
  uint64_t seen = 0;
  if (!in.Take('}')) {
    do {
      const size_t key_offset = in.offset();
      std::string_view key;
      if (!in.ReadKey(key)) return false;
      const size_t index = shape.Find(key);
      if (index == shape.fields.size()) return FailUnknown(shape, key_offset, key);
      const uint64_t bit = uint64_t{1} << index;
      if ((seen & bit) != 0) return in.Fail(key_offset, fmt::format("the key {} is given twice", Quoted(key)));
      seen |= bit;
      if (!ReadField(shape.fields[index], index < shape.own_fields ? own : around)) return false;
    } while (in.Take(','));
    if (!in.Take('}')) return false;
  }
  return (shape.required & ~seen) == 0 || FailMissing(shape, start, seen);
}

bool FieldReader::FailUnknown(const JsonShape& shape, size_t offset, std::string_view key) {
  return in.Fail(offset, fmt::format("unknown field {}; {}", Quoted(key), SuggestName(key, shape.Names())));
}

bool FieldReader::FailMissing(const JsonShape& shape, size_t offset, uint64_t seen) {
  std::vector<std::string_view> missing;
  for (size_t i = 0; i < shape.fields.size(); ++i) {
    if (((shape.required & ~seen) >> i & 1) != 0) missing.push_back(shape.fields[i].name);
  }
  return in.Fail(offset, fmt::format("{} must have {}", shape.name, Listed(missing)));
}

bool FieldReader::ReadField(const JsonField& field, DynamicStruct::Builder target) {
  std::string_view text;
  switch (field.type) {
    case JsonType::kText:
      if (!ReadText(field.rule, text)) return false;
      Put(text, target.init(field.field, static_cast<capnp::uint>(text.size())).as<capnp::Text>());
      return true;
    case JsonType::kJson:
      if (!copier.CopyObject(scratch)) return false;
      Put(scratch, target.init(field.field, static_cast<capnp::uint>(scratch.size())).as<capnp::Text>());
      return true;
    case JsonType::kBool:
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
    case JsonType::kStruct:
      return ReadObject(*field.shape, target.init(field.field).as<DynamicStruct>(), target);
    case JsonType::kDiscriminator:
      return in.TakeString(text);  // ChooseCommand() has read it
  }
  return false;
}

bool FieldReader::ReadText(TextRule rule, std::string_view& text) {
  if (in.Peek() != '"') return in.FailType("a string");
  const size_t offset = in.offset();
  if (!in.ReadString(text)) return false;
  return KeepsRule(rule, text) || in.Fail(offset, RuleFault(rule, text));
}

bool FieldReader::ReadBool(const JsonField& field, DynamicStruct::Builder target) {
  const bool value = in.Peek() == 't';
  if (!value && in.Peek() != 'f') return in.FailType("true or false");
  if (!in.TakeWord(value ? "true" : "false")) return false;
  target.set(field.field, value);
  return true;
}

bool FieldReader::ReadInteger(const JsonField& field, DynamicStruct::Builder target) {
  const size_t offset = in.offset();
  std::string_view number;
  if (!in.TakeNumber(number)) return in.FailType("an integer");
  const std::optional<Integer> integer = ParseInteger(number, field.min, field.max);
  if (!integer) {
    return in.Fail(offset, fmt::format("must be an integer from {} to {}, is {}", field.min, field.max,
                                       number.size() <= 40 ? number : fmt::format("{}…", number.substr(0, 40))));
  }
  if (field.type == JsonType::kInteger) {
    target.set(field.field, AsValue(*integer));
  } else {
    target.init(field.field).as<DynamicStruct>().as<schema::OptionalInt64>().setValue(AsValue(*integer).as<int64_t>());
  }
  return true;
}

bool FieldReader::ReadTime(const JsonField& field, DynamicStruct::Builder target) {
  if (in.Peek() != '"') return in.FailType("a string, a time like 2026-11-20T21:16:25Z");
  const size_t offset = in.offset();
  std::string_view text;
  if (!in.ReadString(text)) return false;
  const absl::StatusOr<Timestamp> time = ParseTimestamp(text);
  if (!time.ok()) {
    return in.Fail(offset, fmt::format("{} is no time of ISO 8601; write it like 2026-11-20T21:16:25Z", Quoted(text)));
  }
  target.set(field.field, time->micros);
  return true;
}

bool FieldReader::ReadEnum(const JsonField& field, DynamicStruct::Builder target) {
  const size_t offset = in.offset();
  const auto listed = [&] { return fmt::format("{}", fmt::join(field.enumerants, ", ")); };
  if (in.Peek() != '"') return in.FailType("a string, one of " + listed());
  std::string_view text;
  if (!in.ReadString(text)) return false;
  const auto found = std::find(field.enumerants.begin(), field.enumerants.end(), text);
  if (found == field.enumerants.end()) {
    return in.Fail(offset, fmt::format("must be one of {}, is {}", listed(), Quoted(text)));
  }
  const capnp::EnumSchema type = field.field.getType().asEnum();
  target.set(field.field, capnp::DynamicEnum(type, static_cast<uint16_t>(found - field.enumerants.begin())));
  return true;
}

bool FieldReader::ReadTexts(const JsonField& field, DynamicStruct::Builder target) {
  if (!in.Take('[')) return in.FailType("an array of strings");
  std::vector<std::string> texts;
  if (!in.Take(']')) {
    do {
      std::string_view text;
      if (!ReadText(field.rule, text)) return false;
      texts.emplace_back(text);
    } while (in.Take(','));
    if (!in.Take(']')) return false;
  }
  auto list = target.init(field.field, static_cast<capnp::uint>(texts.size())).as<capnp::DynamicList>();
  for (capnp::uint i = 0; i < texts.size(); ++i) {
    Put(texts[i], list.init(i, static_cast<capnp::uint>(texts[i].size())).as<capnp::Text>());
  }
  return true;
}

}  // namespace annals
