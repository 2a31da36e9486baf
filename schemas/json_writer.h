// JSON text, written: one append-only writer, and Cap'n Proto structs through it by reflection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <capnp/dynamic.h>

#include "schemas/json_schema.h"  // IWYU pragma: export  SnakeCase

namespace annals {

// Builds minified JSON. The caller opens and closes; commas are its own business. Text must be valid UTF-8.
class JsonWriter {
 public:
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view text);  // escaped as AppendEscaped() does
  JsonWriter& Int(int64_t value);
  JsonWriter& UInt(uint64_t value);
  JsonWriter& Double(
      double value);  // shortest text that reads back the same; null for what JSON cannot say (NaN, infinity)
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  JsonWriter& Raw(std::string_view json);  // one JSON value that is already text

  const std::string& text() const { return text_; }
  std::string Take();  // the text; the writer is empty afterwards

 private:
  void Separate();
  JsonWriter& Append(std::string_view value);
  std::string text_;
  bool needs_comma_ = false;
};

// The fields of `value` as keys of the object that is open in `out`, in schema order, snake_case: absent pointers are
// left out, $Json.json texts are embedded as JSON, $Json.time fields become ISO 8601 text (left out when 0), Data
// becomes hex, an OptionalInt64 a bare number, an OptionalBool true or false, an enumerant its snake_case name (its
// number where this binary does not know it). Of a union only the active member is written, and nothing for a Void one;
// groups are no objects of their own: what is in them stands beside the other fields. So an Event has "recorded_at", …,
// "inline":{…}, "run_created":{…}. Nothing throws.
//   kDataLoss   `value` is not well formed; `out` has part of it
absl::Status WriteFields(capnp::DynamicStruct::Reader value, JsonWriter& out);

}  // namespace annals
