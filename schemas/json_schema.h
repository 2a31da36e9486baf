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
  kBytes = 0xd6f6e5e0a4b1c20c,
  kBase64 = 0xd6f6e5e0a4b1c20a,
  kHash = 0xd6f6e5e0a4b1c20b,
  kSparse = 0xd6f6e5e0a4b1c20d,
};
bool HasAnnotation(capnp::StructSchema::Field field, JsonAnnotation annotation);

// `type` is json.capnp's OptionalInt64 or OptionalBool, which is a bare number, true or false in JSON.
bool IsOptionalInt64(capnp::Type type);
bool IsOptionalBool(capnp::Type type);

// The names of `type`, by ordinal.
std::vector<std::string> EnumerantsOf(capnp::EnumSchema type);

// "camelCase" as "snake_case", the form names take in JSON, tables and event types.
std::string SnakeCase(std::string_view camel);

enum class JsonType : uint8_t {
  kDiscriminator,  // no field of the struct: the key that named it
  kBool,
  kOptionalBool,
  kInteger,
  kOptionalInteger,
  kTime,
  kEnum,
  kText,
  kTextList,
  kJson,
  kHex,
  kFlat,    // a {known, other} union: an enumerant of `known` by its name, or text
  kStruct,  // an object of its own
  kStructList,
  kParts,  // an object whose keys go where those of the object around it go
};

struct JsonShape;

// One key.
struct JsonField {
  std::string name;
  capnp::StructSchema::Field field;
  JsonType type = JsonType::kDiscriminator;
  bool is_required = false;
  bool may_be_null = false;             // which is as if the key were not there
  size_t target = 0;                    // which of the structs that an object is read into has the field
  TextRule rule = TextRule::kProse;     // kText, kTextList, kFlat
  int64_t min = 0;                      // kInteger, kOptionalInteger
  uint64_t max = 0;                     // the same
  size_t bytes = 0;                     // kHex
  std::vector<std::string> enumerants;  // kEnum, kFlat, by ordinal
  std::unique_ptr<JsonShape> shape;     // kStruct, kStructList, kParts
};

// The keys of one object. At most 64, so that a word holds which were seen.
struct JsonShape {
  std::string name;  // for messages: "create_run", "override"
  std::vector<JsonField> fields;
  uint64_t required = 0;  // bit i: fields[i]

  // The index of `key`, or fields.size().
  size_t Find(std::string_view key) const;
  // The names, in order.
  std::vector<std::string_view> Names() const;
  void Add(JsonField field);
  // Those of another shape, as fields of `target`.
  void AddAll(JsonShape other, size_t target);
};

// The fields of `schema` outside any union or group, and its $Json.flat unions. CHECKs that the reader knows every type
// in it.
JsonShape DescribeStruct(std::string name, capnp::StructSchema schema);

}  // namespace annals
