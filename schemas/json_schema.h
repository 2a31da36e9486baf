// How structs look in JSON: the schema and its annotations (schemas/json.capnp), looked up once and kept as tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <capnp/schema.h>

#include "schemas/text_rules.h"

namespace annals {

enum class JsonAnnotation : uint64_t {  // ids of json.capnp
  kRequired = 0xd6f6e5e0a4b1c202,
  kId = 0xd6f6e5e0a4b1c203,
  kLabel = 0xd6f6e5e0a4b1c204,
  kJson = 0xd6f6e5e0a4b1c205,
  kProse = 0xd6f6e5e0a4b1c206,
  kTime = 0xd6f6e5e0a4b1c207,
  kNatural = 0xd6f6e5e0a4b1c208,
  kFlat = 0xd6f6e5e0a4b1c209,
  kBase64 = 0xd6f6e5e0a4b1c20a,
  kHash = 0xd6f6e5e0a4b1c20b,
};
bool HasAnnotation(capnp::StructSchema::Field field, JsonAnnotation annotation);

// `type` is json.capnp's OptionalInt64, which is a bare number in JSON.
bool IsOptionalInt64(capnp::Type type);

// "camelCase" as "snake_case", the form names take in JSON, tables and event types.
std::string SnakeCase(std::string_view camel);

enum class JsonType : uint8_t {
  kDiscriminator,  // no field of the struct: the key that named it
  kBool,
  kInteger,
  kOptionalInteger,
  kTime,
  kEnum,
  kText,
  kTextList,
  kJson,
  kStruct,
};

struct JsonShape;

// One key.
struct JsonField {
  std::string name;
  capnp::StructSchema::Field field;
  JsonType type = JsonType::kDiscriminator;
  bool is_required = false;
  TextRule rule = TextRule::kProse;     // kText, kTextList
  int64_t min = 0;                      // kInteger, kOptionalInteger
  uint64_t max = 0;                     // the same
  std::vector<std::string> enumerants;  // kEnum, by ordinal
  std::unique_ptr<JsonShape> shape;     // kStruct
};

// The keys of one object. At most 64, so that a word holds which were seen.
struct JsonShape {
  std::string name;  // for messages: "create_run", "override"
  std::vector<JsonField> fields;
  uint64_t required = 0;  // bit i: fields[i]
  // fields[own_fields] and later belong to the struct around this one (to the command, for the body of a command).
  size_t own_fields = 0;

  // The index of `key`, or fields.size().
  size_t Find(std::string_view key) const;
  // The names, in order.
  std::vector<std::string_view> Names() const;
  void Add(JsonField field);
};

// The fields of `schema` outside any union or group. CHECKs that the reader knows every type in it.
JsonShape DescribeStruct(std::string name, capnp::StructSchema schema);

}  // namespace annals
