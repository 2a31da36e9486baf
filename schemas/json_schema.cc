#include "schemas/json_schema.h"

#include <limits>
#include <utility>

#include "schemas/check.h"
#include "schemas/json.capnp.h"

namespace annals {
namespace {

using capnp::schema::Type;

template <typename Integer>
void SetRange(JsonField& field) {
  field.type = JsonType::kInteger;
  field.min = static_cast<int64_t>(std::numeric_limits<Integer>::min());
  field.max = static_cast<uint64_t>(std::numeric_limits<Integer>::max());
}

void DescribeInteger(Type::Which type, JsonField& field) {
  switch (type) {
    case Type::INT8:
      return SetRange<int8_t>(field);
    case Type::INT16:
      return SetRange<int16_t>(field);
    case Type::INT32:
      return SetRange<int32_t>(field);
    case Type::INT64:
      return SetRange<int64_t>(field);
    case Type::UINT8:
      return SetRange<uint8_t>(field);
    case Type::UINT16:
      return SetRange<uint16_t>(field);
    case Type::UINT32:
      return SetRange<uint32_t>(field);
    case Type::UINT64:
      return SetRange<uint64_t>(field);
    default:
      CHECK(false);  // a command has a field of a type that the reader does not know
  }
}

TextRule RuleOf(capnp::StructSchema::Field field) {
  if (HasAnnotation(field, JsonAnnotation::kId)) return TextRule::kId;
  if (HasAnnotation(field, JsonAnnotation::kLabel)) return TextRule::kLabel;
  if (HasAnnotation(field, JsonAnnotation::kBase64)) return TextRule::kBase64;
  if (HasAnnotation(field, JsonAnnotation::kHash)) return TextRule::kHash;
  return TextRule::kProse;
}

size_t BytesOf(capnp::StructSchema::Field field) {
  for (const auto given : field.getProto().getAnnotations()) {
    if (given.getId() == static_cast<uint64_t>(JsonAnnotation::kBytes)) return given.getValue().getUint32();
  }
  CHECK(false);  // bytes of any number have no form in JSON yet
  return 0;
}

void DescribeList(capnp::Type element, JsonField& field) {
  if (element.isStruct()) {
    field.type = JsonType::kStructList;
    field.shape = std::make_unique<JsonShape>(DescribeStruct("each of " + field.name, element.asStruct()));
    return;
  }
  CHECK(element.isText());
  field.type = JsonType::kTextList;
  field.rule = RuleOf(field.field);
}

void DescribeType(capnp::Type type, JsonField& field) {
  switch (type.which()) {
    case Type::BOOL:
      field.type = JsonType::kBool;
      return;
    case Type::TEXT:
      field.type = HasAnnotation(field.field, JsonAnnotation::kJson) ? JsonType::kJson : JsonType::kText;
      field.rule = RuleOf(field.field);
      return;
    case Type::LIST:
      DescribeList(type.asList().getElementType(), field);
      return;
    case Type::ENUM:
      field.type = JsonType::kEnum;
      field.enumerants = EnumerantsOf(type.asEnum());
      return;
    case Type::DATA:
      field.type = JsonType::kHex;
      field.bytes = BytesOf(field.field);
      return;
    case Type::STRUCT:
      if (IsOptionalInt64(type)) {
        SetRange<int64_t>(field);
        field.type = JsonType::kOptionalInteger;
      } else if (IsOptionalBool(type)) {
        field.type = JsonType::kOptionalBool;
        field.may_be_null = true;
      } else {
        field.type = JsonType::kStruct;
        field.shape = std::make_unique<JsonShape>(DescribeStruct(field.name, type.asStruct()));
      }
      return;
    default:
      if (HasAnnotation(field.field, JsonAnnotation::kTime)) {
        field.type = JsonType::kTime;
      } else {
        DescribeInteger(type.which(), field);
      }
  }
}

void DescribeFlat(capnp::StructSchema names, JsonField& field) {
  field.type = JsonType::kFlat;
  field.rule = RuleOf(names.getFieldByName("other"));
  field.enumerants = EnumerantsOf(names.getFieldByName("known").getType().asEnum());
}

JsonField DescribeField(capnp::StructSchema::Field schema) {
  JsonField field;
  field.name = SnakeCase(schema.getProto().getName().cStr());
  field.field = schema;
  field.is_required = HasAnnotation(schema, JsonAnnotation::kRequired);
  if (schema.getProto().isGroup()) {
    DescribeFlat(schema.getType().asStruct(), field);
  } else {
    DescribeType(schema.getType(), field);
  }
  if (HasAnnotation(schema, JsonAnnotation::kNatural)) field.min = 0;
  return field;
}

}  // namespace

bool HasAnnotation(capnp::StructSchema::Field field, JsonAnnotation annotation) {
  for (const auto given : field.getProto().getAnnotations()) {
    if (given.getId() == static_cast<uint64_t>(annotation)) return true;
  }
  return false;
}

bool IsOptionalInt64(capnp::Type type) {
  return type.isStruct() && type.asStruct() == capnp::Schema::from<schema::OptionalInt64>();
}

bool IsOptionalBool(capnp::Type type) {
  return type.isStruct() && type.asStruct() == capnp::Schema::from<schema::OptionalBool>();
}

std::vector<std::string> EnumerantsOf(capnp::EnumSchema type) {
  std::vector<std::string> names;
  for (const auto enumerant : type.getEnumerants()) {
    names.push_back(SnakeCase(enumerant.getProto().getName().cStr()));
  }
  return names;
}

std::string SnakeCase(std::string_view camel) {
  std::string snake;
  snake.reserve(camel.size() + 4);
  for (const char c : camel) {
    if (c >= 'A' && c <= 'Z') {
      snake += '_';
      snake += static_cast<char>(c - 'A' + 'a');
    } else {
      snake += c;
    }
  }
  return snake;
}

size_t JsonShape::Find(std::string_view key) const {
  size_t i = 0;
  while (i < fields.size() && fields[i].name != key) ++i;
  return i;
}

std::vector<std::string_view> JsonShape::Names() const {
  std::vector<std::string_view> names;
  for (const JsonField& field : fields) names.push_back(field.name);
  return names;
}

void JsonShape::Add(JsonField field) {
  CHECK(fields.size() < 64);
  if (field.is_required) required |= uint64_t{1} << fields.size();
  fields.push_back(std::move(field));
}

void JsonShape::AddAll(JsonShape other, size_t target) {
  for (JsonField& field : other.fields) {
    field.target = target;
    Add(std::move(field));
  }
}

JsonShape DescribeStruct(std::string name, capnp::StructSchema schema) {
  JsonShape shape;
  shape.name = std::move(name);
  for (const auto field : schema.getNonUnionFields()) {
    if (field.getProto().isSlot() || HasAnnotation(field, JsonAnnotation::kFlat)) shape.Add(DescribeField(field));
  }
  return shape;
}

}  // namespace annals
