// One JSON object into Cap'n Proto structs, by its shape: what every strict reader is made of.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <capnp/dynamic.h>
#include <fmt/format.h>
#include <kj/exception.h>

#include "schemas/json_schema.h"
#include "schemas/json_text.h"
#include "schemas/json_tokens.h"

namespace annals {

// The structs that an object is read into, by JsonField::target.
using JsonTargets = std::span<capnp::DynamicStruct::Builder>;

// Threads: one at a time (it keeps its buffers between calls). Cap'n Proto may throw kj::Exception.
class JsonObjectReader {
 public:
  explicit JsonObjectReader(JsonTokens& in) : in_(in) {}

  // Reads the object at the cursor. False as the Take… of JsonTokens: a key that `shape` does not have, is given twice
  // or is missing, or a value that is not of its type.
  bool ReadObject(const JsonShape& shape, JsonTargets targets);

 private:
  bool FailUnknown(const JsonShape& shape, size_t offset, std::string_view key);
  bool FailMissing(const JsonShape& shape, size_t offset, uint64_t seen);
  bool ReadField(const JsonField& field, JsonTargets targets);
  bool ReadBool(const JsonField& field, capnp::DynamicStruct::Builder target);
  bool ReadInteger(const JsonField& field, capnp::DynamicStruct::Builder target);
  bool ReadTime(const JsonField& field, capnp::DynamicStruct::Builder target);
  bool ReadEnum(const JsonField& field, capnp::DynamicStruct::Builder target);
  bool ReadTexts(const JsonField& field, capnp::DynamicStruct::Builder target);
  bool ReadStructs(const JsonField& field, capnp::DynamicStruct::Builder target);
  bool ReadHex(const JsonField& field, capnp::DynamicStruct::Builder target);
  bool ReadFlat(const JsonField& field, capnp::DynamicStruct::Builder target);
  // The string at the cursor, as `rule` allows it.
  bool ReadText(TextRule rule, std::string_view& text);

  JsonTokens& in_;
  JsonCopier copier_{in_};
  std::string scratch_;
};

// Runs `read`, which reads all of `json` from `in`, and says what was wrong. kInvalidArgument, or kInternal where Cap'n
// Proto threw.
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

}  // namespace annals
