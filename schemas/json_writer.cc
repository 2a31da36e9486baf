#include "schemas/json_writer.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <kj/exception.h>

#include "schemas/json.capnp.h"
#include "schemas/json_escape.h"
#include "schemas/json_schema.h"
#include "schemas/timestamp.h"

namespace annals {
namespace {

using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::DynamicValue;
using Field = capnp::StructSchema::Field;

std::string_view ViewOf(capnp::Text::Reader text) {
  return {text.begin(), text.size()};
}

std::string HexOf(capnp::Data::Reader data) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * data.size());
  for (const uint8_t byte : data) {
    hex += kHex[byte >> 4];
    hex += kHex[byte & 15];
  }
  return hex;
}

void WriteStruct(DynamicStruct::Reader value, JsonWriter& out);

void WriteEnum(capnp::DynamicEnum value, JsonWriter& out) {
  KJ_IF_MAYBE (enumerant, value.getEnumerant()) {
    out.String(SnakeCase(ViewOf(enumerant->getProto().getName())));
  } else {
    out.UInt(value.getRaw());
  }
}

void WriteValue(const DynamicValue::Reader& value, JsonWriter& out) {
  switch (value.getType()) {
    case DynamicValue::BOOL:
      out.Bool(value.as<bool>());
      return;
    case DynamicValue::INT:
      out.Int(value.as<int64_t>());
      return;
    case DynamicValue::UINT:
      out.UInt(value.as<uint64_t>());
      return;
    case DynamicValue::FLOAT:
      out.Double(value.as<double>());
      return;
    case DynamicValue::TEXT:
      out.String(ViewOf(value.as<capnp::Text>()));
      return;
    case DynamicValue::DATA:
      out.String(HexOf(value.as<capnp::Data>()));
      return;
    case DynamicValue::ENUM:
      WriteEnum(value.as<capnp::DynamicEnum>(), out);
      return;
    case DynamicValue::LIST:
      out.BeginArray();
      for (const auto element : value.as<DynamicList>()) WriteValue(element, out);
      out.EndArray();
      return;
    case DynamicValue::STRUCT: {
      const auto fields = value.as<DynamicStruct>();
      if (IsOptionalInt64(fields.getSchema())) {
        out.Int(fields.as<schema::OptionalInt64>().getValue());
      } else if (IsOptionalBool(fields.getSchema())) {
        out.Bool(fields.as<schema::OptionalBool>().getValue());
      } else {
        out.BeginObject();
        WriteStruct(fields, out);
        out.EndObject();
      }
      return;
    }
    default:
      out.Null();  // no schema of ours has capabilities or untyped pointers
  }
}

// A union whose value stands under the union's own name, unless it is an enumerant numbered 0.
void WriteFlat(DynamicStruct::Reader value, std::string_view name, JsonWriter& out) {
  KJ_IF_MAYBE (active, value.which()) {
    const DynamicValue::Reader member = value.get(*active);
    if (member.getType() == DynamicValue::ENUM && member.as<capnp::DynamicEnum>().getRaw() == 0) return;
    out.Key(name);
    WriteValue(member, out);
  }
}

void WriteField(DynamicStruct::Reader parent, Field field, JsonWriter& out) {
  if (HasAnnotation(field, JsonAnnotation::kFlat)) {
    return WriteFlat(parent.get(field).as<DynamicStruct>(), SnakeCase(ViewOf(field.getProto().getName())), out);
  }
  if (field.getProto().isGroup()) return WriteStruct(parent.get(field).as<DynamicStruct>(), out);
  if (field.getType().isVoid() || !parent.has(field)) return;
  if (HasAnnotation(field, JsonAnnotation::kSparse) && !parent.has(field, capnp::HasMode::NON_DEFAULT)) return;
  const DynamicValue::Reader value = parent.get(field);
  if (HasAnnotation(field, JsonAnnotation::kTime)) {
    const Timestamp time{value.as<int64_t>()};
    if (time.micros == 0) return;
    out.Key(SnakeCase(ViewOf(field.getProto().getName()))).String(FormatTimestamp(time));
    return;
  }
  out.Key(SnakeCase(ViewOf(field.getProto().getName())));
  if (HasAnnotation(field, JsonAnnotation::kJson)) {
    out.Raw(ViewOf(value.as<capnp::Text>()));
  } else {
    WriteValue(value, out);
  }
}

void WriteStruct(DynamicStruct::Reader value, JsonWriter& out) {
  for (const auto field : value.getSchema().getFields()) {
    const bool is_member = field.getProto().getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT;
    if (!is_member) {
      WriteField(value, field, out);
    } else {
      KJ_IF_MAYBE (active, value.which()) {
        if (*active == field) WriteField(value, field, out);
      }
    }
  }
}

}  // namespace

void JsonWriter::Separate() {
  if (needs_comma_) text_ += ',';
  needs_comma_ = true;
}

JsonWriter& JsonWriter::Append(std::string_view value) {
  Separate();
  text_ += value;
  return *this;
}

JsonWriter& JsonWriter::BeginObject() {
  Append("{");
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  text_ += '}';
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  Append("[");
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  text_ += ']';
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  String(key);
  text_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view text) {
  Separate();
  text_ += '"';
  AppendEscaped(text, text_);
  text_ += '"';
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t value) {
  const fmt::format_int digits(value);
  return Append({digits.data(), digits.size()});
}

JsonWriter& JsonWriter::UInt(uint64_t value) {
  const fmt::format_int digits(value);
  return Append({digits.data(), digits.size()});
}

JsonWriter& JsonWriter::Double(double value) {
  return std::isfinite(value) ? Append(fmt::format("{}", value)) : Null();
}

JsonWriter& JsonWriter::Bool(bool value) {
  return Append(value ? "true" : "false");
}

JsonWriter& JsonWriter::Null() {
  return Append("null");
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  return Append(json);
}

std::string JsonWriter::Take() {
  needs_comma_ = false;
  return std::exchange(text_, {});
}

absl::Status WriteFields(DynamicStruct::Reader value, JsonWriter& out) {
  try {
    WriteStruct(value, out);
    return absl::OkStatus();
  } catch (const kj::Exception& exception) {
    return absl::DataLossError(
        fmt::format("write a message as JSON: it is not well formed: {}", exception.getDescription().cStr()));
  }
}

}  // namespace annals
